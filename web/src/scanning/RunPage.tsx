// One run, live while it goes on: both stages, its parts, what could not be read, and what it changed.
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useMay } from '../client/may'
import { useAddress } from '../ui/address'
import { Ask } from '../ui/Ask'
import { DetailPage } from '../ui/DetailPage'
import { useEarly, type Early } from '../ui/early'
import { later } from '../ui/later'
import { Link } from '../ui/Parts'
import { isOld, ShownPage } from '../ui/States'
import { RunOverview } from './RunOverview'
import { cancelRun, going, runQuery } from './rest'
import { words as says } from './runStrings'
import { words } from './strings'
import type { Run, RunDetail } from './types'

const RunChanges = later(() => import('./RunChanges').then(m => m.RunChanges))
const RunGaps = later(() => import('./RunGaps').then(m => m.RunGaps))
const RunUnits = later(() => import('./RunUnits').then(m => m.RunUnits))
const early: Record<string, Early> = { units: [RunUnits.early], gaps: [RunGaps.early], changes: [RunChanges.early] }

type Tab = keyof typeof says.runSides

export function RunPage() {
  const { run: id } = useParams({ strict: false }) as { run: string }
  const [{ tab }] = useAddress<{ tab?: string }>()
  useEarly(early[tab ?? ''])
  const run = useQuery(runQuery(id))
  return <ShownPage title={words.runs} of={run}>{r => <OneRun run={r} asOf={isOld(run.error, run.failureCount) ? run.dataUpdatedAt : undefined} />}</ShownPage>
}

function OneRun({ run, asOf }: { run: RunDetail; asOf: number | undefined }) {
  const [{ tab = 'overview' }, change] = useAddress<{ tab?: string }>()
  const open = tab in says.runSides ? (tab as Tab) : 'overview'
  const counts: Partial<Record<Tab, number>> = {
    units: Object.values(run.units).reduce((a, b) => a + b, 0),
    gaps: run.counts.gaps,
    changes: run.counts.created + run.counts.updated + run.counts.deleted,
  }
  return (
    <DetailPage
      title={says.run(run.scan)} open={open} onOpen={next => change({ tab: next })}
      above={<Link to={`/sources/${encodeURIComponent(run.source)}`}>{run.source}</Link>}
      actions={<Cancel run={run} />}
      tabs={(Object.keys(says.runSides) as Tab[]).map(key => ({ key, title: says.runSides[key], ...(counts[key] !== undefined && { count: counts[key] }) }))}
    >
      {open === 'overview' && <RunOverview run={run} asOf={asOf} />}
      {open === 'units' && <RunUnits run={run} />}
      {open === 'gaps' && <RunGaps run={run} />}
      {open === 'changes' && <RunChanges run={run} />}
    </DetailPage>
  )
}

function Cancel({ run }: { run: Run }) {
  const may = useMay()
  if (!going(run) || run.proposal || !may('scan/write', run.collection)) return null // one that asks is answered instead
  return <Ask appearance="secondary" label={says.cancelRun} title={says.cancelSure(run.scan)} stay={says.cancelNot} done={says.cancelled} act={() => cancelRun(run)} command={cancelRun.command(run)} stale={['run', run.id]}>{says.cancelText}</Ask>
}
