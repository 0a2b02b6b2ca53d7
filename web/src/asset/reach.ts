// How far lineage is shown, and what is beyond it.
import type { Lineage } from '../client/api'
import { words } from './strings'

export const usual = 6 // steps
export const most = 20 // the account goes no further
export const mostNodes = 1000 // nor does it tell of more

export interface Reach {
  depth?: number | undefined
  way?: 'up' | 'down' | undefined // both
}

/** wayOn is how to see more: as how many steps, if that helps, and what is said of what is shown. */
export function wayOn(of: Pick<Lineage, 'guidEntityMap' | 'purlieuTruncated'>, depth: number, way: Reach['way']): { next: number | undefined; says: string } {
  if (!of.purlieuTruncated) return { next: undefined, says: words.wholeLineage }
  if (Object.keys(of.guidEntityMap).length >= mostNodes) return { next: undefined, says: way ? words.manyOneWay : words.many }
  return depth < most ? { next: Math.min(most, depth * 2), says: words.stepsShown(depth) } : { next: undefined, says: words.mostSteps(most) }
}
