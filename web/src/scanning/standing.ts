// Where scans stand: in the collection of their source, or in another.
import type { Scan, Source } from './types'

/** standing is the collection that a source or a scan stands in. */
export const standing = (of: { properties: { collection?: { referenceName: string } | null } }) => of.properties.collection?.referenceName ?? 'root'

/** Elsewhere is a scan that stands in another collection than its source. */
export interface Elsewhere {
  name: string
  collection: string
}

/** elsewhereOf are the scans of a source that stand in another collection than it does: what they find stands there too. */
export const elsewhereOf = (source: Source, scans: Scan[]): Elsewhere[] =>
  scans.map(s => ({ name: s.name, collection: standing(s) })).filter(s => s.collection !== standing(source))
