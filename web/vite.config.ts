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

/**
 * A token of Fluent is the name of a variable of the theme. It is written where it is used: 30 kB of names that nobody else
 * asks for stay at home. The tokens of zIndex have fallbacks of their own, and are left.
 */
function inline(code: string, id: string) {
  if (!/\/web\/src\/|\/@fluentui\/react-/.test(id) || !/\btokens\b[^;]*?from ['"]@fluentui\/(react-components|react-theme|tokens)['"]/.test(code)) return null
  return { code: code.replace(/(?<![\w$./-])tokens\.((?!zIndex)\w+)/g, "'var(--$1)'"), map: null }
}

/** The portal is written from left to right: what turns each style around for the other way stays at home. */
const leftToRight = {
  name: 'left-to-right', apply: 'build' as const, enforce: 'pre' as const,
  resolveId: (id: string) => (id === 'rtl-css-js/core' ? '\0' + id : null),
  load: (id: string) => (id === '\0rtl-css-js/core' ? 'export const convert = styles => styles, convertProperty = (key, value) => ({ key, value })' : null),
}

/** The libraries that every page needs are one file: it packs better than the many that a bundler makes by who shares what. */
const libraries = /\/node_modules\/(react|react-dom|scheduler|use-sync-external-store|stylis|@griffel\/\w+|@tanstack\/[\w-]+|@fluentui\/tokens)\//

export default defineConfig({
  plugins: [react(), { name: 'inline-tokens', apply: 'build', enforce: 'pre', transform: inline }, leftToRight, { name: 'compress', apply: 'build', enforce: 'post', closeBundle: () => compress('dist') }],
  // The policy of the pages forbids data: addresses, so nothing may be inlined.
  build: { target: 'es2022', assetsInlineLimit: 0, manifest: true, chunkSizeWarningLimit: 2000, rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'libraries', test: libraries }] } } } },
  server: { port: 5173, strictPort: true, proxy: Object.fromEntries(['/scan', '/datamap', '/manage', '/account', '/signin', '^/[^/]+/oauth2/'].map(p => [p, { target: process.env.PURLIEU_ACCOUNT ?? 'http://127.0.0.1:8480', changeOrigin: false }])) },
  test: { include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.ts'] },
})
