// How a schedule is said, and what is wrong with one that is written. Apart from the others, for a source's first page has none;
// what windows of time need, too, is with those.

export const words = {
  badInterval: 'Every how many? A whole number from 1.', badHours: 'Hours of the day are 0 to 23.', badDays: 'Days of the month are 1 to 31, or -1 to -31 from its end.',
  everyOf: { Hour: (n: number) => (n === 1 ? 'Every hour' : `Every ${n} hours`), Day: (n: number) => (n === 1 ? 'Every day' : `Every ${n} days`), Week: (n: number) => (n === 1 ? 'Every week' : `Every ${n} weeks`), Month: (n: number) => (n === 1 ? 'Every month' : `Every ${n} months`) },
  when: (every: string, days: string, at: string, zone: string, end: string) => `${[every, days, at].filter(Boolean).join(' ')}, ${zone}${end && `, until ${end}`}`,
  onDays: (days: string) => `on ${days}`, atTimes: (times: string) => `at ${times}`, atMinutes: (minutes: string) => `at minute ${minutes}`,
  monthDay: (n: number) => (n === -1 ? 'the last day' : n < 0 ? `day ${-n} from the end` : `day ${n}`), occurrence: (n: number, day: string) => (n === -1 ? `the last ${day}` : n < 0 ? `${day} ${-n} from the end` : `${day} number ${n}`),
}
