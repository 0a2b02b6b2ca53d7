import { describe, expect, it } from 'vitest'
import { large, layOut, size } from './layout'

const ids = Array.from({ length: large + 1 }, (_, i) => `n${i}`)
const star = ids.slice(1).map((id): [string, string] => ['n0', id])

describe('the layout of a large graph', () => {
  it('has every node once, and none on another', async () => {
    const { nodes } = await layOut(ids, star)
    expect(nodes.map(n => n.id).sort()).toEqual(ids.toSorted())
    const sorted = nodes.toSorted((a, b) => a.x - b.x || a.y - b.y)
    expect(sorted.filter((n, i) => i > 0 && n.x - sorted[i - 1]!.x < size.width && n.y - sorted[i - 1]!.y < size.height)).toEqual([])
  })

})
