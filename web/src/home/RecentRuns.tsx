import type { Run } from '../client/api'
import { DataTable } from '../ui/DataTable'
import { compact, took } from '../ui/format'
import { Link, Soft, Status, When, type Tone } from '../ui/Parts'
import { words } from './strings'

const tones: Record<string, Tone> = { Accepted: 'idle', InProgress: 'busy', Succeeded: 'good', Failed: 'bad', Canceled: 'idle' }

export function RecentRuns({ runs }: { runs: Run[] }) {
  if (runs.length === 0) return <Soft>{words.noRuns}</Soft>
  return (
    <DataTable
      caption={words.recent} rows={runs} id={r => r.id}
      columns={[
        { name: words.run.scan, show: r => <Link to="/runs/$run" params={{ run: r.id }}>{r.source} / {r.scan}</Link> },
        { name: words.run.state, show: r => <Status tone={r.state === 'Succeeded' && r.counts.gaps > 0 ? 'warn' : (tones[r.state] ?? 'idle')}>{r.state === 'Succeeded' && r.counts.gaps > 0 ? words.withGaps : words.states[r.state] ?? r.state}</Status> },
        { name: words.run.assets, show: r => compact(r.counts.discovered ?? 0), number: true },
        { name: words.run.took, show: r => (r.started && r.ended ? took(Date.parse(r.ended) - Date.parse(r.started)) : ''), number: true },
        { name: words.run.when, show: r => <When at={r.ended ?? r.started ?? r.queued} /> },
      ]}
    />
  )
}
