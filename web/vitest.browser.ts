// The tests that need a browser and an account: test/portal starts both and runs them.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['browser/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } }, // as long as the browser waits for what a test does; else it were one second
  },
})
