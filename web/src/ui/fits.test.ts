import { expect, it } from 'vitest'
import { fits } from './fits'

it.each([
  ['', ['shop'], true],
  ['  ', ['shop'], true],
  ['', [], true],
  ['sho', ['shop'], true],
  ['SHO', ['The Shop'], true],
  ['op', ['shop'], true],
  ['shop sales', ['shop', 'Sales'], true], // words may be in different texts
  ['sales  shop ', ['shop', 'Sales'], true],
  ['shop sales', ['shop', 'Stock'], false],
  ['shop', [undefined, ''], false],
  ['ÄRZTE', ['ärzte'], true],
  ['.*', ['shop'], false], // a word, not a pattern
])('%j in %j: %j', (wanted, texts, does) => expect(fits(wanted, ...texts)).toBe(does))
