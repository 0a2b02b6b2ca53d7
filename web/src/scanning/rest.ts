// What these pages ask the account: one function a question, shared by key.
import { queryOptions } from '@tanstack/react-query'
import { deed, flag, line, settings } from '../client/command'
import { collectionsOf, list } from '../client/list'
import { pages, type Page } from '../client/pages'
import { Failure, rest } from '../client/rest'
import type { Changed, Collection, Filter, Gap, Kind, Names, Proposal, ProposedAsset, Reach, Run, RunDetail, Scan, Source, Tested, Trigger, TriggerBody, Twin, Unit } from './types'

const scanning = { 'api-version': '2023-09-01' }
const slow = 60_000 // what rarely changes is asked for again after a minute

/** at is a path, each name in it escaped. */
export const at = (...names: string[]) => '/' + names.map(encodeURIComponent).join('/')

export const kindsQuery = () => ({ ...list<Kind>('/manage/v1/kinds', {}), staleTime: slow })
const getFilter = (source: string, scan: string, signal?: AbortSignal) => orNull(rest<Filter>('/scan' + at('datasources', source, 'scans', scan, 'filters', 'custom'), { query: scanning, ...(signal && { signal }) }))
/** filterQuery gives what a scan is narrowed to; null: it reads all of its source. */
export const filterQuery = (source: string, scan: string) =>
  queryOptions({ queryKey: [...scansKey(source), 'filter', scan], queryFn: ({ signal }) => getFilter(source, scan, signal) })

/** Whole is a scan with what it is narrowed to. */
export interface Whole {
  scan: Scan
  filter: Filter | null
}

export const getWhole = async (source: string, name: string): Promise<Whole> => {
  const [scan, filter] = await Promise.all([getScan(source, name), getFilter(source, name)])
  return { scan, filter }
}

/** orNull is null for what is not there. */
const orNull = <T>(answer: Promise<T>): Promise<T | null> =>
  answer.catch(error => { if (error instanceof Failure && error.status === 404) return null; throw error })

export const reachQuery = (kind: string) => ({ ...list<Reach>('/manage/v1' + at('kinds', kind, 'runtimes'), {}), enabled: kind !== '' })
export const sourcesQuery = () => list<Source>('/scan/datasources', scanning)
export const collectionsQuery = () => ({ ...collectionsOf<Collection>(), staleTime: slow })
export const scansQuery = (source: string) => list<Scan>('/scan' + at('datasources', source, 'scans'), scanning)

export const getSource = (name: string, signal?: AbortSignal) => rest<Source>('/scan' + at('datasources', name), { query: scanning, ...(signal && { signal }) })

export const sourceQuery = (name: string) => queryOptions({ queryKey: ['source', name], queryFn: ({ signal }) => getSource(name, signal) })

/** twinsQuery gives which other sources may be the same one. Its key begins with the source's: what changes that one may change it. */
export const twinsQuery = (name: string) =>
  queryOptions({ queryKey: ['source', name, 'twins'], queryFn: async ({ signal }) => (await rest<Page<Twin>>('/manage/v1' + at('datasources', name, 'twins'), { signal })).value })

/** often is how soon runs are asked for again. */
export const often = (runs: Run[] | undefined) => (runs?.some(going) ? 2000 : 30_000)

/** The more of a list is shown, the less often all of it is asked for again. */
const slower = (every: number, pages: { pages: unknown[] } | undefined) => every * (pages?.pages.length || 1)

/** runsQuery gives runs, newest first; while one goes on they are asked for again. */
export const runsQuery = (of: { source?: string; state?: string }) => ({
  ...pages<Run>(['runs'], '/manage/v1/runs', of), refetchInterval: (q: { state: { data?: { pages: Page<Run>[] } | undefined } }) => slower(often(q.state.data?.pages.flatMap(p => p.value)), q.state.data),
})

export const going = (run: Pick<Run, 'state'>) => run.state === 'Accepted' || run.state === 'InProgress'

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ['run', id],
    queryFn: ({ signal }) => rest<RunDetail>('/manage/v1' + at('runs', id), { signal }),
    refetchInterval: q => (q.state.data && going(q.state.data) ? 1000 : false),
  })

/** ofRun is one of the lists below a run, asked for again with the run. */
const ofRun = <T>(run: Run, what: string, query: Record<string, string> = {}) => ({
  ...pages<T>(['run', run.id, what], '/manage/v1' + at('runs', run.id, what), query),
  refetchInterval: (q: { state: { data?: { pages: unknown[] } | undefined } }) => (going(run) ? slower(2000, q.state.data) : (false as const)),
})

export const unitsQuery = (run: Run) => ofRun<Unit>(run, 'units')
export const gapsQuery = (run: Run) => ofRun<Gap>(run, 'gaps')
export const changesQuery = (run: Run, verb: string | undefined) => ofRun<Changed>(run, 'changes', verb ? { verb } : {})

export const putSource = (name: string, kind: string, properties: Record<string, unknown>) =>
  rest<Source>('/scan' + at('datasources', name), { method: 'PUT', query: scanning, body: { kind, properties } })

export const deleteSource = deed(
  (name: string) => rest('/scan' + at('datasources', name), { method: 'DELETE', query: scanning }), name => line`purlieu source delete ${name}`)

export const putScan = (source: string, name: string, kind: string, properties: Record<string, unknown>) =>
  rest<Scan>('/scan' + at('datasources', source, 'scans', name), { method: 'PUT', query: scanning, body: { kind, properties } })

