import { expect, test } from 'vitest'
import { daysOf, problemsOf, proposed, settled, spokenWindow, windowsOf, windowText, withDay } from './windows'
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
  expect(windowText({ days, from: '22:00', to: '06:00', timeZone: 'Europe/Berlin' })).toBe(`${text}, 22:00 to 06:00 of the next day (Europe/Berlin)`)
})

test('a window without a zone is in UTC', () => {
  expect(windowText({ from: '22:00', to: '06:00' })).toBe('Every day, 22:00 to 06:00 of the next day (UTC)')
})

test.each([
  ['09:00', '17:00', '09:00 to 17:00'], ['00:00', '24:00', 'all day'], ['00:00', '00:00', 'all day'], ['18:00', '24:00', '18:00 to 24:00'],
  ['18:00', '00:00', '18:00 to 00:00 of the next day'], ['08:00', '08:00', '08:00 to 08:00 of the next day'],
])('from %s to %s is said as %s', (from, to, text) => {
  expect(windowText({ from, to })).toBe(`Every day, ${text} (UTC)`)
})

test.each<[Window, string]>([
  [{ from: '22:00', to: '06:00' }, '22:00-06:00'],
  [{ from: '22:00', to: '06:00', timeZone: 'UTC' }, '22:00-06:00'],
  [{ days: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'], from: '22:00', to: '06:00', timeZone: 'Europe/Berlin' }, 'Mon-Fri 22:00-06:00 Europe/Berlin'],
  [{ days: ['Sunday', 'Saturday', 'Wednesday'], from: '00:00', to: '24:00' }, 'Wed,Sat,Sun 00:00-24:00'],
  [{ days: ['Monday', 'Sunday', 'Saturday'], from: '00:00', to: '24:00', timeZone: 'W. Europe Standard Time' }, 'Sat-Mon 00:00-24:00 W. Europe Standard Time'],
])('a command says %j as %s', (w, text) => {
  expect(spokenWindow(w)).toBe(text)
})

test('first every night is proposed, then all of the weekend in the same zone', () => {
  const first = proposed()
  expect(windowText(first)).toMatch(/^Every day, 22:00 to 06:00 of the next day/)
  expect(windowText(proposed({ ...first, timeZone: 'Asia/Tokyo' }))).toBe('Saturday, Sunday, all day (Asia/Tokyo)')
})

test('a day is taken away and put back, and of none at all there is nothing to save', () => {
  let w: Window = { from: '22:00', to: '06:00' }
  w = withDay(w, daysOf(w), 'Sunday', false)
  expect(w.days).toEqual(['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'])
  expect('days' in withDay(w, daysOf(w), 'Sunday', true)).toBe(false)
  for (const day of daysOf(w)) w = withDay(w, daysOf(w), day, false)
  expect(daysOf(w)).toEqual([])
  expect(settled([w])).toBe(false)
  expect(problemsOf(w).days).not.toBe('')
})

test('what the account says of every day names no days, and half a time is not sent', () => {
  expect(windowsOf([{ days: [], from: '22:00', to: '24:00' }])).toEqual([{ from: '22:00', to: '24:00' }])
  expect(windowsOf(undefined)).toEqual([])
  expect(settled(windowsOf([{ from: '22:00', to: '24:00' }]))).toBe(true)
  expect(settled([{ from: '', to: '06:00' }])).toBe(false)
})
