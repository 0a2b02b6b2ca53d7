// When a source may be read: as the account keeps it, as people say it, and as the form writes it.
import { dayName, weekDays, zoneHere } from './days'
import { words as shared } from './strings'
import type { Window } from './types'
import { words } from './windowStrings'

type Day = (typeof weekDays)[number]

/** proposed is a first window, every night, or another one, all of the weekend in the zone of the one before. */
export const proposed = (before?: Window): Window =>
  before ? { days: ['Saturday', 'Sunday'], from: '00:00', to: '24:00', timeZone: before.timeZone ?? 'UTC' } : { from: '22:00', to: '06:00', timeZone: zoneHere() }

/** windowsOf are a source's windows as the form has them: of every day there are no days named. */
export const windowsOf = (of: readonly Window[] | undefined): Window[] => (of ?? []).map(({ days, ...w }) => (days?.length ? { ...w, days } : w))

/** daysOf are the days on which a window begins. */
export const daysOf = (w: Window): readonly Day[] => (w.days ? weekDays.filter(day => w.days?.includes(day)) : weekDays)

/** withDay is a window that begins on a day, too, or no longer. */
export function withDay({ days: _, ...w }: Window, was: readonly Day[], day: Day, on: boolean): Window {
  const days = weekDays.filter(d => (d === day ? on : was.includes(d)))
  return days.length === weekDays.length ? w : { ...w, days }
}

/** windowText says one window: "Monday to Friday, 22:00 to 06:00 of the next day (Europe/Berlin)". */
export const windowText = (w: Window) => words.whole(daysText(w.days ?? []), timesText(w), w.timeZone || 'UTC')

const timesText = ({ from, to }: Window) => (wholeDay(from, to) ? words.allDay : to <= from ? words.intoNextDay(from, to) : words.fromTo(from, to))

const wholeDay = (from: string, to: string) => from === '00:00' && (to === '24:00' || to === '00:00')

/** daysText names days; three and more in a row are named by the first and the last. */
function daysText(days: readonly string[]): string {
  const rows = rowsOf(days)
  return rows.length === 0 ? words.everyDay : rows.flatMap(row => (row.length > 2 ? [words.fromTo(dayName(row[0]!), dayName(row.at(-1)!))] : row.map(dayName))).join(', ')
}

/** rowsOf are days as they follow each other, over the end of the week too; none of every day. */
function rowsOf(days: readonly string[]): Day[][] {
  const on = weekDays.map(day => days.includes(day))
  if (on.every(yes => yes === on[0])) return []
  const first = weekDays.findIndex((_, i) => on[i] && !on[(i + 6) % 7])
  const out: Day[][] = []
  for (let i = 0; i < 7;) {
    const row: Day[] = []
    while (row.length < 7 && on[(first + i + row.length) % 7]) row.push(weekDays[(first + i + row.length) % 7]!)
    if (row.length > 0) out.push(row)
    i += row.length + 1
  }
  return out
}

/** spokenWindow is a window as a command says it: "Mon-Fri 22:00-06:00 Europe/Berlin". */
export function spokenWindow(w: Window): string {
  const days = rowsOf(w.days ?? []).map(row => (row.length > 2 ? `${short(row[0]!)}-${short(row.at(-1)!)}` : row.map(short).join(','))).join(',')
  return [days, `${w.from}-${w.to}`, w.timeZone && w.timeZone !== 'UTC' ? w.timeZone : ''].filter(Boolean).join(' ')
}

const short = (day: string) => day.slice(0, 3)

/** problemsOf says what keeps a window from being sent; what else is wrong with it the account says. */
export const problemsOf = (w: Window) => ({
  from: clock(w.from) ? '' : shared.badTime,
  to: clock(w.to) ? '' : shared.badTime,
  days: w.days && w.days.length === 0 ? shared.noDay : '',
})

/** windowPart is one part of a window as the account names it where it has something against it; windowParts are all that have a field. */
export const windowPart = (i: number, part: keyof Window) => `properties.purlieuWindows[${i}].${part}`
export const windowParts = (of: Window[]) => of.flatMap((_, i) => (['days', 'from', 'to', 'timeZone'] as const).map(part => windowPart(i, part)))

const clock = (text: string) => /^\d\d:\d\d$/.test(text)

/** settled reports whether windows can be sent. */
export const settled = (of: Window[]) => of.every(w => Object.values(problemsOf(w)).every(problem => problem === ''))
