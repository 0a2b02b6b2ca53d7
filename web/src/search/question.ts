// What the address of the search asks the account.
import { facetNames, manyValues, search, someValues, type FacetName, type Order } from '../client/api'
import { text, texts, whole } from '../ui/address'

export interface Narrowed {
  type?: string[] | undefined
  source?: string[] | undefined
  class?: string[] | undefined
  collection?: string[] | undefined
  contact?: string[] | undefined
  label?: string[] | undefined
  all?: string[] | undefined // facets of which more than the most frequent values are shown
}

/** slots are the words of the address for what narrows. */
export const slots = { entityType: 'type', purlieuSource: 'source', classification: 'class', collectionId: 'collection', contactId: 'contact', label: 'label' } as const satisfies Record<FacetName, keyof Narrowed>

export interface Address extends Narrowed {
  q?: string | undefined
  order?: Order | undefined // the best first
  most?: number | undefined
}

/** addressOf reads an address that anybody may have written. */
export const addressOf = (s: Record<string, unknown>): Address => ({ q: text(s.q), type: texts(s.type), source: texts(s.source), class: texts(s.class), collection: texts(s.collection), contact: texts(s.contact), label: texts(s.label), order: s.order === 'name' || s.order === 'changed' ? s.order : undefined, all: texts(s.all), most: whole(s.most) })

export const step = 50 // hits at first, and half of what each "more" adds
export const limit = 1000

/** mostOf is how many hits are shown. */
export const mostOf = (at: Address) => Math.min(limit, at.most ?? step)

/** asked is the question that an address asks. */
export const asked = (at: Address) => search({ keywords: at.q ?? '', types: at.type ?? [], sources: at.source ?? [], classes: at.class ?? [], collections: at.collection ?? [], contacts: at.contact ?? [], labels: at.label ?? [], order: at.order, limit: mostOf(at), values: facetNames.map(name => (at.all?.includes(name) ? manyValues : someValues + 1)) })
