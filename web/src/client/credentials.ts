// Credentials, and where their secrets lie: references, never a secret.
import { deed, flag, flags, line, settings } from './command'
import type { components as manage } from './generated/manage'
import type { components as scanning } from './generated/scanning'
import { list } from './list'
import { rest } from './rest'

export type Credential = scanning['schemas']['Credential']
export type Vault = scanning['schemas']['Vault']
type Kind = manage['schemas']['Kind']
type Field = manage['schemas']['Field']

const version = { 'api-version': '2023-09-01' }
const credentialAt = (name: string) => `/scan/credentials/${encodeURIComponent(name)}`
const vaultAt = (name: string) => `/scan/azureKeyVaults/${encodeURIComponent(name)}`

export const credentialsQuery = () => list<Credential>('/scan/credentials', version)
export const vaultsQuery = () => list<Vault>('/scan/azureKeyVaults', version)

/** Reference says where a secret lies. */
export interface Reference {
  vault: string
  name: string
}

/** Parts are what a credential is made of: open texts, and references to secrets. */
export interface Parts {
  description: string
  open: Record<string, string>
  secrets: Record<string, Reference>
}

interface Sent {
  type: 'AzureKeyVaultSecret'
  secretName: string
  secretVersion?: string
  store: { referenceName: string; type: 'LinkedServiceReference' }
}

/** reference is a reference as the account takes it. */
export const reference = ({ vault, name }: Reference): Sent => ({ type: 'AzureKeyVaultSecret', secretName: name, secretVersion: '', store: { referenceName: vault, type: 'LinkedServiceReference' } })

/** partsOf are those of a credential that is there. */
export function partsOf(of: Credential): Parts {
  const out: Parts = { description: of.properties.description ?? '', open: {}, secrets: {} }
  for (const [name, part] of Object.entries((of.properties.typeProperties ?? {}) as Record<string, string | Sent>)) {
    if (typeof part === 'string') out.open[name] = part
    else out.secrets[name] = { vault: part.store.referenceName, name: part.secretName }
  }
  return out
}

/** sentOf are parts as the account takes them; a reference that says the same as before stays what it was, with its version. */
export function sentOf({ open, secrets }: Parts, was?: Credential): Record<string, unknown> {
  const before = was ? partsOf(was).secrets : {}, sent = was?.properties.typeProperties ?? {}
  const same = (name: string, r: Reference) => before[name]?.vault === r.vault && before[name]?.name === r.name
  return {
    ...Object.fromEntries(Object.entries(open).map(([name, text]) => [name, text.trim()]).filter(([, text]) => text !== '')),
    ...Object.fromEntries(Object.entries(secrets).map(([name, r]) => [name, { ...r, name: r.name.trim() }] as const).filter(([, r]) => r.name !== '').map(([name, r]) => [name, same(name, r) ? sent[name] : reference(r)])),
  }
}

/** fieldsOf are the parts that kinds of source declare for a kind of credential, each once, and its title. */
export function fieldsOf(kinds: Kind[], kind: string): { title: string; fields: Field[] } {
  const uses = kinds.flatMap(k => k.credentials ?? []).filter(use => use.kind === kind)
  const fields = new Map<string, Field>()
  for (const use of uses) for (const f of use.fields ?? []) if (!fields.has(f.name)) fields.set(f.name, f)
  return { title: uses[0]?.title || kind, fields: [...fields.values()] }
}

export const getCredential = (name: string) => rest<Credential>(credentialAt(name), { query: version })
export const putCredential = (name: string, kind: string, typeProperties: Record<string, unknown>, description = '') =>
  rest<Credential>(credentialAt(name), { method: 'PUT', query: version, body: { kind, properties: { description, typeProperties } } })

/** writeCredential makes a credential, or writes over one. */
export const writeCredential = deed(
  (name: string, kind: string, parts: Parts, was?: Credential) => putCredential(name, kind, sentOf(parts, was), parts.description.trim()),
  (name, kind, { description, open, secrets }, was?) => {
    const { user = '', ...others } = open, before = was ? partsOf(was) : undefined
    const back = Object.keys(before?.open ?? {}).filter(part => !open[part]?.trim()).map(part => `${part}=`)
    const said = Object.entries(secrets).filter(([, r]) => r.name.trim() !== '').map(([part, r]) => `${part}=${r.vault}:${r.name.trim()}`)
    return line`purlieu credential add ${kind} ${name}${flag('user', user.trim())}${settings('set', others)}${flags('set', back)}${flags('secret', said)}${flags('description', description.trim() !== (before?.description ?? '') ? [description.trim()] : [])}`
  })
export const deleteCredential = deed(
  (name: string) => rest(credentialAt(name), { method: 'DELETE', query: version }), name => line`purlieu credential delete ${name}`)

export const putVault = deed(
  (name: string, kind: string, description: string) => rest<Vault>(vaultAt(name), { method: 'PUT', query: version, body: { properties: { description, purlieuVault: { kind, options: {} } } } }),
  (name, kind, description) => line`purlieu vault add ${kind} ${name}${flag('description', description)}`)
export const deleteVault = deed(
  (name: string) => rest(vaultAt(name), { method: 'DELETE', query: version }), name => line`purlieu vault delete ${name}`)
