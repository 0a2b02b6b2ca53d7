import { describe, expect, it } from 'vitest'
import { around, large, layOut, size } from './layout'

const ids = Array.from({ length: large + 1 }, (_, i) => `n${i}`)
const star = ids.slice(1).map((id): [string, string] => ['n0', id])

describe('the layout of a large graph', () => {
  it('has every node once, and none on another', async () => {
    const { nodes } = await layOut(ids, star)
    expect(nodes.map(n => n.id).sort()).toEqual(ids.toSorted())
    const sorted = nodes.toSorted((a, b) => a.x - b.x || a.y - b.y)
    expect(sorted.filter((n, i) => i > 0 && n.x - sorted[i - 1]!.x < size.width && n.y - sorted[i - 1]!.y < size.height)).toEqual([])
  })

  it('begins with what stands closest to the asset, and with the asset itself', async () => {
    const placed = await layOut(ids, star)
    const near = around('n0', placed, 11)
    expect(near[0]).toBe('n0')
    const heights = near.slice(1).map(id => Math.abs(placed.nodes.find(n => n.id === id)!.y))
    expect(Math.max(...heights)).toBeLessThan(6 * (size.height + 20))
    expect(around('elsewhere', placed, 11)).toEqual([])
  })
})
