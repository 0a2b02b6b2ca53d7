// Carrying a draft out: credential, scan, scope, run, in this order. What was made before a failure stays, and making it
// again changes nothing, so that the button can be pressed again.
import { putCredential } from '../client/credentials'
import { properties } from './form'
import { credentialOf, loginName, prefixes, standing, type Draft } from './draft'
import { putFilter, putScan, startRun } from './rest'
import type { Kind, Reach, Scan, Source } from './types'

/** keepLogin writes the new credential of a draft, so that a scan, or a question to a node, can name it. */
export async function keepLogin(draft: Draft, kind: Kind): Promise<void> {
  if (draft.login === 'new') await putCredential(draft.newName, draft.newKind, credentialOf(draft, kind))
}

/** keptOf is what a scan that is changed says beside what the form shows: it stays. */
const keptOf = (kind: Kind, was: Scan) =>
  Object.fromEntries(Object.entries(was.properties).filter(([name]) => name !== 'createdAt' && name !== 'lastModifiedAt' && !kind.scanSettings?.some(f => f.name === name)))

/** createScan writes a new scan, or over the one that was, and gives the id of the run that it started, or undefined. */
export async function createScan(source: Source, kind: Kind, reach: Reach[], draft: Draft, was?: Scan): Promise<string | undefined> {
  await keepLogin(draft, kind)
  const login = loginName(draft)
  const credentialType = draft.login === 'new' ? draft.newKind : undefined
  await putScan(source.name, draft.name, was?.kind ?? kind.scanKinds?.[0] ?? '', {
    ...(was && keptOf(kind, was)),
    ...properties(kind.scanSettings ?? [], draft.settings),
    purlieuLevel: draft.level, purlieuPriority: draft.priority,
    collection: { referenceName: draft.collection || standing(source, was), type: 'CollectionReference' },
    connectedVia: { referenceName: draft.runtime, integrationRuntimeType: reach.find(r => r.name === draft.runtime)?.kind ?? 'SelfHosted' },
    credential: login ? { referenceName: login, ...(credentialType && { credentialType }) } : null,
  })
  const authority = source.properties.purlieuAuthority ?? ''
  await putFilter(source.name, draft.name, { includeUriPrefixes: prefixes(authority, draft.include), excludeUriPrefixes: prefixes(authority, draft.exclude) }) // an empty one takes back what was written before
  return draft.runAtOnce ? startRun(source.name, draft.name, false) : undefined
}