export const getScan = (source: string, name: string) => rest<Scan>('/scan' + at('datasources', source, 'scans', name), { query: scanning })

export const putFilter = (source: string, name: string, properties: Record<string, unknown>) =>
  rest('/scan' + at('datasources', source, 'scans', name, 'filters', 'custom'), { method: 'PUT', query: scanning, body: { properties } })

export const deleteScan = deed(
  (source: string, name: string) => rest('/scan' + at('datasources', source, 'scans', name), { method: 'DELETE', query: scanning }), (source, name) => line`purlieu scan delete ${source} ${name}`)

/** startRun starts a run, under an id that is made here. */
export const startRun = deed(
  async (source: string, scan: string, full: boolean) => {
    const runId = crypto.randomUUID()
    await rest('/scan' + at('datasources', source, 'scans', scan) + ':run', { method: 'POST', query: { ...scanning, runId, scanLevel: full ? 'Full' : 'Incremental' } })
    return runId
  },
  (source, scan, full) => line`purlieu scan run ${source} ${scan}${flag('full', full)} --watch`)

export const cancelRun = deed(
  (run: Pick<Run, 'id' | 'source' | 'scan'>) => rest('/scan' + at('datasources', run.source, 'scans', run.scan, 'runs', run.id) + ':cancel', { method: 'POST', query: scanning }),
  run => line`purlieu run cancel ${run.id}`)

export const proposalQuery = (id: string) =>
  queryOptions({ queryKey: ['proposal', id], queryFn: ({ signal }) => rest<Proposal>('/manage/v1' + at('proposals', id), { signal }), enabled: id !== '' })

export const proposedQuery = (id: string) => pages<ProposedAsset>(['proposal', id, 'assets'], '/manage/v1' + at('proposals', id, 'assets'))

export const decide = deed(
  (id: string, approve: boolean) => rest<Proposal>('/manage/v1' + at('proposals', id, approve ? 'approve' : 'reject'), { method: 'POST' }),
  (id, approve) => line`purlieu proposal ${approve ? 'approve' : 'reject'} ${id}`)

export const undoRun = deed(
  (run: string) => rest<{ deleted: number; restored: number }>('/manage/v1' + at('runs', run, 'undo'), { method: 'POST' }), run => line`purlieu run undo ${run}`)

/** scansKey begins the keys of all that is known of a source's scans: their list, which says when they run, and their triggers. */
export const scansKey = (source: string) => ['list', '/scan' + at('datasources', source, 'scans')]

/** triggerQuery gives when a scan runs by itself; null: only when started. */
export const triggerQuery = (source: string, scan: string) =>
  queryOptions({
    queryKey: [...scansKey(source), 'trigger', scan],
    queryFn: ({ signal }) => getTrigger(source, scan, signal),
  })

export const getTrigger = (source: string, scan: string, signal?: AbortSignal) => orNull(rest<Trigger>(triggerAt(source, scan), { query: scanning, ...(signal && { signal }) }))
const triggerAt = (source: string, scan: string) => '/scan' + at('datasources', source, 'scans', scan) + '/triggers/default'
export const putTrigger = (source: string, scan: string, properties: TriggerBody['properties']) => rest<Trigger>(triggerAt(source, scan), { method: 'PUT', query: scanning, body: { properties } })
export const fireTrigger = deed(
  (source: string, scan: string, on: boolean) => rest(`${triggerAt(source, scan)}:${on ? 'enable' : 'disable'}`, { method: 'POST', query: scanning }),
  (source, scan, on) => line`purlieu trigger ${on ? 'enable' : 'disable'} ${source} ${scan}`)
export const deleteTrigger = deed(
  (source: string, scan: string) => rest(triggerAt(source, scan), { method: 'DELETE', query: scanning }), (source, scan) => line`purlieu trigger delete ${source} ${scan}`)

/** Asked is how a node is to ask a source: as a scan that is there would, or through a runtime, with a login and settings. */
export interface Asked {
  scan?: string
  runtime?: string
  credential?: string
  settings?: Record<string, string>
  path?: string // the level that is listed
}

const asking = ({ scan, runtime, credential, settings: set = {} }: Asked) => [flag('scan', scan), flag('runtime', runtime), flag('credential', credential), settings('set', set)] as const

export const browse = deed(
  (source: string, asked: Asked, signal?: AbortSignal) => rest<Names>('/manage/v1' + at('datasources', source, 'browse'), { method: 'POST', body: asked, ...(signal && { signal }) }),
  (source, asked, _?) => {
    const [scan, runtime, credential, set] = asking(asked)
    return asked.path ? line`purlieu source browse ${source} ${asked.path}${scan}${runtime}${credential}${set}` : line`purlieu source browse ${source}${scan}${runtime}${credential}${set}`
  })

export const testSource = deed(
  (source: string, asked: Asked) => rest<Tested>('/manage/v1' + at('datasources', source, 'test'), { method: 'POST', body: asked }), (source, asked) => {
    const [scan, runtime, credential, set] = asking(asked)
    return line`purlieu source test ${source}${scan}${runtime}${credential}${set}`
  })

/** browseQuery asks a node for one level of a source's names. It is not asked again by itself: each question is an event at
 * the source, and in the ledger of the node. */
export const browseQuery = (source: string, asked: Asked) =>
  queryOptions({ queryKey: ['browse', source, asked], queryFn: ({ signal }) => browse(source, asked, signal), staleTime: 300_000, retry: false, refetchOnWindowFocus: false })
