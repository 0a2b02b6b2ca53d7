// How much of a source is read at once: as the account keeps it, and as a form writes it.
import { flag } from '../client/command'
import type { Budget } from './types'

/** Bears is the part of a budget that the form writes. */
export type Bears = Required<Pick<Budget, 'connections' | 'strict'>>

export const bearsOf = (of: Budget | undefined): Bears => ({ connections: of?.connections ?? 0, strict: of?.strict ?? false })

/** connectionsOf reads how many units somebody wrote: 0, as many as usual, of nothing; undefined of what is none. */
export function connectionsOf(text: string): number | undefined {
  if (text.trim() === '') return 0
  const n = Number(text)
  return Number.isSafeInteger(n) && n > 0 ? n : undefined
}

/** changedOf is what of a budget is another than it was. */
export const changedOf = (was: Bears, now: Bears): Partial<Bears> => ({
  ...(now.connections !== was.connections && { connections: now.connections }), ...(now.strict !== was.strict && { strict: now.strict }),
})

/** bearsIn is what a form says of a budget that begins; undefined where it says nothing, or what is none. */
export function bearsIn({ units, strict }: { units: string; strict: boolean }): Partial<Bears> | undefined {
  const changed = changedOf(bearsOf(undefined), { connections: connectionsOf(units) ?? 0, strict })
  return Object.keys(changed).length > 0 ? changed : undefined
}

/** bearsFlags say the same on a command line. */
export const bearsFlags = ({ connections, strict }: Partial<Bears>) => [flag('connections', connections?.toString()), flag(strict === false ? 'no-strict' : 'strict', strict !== undefined)] as const
