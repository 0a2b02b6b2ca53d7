// What the pages ask the account: each question is a query with a key of its own, so that parts of a page that ask the
// same share one answer. The shapes are generated from the account's own descriptions (`npm run generate`).
import { queryOptions } from '@tanstack/react-query'
import type { components as datamap } from './generated/datamap'
import type { components as manage } from './generated/manage'
import type { components as scanning } from './generated/scanning'
import { deed, flag, flags, line } from './command'
import { pages, type Page } from './pages'
import { rest } from './rest'

export type Overview = manage['schemas']['Overview']
export type Attention = manage['schemas']['Attention']
export type Run = manage['schemas']['Run']
export type Node = manage['schemas']['Node']
export type Kind = manage['schemas']['Kind']
export type Asset = manage['schemas']['Asset']
export type Origin = manage['schemas']['Origin']
export type Change = manage['schemas']['Change']
export type Difference = manage['schemas']['Difference']
export type KeyState = manage['schemas']['KeyState']
export type Runtime = scanning['schemas']['Runtime']
export type RuntimeSummary = manage['schemas']['RuntimeSummary']
export type RuntimeStatus = scanning['schemas']['RuntimeStatus']
export type Hit = datamap['schemas']['Hit']
export type Hits = datamap['schemas']['QueryResult']
export type Lineage = datamap['schemas']['Lineage']
export type Header = datamap['schemas']['Header']

/** Entity is an Atlas entity; its attributes are as free as its type. */
export type Entity = Omit<datamap['schemas']['Entity'], 'attributes' | 'classifications' | 'contacts'> & {
  attributes: Record<string, unknown>
  classifications: { typeName: string; attributes?: Record<string, unknown> }[]
  contacts: { Expert: { id: string; info: string }[]; Owner: { id: string; info: string }[] }
}
export interface EntityInfo {
  entity: Entity
  referredEntities: Record<string, Entity>
}

export const overview = () => queryOptions({ queryKey: ['overview'], queryFn: ({ signal }) => rest<Overview>('/manage/v1/overview', { signal }) })
export const runs = (limit: number) => queryOptions({ queryKey: ['runs', limit], queryFn: ({ signal }) => rest<Page<Run>>('/manage/v1/runs', { query: { limit }, signal }) })

/** Order is how hits are put in order: by name, or the last changed first. */
export type Order = 'name' | 'changed'
const orders = { name: [{ name: 'ASC' }], changed: [{ updateTime: 'DESC' }] }

export interface Question {
  keywords: string
  types: string[]
  sources: string[]
  classes: string[]
  collections: string[]
  contacts: string[]
  labels: string[]
  order: Order | undefined // the best first
  limit: number
  values: number[] // of each facet, at most
}

/** filterOf joins what narrows: any of one kind, all kinds together. */
export function filterOf(q: Question): object | null {
  const parts = ([['entityType', q.types], ['purlieuSource', q.sources], ['classification', q.classes], ['collectionId', q.collections], ['contactId', q.contacts], ['label', q.labels]] as const)
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => ({ or: values.map(value => ({ [name]: value })) }))
  return parts.length === 0 ? null : { and: parts }
}

export const facetNames = ['entityType', 'purlieuSource', 'classification', 'collectionId', 'contactId', 'label'] as const // the account counts all of them at once
export type FacetName = (typeof facetNames)[number]
export const someValues = 12 // of a facet, at first
export const manyValues = 50 // the account tells no more

export const search = (q: Question) =>
  queryOptions({
    queryKey: ['search', q],
    queryFn: ({ signal }) => rest<Hits>('/datamap/api/search/query', {
      method: 'POST', signal, query: { 'api-version': '2023-09-01' },
      body: { keywords: q.keywords || null, filter: filterOf(q), limit: q.limit, orderby: q.order && orders[q.order], facets: facetNames.map((facet, i) => ({ facet, count: q.values[i] })) },
    }),
  })

export const entity = (guid: string) => queryOptions({ queryKey: ['entity', guid], queryFn: ({ signal }) => rest<EntityInfo>(`/datamap/api/atlas/v2/entity/guid/${encodeURIComponent(guid)}`, { signal }) })
/** classNames are the classifications that the account knows: those in use first, the most frequent before all. */
export const classNames = () =>
  queryOptions({
    queryKey: ['classNames'], staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const [hits, known] = await Promise.all([
        rest<Hits>('/datamap/api/search/query', { method: 'POST', signal, query: { 'api-version': '2023-09-01' }, body: { keywords: null, filter: null, limit: 1, facets: [{ facet: 'classification', count: 200 }] } }),
        rest<datamap['schemas']['TypeHeader'][]>('/datamap/api/atlas/v2/types/typedefs/headers', { query: { type: 'classification' }, signal }),
      ])
      return usedFirst((hits['@search.facets']?.classification ?? []).map(f => f.value), known.map(t => t.name))
    },
  })

/** usedFirst are names without repetition: those in use as they come, then the others by name. */
export const usedFirst = (used: string[], known: string[]) => [...new Set([...used.filter(Boolean), ...known.sort((a, b) => a.localeCompare(b))])]

