import { describe, expect, it } from 'vitest'
import { inWords, more, planOf, problemOf, recurrenceOf, triggerCommand, type Plan } from './recurrence'
import type { Trigger } from './types'

const plan: Plan = { every: 'Week', interval: 2, at: '06:30', hours: '', end: '', on: ['Friday', 'Monday'], days: '1', zone: 'Europe/Berlin', full: false, start: '2027-01-01T00:00:00Z' }

describe('when a scan runs by itself', () => {
  it.each([
    [plan, 'Every 2 weeks on Monday and Friday at 06:30, Europe/Berlin'],
    [{ ...plan, every: 'Day', interval: 1 }, 'Every day at 06:30, Europe/Berlin'],
    [{ ...plan, every: 'Hour', interval: 6 }, 'Every 6 hours at minute 30, Europe/Berlin'],
    [{ ...plan, every: 'Month', interval: 1, days: '1, -1' }, 'Every month on day 1 and the last day at 06:30, Europe/Berlin'],
  ] as [Plan, string][])('is said in words', (p, said) => expect(inWords(recurrenceOf(p))).toBe(said))

  it('comes back into the form as it was written', () => {
    const t = { properties: { recurrence: recurrenceOf(plan), scanLevel: 'Incremental' } } as Trigger
    expect(planOf(t)).toEqual({ ...plan, on: ['Monday', 'Friday'] })
    expect(recurrenceOf(plan).startTime).toBe('2027-01-01T00:00:00Z') // else it would run from now on
    expect(more(recurrenceOf(plan))).toBe(false)
    expect(more({ frequency: 'Day', schedule: { hours: [3, 9] } })).toBe(false)
    expect(more({ frequency: 'Day', schedule: { hours: [3], minutes: [0, 30] } })).toBe(true)
  })
  it('shows the clock time of its start in its own zone, where it says no other', () => {
    const t = { properties: { recurrence: { frequency: 'Day', interval: 1, timeZone: 'Europe/Berlin', startTime: '2026-01-30T12:21:00Z' } } } as Trigger
    expect(planOf(t).at).toBe('13:21')
  })
  it('is refused before it is sent', () => {
    expect(problemOf(plan)).toBe('')
    for (const bad of [{ interval: 0 }, { at: '25:00' }, { on: [] }, { hours: '24' }, { hours: 'x' }, { every: 'Month', days: '0' }, { every: 'Month', days: 'x' }] as Partial<Plan>[]) expect(problemOf({ ...plan, ...bad })).not.toBe('')
  })
  it('runs several times a day, and ends', () => {
    const often = { ...plan, every: 'Day' as const, interval: 1, hours: '15, 9 6', end: '2027-06-01T10:30:00Z' }
    expect(recurrenceOf(often)).toMatchObject({ endTime: '2027-06-01T10:30:00Z', schedule: { hours: [6, 15, 9], minutes: [30] } })
    expect(inWords(recurrenceOf(often))).toMatch(/^Every day at 06:30, 15:30,? and 09:30, Europe\/Berlin, until .*2027/)
    expect(planOf({ properties: { recurrence: recurrenceOf(often) } } as Trigger)).toMatchObject({ at: '06:30', hours: '15, 9', end: '2027-06-01T10:30:00Z' })
    expect(triggerCommand('shop', 'nightly', often)).toContain('--at=06:30,15:30,09:30 --zone=Europe/Berlin --start=2027-01-01T00:00:00Z --end=2027-06-01T10:30:00Z')
    const was = { properties: { recurrence: { endTime: often.end } } } as Trigger
    expect(triggerCommand('shop', 'nightly', { ...often, end: '' }, was)).toContain("--end=''") // else the one before would stay
  })
  it('is a command', () => {
    expect(triggerCommand('shop', 'nightly', plan)).toBe('purlieu trigger set shop nightly --every=week --interval=2 --on=Monday --on=Friday --at=06:30 --zone=Europe/Berlin --start=2027-01-01T00:00:00Z')
    expect(triggerCommand('shop', 'nightly', { ...plan, every: 'Month', interval: 1, days: '-1', full: true })).toBe('purlieu trigger set shop nightly --every=month --on=-1 --at=06:30 --zone=Europe/Berlin --start=2027-01-01T00:00:00Z --full')
  })
})
