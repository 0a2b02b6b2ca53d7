import { describe, expect, it } from 'vitest'
import { layers } from './layers'

const layerOf = (rows: string[][]) => new Map(rows.flatMap((row, i) => row.map(id => [id, i] as const)))

describe('layers', () => {
  it('lead every edge to the right, and lose nothing', () => {
    const edges: [string, string][] = [['a', 'p'], ['p', 'b'], ['b', 'q'], ['a', 'q'], ['q', 'c']]
    const rows = layers(['c', 'b', 'a', 'q', 'p'], edges)
    const at = layerOf(rows)
    for (const [from, to] of edges) expect(at.get(to)! - at.get(from)!, `${from} to ${to}`).toBeGreaterThan(0)
    expect(rows.flat().sort()).toEqual(['a', 'b', 'c', 'p', 'q'])
  })

  it('put what nothing leads to beside what it feeds', () => {
    expect(layerOf(layers(['a', 'b', 'c', 'late'], [['a', 'b'], ['b', 'c'], ['late', 'c']])).get('late')).toBe(1)
  })

  it('end in a circle, at a node that feeds itself, and at an edge to nowhere', () => {
    expect(layers(['a', 'b', 'c'], [['a', 'b'], ['b', 'c'], ['c', 'a'], ['a', 'a'], ['a', 'elsewhere']])).toEqual([['a'], ['b'], ['c']])
    expect(layers([], [])).toEqual([])
  })

  it('keep what belongs together on one height', () => {
    const edges: [string, string][] = [['hub', 'n2'], ['hub', 'n1'], ['hub', 'n3'], ['n1', 'f1'], ['n2', 'f2'], ['n3', 'f3']]
    const [, near, far] = layers(['f1', 'f2', 'f3', 'n1', 'n2', 'n3', 'hub'], edges)
    expect(far!.map(id => id[1])).toEqual(near!.map(id => id[1]))
  })

  it('go through every edge of a large graph', () => {
    const ids = Array.from({ length: 1000 }, (_, i) => `n${i}`)
    const edges = ids.slice(1).map((id, i): [string, string] => [ids[Math.floor(i / 3)]!, id])
    const at = layerOf(layers(ids.toReversed(), edges))
    expect(at.size).toBe(1000)
    expect(edges.filter(([from, to]) => at.get(to)! <= at.get(from)!)).toEqual([])
  })
})
