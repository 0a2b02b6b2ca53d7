// When a scan runs by itself, in words.
import { exactTime } from '../ui/format'
import { Soft, Status } from '../ui/Parts'
import { inWords } from './recurrence'
import { words } from './strings'
import type { Trigger } from './types'

/** Next says in a table when a scan runs. */
export function Next({ of: t }: { of: Trigger | null | undefined }) {
  return t ? <Said of={t} /> : <Soft>{words.byHand}</Soft>
}

export function Said({ of: t }: { of: Trigger }) {
  const p = t.properties
  return (
    <div>
      <div>{inWords(p.recurrence)}</div>
      {p.state === 'Disabled' ? <Status tone="idle">{words.paused}</Status> : p.purlieuNext ? <Soft>{words.next} <time dateTime={p.purlieuNext}>{exactTime(new Date(p.purlieuNext))}</time></Soft> : <Soft>{words.neverAgain}</Soft>}
      {p.purlieuProblem && <div><Status tone="warn">{p.purlieuProblem}</Status></div>}
    </div>
  )
}
