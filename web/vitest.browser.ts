import { defineConfig } from 'vitest/config'

// The tests in a real browser. test/portal starts what they need, and then them.
export default defineConfig({
  test: { include: ['browser/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000, fileParallelism: false, pool: 'threads' },
})
