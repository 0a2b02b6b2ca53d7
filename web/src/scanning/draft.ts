// A scan that is being put together in the wizard.
import { flag, flags, line, settings } from '../client/command'
import { lines, nameProblem, spoken, textsOf, type Values } from './form'
import type { Credential, Filter, Kind, Reach, Scan, Source } from './types'

export type Priority = NonNullable<Scan['properties']['purlieuPriority']>

export interface Draft {
  name: string
  runtime: string
  /** Which login: none, one that is there by its name, or a new one. */
  login: 'none' | 'old' | 'new'
  credential: string // of 'old'
  newName: string
  newKind: string
  kept: string // name under which the new one was written already: a test needs it
  open: Values // open fields of the new one
  vaults: Values // vault of each secret field
  secrets: Values // name in the vault of each secret field
  level: string
  priority: Priority
  settings: Values
  include: string
  exclude: string
  runAtOnce: boolean
  collection: string // of what it finds; '': where it stands, a new one where its source does
}

/** fittingOf are the credentials with which a source of a kind can be read. */
export const fittingOf = (kind: Kind, credentials: Credential[]) => credentials.filter(c => kind.credentials?.some(use => use.kind === c.kind))

/** begin proposes: the first runtime that serves the source and is there, the deepest level, a credential that fits. A new
 * one is proposed to whoever may make one. */
export function begin(kind: Kind, reach: Reach[], credentials: Credential[], scans: Scan[], mayNew = true): Draft {
  const serving = reach.filter(r => r.serves)
  const runtime = serving.find(r => r.kind === 'SelfHosted') ?? serving[0]
  const fitting = fittingOf(kind, credentials)
  const names = new Set(scans.map(s => s.name))
  const name = ['all', ...Array.from({ length: scans.length + 1 }, (_, i) => `all-${i + 2}`)].find(n => !names.has(n))!
  return {
    name, runtime: runtime?.name ?? '', login: !kind.credentials?.length ? 'none' : fitting.length > 0 || !mayNew ? 'old' : 'new', credential: fitting[0]?.name ?? '',
    newName: '', newKind: kind.credentials?.[0]?.kind ?? '', kept: '', open: {}, vaults: {}, secrets: {},
    level: `L${Math.max(1, ...(kind.levels ?? []))}`, priority: 'Normal', settings: {}, include: '', exclude: '', runAtOnce: true, collection: '',
  }
}

/** draftOf is a scan that is there, to be changed. */
export function draftOf(scan: Scan, filter: Filter | null, source: Source, kind: Kind, reach: Reach[], credentials: Credential[]): Draft {
  const p = scan.properties
  const said = (prefixes: string[] | null | undefined) => paths(source.properties.purlieuAuthority ?? '', prefixes ?? []).join('\n')
  return {
    ...begin(kind, reach, credentials, []), name: scan.name, runtime: p.connectedVia?.referenceName ?? reach.find(r => r.kind === 'Managed')?.name ?? '',
    login: p.credential ? 'old' : 'none', credential: p.credential?.referenceName ?? '', level: p.purlieuLevel ?? 'L1', priority: p.purlieuPriority ?? 'Normal', settings: textsOf(kind.scanSettings ?? [], p as Record<string, unknown>),
    include: said(filter?.properties.includeUriPrefixes), exclude: said(filter?.properties.excludeUriPrefixes), runAtOnce: false,
  }
}

/** standing is where a scan stands that nobody moves: a new one with its source. */
export const standing = (source: Source, was?: Scan) => (was ?? source).properties.collection?.referenceName ?? 'root'

export const useOf = (draft: Draft, kind: Kind) => kind.credentials?.find(use => use.kind === draft.newKind)

/** mayNone reports whether a scan can go without a login: where its kind takes none, or it went without one until now. */
export const mayNone = (kind: Kind, was?: Scan) => !kind.credentials?.length || (was !== undefined && !was.properties.credential)

export const loginName = (draft: Draft) => ({ none: '', old: draft.credential, new: draft.newName })[draft.login]

