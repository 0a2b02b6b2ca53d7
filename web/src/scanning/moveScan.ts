// The deed that moves a scan to another collection, over what it is by then.
import { deed, flag, line } from '../client/command'
import { getScan, putScan } from './rest'

export const moveScan = deed(
  async (source: string, scan: string, collection: string) => {
    const now = await getScan(source, scan)
    const { createdAt: _, lastModifiedAt: __, ...properties } = now.properties
    return putScan(source, scan, now.kind, { ...properties, collection: { referenceName: collection, type: 'CollectionReference' } })
  },
  (source, scan, collection) => line`purlieu scan add ${source} ${scan}${flag('collection', collection)}`)
