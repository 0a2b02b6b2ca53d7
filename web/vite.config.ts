import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

/**
 * Keeps what compresses in two compressed forms and no plain one: the server sends the best that a browser takes.
 * index.html stays plain, since the server writes into it.
 */
function compress(folder: string) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile() || entry.name === 'manifest.json' || !/\.(js|css|svg|json)$/.test(entry.name)) continue
    const plain = readFileSync(path)
    if (plain.length < 600) continue
    writeFileSync(path + '.gz', gzipSync(plain, { level: 9 }))
    writeFileSync(path + '.br', brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } }))
    rmSync(path)
  }
}

export default defineConfig({
  plugins: [react(), { name: 'compress', apply: 'build', enforce: 'post', closeBundle: () => compress('dist') }],
  // The policy of the pages forbids data: addresses, so nothing may be inlined.
  build: { target: 'es2022', assetsInlineLimit: 0, manifest: true, chunkSizeWarningLimit: 2000 },
  server: { port: 5173, strictPort: true, proxy: Object.fromEntries(['/scan', '/datamap', '/manage', '/account', '/signin', '^/[^/]+/oauth2/'].map(p => [p, { target: process.env.PURLIEU_ACCOUNT ?? 'http://127.0.0.1:8480', changeOrigin: false }])) },
  test: { include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.ts'] },
})
