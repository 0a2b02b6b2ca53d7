// What the settings ask the account: collections, who may do what, people and apps, the network.
import { queryOptions } from '@tanstack/react-query'
import type { components as published } from '../client/generated/account'
import type { components as manage } from '../client/generated/manage'
import { deed, flag, flags, line } from '../client/command'
import { collectionsOf } from '../client/list'
import type { Page } from '../client/pages'
import { rest } from '../client/rest'

export type Collection = published['schemas']['Collection']
export type Account = published['schemas']['Account']
export type Held = manage['schemas']['Held']
export type Role = manage['schemas']['Role']
export type User = manage['schemas']['User']
export type App = manage['schemas']['App']
export type Retention = manage['schemas']['Retention']
export type Network = manage['schemas']['Network']
export type Rule = manage['schemas']['NetworkRule']
export type AnnouncedKind = manage['schemas']['AnnouncedKind']
export type Visitor = manage['schemas']['Visitor']

export interface Access {
  inherits: boolean
  value: Held[]
}

export interface Tried {
  you: { allowed: boolean; reason: string }
  visitors: Visitor[]
  newlyRefused: number
  connectionsClosed: number
}

export interface Refused {
  at: string
  door: string
  peer: string
  reason: string
}

const at = (...parts: string[]) => parts.map(p => '/' + encodeURIComponent(p)).join('')
/** most is how many of those who came, or were blocked, lately one answer lists. */
export const most = 100
const version = { 'api-version': '2019-11-01-preview' }
const one = (name: string) => `/account/collections${at(name)}`
const ours = (name: string) => `/manage/v1/collections${at(name)}`

export const collections = () => collectionsOf<Collection>()
export const access = (name: string) => queryOptions({ queryKey: ['access', name], queryFn: ({ signal }) => rest<Access>(`${ours(name)}/access`, { signal }) })
export const users = () => queryOptions({ queryKey: ['users'], queryFn: ({ signal }) => rest<Page<User>>('/manage/v1/users', { signal }).then(p => p.value) })
export const apps = () => queryOptions({ queryKey: ['apps'], queryFn: ({ signal }) => rest<Page<App>>('/manage/v1/apps', { signal }).then(p => p.value) })
export const network = () => queryOptions({ queryKey: ['network'], queryFn: ({ signal }) => rest<Network>('/manage/v1/network', { signal }) })
export const refusals = () => queryOptions({ queryKey: ['refusals'], queryFn: ({ signal }) => rest<Page<Refused>>('/manage/v1/network/refusals', { query: { limit: most }, signal }).then(p => p.value), refetchInterval: 10_000 })
export const getAccount = (signal?: AbortSignal) => rest<Account>('/account/', { query: version, ...(signal && { signal }) })
export const account = () => queryOptions({ queryKey: ['account'], queryFn: ({ signal }) => getAccount(signal) })

export const announcedKinds = () => queryOptions({ queryKey: ['announced'], queryFn: ({ signal }) => rest<Page<AnnouncedKind>>('/manage/v1/announcedKinds', { signal }).then(p => p.value) })

export const announcedKind = (id: string) => queryOptions({ queryKey: ['announced', id], queryFn: ({ signal }) => rest<AnnouncedKind>(`/manage/v1/announcedKinds${at(id)}`, { signal }) })

export const retention = () => queryOptions({ queryKey: ['retention'], queryFn: ({ signal }) => rest<Retention>('/manage/v1/retention', { signal }), staleTime: Infinity })

export const getCollection = (name: string) => rest<Collection>(one(name), { query: version })

export interface CollectionBody {
  friendlyName: string
  description: string
  parent: string // '' leaves it where it is
}

export const putCollection = deed(
  (name: string, { friendlyName, description, parent }: CollectionBody) =>
    rest<Collection>(one(name), { method: 'PUT', query: version, body: { friendlyName, description, ...(parent && { parentCollection: { referenceName: parent, type: 'CollectionReference' } }) } }),
  (name, { friendlyName, description, parent }) => line`purlieu collection add ${name}${flags('title', [friendlyName])}${flags('description', [description])}${flag('parent', name === 'root' ? '' : parent)}`)
