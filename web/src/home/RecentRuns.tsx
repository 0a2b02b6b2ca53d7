import type { Run } from '../client/api'
import { DataTable } from '../ui/DataTable'
import { compact, took } from '../ui/format'
import { Link, Soft, When } from '../ui/Parts'
import { lasted, RunStatus } from '../ui/RunStatus'
import { words } from './strings'

export function RecentRuns({ runs }: { runs: Run[] }) {
  if (runs.length === 0) return <Soft>{words.noRuns}</Soft>
  return (
    <DataTable
      caption={words.recent} rows={runs} id={r => r.id}
      columns={[
        { name: words.run.scan, show: r => <Link to="/runs/$run" params={{ run: r.id }}>{r.source} / {r.scan}</Link> },
        { name: words.run.state, show: r => <RunStatus run={r} /> },
        { name: words.run.found, show: r => compact(r.counts.discovered ?? 0), number: true },
        { name: words.run.took, show: r => { const ms = r.ended ? lasted(r, 0) : undefined; return ms === undefined ? '' : took(ms) }, number: true },
        { name: words.run.queued, show: r => <When at={r.queued} /> },
      ]}
    />
  )
}