/** directionOf is what the account calls a way. */
export const directionOf = (way?: 'up' | 'down') => (way === undefined ? 'BOTH' : way === 'up' ? 'INPUT' : 'OUTPUT')

/** lineage is what feeds an asset and is fed by it, so many steps up and down, or one way only. */
export const lineage = (guid: string, depth: number, way?: 'up' | 'down') =>
  queryOptions({ queryKey: ['lineage', guid, depth, way], queryFn: ({ signal }) => rest<Lineage>(`/datamap/api/atlas/v2/lineage/${encodeURIComponent(guid)}`, { query: { direction: directionOf(way), depth, width: 1000 }, signal }) })
/** origin is where an asset comes from: its source, what it stands in, the run that saw it last. */
export const origin = (guid: string) => queryOptions({ queryKey: ['origin', guid], queryFn: ({ signal }) => rest<Origin>(`/manage/v1/assets/${encodeURIComponent(guid)}/origin`, { signal }) })
export const children = (guid: string) => pages<Asset>(['children', guid], `/manage/v1/assets/${encodeURIComponent(guid)}/children`)

export interface Day {
  day: string
  measures: Record<string, number>
}
export const measures = (guid: string) => queryOptions({ queryKey: ['measures', guid], queryFn: ({ signal }) => rest<Page<Day>>(`/manage/v1/assets/${encodeURIComponent(guid)}/measures`, { query: { limit: 90 }, signal }) })
export const history = (guid: string) => pages<Change>(['history', guid], `/manage/v1/assets/${encodeURIComponent(guid)}/history`, { limit: 25 })

const version = { 'api-version': '2023-09-01' }
const runtimeAt = (name: string) => `/scan/integrationRuntimes/${encodeURIComponent(name)}`
export const getRuntime = (name: string) => rest<Runtime>(runtimeAt(name), { query: version })
export const runtimes = () => queryOptions({ queryKey: ['runtimes'], queryFn: ({ signal }) => rest<{ value: Runtime[] }>('/scan/integrationRuntimes', { query: version, signal }) })
/** summaries are all runtimes with the state of their nodes: one question, however many there are. */
export const summaries = () => queryOptions({ queryKey: ['runtimes', 'summaries'], queryFn: ({ signal }) => rest<{ value: RuntimeSummary[] }>('/manage/v1/runtimes', { signal }) })
export const runtimeNodes = (name: string) => queryOptions({ queryKey: ['nodes', name], queryFn: ({ signal }) => rest<{ value: Node[]; state: RuntimeSummary['state'] }>(`/manage/v1/runtimes/${encodeURIComponent(name)}/nodes`, { signal }) })
export const getKeys = (name: string, signal?: AbortSignal) => rest<Record<'authKey1' | 'authKey2', KeyState>>(`/manage/v1/runtimes/${encodeURIComponent(name)}/keys`, { ...(signal && { signal }) })
export const runtimeKeys = (name: string) => queryOptions({ queryKey: ['keys', name], queryFn: ({ signal }) => getKeys(name, signal) })

export const addRuntime = deed(
  (name: string, description: string) => rest<Runtime>(runtimeAt(name), { method: 'PUT', query: version, body: { kind: 'SelfHosted', properties: { description } } }),
  (name, description) => line`purlieu runtime add ${name}${flag('description', description)}`)
/** describeRuntime changes what a runtime that is there says of itself. */
export const describeRuntime = deed(
  (name: string, description: string) => rest<Runtime>(runtimeAt(name), { method: 'PUT', query: version, body: { kind: 'SelfHosted', properties: { description } } }),
  (name, description) => line`purlieu runtime add ${name}${flags('description', [description])}`)
export const deleteRuntime = deed(
  (name: string) => rest<void>(runtimeAt(name), { method: 'DELETE', query: version }), name => line`purlieu runtime delete ${name}`)
export interface Keys {
  authKey1: string | null
  authKey2: string | null
}
export const listKeys = deed(
  (name: string) => rest<Keys>(`${runtimeAt(name)}:listAuthKeys`, { method: 'POST', query: version }), name => line`purlieu runtime keys ${name} --out runtime.key`)
export const regenerateKey = deed(
  (name: string, keyName: keyof Keys) => rest<Keys>(`${runtimeAt(name)}:regenerateAuthKey`, { method: 'POST', query: version, body: { keyName } }),
  (name, keyName) => line`purlieu runtime keys ${name} --regenerate ${keyName.slice(-1)} --out runtime.key`)

/** Limit is how many nodes a key enrols, 0 for any number, and until when; null is without end. */
export type Limit = Pick<KeyState, 'maxNodes' | 'expires'>
export const limitKey = deed(
  (name: string, keyName: keyof Keys, { maxNodes, expires }: Limit) => rest<void>(`/manage/v1/runtimes/${encodeURIComponent(name)}/keys/${keyName}/limit`, { method: 'PUT', body: { maxNodes, ...(expires && { expires }) } }),
  (name, keyName, { maxNodes, expires }) => line`purlieu runtime limit ${name} --key ${keyName.slice(-1)}${flag('nodes', String(maxNodes))}${flag('expires', expires ?? 'never')}`)
