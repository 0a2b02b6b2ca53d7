// Collections as a tree. A parent that may not be seen makes its children stand at the top.
import type { Collection } from './rest'

export interface Branch {
  collection: Collection
  below: Branch[]
}

const parentOf = (c: Collection) => c.parentCollection?.referenceName ?? ''

/** treeOf gives the collections as branches, those of one parent by their title. */
export function treeOf(all: readonly Collection[]): Branch[] {
  const seen = new Set(all.map(c => c.name))
  const below = (parent: string): Branch[] =>
    all.filter(c => (seen.has(parentOf(c)) ? parentOf(c) : '') === parent)
      .sort((a, b) => titleOf(a).localeCompare(titleOf(b)))
      .map(collection => ({ collection, below: below(collection.name) }))
  return below('')
}

export const titleOf = (c: Collection) => c.friendlyName || c.name

/** withAbove are some of the collections, and those above them. */
export function withAbove(all: readonly Collection[], some: readonly Collection[]): Collection[] {
  const out = new Set(some.map(c => c.name))
  const by = new Map(all.map(c => [c.name, c]))
  for (const c of some) for (let up = by.get(parentOf(c)); up && !out.has(up.name); up = by.get(parentOf(up))) out.add(up.name)
  return all.filter(c => out.has(c.name))
}

/** places are the collections below which one may stand: not itself, and nothing that is below it. */
export function places(all: readonly Collection[], name: string): Collection[] {
  const out = new Set([name])
  for (let grown = true; grown; ) {
    grown = false
    for (const c of all) if (out.has(parentOf(c)) && !out.has(c.name)) { out.add(c.name); grown = true }
  }
  return all.filter(c => !out.has(c.name))
}
