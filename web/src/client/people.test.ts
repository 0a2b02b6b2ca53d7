import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { Answered } from './people'

beforeAll(() => vi.stubGlobal('document', { querySelector: () => null }))

describe('somebody', () => {
  const answered: Answered = { of: ['user:1', 'user:gone'], names: { 'user:1': 'ada' } }
  it.each([
    ['user:1', answered, false, 'ada'],
    ['user:1', answered, true, 'ada'], // while others are asked for
    ['user:gone', answered, true, 'user:gone'], // it was asked for, and nobody is called so
    ['user:2', answered, true, '…'],
    ['user:2', answered, false, 'user:2'],
    ['user:1', undefined, true, '…'],
    ['user:1', undefined, false, 'user:1'], // it failed
    ['scan:shop/nightly', undefined, true, 'scan:shop/nightly'], // is asked of nobody
  ] as const)('%s, with %o known and more to come: %s, is called %s', async (id, known, coming, name) => {
    const { called } = await import('./people')
    expect(called(id, known, coming)).toBe(name)
  })
})
