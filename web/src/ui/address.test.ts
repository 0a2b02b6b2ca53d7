import { parseSearchWith, stringifySearchWith } from '@tanstack/react-router'
import { describe, expect, it } from 'vitest'
import { listed, text, texts } from './address'

const read = (search: string) => parseSearchWith(listed)(search) as Record<string, unknown>, write = stringifySearchWith(JSON.stringify, listed)

describe('a word of the address', () => {
  it.each(['2024', 'true', 'false', '1e5', '007', 'null', '{"a":1}', '"order lines"', '["a"]', '-1', 'order'])('is the same when it is read again: %s', word =>
    expect(text(read(write({ q: word })).q)).toBe(word))
  it.each([['?q=2024', '2024'], ['?q=true', 'true'], ['?q=1e5', '1e5'], ['?q=null', 'null'], ['?q=', undefined]])('is a word, typed by hand: %s', (typed, word) => expect(text(read(typed).q)).toBe(word))
  it('or a list of them', () => {
    expect(texts(read(write({ source: ['2024', 'shop'] })).source)).toEqual(['2024', 'shop'])
    expect(texts(read('?source=2024').source)).toEqual(['2024'])
    expect(texts(read('?source=[2024]').source)).toEqual(['2024'])
  })
})
