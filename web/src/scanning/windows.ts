// When a source may be read, as people say it.
import { weekDays } from './recurrence'
import { words } from './strings'
import type { Window } from './types'

/** windowText says one window: "Monday to Friday, 22:00 to 06:00 (Europe/Berlin)". */
export const windowText = (w: Window) => `${daysText(w.days ?? [])}, ${w.from} ${words.to} ${w.to} (${w.timeZone || 'UTC'})`

/** daysText names days; three and more in a row are named by the first and the last. */
function daysText(days: readonly string[]): string {
  const on = weekDays.map(day => days.includes(day))
  if (on.every(yes => yes === on[0])) return words.everyDay
  const first = weekDays.findIndex((_, i) => on[i] && !on[(i + 6) % 7])
  const out: string[] = []
  for (let i = 0; i < 7;) {
    let n = 0
    while (n < 7 && on[(first + i + n) % 7]) n++
    const at = (k: number) => weekDays[(first + i + k) % 7]!
    if (n > 2) out.push(`${at(0)} ${words.to} ${at(n - 1)}`)
    else for (let k = 0; k < n; k++) out.push(at(k))
    i += n + 1
  }
  return out.join(', ')
}
