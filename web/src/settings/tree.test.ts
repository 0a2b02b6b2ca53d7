import { describe, expect, it } from 'vitest'
import type { Collection } from './rest'
import { places, treeOf, withAbove, type Branch } from './tree'

const collection = (name: string, parent?: string) => ({ name, friendlyName: name, ...(parent && { parentCollection: { referenceName: parent } }) }) as Collection
const all = [collection('sales', 'root'), collection('europe', 'sales'), collection('root'), collection('asia', 'sales'), collection('people', 'root')]
const drawn = (of: Branch[]): string => of.map(b => b.collection.name + (b.below.length ? `(${drawn(b.below)})` : '')).join(' ')

describe('the tree of collections', () => {
  it('stands below the root, by title', () => expect(drawn(treeOf(all))).toBe('root(people sales(asia europe))'))
  it('shows at the top what stands below something that may not be seen', () => expect(drawn(treeOf(all.filter(c => c.name !== 'sales')))).toBe('asia europe root(people)'))
})

it('some collections come with those above them', () => {
  expect(drawn(treeOf(withAbove(all, [all[3]!])))).toBe('root(sales(asia))')
  expect(drawn(treeOf(withAbove(all, [collection('lost', 'unseen'), all[2]!])))).toBe('root')
  expect(withAbove(all, [])).toEqual([])
})

describe('where a collection may be moved', () => {
  it('is anywhere but below itself', () => expect(places(all, 'sales').map(c => c.name)).toEqual(['root', 'people']))
})
