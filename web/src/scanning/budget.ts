// The deed that changes how much of a source is read at once.
import { deed, line } from '../client/command'
import { bearsFlags, type Bears } from './bears'
import { writeOver } from './over'
import type { Source } from './types'

/** putBudget writes what changed of a budget. */
export const putBudget = deed(
  (source: Pick<Source, 'name' | 'kind'>, changed: Partial<Bears>) => writeOver(source, now => ({ ...now, purlieuBudget: { ...now.purlieuBudget, ...changed } })),
  (source, changed) => {
    const [connections, strict] = bearsFlags(changed)
    return line`purlieu source add ${source.kind} ${source.name}${connections}${strict}`
  })
