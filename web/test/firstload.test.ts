// What a browser loads before a page shows that is opened at its own address: the entry, what it imports, its styles, the
// page itself, and the tab or step of it that the address opens, with what that opens in turn.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const dist = join(import.meta.dirname, '../dist')
const most = 200_000

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

/** within are the weights of the parts of a part, and of theirs. A picture comes into a page that shows, a dialog when it is asked. */
function within(key: string, loaded: Set<string>, above: string[] = []): (readonly [string, number])[] {
  return (manifest[key]!.dynamicImports ?? []).filter(k => !loaded.has(k) && !/Picture\.tsx$|Dialog\.tsx$/.test(k)).flatMap(k => {
    const name = [...above, k.split('/').pop()!], more = reach(k, new Set(loaded))
    return [[name.join(' > '), weigh(more)] as const, ...within(k, more, name)]
  })
}

const weigh = (keys: Iterable<string>) => [...keys].flatMap(k => [manifest[k]!.file, ...(manifest[k]!.css ?? [])]).filter((f, i, all) => all.indexOf(f) === i).reduce((sum, f) => sum + size(f), 0)

describe.skipIf(!built)('the build', () => {
  it('has pages', () => expect(pages.length).toBeGreaterThan(5))

  it.for(pages)('shows %s, and each of its parts, within the budget', page => {
    const whole = reach(page, reach(entry!))
    const weights = [['', weigh(whole)] as const, ...within(page, whole)]
    console.log(`${page}: ${weights.map(([part, bytes]) => `${part} ${Math.round(bytes / 1000)} kB`.trim()).join(', ')} gzip`)
    for (const [part, bytes] of weights) expect(bytes, part).toBeLessThanOrEqual(most)
  })

  it('loads nothing from elsewhere', () => {
    expect(readFileSync(join(dist, 'index.html'), 'utf8')).not.toMatch(/(src|href)="(https?:)?\/\//)
  })
})
