// Numbers and times as people read them. All times are shown in the reader's zone; the exact one is a title away.
import { justNow, lasting, sized, units } from './formatStrings'

const whole = new Intl.NumberFormat('en')
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' })
const clock = new Intl.DateTimeFormat('en', { timeStyle: 'medium' })
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' })

export const count = (n: number) => whole.format(n)
export const compact = (n: number) => short.format(n)
export const exactTime = (at: Date) => exact.format(at)
/** timeOf is a time of today by the clock, and another one whole. */
export const timeOf = (at: Date, now = new Date()) => (at.toDateString() === now.toDateString() ? clock.format(at) : exact.format(at))
export const dayOf = (at: Date) => day.format(at)

/** minuteOf is a time as the account takes it, to the minute. */
export const minuteOf = (at: Date) => `${at.toISOString().slice(0, 16)}:00Z`
const twoOf = (n: number) => String(n).padStart(2, '0')
/** localOf is a time as a field of the browser takes it, by the clock of who reads; '' of none. */
export function localOf(at: string | null | undefined): string {
  if (!at) return ''
  const d = new Date(at)
  return `${d.getFullYear()}-${twoOf(d.getMonth() + 1)}-${twoOf(d.getDate())}T${twoOf(d.getHours())}:${twoOf(d.getMinutes())}`
}

/** plural says "1 column", "2 columns"; the second word is the plural. */
export const plural = (n: number, one: string, many: string) => `${count(n)} ${n === 1 ? one : many}`

/** portion says how many of all are shown: "3 of 120 columns", or "120 columns" where all are. */
export const portion = (n: number, of: number, one: string, many: string) => (n === of ? '' : `${count(n)} of `) + plural(of, one, many)

export function bytes(n: number): string {
  let i = 0
  let v = n
  while (v >= 1000 && i < units.length - 1) {
    v /= 1000
    i++
  }
  return sized(i === 0 ? String(v) : v.toFixed(v < 10 ? 1 : 0), units[i]!)
}

/** ago says how long since, roughly: "3 minutes ago". */
export function ago(at: Date, now = Date.now()): string {
  const s = (at.getTime() - now) / 1000
  const abs = Math.abs(s)
  if (abs < 10) return justNow
  if (abs < 60) return relative.format(Math.round(s), 'second')
  if (abs < 3600) return relative.format(Math.round(s / 60), 'minute')
  if (abs < 86400) return relative.format(Math.round(s / 3600), 'hour')
  if (abs < 86400 * 45) return relative.format(Math.round(s / 86400), 'day')
  return exact.format(at)
}

/** took says how long something lasted: "2 min 5 s". */
export function took(ms: number): string {
  if (ms < 1000) return lasting.ms(Math.round(ms))
  const s = Math.round(ms / 1000)
  if (s < 60) return lasting.s(s)
  if (s < 3600) return lasting.min(Math.floor(s / 60), s % 60)
  return lasting.h(Math.floor(s / 3600), Math.floor((s % 3600) / 60))
}
