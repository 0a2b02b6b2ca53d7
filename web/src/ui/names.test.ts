import { describe, expect, it } from 'vitest'
import { fitName, piecesOf } from './names'

describe('a long name', () => {
  it.each([
    ['orders', ['orders']],
    ['MICROSOFT.PERSONAL.EMAIL', ['MICROSOFT.', 'PERSONAL.', 'EMAIL']],
    ['postgresql://shop/sales/order_lines', ['postgresql://', 'shop/', 'sales/', 'order_', 'lines']],
    ['folder/', ['folder/']],
    ['', ['']],
  ])('%s is broken into %j', (name, pieces) => expect(piecesOf(name)).toEqual(pieces))
})

describe('what people name', () => {
  it.each(['edge', 'plant-7', 'a1b', 'A'.repeat(63)])('may be called %s', name => expect(fitName(name)).toBe(true))
  it.each(['', 'ab', 'a--b', '-abc', 'abc-', 'a b', 'a_b', 'über', 'A'.repeat(64)])('may not be called %j', name => expect(fitName(name)).toBe(false))
})
