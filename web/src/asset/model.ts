// What the pages of an asset read out of an entity.
import type { Entity, EntityInfo } from '../client/api'
import { decoded } from '../ui/names'
import { words } from './strings'

export interface Column {
  guid: string
  name: string
  type: string
  nullable: boolean | undefined
  default: string
  comment: string
  classes: Classification[]
  entity: Entity | undefined
}

export interface Classification {
  name: string
  because: string
}

/** words joins texts of an attribute that may be anything. */
export function text(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return value.map(text).filter(Boolean).join(', ')
  return JSON.stringify(value)
}

/** contactsIn are the ids of people in what differed: contacts are objects with an id. */
export function contactsIn(value: unknown): string[] {
  if (!Array.isArray(value)) return []
  return value.flatMap(v => (typeof v === 'object' && v !== null && typeof (v as { id?: unknown }).id === 'string' ? [(v as { id: string }).id] : []))
}

/** said is the text of what differed, with people by their names. */
export function said(value: unknown, name: (id: string) => string): string {
  const people = contactsIn(value)
  return people.length > 0 ? people.map(name).join(', ') : text(value)
}

/** columnsOf are the columns in the order of their table. */
export function columnsOf(info: EntityInfo): Column[] {
  const refs = (info.entity as unknown as { relationshipAttributes?: { columns?: { guid: string; displayText: string }[] } }).relationshipAttributes?.columns ?? []
  return refs.map(ref => {
    const e = info.referredEntities[ref.guid]
    const a = e?.attributes ?? {}
    const nullable = a.isNullable ?? a.nullable
    return {
      guid: ref.guid, name: ref.displayText, type: text(a.data_type ?? a.type ?? a.dataType), default: text(a.default_value ?? a.default), comment: text(a.userDescription) || text(a.comment),
      nullable: typeof nullable === 'boolean' ? nullable : undefined, classes: e ? classesOf(e) : [], entity: e,
    }
  })
}

export const hasColumns = (e: Entity) => 'columns' in ((e as unknown as { relationshipAttributes?: object }).relationshipAttributes ?? {})

/** descriptionOf: what a person wrote wins over what the source says. */
export const descriptionOf = (e: Entity) => text(e.attributes.userDescription) || text(e.attributes.comment)
/** sourceSays is the source's own text, where a person's stands before it. */
export const sourceSays = (e: Entity) => (text(e.attributes.userDescription) ? text(e.attributes.comment) : '')
/** refusedOf are the classifications that people took away from rules. */
export const refusedOf = (e: Entity) => [...new Set((e.purlieu?.refused ?? []).map(r => r.typeName))]

const shownElsewhere = new Set(['qualifiedName', 'name', 'owner', 'comment', 'description', 'userDescription', 'displayName', 'keys', 'indexes'])

/** others are the attributes that no part of the page shows by itself. */
export function others(e: Entity): [string, string][] {
  return Object.entries(e.attributes).filter(([name]) => !shownElsewhere.has(name)).map(([name, value]) => [name, text(value)] as [string, string]).filter(([, value]) => value !== '')
}

/** namesAbove are the names above an asset, from its qualified name, each with what it names: the authority first. */
export function namesAbove(qualifiedName: string): { name: string; qualifiedName: string }[] {
  const scheme = /^[a-z0-9+.-]+:\/\//i.exec(qualifiedName)?.[0] ?? ''
  const [own = '', column] = qualifiedName.slice(scheme.length).split('#') // what is not escaped in a name is neither / nor #
  const parts = own.split('/')
  return parts.slice(0, column === undefined ? -1 : undefined).map((part, i) => ({ name: decoded(part), qualifiedName: scheme + parts.slice(0, i + 1).join('/') }))
}

/** classesOf are the classifications of an asset or a column, with their evidence in words: counts, never a value. */
export function classesOf(e: Entity): Classification[] {
  return e.classifications.map(c => ({ name: c.typeName, because: because((c as { purlieu?: { evidence?: Record<string, unknown> } }).purlieu?.evidence) }))
}

function because(evidence: Record<string, unknown> | undefined): string {
  if (!evidence) return ''
  return words.because({
    matches: text(evidence.matches), tried: text(evidence.tried), distinct: text(evidence.distinct), checks: evidence.checked === true ? text(evidence.checks) || '0' : undefined,
    hint: evidence.hint === true, rule: text(evidence.rule), version: text(evidence.version),
  })
}
