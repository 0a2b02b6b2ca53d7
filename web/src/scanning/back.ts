// Putting back what was written over: a scan, and when one runs. What somebody changed since stays.
import { still } from '../client/rest'
import { deleteTrigger, getTrigger, getWhole, putFilter, putScan, putTrigger, type Whole } from './rest'
import type { Trigger } from './types'

const scopeOf = ({ filter }: Whole) => ({ includeUriPrefixes: filter?.properties.includeUriPrefixes ?? [], excludeUriPrefixes: filter?.properties.excludeUriPrefixes ?? [] })

/** settled is what of a scan a person writes. */
const settled = ({ scan }: Whole) => {
  const { createdAt: _, lastModifiedAt: __, ...properties } = scan.properties
  return { ...properties, collection: { referenceName: properties.collection?.referenceName ?? 'root', type: 'CollectionReference' }, credential: properties.credential ?? null } // a login that is not named would stay
}

/** backScan makes a scan what it was, while it is what was written, or what an undo that stopped half way left of it. */
export async function backScan(source: string, written: Whole, was: Whole): Promise<void> {
  const { name, kind } = was.scan
  const said = (of: Whole) => JSON.stringify([settled(of), scopeOf(of)])
  const half = said({ scan: was.scan, filter: written.filter })
  await still(() => getWhole(source, name), now => said(now) === said(written) || said(now) === half)
  await putScan(source, name, kind, settled(was))
  await putFilter(source, name, scopeOf(was))
}

const bodyOf = ({ properties: p }: Trigger) => ({ recurrence: p.recurrence, ...(p.scanLevel && { scanLevel: p.scanLevel }), ...(p.state && { state: p.state }) })

/** backTrigger makes what starts a scan what it was, null: nothing, while it is what was written. */
export async function backTrigger(source: string, scan: string, written: Trigger, was: Trigger | null): Promise<void> {
  const said = (of: Trigger | null) => of && JSON.stringify([bodyOf(of), of.properties.lastModifiedAt])
  await still(() => getTrigger(source, scan), now => said(now) === said(written))
  await (was ? putTrigger(source, scan, bodyOf(was)) : deleteTrigger(source, scan))
}
