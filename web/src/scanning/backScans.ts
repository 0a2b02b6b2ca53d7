// Moving scans back to where each stood.
import { still } from '../client/rest'
import { moveScan } from './moveScan'
import { getScan } from './rest'
import { standing, type Elsewhere } from './standing'

/** backScans moves scans to where each stood, while all of them stand where they were moved to. */
export async function backScans(source: string, scans: Elsewhere[], to: string): Promise<void> {
  for (const s of scans) await still(() => getScan(source, s.name), now => standing(now) === to)
  for (const s of scans) await moveScan(source, s.name, s.collection)
}
