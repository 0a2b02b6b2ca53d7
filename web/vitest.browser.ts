// The tests that need a browser and an account: test/portal starts both and runs them.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['browser/**/*.test.ts'], fileParallelism: false, testTimeout: 60_000, hookTimeout: 60_000 },
})
