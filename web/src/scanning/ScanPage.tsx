// Making a scan, or changing one: who reads, with which login, what and how deep. The runtime is proposed, and of each that can't serve the
// source it is said why.
import { useState } from 'react'
import { Field, Input } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { credentialsQuery } from '../client/credentials'
import { useMay } from '../client/may'
import { Failure } from '../client/rest'
import { useAddress } from '../ui/address'
import { useEarly } from '../ui/early'
import { later } from '../ui/later'
import { useDirty } from '../ui/Leaving'
import { useNotices } from '../ui/Notices'
import { Page } from '../ui/Page'
import { Link } from '../ui/Parts'
import { hasField } from '../ui/Refusal'
import { Failed, Loading, ShownPage } from '../ui/States'
import { useAct } from '../ui/useAct'
import { useWatch } from '../ui/watched'
import { WizardPage } from '../ui/WizardPage'
import { begin, commandOf, draftOf, loginReady, mayNone, type Draft } from './draft'
import { complete, nameProblem, partsOf } from './form'
import { createScan } from './create'
import { filterQuery, getWhole, kindsQuery, reachQuery, scansQuery, sourceQuery } from './rest'
import { words } from './strings'
import type { Credential, Filter, Kind, Reach, Scan, Source } from './types'

// Each step comes apart, while the page asks for its data.
const RuntimeChoice = later(() => import('./RuntimeChoice').then(m => m.RuntimeChoice))
const LoginStep = later(() => import('./LoginStep').then(m => m.LoginStep))
const ScopeStep = later(() => import('./ScopeStep').then(m => m.ScopeStep))
const ReviewStep = later(() => import('./ReviewStep').then(m => m.ReviewStep))
const parts = [RuntimeChoice.early, LoginStep.early, ScopeStep.early, ReviewStep.early]

export function ScanPage() {
  const { source } = useParams({ strict: false }) as { source: string }
  const [{ of }] = useAddress<Address>()
  return <Asked key={`${source}/${of ?? ''}`} name={source} of={of} />
}

/** Asked asks for what the wizard begins with. What a scan that is changed says is asked for anew: others may have written it. */
function Asked({ name, of }: { name: string; of: string | undefined }) {
  const there = useEarly(parts)
  const source = useQuery(sourceQuery(name))
  const kinds = useQuery(kindsQuery())
  const reach = useQuery(reachQuery(source.data?.kind ?? ''))
  const credentials = useQuery(credentialsQuery())
  const anew = of === undefined ? true : 'always' as const
  const scans = useQuery({ ...scansQuery(name), refetchOnMount: anew })
  const filter = useQuery({ ...filterQuery(name, of ?? ''), refetchOnMount: anew, enabled: of !== undefined })
  const [ready, setReady] = useState(false) // and stays so: what is typed stays, whatever comes of asking again
  const changed = of === undefined || ready ? [] : [scans, filter]
  const old = changed.find(q => !q.isFetchedAfterMount || q.error)
  const missing = [source, kinds, reach, credentials, scans, ...changed].find(q => q.data === undefined)
  const title = of === undefined ? words.scanTitle(name) : words.changeTitle(of)
  if (missing) return <ShownPage<unknown> title={title} of={missing}>{() => null}</ShownPage>
  if (old) return <ShownPage title={title} of={{ data: undefined, error: old.isFetchedAfterMount ? old.error : null, refetch: old.refetch }}>{() => null}</ShownPage>
  if (!ready) setReady(true)
  const kind = kinds.data!.find(one => one.name === source.data!.kind)
  if (!kind) return null
  const was = of === undefined ? undefined : scans.data!.find(s => s.name === of)
  if (of !== undefined && !was) return <Page title={title}><Failed error={new Failure(404, 'ScanNotFound', '', '')} /></Page>
  if (!there) return <Page title={title}><Loading /></Page>
  return <Wizard was={was} filter={filter.data ?? null} source={source.data!} kind={kind} reach={reach.data!} credentials={credentials.data!} scans={scans.data!} />
}

interface Address {
  step?: string
  of?: string // the scan that is changed; a new one without
}

