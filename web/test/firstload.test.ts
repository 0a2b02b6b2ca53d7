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

/** built is the build's manifest; nothing where there is no build, and then there is nothing to weigh. */
const built: Record<string, Chunk> | undefined = existsSync(join(dist, '.vite/manifest.json')) ? JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8')) : undefined
const manifest = built ?? {}
const entry = Object.keys(manifest).find(k => manifest[k]!.isEntry)
const pages = Object.keys(manifest).filter(k => entry && manifest[entry]!.dynamicImports?.includes(k) && /Page\.tsx$|signin\//.test(k))

function reach(key: string, seen = new Set<string>()): Set<string> {
  if (seen.has(key)) return seen
  seen.add(key)
  manifest[key]!.imports?.forEach(k => reach(k, seen))
  return seen
}

const weigh = (keys: Iterable<string>) => [...keys].flatMap(k => [manifest[k]!.file, ...(manifest[k]!.css ?? [])]).filter((f, i, all) => all.indexOf(f) === i).reduce((sum, f) => sum + size(f), 0)

describe.skipIf(!built)('the build', () => {
  it('has pages', () => expect(pages.length).toBeGreaterThan(5))

  it.for(pages)('shows %s within its budget', page => {
    const bytes = weigh(reach(page, reach(entry!)))
    console.log(`${page}: ${Math.round(bytes / 1000)} kB gzip`)
    expect(bytes).toBeLessThanOrEqual(/home\/|signin\//.test(page) ? most : deep)
  })

  it('loads nothing from elsewhere', () => {
    expect(readFileSync(join(dist, 'index.html'), 'utf8')).not.toMatch(/(src|href)="(https?:)?\/\//)
  })
})
