import { beforeAll, describe, expect, it, vi } from 'vitest'
import { QueryClient } from '@tanstack/react-query'
import type { Run } from './types'

beforeAll(() => {
  vi.stubGlobal('document', { querySelector: () => null })
  vi.stubGlobal('location', { href: 'http://account/' })
})

const run = (scan: string, id: string, state = 'Succeeded') => ({ source: 'shop', scan, id, state }) as Run

describe('the newest runs', () => {
  it('are renewed by those that started last, each scan once', async () => {
    const { renewed } = await import('./newest')
    const before = [run('nightly', 'r2', 'InProgress'), run('weekly', 'r1')]
    expect(renewed(before, [run('hourly', 'r4'), run('nightly', 'r3')]).map(r => r.id)).toEqual(['r4', 'r3', 'r1'])
  })

  it('are read to their end at first, and while one goes on by one question', async () => {
    const asked: string[] = []
    const pages: Record<string, unknown> = {
      '/manage/v1/runs?newest=true': { value: [run('nightly', 'r2', 'InProgress')], nextLink: '/manage/v1/runs?newest=true&after=2' },
      '/manage/v1/runs?newest=true&after=2': { value: [run('weekly', 'r1')] },
    }
    vi.doMock('../client/rest', () => ({ rest: (path: string, ask: { query?: Record<string, string> }) => { const at = path + (ask.query ? '?' + new URLSearchParams(ask.query) : ''); asked.push(at); return Promise.resolve(pages[at]) } }))
    vi.resetModules()
    const { newestQuery } = await import('./newest')
    const client = new QueryClient()
    const ids = async () => (await client.fetchQuery({ ...newestQuery(), staleTime: 0 })).runs.map(r => r.id)
    expect(await ids()).toEqual(['r2', 'r1'])
    expect(asked).toHaveLength(2)
    expect(await ids()).toEqual(['r2', 'r1'])
    expect(asked.slice(2)).toEqual(['/manage/v1/runs?newest=true'])
    vi.useFakeTimers({ now: Date.now() + 31_000 })
    await ids()
    expect(asked).toHaveLength(5)
    vi.useRealTimers()
  })
})
