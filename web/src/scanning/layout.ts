// Where things stand on the data map: collections as a tree from the left, each with its sources, and the runtimes that
// read them at the right. A pure function of what there is: the same map is drawn the same way every time.
import type { Collection, Run, Source } from './types'

export interface Place {
  id: string
  what: 'collection' | 'source' | 'runtime'
  name: string // of the thing itself
  x: number
  y: number
}

export interface Tie {
  id: string
  from: string
  to: string
  what: 'holds' | 'reads'
}

const across = 300
const down = 84

export const placeID = (what: Place['what'], name: string) => `${what}:${name}`

/** place lays everything out. A source whose collection can't be seen stands by itself; collections in a circle, which the
 * account does not allow, would be left out. */
export function place(collections: Collection[], sources: Source[], runtimes: { name: string }[], runs: Run[]): { places: Place[]; ties: Tie[] } {
  const places: Place[] = []
  const ties: Tie[] = []
  const known = new Set(collections.map(c => c.name))
  const below = (name: string | undefined) => collections.filter(c => {
    const parent = c.parentCollection?.referenceName
    return name === undefined ? !parent || !known.has(parent) : parent === name
  })
  const inside = (name: string | undefined) => sources.filter(s => {
    const at = s.properties.collection?.referenceName ?? ''
    return name === undefined ? !known.has(at) : at === name
  })
  let row = 0
  const tie = (from: string, to: string, what: Tie['what']) => ties.push({ id: `${from}>${to}`, from, to, what })
  const branch = (c: Collection, depth: number): number => {
    const rows: number[] = []
    const id = placeID('collection', c.name)
    for (const s of inside(c.name)) {
      rows.push(row)
      places.push({ id: placeID('source', s.name), what: 'source', name: s.name, x: (depth + 1) * across, y: row++ * down })
      tie(id, placeID('source', s.name), 'holds')
    }
    for (const child of below(c.name)) {
      rows.push(branch(child, depth + 1))
      tie(id, placeID('collection', child.name), 'holds')
    }
    const y = rows.length > 0 ? (rows[0]! + rows[rows.length - 1]!) / 2 : row++
    places.push({ id, what: 'collection', name: c.name, x: depth * across, y: y * down })
    return y
  }
  for (const root of below(undefined)) branch(root, 0)
  for (const s of inside(undefined)) places.push({ id: placeID('source', s.name), what: 'source', name: s.name, x: across, y: row++ * down })

  const readers = new Map<string, string>()
  for (const r of runs) if (!readers.has(r.source)) readers.set(r.source, r.runtime)
  const height = Math.max(0, row - 1) * down
  const last = places.reduce((x, p) => Math.max(x, p.x), across) // column in which something stands
  runtimes.forEach((r, i) => {
    const y = runtimes.length === 1 ? height / 2 : i * Math.max(down, height / (runtimes.length - 1))
    places.push({ id: placeID('runtime', r.name), what: 'runtime', name: r.name, x: last + 1.4 * across, y })
  })
  const there = new Set(places.map(p => p.id))
  for (const [source, runtime] of readers) {
    const from = placeID('source', source), to = placeID('runtime', runtime)
    if (there.has(from) && there.has(to)) tie(from, to, 'reads')
  }
  return { places, ties }
}
