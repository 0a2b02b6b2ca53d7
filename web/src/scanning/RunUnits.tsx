// The units of a run: who reads what, and how far each is.
import { useInfiniteQuery } from '@tanstack/react-query'
import { DataTable } from '../ui/DataTable'
import { count } from '../ui/format'
import { More } from '../ui/More'
import { nodeName } from '../ui/names'
import { Soft, Status, type Tone } from '../ui/Parts'
import { Empty, Shown } from '../ui/States'
import { going, unitsQuery } from './rest'
import { words as says } from './runStrings'
import { words } from './strings'
import type { Run, Unit } from './types'

const tones: Record<Unit['state'], Tone> = { queued: 'idle', leased: 'busy', done: 'busy', closed: 'good', failed: 'bad', void: 'idle' }

export function RunUnits({ run }: { run: Run }) {
  const units = useInfiniteQuery(unitsQuery(run))
  return (
    <Shown of={units} empty={list => list.length === 0 ? going(run) ? <Empty title={says.noUnits}>{says.waitingForNode}</Empty> : <Empty title={says.noUnitsEver} /> : undefined}>
      {list => (
        <>
          <DataTable
            caption={says.runSides.units} rows={list} id={u => String(u.id)}
            columns={[
              { name: says.unit, show: u => u.title || u.below },
              { name: words.state, show: u => <Status tone={tones[u.state]}>{says.unitStates[u.state]}</Status> },
              { name: says.node, show: u => u.node ? nodeName(u.node) : <Soft>–</Soft> },
              { name: says.attempt, show: u => u.attempt, number: true },
              { name: words.found, show: u => u.expectedAssets > u.discovered ? `${count(u.discovered)} / ${count(u.expectedAssets)}` : count(u.discovered), number: true },
              { name: words.gaps, show: u => count(u.gaps), number: true },
            ]}
          />
          <More of={units} shown={list.length} />
        </>
      )}
    </Shown>
  )
}