/** loginReady reports whether the login that the draft names could be used. */
export function loginReady(draft: Draft, kind: Kind, credentials: Credential[]): boolean {
  if (draft.login === 'none') return true
  if (draft.login === 'old') return fittingOf(kind, credentials).some(c => c.name === draft.credential)
  const use = useOf(draft, kind)
  if (!use || draft.newName === '' || newNameProblem(draft, credentials) !== '') return false
  return (use.fields ?? []).every(f => !f.required || ((f.secret ? draft.secrets[f.name] : draft.open[f.name]) ?? '').trim() !== '')
}

/** newNameProblem says what is wrong with the name of the new credential. */
export const newNameProblem = (draft: Draft, credentials: Credential[]) => nameProblem('credential', draft.newName, credentials.map(c => c.name).filter(name => name !== draft.kept))

/** vaultOf is the vault that a secret field refers to. */
export const vaultOf = (draft: Draft, field: string) => draft.vaults[field] ?? 'file'

/** credentialOf is the new credential as the account takes it: references, never a secret. */
export function credentialOf(draft: Draft, kind: Kind): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const f of useOf(draft, kind)?.fields ?? []) {
    const text = ((f.secret ? draft.secrets[f.name] : draft.open[f.name]) ?? '').trim()
    if (text === '') continue
    out[f.name] = f.secret
      ? { type: 'AzureKeyVaultSecret', secretName: text, secretVersion: '', store: { referenceName: vaultOf(draft, f.name), type: 'LinkedServiceReference' } }
      : text
  }
  return out
}

/** prefixes turns paths that a person wrote into the qualified names that the account takes. */
export function prefixes(authority: string, text: string): string[] {
  const root = authority.replace(/\/$/, '')
  return lines(text).map(path => (path.startsWith(root) ? path : `${root}/${path.replace(/^\/+/, '')}`))
}

/** credentialCommand writes the new credential. */
function credentialCommand(draft: Draft, kind: Kind): string {
  const fields = useOf(draft, kind)?.fields ?? []
  const secrets = fields.filter(f => f.secret && draft.secrets[f.name]).map(f => `${f.name}=${vaultOf(draft, f.name)}:${draft.secrets[f.name]}`)
  const open = Object.fromEntries(fields.filter(f => !f.secret && f.name !== 'user').map(f => [f.name, draft.open[f.name] ?? '']))
  const user = fields.some(f => f.name === 'user') ? draft.open.user?.trim() : ''
  return line`purlieu credential add ${draft.newKind} ${draft.newName}${flag('user', user)}${settings('set', open)}${flags('secret', secrets)}`
}

/** paths turns qualified names that the account gives into paths as people write them. */
export function paths(authority: string, prefixes: string[]): string[] {
  const root = authority.replace(/\/$/, '') + '/'
  return prefixes.map(prefix => (prefix.startsWith(root) ? prefix.slice(root.length) : prefix))
}

/** withLogin puts before a command what it needs: the new credential. */
export const withLogin = (draft: Draft, kind: Kind, command: string) => [...(draft.login === 'new' ? [credentialCommand(draft, kind)] : []), command].join(' &&\n')

/** commandOf says the same as commands. Of a scan that was there before, what is not named stays: what was taken back is named. */
export function commandOf(source: Source, kind: Kind, draft: Draft, was?: Scan): string {
  const out: string[] = []
  const login = loginName(draft)
  const set = settings('set', spoken(kind.scanSettings ?? [], draft.settings)), all = (patterns: string) => (was && lines(patterns).length === 0 ? [''] : lines(patterns))
  const cleared = was ? Object.keys(textsOf(kind.scanSettings ?? [], was.properties as Record<string, unknown>)).filter(name => !draft.settings[name]?.trim()).map(name => `${name}=`) : []
  out.push(line`purlieu scan add ${source.name} ${draft.name}${flag('runtime', draft.runtime)}${flag('credential', login)}${flag('level', draft.level)}${flag('priority', draft.priority !== (was?.properties.purlieuPriority ?? 'Normal') && draft.priority)}${set}${flags('set', cleared)}${flags('include', all(draft.include))}${flags('exclude', all(draft.exclude))}${flag('collection', draft.collection !== '' && draft.collection !== standing(source, was) && draft.collection)}`)
  if (draft.runAtOnce) out.push(line`purlieu scan run ${source.name} ${draft.name} --watch`)
  return withLogin(draft, kind, out.join(' &&\n'))
}
