import { beforeAll, expect, it, vi } from 'vitest'
import { bearsOf, changedOf, connectionsOf } from './bears'

let sent: Record<string, unknown> | undefined
let budget: typeof import('./budget')
beforeAll(async () => {
  vi.doMock('./rest', () => ({
    getSource: () => Promise.resolve({ properties: { host: 'db', purlieuAuthority: 'postgresql://db', purlieuBudget: { connections: 2, unitSeconds: 60 } } }),
    putSource: (_name: string, _kind: string, properties: Record<string, unknown>) => { sent = properties; return Promise.resolve() },
  }))
  budget = await import('./budget')
})

it('nothing is as many as usual, and what is no whole number from 1 is refused', () => {
  expect(['', ' ', '1', '12'].map(connectionsOf)).toEqual([0, 0, 1, 12])
  expect(['0', '-1', '1.5', 'two', '1e30'].map(connectionsOf)).toEqual(Array(5).fill(undefined))
})

it('only what changed is written, over the rest of the budget and of the source', async () => {
  const was = bearsOf({ connections: 2 })
  expect(changedOf(was, was)).toEqual({})
  expect(changedOf(was, { connections: 2, strict: true })).toEqual({ strict: true })
  await budget.putBudget({ name: 'shop', kind: 'PostgreSql' }, { strict: true })
  expect(sent).toEqual({ host: 'db', purlieuBudget: { connections: 2, unitSeconds: 60, strict: true } })
})
