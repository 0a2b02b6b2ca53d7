import { expect, it } from 'vitest'
import { authorityOf, commandOf, noSource } from './newSource'

it('a new source stands in the root collection, or in the first where its writer may write', () => {
  expect(noSource([{ name: 'finance' }, { name: 'root' }]).collection).toBe('root')
  expect(noSource([{ name: 'sales' }, { name: 'support' }]).collection).toBe('sales')
})

it('is known by its address, or by its name where that says nothing, unless somebody names it', () => {
  const draft = { ...noSource([{ name: 'root' }]), name: 'exports' }
  expect(authorityOf({}, draft)).toBe('')
  expect(authorityOf({ nodeLocal: true }, draft)).toBe('exports')
  expect(authorityOf({ nodeLocal: true }, { ...draft, authority: ' nas ' })).toBe('nas')
  expect(commandOf({ name: 'FileSystem', settings: [], nodeLocal: true }, draft)).toBe('purlieu source add FileSystem exports --authority=exports')
})

it('says how much of it is read at once only where somebody wrote that', () => {
  const draft = { ...noSource([{ name: 'root' }]), name: 'exports' }
  const said = (to: Partial<typeof draft>) => commandOf({ name: 'PostgreSql', settings: [] }, { ...draft, ...to })
  expect(said({})).toBe('purlieu source add PostgreSql exports')
  expect(said({ units: '2' })).toBe('purlieu source add PostgreSql exports --connections=2')
  expect(said({ units: '2', strict: true })).toBe('purlieu source add PostgreSql exports --connections=2 --strict')
})
