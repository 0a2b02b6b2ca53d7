// How much of a source is read at once: as the account keeps it, as the form writes it, and the deed that changes it.
import { deed, flag, line } from '../client/command'
import { writeOver } from './over'
import type { Budget, Source } from './types'

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

/** putBudget writes what changed of a budget. */
export const putBudget = deed(
  (source: Pick<Source, 'name' | 'kind'>, changed: Partial<Bears>) => writeOver(source, now => ({ ...now, purlieuBudget: { ...now.purlieuBudget, ...changed } })),
  (source, { connections, strict }) => line`purlieu source add ${source.kind} ${source.name}${flag('connections', connections?.toString())}${flag(strict === false ? 'no-strict' : 'strict', strict !== undefined)}`)
