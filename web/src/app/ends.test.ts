import { expect, it } from 'vitest'
import type { Run } from '../client/api'
import { follow } from './ends'

const run = (id: string, more: Partial<Run> = {}) => ({ id, source: 'shop', scan: id, state: 'InProgress', ended: null, proposal: null, problem: null, counts: { discovered: 7, gaps: 0 }, ...more }) as Run
const ended = (state: Run['state'], more: Partial<Run> = {}) => ({ state, ended: '2026-11-01T03:00:00Z', ...more })

it('a run that goes on is followed, and others are none of ours', () => {
  expect(follow(['nightly'], [run('weekly', ended('Failed')), run('nightly')])).toEqual({ told: [], off: [] })
})

it('a run that ended is told of, as it ended, once', () => {
  const { told, off } = follow(['a', 'b', 'c', 'd'], [run('d'), run('c', ended('Canceled')), run('b', ended('Failed', { problem: { text: 'No room' } as Run['problem'] })), run('a', ended('Succeeded', { proposal: 'p1' }))])
  expect(told.map(t => [t.kind, t.title, t.text])).toEqual([
    ['info', 'The run of shop / c was cancelled', undefined], ['failed', 'The run of shop / b failed', 'No room'], ['done', 'The run of shop / a succeeded', '7 assets found'],
  ])
  expect(off).toEqual(['a', 'b', 'c'])
})

it('a run that asks a person is told of, with the way to it, and followed no longer', () => {
  const { told, off } = follow(['nightly'], [run('nightly', { proposal: 'p1' })])
  expect(told).toEqual([{ kind: 'info', title: 'The run of shop / nightly waits for an answer', link: { to: '/runs/nightly', text: 'See what it asks' } }])
  expect(off).toEqual(['nightly'])
})

it('a run that is not among the newest is followed no longer, without a word', () => {
  expect(follow(['gone', 'nightly'], [run('nightly')])).toEqual({ told: [], off: ['gone'] })
})
