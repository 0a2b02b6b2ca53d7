import { describe, expect, it } from 'vitest'
import { ago, bytes, plural, timeOf, took } from './format'
import { flag, line, quote } from '../client/command'

describe('numbers and times', () => {
  it.each([[0, '0 B'], [999, '999 B'], [1000, '1.0 kB'], [1_234_567, '1.2 MB'], [45_000_000_000, '45 GB']])('%i bytes are %s', (n, want) => expect(bytes(n)).toBe(want))
  it.each([[320, '320 ms'], [5_000, '5 s'], [125_000, '2 min 5 s'], [3_700_000, '1 h 1 min']])('%i ms are %s', (n, want) => expect(took(n)).toBe(want))
  it.each([[3, 'just now'], [50, '50 seconds ago'], [200, '3 minutes ago'], [7300, '2 hours ago'], [86400, 'yesterday']])('%i s before is %s', (s, want) => {
    const now = Date.UTC(2026, 4, 3)
    expect(ago(new Date(now - s * 1000), now)).toBe(want)
  })
  it('counts one and many', () => expect([plural(1, 'column', 'columns'), plural(5000, 'column', 'columns')]).toEqual(['1 column', '5,000 columns']))
})

describe('a word of a command', () => {
  it('is not taken for a flag', () => expect(line`purlieu source browse ${'shop'} ${'--credential=x'}${flag('runtime', 'edge')} --json`).toBe('purlieu source browse --runtime=edge --json -- shop --credential=x'))
  it.each([['edge', 'edge'], ['a b', "'a b'"], ["it's", `'it'\\''s'`], ['$(reboot)', "'$(reboot)'"], ['', "''"], ['a\nb', "$'a\\nb'"], ["\u0015it's\\", "$'\\u0015it\\'s\\\\'"], ['\u009b', "$'\\u009b'"]])('%s is written %s', (text, want) => expect(quote(text)).toBe(want))
})

it('a time of today is said by the clock, another with its day', () => {
  const now = new Date(2026, 4, 3, 14, 2, 0)
  expect(timeOf(new Date(2026, 4, 3, 9, 30, 0), now)).not.toMatch(/2026/)
  expect(timeOf(new Date(2026, 4, 2, 9, 30, 0), now)).toMatch(/2026/)
})
