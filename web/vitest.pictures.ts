// What `make screenshots` runs.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['browser/pictures.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
})
