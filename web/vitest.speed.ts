// What test/bench runs to measure the portal.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['browser/speed.ts'], hookTimeout: 60_000 },
})
