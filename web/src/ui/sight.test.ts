import { describe, expect, it } from 'vitest'
import { firstSeen } from './Sight'

const size = { width: 220, height: 52 }

describe('what a picture begins with', () => {
  const column = (x: number, count: number, name: string) => Array.from({ length: count }, (_, i) => ({ id: `${name}${i}`, x: x * 300, y: (i - (count - 1) / 2) * 72 }))
  const wide = [...column(0, 9, 'before'), ...column(1, 1, 'base'), ...column(2, 101, 'behind'), ...column(3, 101, 'far')]

  it('is all of it, where that can be read', () => {
    const few = wide.filter(n => !/behind|far/.test(n.id))
    expect(firstSeen('base0', few, size, { width: 900, height: 500 })).toHaveLength(10)
  })

  it('is on a phone the asset and the column behind it, as far as they are side by side', () => {
    const seen = firstSeen('base0', wide, size, { width: 358, height: 420 })
    expect(seen).toContain('base0')
    expect(seen.filter(id => /before|far/.test(id))).toEqual([])
    const heights = seen.map(id => Math.abs(wide.find(n => n.id === id)!.y))
    expect(seen.length).toBeGreaterThan(7)
    expect(Math.max(...heights) + size.height / 2).toBeLessThan(420 / 0.6 / 2 + size.height)
  })

  it('is on a wide screen what stands before it, too', () => {
    const seen = firstSeen('base0', wide, size, { width: 1000, height: 420 })
    expect(seen).toContain('before4')
    expect(seen).toContain('far50')
    expect(seen.length).toBeLessThan(40)
  })

  it('has the asset in it, also where it stands at the end of its column', () => {
    const seen = firstSeen('behind0', wide, size, { width: 358, height: 420 })
    expect(seen).toContain('behind0')
    expect(seen).toContain('behind3')
    expect(seen).not.toContain('behind50')
  })
})
