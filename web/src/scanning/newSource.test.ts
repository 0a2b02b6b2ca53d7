import { expect, it } from 'vitest'
import { noSource } from './newSource'

it('a new source stands in the root collection, or in the first where its writer may write', () => {
  expect(noSource([{ name: 'finance' }, { name: 'root' }]).collection).toBe('root')
  expect(noSource([{ name: 'sales' }, { name: 'support' }]).collection).toBe('sales')
})
