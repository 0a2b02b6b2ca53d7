// When a scan runs by itself, in words.
import { useQuery } from '@tanstack/react-query'
import { exactTime } from '../ui/format'
import { Soft, Status } from '../ui/Parts'
import { inWords } from './recurrence'
import { triggerQuery } from './rest'
import { words } from './strings'
import type { Trigger } from './types'

/** Next says in a table when a scan runs. */
export function Next({ source, scan }: { source: string; scan: string }) {
  const { data: t } = useQuery(triggerQuery(source, scan))
  if (t === undefined) return <Soft>…</Soft>
  if (t === null) return <Soft>{words.byHand}</Soft>
  return <Said of={t} />
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
