// Tells how the runs ended that were started here, or that they ask. It asks one question for all of them, and only while
// there are some.
import { useEffect } from 'react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { runs } from '../client/api'
import { useNotices } from '../ui/Notices'
import { watchedQuery } from '../ui/watched'
import { follow } from './ends'

const most = 100 // newest runs: what is not among them is watched no longer

export function Watcher({ watched }: { watched: string[] }) {
  const queries = useQueryClient()
  const { tell } = useNotices()
  const { data } = useQuery({ ...runs(most), queryKey: [...runs(most).queryKey, ...watched], refetchInterval: 3000 }) // each list has its own: no answer is older than what it is asked about
  useEffect(() => {
    if (!data) return
    const { told, off } = follow(watched, data.value)
    if (off.length === 0) return
    told.forEach(tell)
    queries.setQueryData(watchedQuery().queryKey, all => all?.filter(id => !off.includes(id)))
  }, [data, watched, tell, queries])
  return null
}
