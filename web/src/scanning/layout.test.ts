import { describe, expect, it } from 'vitest'
import { place } from './layout'
import type { Collection, Run, Source } from './types'

const collection = (name: string, parent?: string) => ({ name, friendlyName: name, ...(parent && { parentCollection: { referenceName: parent } }) }) as Collection
const source = (name: string, at: string) => ({ name, kind: 'k', properties: { collection: { referenceName: at } } }) as Source
const run = (of: string, runtime: string) => ({ source: of, runtime }) as Run

describe('the data map', () => {
  const collections = [collection('root'), collection('eu', 'root'), collection('us', 'root')]
  const sources = [source('shop', 'eu'), source('lake', 'us'), source('crm', 'root')]

  it('draws every thing once, and no two on the same spot', () => {
    const { places } = place(collections, sources, [{ name: 'edge' }, { name: 'built-in' }], [])
    expect(places.map(p => p.id).sort()).toEqual(['collection:eu', 'collection:root', 'collection:us', 'runtime:built-in', 'runtime:edge', 'source:crm', 'source:lake', 'source:shop'])
    expect(new Set(places.map(p => `${p.x},${p.y}`)).size).toBe(places.length)
  })
  it('ties what holds to what it holds, and a source to whoever read it last', () => {
    const { ties } = place(collections, sources, [{ name: 'edge' }], [run('shop', 'edge'), run('shop', 'gone'), run('lake', 'gone')])
    expect(ties.map(t => `${t.from} ${t.what} ${t.to}`)).toContain('collection:root holds collection:eu')
    expect(ties.filter(t => t.what === 'reads').map(t => t.id)).toEqual(['source:shop>runtime:edge'])
  })
  it('puts the runtimes behind the last thing that stands, be it a source or an empty collection', () => {
    const x = (...of: Parameters<typeof place>) => { const all = place(...of).places; return all.find(p => p.what === 'runtime')!.x - Math.max(...all.filter(p => p.what !== 'runtime').map(p => p.x)) }
    const gap = x(collections, sources, [{ name: 'edge' }], [])
    expect(gap).toBeGreaterThan(0)
    expect(x(collections, [source('crm', 'root')], [{ name: 'edge' }], [])).toBe(gap)
    expect(x([collection('root')], [source('lost', 'hidden')], [{ name: 'edge' }], [])).toBe(gap)
  })
  it('shows a source whose collection the reader may not see', () => {
    const { places } = place([collection('eu', 'hidden')], [source('secret', 'hidden')], [], [])
    expect(places.map(p => p.id).sort()).toEqual(['collection:eu', 'source:secret'])
  })
})
