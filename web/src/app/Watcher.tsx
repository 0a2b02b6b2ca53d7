// Tells how the runs ended that were started here. It asks one question for all of them, and only while there are some.
import { useEffect } from 'react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { runs, type Run } from '../client/api'
import { useNotices, type Notice } from '../ui/Notices'
import { runEnds } from '../ui/strings'
import { watchedQuery } from '../ui/watched'

const most = 100 // runs newer than the one that is watched: further down it is not looked for

export function Watcher({ watched }: { watched: string[] }) {
  const queries = useQueryClient()
  const { tell } = useNotices()
  const { data } = useQuery({ ...runs(most), refetchInterval: 3000 })
  useEffect(() => {
    const ended = data?.value.filter(run => run.ended && watched.includes(run.id)) ?? []
    if (ended.length === 0) return
    for (const run of ended) tell(endOf(run))
    queries.setQueryData(watchedQuery().queryKey, watched.filter(id => !ended.some(run => run.id === id)))
  }, [data, watched, tell, queries])
  return null
}

/** endOf says how a run ended. */
function endOf(run: Run): Omit<Notice, 'id' | 'at'> {
  const name = `${run.source} / ${run.scan}`
  if (run.state === 'Failed') return { kind: 'failed', title: runEnds.failed(name), ...(run.problem && { text: run.problem.text }) }
  if (run.state === 'Canceled') return { kind: 'info', title: runEnds.cancelled(name) }
  return { kind: run.counts.gaps > 0 ? 'info' : 'done', title: runEnds.succeeded(name), text: runEnds.found(run.counts.discovered, run.counts.gaps) }
}
