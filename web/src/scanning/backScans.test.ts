import { beforeEach, expect, it, vi } from 'vitest'

const at = new Map<string, string>()
beforeEach(() => {
  vi.stubGlobal('document', { querySelector: () => null })
  at.clear()
  vi.doMock('./rest', () => ({
    getScan: (_: string, name: string) => Promise.resolve({ kind: 'X', properties: { collection: { referenceName: at.get(name) } } }),
    putScan: (_: string, name: string, __: string, p: { collection: { referenceName: string } }) => { at.set(name, p.collection.referenceName); return Promise.resolve() },
  }))
})

const were = [{ name: 'a', collection: 'old' }, { name: 'b', collection: 'older' }]

it('scans that were moved along go back to where each stood', async () => {
  const { backScans } = await import('./backScans')
  at.set('a', 'new').set('b', 'new')
  await backScans('shop', were, 'new')
  expect([...at]).toEqual([['a', 'old'], ['b', 'older']])
})

it('a scan that somebody moved since stays there, and so do the others', async () => {
  const { Overtaken } = await import('../client/rest')
  const { backScans } = await import('./backScans')
  at.set('a', 'new').set('b', 'third')
  await expect(backScans('shop', were, 'new')).rejects.toBeInstanceOf(Overtaken)
  expect([...at]).toEqual([['a', 'new'], ['b', 'third']])
})
