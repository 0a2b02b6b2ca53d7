import { expect, test } from 'vitest'
import { windowText } from './windows'
import type { Window } from './types'

test.each<[NonNullable<Window['days']>, string]>([
  [[], 'Every day'],
  [['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'], 'Every day'],
  [['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'], 'Monday to Friday'],
  [['Saturday', 'Sunday'], 'Saturday, Sunday'],
  [['Sunday', 'Saturday', 'Monday'], 'Saturday to Monday'],
  [['Friday', 'Monday', 'Wednesday'], 'Monday, Wednesday, Friday'],
  [['Sunday'], 'Sunday'],
])('the days %s are said as %s', (days, text) => {
  expect(windowText({ days, from: '22:00', to: '06:00', timeZone: 'Europe/Berlin' })).toBe(`${text}, 22:00 to 06:00 (Europe/Berlin)`)
})

test('a window without a zone is in UTC', () => {
  expect(windowText({ from: '22:00', to: '06:00' })).toBe('Every day, 22:00 to 06:00 (UTC)')
})
