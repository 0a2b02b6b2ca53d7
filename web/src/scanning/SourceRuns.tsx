// The runs of a source, newest first.
import { useInfiniteQuery } from '@tanstack/react-query'
import { More } from '../ui/More'
import { Empty, Shown } from '../ui/States'
import { runsQuery } from './rest'
import { RunsTable } from './RunsTable'
import { words } from './strings'

export function SourceRuns({ source }: { source: string }) {
  const runs = useInfiniteQuery(runsQuery({ source }))
  return (
    <Shown of={runs} empty={list => list.length === 0 ? <Empty title={words.noRuns}>{words.noRunsText}</Empty> : undefined}>
      {list => <><RunsTable runs={list} of="source" /><More of={runs} shown={list.length} /></>}
    </Shown>
  )
}
