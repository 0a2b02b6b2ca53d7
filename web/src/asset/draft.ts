// What a person is writing over an asset or a column, and how it is brought together with what another wrote meanwhile.
import type { Entity } from '../client/api'
import { flag, flags, line } from '../client/command'
import type { Contact, Target, Writing } from '../client/edit'
import { text } from './model'

export interface Draft {
  description: string
  owners: Contact[]
  experts: Contact[]
}

export type Part = keyof Draft

/** draftOf is what people have written over an entity so far. */
export function draftOf(e: Entity): Draft {
  return { description: text(e.attributes.userDescription), owners: e.contacts.Owner, experts: e.contacts.Expert }
}

const same = (a: Draft[Part], b: Draft[Part]) => JSON.stringify(a) === JSON.stringify(b)

/** changed are the parts in which two drafts differ. */
export const changed = (a: Draft, b: Draft): Part[] => (['description', 'owners', 'experts'] as const).filter(part => !same(a[part], b[part]))

/** merge lays what a person wrote (mine, begun from base) over what stands there now. Parts that both changed, and not to
 * the same, clash: there mine stays, until the person says otherwise. */
export function merge(base: Draft, mine: Draft, now: Draft): { draft: Draft; clashes: Part[] } {
  const draft = { ...now }
  const clashes: Part[] = []
  for (const part of changed(base, mine)) {
    if (!same(base[part], now[part]) && !same(mine[part], now[part])) clashes.push(part)
    Object.assign(draft, { [part]: mine[part] })
  }
  return { draft, clashes }
}

/** writingOf is what is to be sent so that from becomes to. Contacts are sent whole: a role that is left out is emptied. */
export function writingOf(from: Draft, to: Draft): Writing {
  const parts = changed(from, to)
  return {
    ...(parts.includes('description') && { description: to.description.trim() }),
    ...((parts.includes('owners') || parts.includes('experts')) && { contacts: { Owner: to.owners, Expert: to.experts } }),
  }
}

/** commandOf says the same as a command. */
export function commandOf({ asset, column }: Target, from: Draft, to: Draft): string {
  const parts = changed(from, to)
  const said = (part: Part, name: string, values: string[]) => flags(name, !parts.includes(part) ? [] : values.length ? values : [''])
  const people = (list: Contact[]) => list.map(c => c.id)
  return line`purlieu asset edit ${asset}${flag('column', column)}${said('description', 'description', [to.description.trim()])}${said('owners', 'owner', people(to.owners))}${said('experts', 'expert', people(to.experts))}`
}

