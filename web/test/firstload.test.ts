// What a browser loads before the first page shows: the entry, what it imports, its styles, and the page itself.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const dist = join(import.meta.dirname, '../dist')
const most = 200_000 // of the overview and the pages of signing in: where one arrives
const deep = 220_000 // of a page that is opened at its own address, which brings parts that the overview has no use for

interface Chunk {
  file: string
  isEntry?: boolean
  imports?: string[]
  dynamicImports?: string[]
  css?: string[]
  src?: string
}

const size = (file: string) => statSync(existsSync(join(dist, file + '.gz')) ? join(dist, file + '.gz') : join(dist, file)).size

describe.skipIf(!existsSync(dist))('the build', () => {
  const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>
  const reach = (key: string, seen = new Set<string>()): Set<string> => {
    const chunk = manifest[key]!
    if (seen.has(key)) return seen
    seen.add(key)
    chunk.imports?.forEach(k => reach(k, seen))
    return seen
  }
  const weigh = (keys: Iterable<string>) => [...keys].flatMap(k => [manifest[k]!.file, ...(manifest[k]!.css ?? [])]).filter((f, i, all) => all.indexOf(f) === i).reduce((sum, f) => sum + size(f), 0)
  const entry = Object.keys(manifest).find(k => manifest[k]!.isEntry)!

  it.each(Object.keys(manifest).filter(k => manifest[entry]!.dynamicImports?.includes(k) && /Page\.tsx$|signin\//.test(k)))('shows %s within its budget', page => {
    const keys = reach(page, reach(entry))
    const bytes = weigh(keys)
    console.log(`${page}: ${Math.round(bytes / 1000)} kB gzip`)
    expect(bytes).toBeLessThanOrEqual(/home\/|signin\//.test(page) ? most : deep)
  })

  it('loads nothing from elsewhere', () => {
    expect(readFileSync(join(dist, 'index.html'), 'utf8')).not.toMatch(/(src|href)="(https?:)?\/\//)
  })
})
