import { expect, it } from 'vitest'
import { contactsIn, namesAbove, said } from './model'

it('names what stands above an asset as the account does', () => {
  expect(namesAbove('postgresql://db:5432/shop/a%2Fb/orders')).toEqual([
    { name: 'db:5432', qualifiedName: 'postgresql://db:5432' },
    { name: 'shop', qualifiedName: 'postgresql://db:5432/shop' },
    { name: 'a/b', qualifiedName: 'postgresql://db:5432/shop/a%2Fb' },
  ])
})

it('a table stands above its column, and nothing above what has one name', () => {
  expect(namesAbove('file://lake/a.csv#id').map(n => n.name)).toEqual(['lake', 'a.csv'])
  expect(namesAbove('file://lake')).toEqual([])
  expect(namesAbove('by hand')).toEqual([])
})

it('says who was named by name, and other values as they are', () => {
  const name = (id: string) => (id === 'user:1' ? 'ada' : id)
  expect(said([{ id: 'user:1' }, { id: 'lee', info: '' }], name)).toBe('ada, lee')
  expect(said(['blue', 'green'], name)).toBe('blue, green')
  expect(said(null, name)).toBe('')
  expect(contactsIn([{ name: 'orders_pkey' }])).toEqual([])
})
