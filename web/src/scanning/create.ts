// Carrying a draft out: credential, scan, scope, run, in this order. What was made before a failure stays, and making it
// again changes nothing, so that the button can be pressed again.
import { properties } from './form'
import { credentialOf, loginName, prefixes, type Draft } from './draft'
import { putCredential, putFilter, putScan, startRun } from './rest'
import type { Kind, Reach, Source } from './types'

/** createScan gives the id of the run that it started, or undefined. */
export async function createScan(source: Source, kind: Kind, reach: Reach[], draft: Draft): Promise<string | undefined> {
  if (draft.login === 'new') await putCredential(draft.newName, draft.newKind, credentialOf(draft, kind))
  const login = loginName(draft)
  const credentialType = draft.login === 'new' ? draft.newKind : undefined
  await putScan(source.name, draft.name, kind.scanKinds?.[0] ?? '', {
    ...properties(kind.scanSettings ?? [], draft.settings),
    purlieuLevel: draft.level,
    collection: { referenceName: source.properties.collection?.referenceName ?? 'root', type: 'CollectionReference' },
    connectedVia: { referenceName: draft.runtime, integrationRuntimeType: reach.find(r => r.name === draft.runtime)?.kind ?? 'SelfHosted' },
    ...(login && { credential: { referenceName: login, ...(credentialType && { credentialType }) } }),
  })
  const authority = source.properties.purlieuAuthority ?? ''
  const include = prefixes(authority, draft.include)
  const exclude = prefixes(authority, draft.exclude)
  if (include.length + exclude.length > 0) await putFilter(source.name, draft.name, { includeUriPrefixes: include, excludeUriPrefixes: exclude })
  return draft.runAtOnce ? startRun(source.name, draft.name, false) : undefined
}