interface WizardProps {
  was: Scan | undefined
  filter: Filter | null
  source: Source
  kind: Kind
  reach: Reach[]
  credentials: Credential[]
  scans: Scan[]
}

function Wizard({ was, filter, source, kind, reach, credentials, scans }: WizardProps) {
  const [{ step = 'runtime' }, go] = useAddress<Address>()
  const navigate = useNavigate()
  const client = useQueryClient()
  const { tell } = useNotices()
  const watch = useWatch()
  const mayNew = useMay()('source/write', 'root')
  const [begun] = useState<Draft>(() => was ? draftOf(was, filter, source, kind, reach, credentials) : begin(kind, reach, credentials, scans, mayNew))
  const [draft, setDraft] = useState(begun)
  const release = useDirty(JSON.stringify(draft) !== JSON.stringify(begun), ['step'])
  const change = (to: Partial<Draft>) => { if (create.error) create.reset(); setDraft(old => ({ ...old, ...to })) }
  const act = useAct(['list'])
  const problem = nameProblem('scan', draft.name, was ? [] : scans.map(s => s.name))
  const fields = kind.scanSettings ?? []

  const create = useMutation({
    mutationFn: async () => {
      const run = await createScan(source, kind, reach, draft, was)
      return { run, ...(was && { written: await getWhole(source.name, was.name).catch(() => undefined) }) } // without it there is no way back, and all else is well
    },
    onError: error => { if (hasField(error, partsOf(fields))) go({ step: 'scope' }) },
    onSuccess: async ({ run, written }) => {
      if (run) watch(run)
      const about = `scan ${source.name} ${draft.name}`
      const back = was && written && { about, run: async () => (await import('./back')).backScan(source.name, written, { scan: was, filter }), said: words.scanBack(was.name) }
      tell({ kind: 'done', about, title: was ? words.scanChanged(draft.name) : words.scanCreated(draft.name), ...(back && { undo: () => act.wait(back) }) })
      await client.invalidateQueries({ queryKey: ['list'] })
      release()
      void navigate({ to: run ? `/runs/${run}` : `/sources/${encodeURIComponent(source.name)}?tab=scans${was ? `&scan=${encodeURIComponent(was.name)}` : ''}` })
    },
  })

  const runtimeReady = draft.runtime !== '' && draft.name !== '' && problem === ''
  const steps = [
    { key: 'runtime', title: words.scanSteps.runtime, ready: runtimeReady },
    { key: 'login', title: words.scanSteps.login, ready: loginReady(draft, kind, credentials) },
    { key: 'scope', title: words.scanSteps.scope, ready: complete(fields, draft.settings) },
    { key: 'review', title: words.scanSteps.review, ready: true },
  ]
  const now = steps.findIndex(s => s.key === step)
  const at = now >= 0 && steps.slice(0, now).every(s => s.ready) ? step : 'runtime'
  return (
    <WizardPage
      title={was ? words.changeTitle(was.name) : words.scanTitle(source.name)} above={<Link to={`/sources/${encodeURIComponent(source.name)}`}>{source.name}</Link>}
      steps={steps} at={at} onGo={next => go({ step: next })} finish={was ? words.changeDone : words.scanDone} onFinish={() => create.mutate()} busy={create.isPending}
      command={commandOf(source, kind, draft, was)}
    >
      {at === 'runtime' && (
        <>
          {!was && <Field label={words.scanName} required {...(problem && { validationMessage: problem })}><Input value={draft.name} onChange={(_, d) => change({ name: d.value })} /></Field>}
          <RuntimeChoice reach={reach} chosen={draft.runtime} onChoose={runtime => change({ runtime })} />
        </>
      )}
      {at === 'login' && <LoginStep source={source} kind={kind} credentials={credentials} mayNew={mayNew} mayNone={mayNone(kind, was)} draft={draft} onChange={change} />}
      {at === 'scope' && <ScopeStep source={source} kind={kind} draft={draft} error={create.error} onChange={change} />}
      {at === 'review' && <ReviewStep source={source} was={was} kind={kind} draft={draft} error={create.error} onChange={change} />}
    </WizardPage>
  )
}
