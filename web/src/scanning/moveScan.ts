// The deed that moves a scan to another collection, over what it is by then.
import { deed, flag, line } from '../client/command'
import { getScan, putScan } from './rest'
import { still } from '../client/still'
import type { Scan, Source } from './types'

const standing = (of: { properties: { collection?: { referenceName: string } | null } }) => of.properties.collection?.referenceName ?? 'root'

/** Elsewhere is a scan that stands in another collection than its source. */
export interface Elsewhere {
  name: string
  collection: string
}

/** elsewhereOf are the scans of a source that stand in another collection than it does: what they find stands there too. */
export const elsewhereOf = (source: Source, scans: Scan[]): Elsewhere[] =>
  scans.map(s => ({ name: s.name, collection: standing(s) })).filter(s => s.collection !== standing(source))

export const moveScan = deed(
  async (source: string, scan: string, collection: string) => {
    const now = await getScan(source, scan)
    const { createdAt: _, lastModifiedAt: __, ...properties } = now.properties
    return putScan(source, scan, now.kind, { ...properties, collection: { referenceName: collection, type: 'CollectionReference' } })
  },
  (source, scan, collection) => line`purlieu scan add ${source} ${scan}${flag('collection', collection)}`)

/** backScans moves scans to where each stood, while all of them stand where they were moved to. */
export async function backScans(source: string, scans: Elsewhere[], to: string): Promise<void> {
  for (const s of scans) await still(() => getScan(source, s.name), now => standing(now) === to)
  for (const s of scans) await moveScan(source, s.name, s.collection)
}
