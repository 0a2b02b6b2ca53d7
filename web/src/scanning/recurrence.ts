// When a scan runs by itself: as the account keeps it, as people say it, and as the form writes it.
import { flag, flags, line } from '../client/command'
import { exactTime } from '../ui/format'
import { dayName, weekDays, zoneHere } from './days'
import { words as says } from './recurrenceStrings'
import { words } from './strings'
import type { Recurrence, Trigger } from './types'

export interface Plan {
  every: Recurrence['frequency']
  interval: number
  at: string // HH:MM
  hours: string // others of the day, at the same minute, as one writes them: 9, 15
  on: string[] // days of the week
  days: string // days of the month, as one writes them: 1, 15, -1
  zone: string
  full: boolean
  start: string // it does not run before; every so many weeks are counted from it. '' is now
  end: string // it does not run after; '' is without end
}

const two = (n: number) => String(n).padStart(2, '0')

/** planOf is what the form shows: of a trigger that is there, or a proposal, every night at three. */
export function planOf(t: Trigger | null): Plan {
  const r = t?.properties.recurrence
  const s = r?.schedule
  const [hour, minute] = r ? clockOf(r) : [3, 0]
  return {
    every: r?.frequency ?? 'Day', interval: r?.interval ?? 1, at: `${two(s?.hours?.[0] ?? hour)}:${two(s?.minutes?.[0] ?? minute)}`,
    hours: (s?.hours ?? []).slice(1).join(', '), end: r?.endTime ?? '',
    on: s?.weekDays ?? (r ? [] : ['Monday']), days: (s?.monthDays ?? [1]).join(', '), zone: r ? (r.timeZone ?? 'UTC') : zoneHere(), full: t?.properties.scanLevel === 'Full', start: r?.startTime ?? '',
  }
}

/** clockOf is the clock time of a trigger's start, which counts where its schedule says none. */
function clockOf(r: Recurrence): [number, number] {
  const start = new Date(r.startTime ?? 0)
  try {
    const parts = new Intl.DateTimeFormat('en-GB', { timeZone: r.timeZone ?? 'UTC', hour: '2-digit', minute: '2-digit' }).formatToParts(start)
    const of = (type: string) => Number(parts.find(p => p.type === type)?.value)
    return [of('hour'), of('minute')]
  } catch {
    return [start.getUTCHours(), start.getUTCMinutes()] // a zone that this browser does not know
  }
}

/** more reports whether a trigger says more than the form can write. */
export function more(r: Recurrence): boolean {
  const s = r.schedule
  return (s?.minutes?.length ?? 0) > 1 || (s?.monthlyOccurrences?.length ?? 0) > 0
}

/** problemOf says what keeps a plan from being written; '' when nothing does. */
export function problemOf(p: Plan): string {
  if (!Number.isInteger(p.interval) || p.interval < 1) return says.badInterval
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(p.at)) return words.badTime
  if (p.every !== 'Hour' && !hoursOf(p.hours)) return says.badHours
  if (p.every === 'Week' && p.on.length === 0) return words.noDay
  if (p.every === 'Month' && !daysOf(p.days)) return says.badDays
  return ''
}

/** hoursOf reads hours of the day; undefined when one is none. */
function hoursOf(text: string): number[] | undefined {
  const hours = text.split(/[\s,]+/).filter(Boolean).map(Number)
  return hours.every(h => Number.isInteger(h) && h >= 0 && h <= 23) ? hours : undefined
}

/** clocksOf are all times of the day at which a plan runs, each once. */
const clocksOf = (p: Plan) => {
  const [hour, minute] = p.at.split(':').map(Number) as [number, number]
  return { minute, hours: [...new Set([hour, ...(hoursOf(p.hours) ?? [])])] }
}

/** daysOf reads days of the month, the last of which is -1; undefined when one is not a day. */
function daysOf(text: string): number[] | undefined {
  const days = text.split(/[\s,]+/).filter(Boolean).map(Number)
  return days.length > 0 && days.every(d => Number.isInteger(d) && d !== 0 && d >= -31 && d <= 31) ? days : undefined
}

/** recurrenceOf is a plan as the account takes it. */
export function recurrenceOf(p: Plan): Recurrence {
  const { minute, hours } = clocksOf(p)
  return {
    frequency: p.every, interval: p.interval, timeZone: p.zone, ...(p.start && { startTime: p.start }), ...(p.end && { endTime: p.end }),
    schedule: {
      minutes: [minute], ...(p.every !== 'Hour' && { hours }), ...(p.every === 'Week' && { weekDays: weekDays.filter(d => p.on.includes(d)) }), ...(p.every === 'Month' && { monthDays: daysOf(p.days) ?? [] }),
    },
  }
}

const and = new Intl.ListFormat('en', { type: 'conjunction' })

/** inWords says a recurrence as people do. */
export function inWords(r: Recurrence): string {
  const s = r.schedule
  const minutes = s?.minutes ?? []
  const times = (s?.hours ?? []).flatMap(h => (minutes.length ? minutes : [0]).map(m => `${two(h)}:${two(m)}`))
  const days = [...(s?.weekDays ?? []).map(dayName), ...(s?.monthDays ?? []).map(says.monthDay), ...(s?.monthlyOccurrences ?? []).map(o => says.occurrence(o.occurrence, dayName(o.day)))]
  const at = r.frequency === 'Hour' ? (minutes.length ? says.atMinutes(and.format(minutes.map(two))) : '') : times.length ? says.atTimes(and.format(times)) : ''
  return says.when(says.everyOf[r.frequency](r.interval ?? 1), days.length ? says.onDays(and.format(days)) : '', at, r.timeZone ?? 'UTC', r.endTime ? exactTime(new Date(r.endTime)) : '')
}

/** triggerCommand says a plan as a command. */
export function triggerCommand(source: string, scan: string, p: Plan, was?: Trigger | null): string {
  const on = p.every === 'Week' ? weekDays.filter(d => p.on.includes(d)) : p.every === 'Month' ? (daysOf(p.days) ?? []).map(String) : []
  const at = p.every === 'Hour' ? `00:${p.at.slice(3)}` : clocksOf(p).hours.map(h => `${two(h)}:${p.at.slice(3)}`).join(',')
  const end = p.end ? [p.end] : was?.properties.recurrence.endTime ? [''] : [] // one that is not named stays
  return line`purlieu trigger set ${source} ${scan}${flag('every', p.every.toLowerCase())}${flag('interval', p.interval > 1 && String(p.interval))}${flags('on', on)}${flag('at', at)}${flag('zone', p.zone)}${flag('start', p.start)}${flags('end', end)}${flag('full', p.full)}`
}
