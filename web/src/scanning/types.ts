// What the account answers about sources, scans and runs, as far as these pages read it.

export interface Page<T> {
  value: T[]
  nextLink: string | null
}

export interface Field {
  name: string
  type: 'text' | 'block' | 'number' | 'switch' | 'choice' | 'list'
  title: string
  help: string
  default?: string
  required?: boolean
  secret?: boolean
  choices?: string[]
  example?: string
}

export interface CredentialUse {
  kind: string
  title: string
  fields: Field[]
  grants: string[] | null
}

export interface Kind {
  name: string
  title: string
  summary: string
  icon?: string
  settings: Field[] | null
  scanSettings: Field[] | null
  scanKinds: string[]
  credentials: CredentialUse[] | null
  prerequisites?: string[] | null
  levels: number[]
  nodeLocal?: boolean
}

/** Reach says whether a runtime can serve a kind, and if not, why. */
export interface Reach {
  name: string
  kind: 'Managed' | 'SelfHosted'
  state: string
  serves: boolean
  reasons: { code: string; text: string; remedy?: string }[] | null
}

type Properties = Record<string, unknown> & { collection?: { referenceName: string }; createdAt?: string; lastModifiedAt?: string }

export interface Source {
  name: string
  kind: string
  properties: Properties & { purlieuAuthority?: string }
}

export interface Scan {
  name: string
  dataSourceName: string
  kind: string
  properties: Properties & {
    purlieuLevel?: string
    credential?: { referenceName: string; credentialType: string } | null
    connectedVia?: { referenceName: string; integrationRuntimeType: string } | null
  }
}

export interface Credential {
  name: string
  kind: string
  properties: { typeProperties: Record<string, unknown> }
}

export interface Collection {
  name: string
  friendlyName: string
  description?: string
  parentCollection?: { referenceName: string }
}

export type RunState = 'Accepted' | 'InProgress' | 'Succeeded' | 'Failed' | 'Canceled'

export interface Run {
  id: string
  source: string
  scan: string
  kind: string
  runtime: string
  collection: string
  state: RunState
  type: string
  full: boolean
  level: string
  queued: string
  started: string | null
  discoveryEnded: string | null
  ingestionStarted: string | null
  ended: string | null
  counts: {
    discovered: number; changed: number; created: number; updated: number; unchanged: number; deleted: number
    notSeen: number; edges: number; gaps: number; batches: number; bytes: number; classified: number; quarantine: number
  }
  units: { queued: number; leased: number; done: number; closed: number; failed: number; void: number }
  assetsPerSecond: number
  proposal?: string | null // what it asks a person
  problem: { code: string; text?: string; message?: string; remedy?: string } | null
  gapsByCode?: { code: string; count: number; remedy?: string }[] | null
}

export interface Unit {
  id: number
  title: string
  below: string
  state: 'queued' | 'leased' | 'done' | 'closed' | 'failed' | 'void'
  node: string
  attempt: number
  failures: number
  expectedAssets: number
  discovered: number
  gaps: number
}

export interface Gap {
  unit: number
  gap: { path?: string; code: string; state?: string; object?: string; remedy?: string; count?: number }
}

export interface Changed {
  asset: { guid: string; type: string; name: string; qualifiedName: string; deleted: boolean }
  change: { at: string; verb: 'created' | 'updated' | 'deleted' | 'revived'; differences: { what: string; name: string }[] | null }
}

/** Step is one step of a connection test. */
export interface Step {
  name: string
  ok: boolean
  detail?: string
  remedy?: string
}

/** Tested is what came of a connection test. */
export interface Tested {
  ok: boolean
  node: string // that tried it
  steps: Step[] | null
  problem: { code: string; text: string; remedy: string } | null
}

/** Proposal is a question of a run that a person answers. */
export interface Proposal {
  id: string
  kind: 'deletions' | 'identity'
  state: 'open' | 'approved' | 'rejected' | 'expired'
  collection: string
  decided: string | null
  by: string
  assets: number
  holds: { path: string; gone: number; total: number; empty: boolean }[]
  before: string
  now: string
}

export interface ProposedAsset {
  guid: string
  type: string
  qualifiedName: string
}