export const deleteCollection = deed(
  (name: string) => rest<void>(one(name), { method: 'DELETE', query: version }), name => line`purlieu collection delete ${name}`)

const roleAt = (collection: string, role: string, id: string) => `${ours(collection)}/roles${at(role, id)}`
export const grant = deed(
  (collection: string, role: string, id: string) => rest<void>(roleAt(collection, role, id), { method: 'PUT' }), (collection, role, id) => line`purlieu role add ${collection} ${role} ${id}`)
export const withdraw = deed(
  (collection: string, role: string, id: string) => rest<void>(roleAt(collection, role, id), { method: 'DELETE' }), (collection, role, id) => line`purlieu role remove ${collection} ${role} ${id}`)
export const setInherits = deed(
  (collection: string, inherits: boolean) => rest<void>(`${ours(collection)}/inheritance`, { method: 'PUT', body: { inherits } }),
  (collection, inherits) => line`purlieu collection ${inherits ? 'join' : 'cut'} ${collection}`)

/** invite makes a one-time link with which somebody sets a password. */
export const invite = deed(
  (id: string) => rest<{ link: string }>('/manage/v1/signin-links', { method: 'POST', body: { user: id } }).then(l => l.link), id => line`purlieu user link ${id}`)
export const addUser = deed(
  (name: string) => rest<User>('/manage/v1/users', { method: 'POST', body: { name } }), name => line`purlieu user add ${name}`)
export const disableUser = deed(
  (id: string, disabled: boolean) => rest<void>(`/manage/v1/users${at(id)}/disabled`, { method: 'PUT', body: { disabled } }), (id, disabled) => line`purlieu user ${disabled ? 'disable' : 'enable'} ${id}`)
export const deleteUser = deed(
  (id: string) => rest<void>(`/manage/v1/users${at(id)}`, { method: 'DELETE' }), id => line`purlieu user delete ${id}`)
export const addApp = deed(
  (name: string) => rest<App>('/manage/v1/apps', { method: 'POST', body: { name } }), name => line`purlieu app add ${name}`)
export const renewSecret = deed(
  (id: string) => rest<{ clientSecret: string }>(`/manage/v1/apps${at(id)}/secret`, { method: 'POST' }), id => line`purlieu app secret ${id}`)
export const deleteApp = deed(
  (id: string) => rest<void>(`/manage/v1/apps${at(id)}`, { method: 'DELETE' }), id => line`purlieu app delete ${id}`)

export const tryNetwork = deed(
  (n: Network) => rest<Tried>('/manage/v1/network:try', { method: 'POST', body: n }), n => networkLine('try', n))
export const putNetwork = deed(
  (n: Network, force: boolean) => rest<Network>('/manage/v1/network', { method: 'PUT', body: n, query: { force: force || undefined } }), (n, force) => networkLine('set', n, force))
export const renameAccount = deed(
  (friendlyName: string) => rest<Account>('/account/', { method: 'PATCH', query: version, body: { friendlyName } }), name => line`purlieu account rename ${name}`)

export type KindVerdict = 'approve' | 'reject' | 'withdraw'

/** judgeKind says what becomes of a kind that nodes announced: of that very content. */
export const judgeKind = deed(
  (k: Pick<AnnouncedKind, 'id' | 'kind' | 'hash'>, verdict: KindVerdict) => rest<AnnouncedKind>(`/manage/v1/announcedKinds${at(k.id)}/${verdict}`, { method: 'POST', query: { keepAssets: verdict === 'withdraw' || undefined } }),
  (k, verdict) => line`purlieu kind ${verdict} ${k.kind}${flag('content', k.hash.slice(0, 12))}${flag('keep-assets', verdict === 'withdraw')}`)

function networkLine(verb: string, n: Network, force = false): string {
  const rules = (n.rules ?? []).map(r => `${r.effect}:${r.door ? `${r.door}=` : ''}${r.range}`)
  return line`purlieu network ${verb}${flag('access', n.publicNetworkAccess)}${flag('portal-pages', n.portalPages ?? false)}${flags('rule', rules)}${flag('force', force)}`
}
