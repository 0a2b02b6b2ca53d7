// Runs as a table: on the page of all runs, and on a source's.
import { useState } from 'react'
import { DataTable } from '../ui/DataTable'
import { compact, took } from '../ui/format'
import { Link, Soft, When } from '../ui/Parts'
import { lasted, RunStatus } from '../ui/RunStatus'
import { levelTitle } from '../ui/levelStrings'
import { words } from './strings'
import type { Run } from './types'

export function RunsTable({ runs, of }: { runs: Run[]; of?: 'source' }) {
  const [now] = useState(() => Date.now())
  return (
    <DataTable
      caption={words.runs} rows={runs} id={r => r.id}
      columns={[
        { name: words.scan, show: r => <Link to={`/runs/${r.id}`}>{of === 'source' ? r.scan : `${r.source} / ${r.scan}`}</Link> },
        { name: words.state, show: r => <RunStatus run={r} /> },
        { name: words.queued, show: r => <When at={r.queued} /> },
        { name: words.lasted, show: r => { const ms = lasted(r, now); return ms === undefined ? <Soft>–</Soft> : took(ms) }, number: true },
        { name: words.level, show: r => levelTitle(r.level) },
        { name: words.found, show: r => compact(r.counts.discovered), number: true },
        { name: words.facts.changed, show: r => compact(r.counts.created + r.counts.updated + r.counts.deleted), number: true },
        { name: words.gaps, show: r => compact(r.counts.gaps), number: true },
      ]}
    />
  )
}
