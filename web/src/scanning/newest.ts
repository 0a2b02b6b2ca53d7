// The newest run of each scan, kept fresh while some go on: all are read twice a minute, and every other second the page
// of those that started last, which says how they fare.
import { queryOptions } from '@tanstack/react-query'
import { whole } from '../client/list'
import type { Page } from '../client/pages'
import { rest } from '../client/rest'
import { going, often } from './rest'
import type { Run } from './types'

export interface Newest {
  runs: Run[] // newest first
  read: number // when all were
}

const path = '/manage/v1/runs'
const query = { newest: 'true' }
const wholeEvery = 30_000

export const newestQuery = () =>
  queryOptions({
    queryKey: ['list', path, query],
    queryFn: async ({ signal, client, queryKey }): Promise<Newest> => {
      const before = client.getQueryData<Newest>(queryKey)
      if (!before || Date.now() - before.read >= wholeEvery || !before.runs.some(going)) return { runs: await whole<Run>(path, query, signal), read: Date.now() }
      return { ...before, runs: renewed(before.runs, (await rest<Page<Run>>(path, { query, signal })).value) }
    },
    refetchInterval: q => often(q.state.data?.runs),
    select: data => data.runs,
  })

/** renewed are runs with what is known of some of them since: the newest of a scan wins. */
export function renewed(runs: Run[], since: Run[]): Run[] {
  const scan = (r: Run) => JSON.stringify([r.source, r.scan])
  const known = new Set(since.map(scan))
  return [...since, ...runs.filter(r => !known.has(scan(r)))]
}
