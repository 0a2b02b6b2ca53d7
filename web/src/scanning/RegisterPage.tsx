// Registering a source: what it is, where it is, and a look before it is done. The form is the connector's.
import { useMemo, useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMay } from '../client/may'
import { Failure } from '../client/rest'
import { useAddress } from '../ui/address'
import { useEarly } from '../ui/early'
import { later } from '../ui/later'
import { useDirty } from '../ui/Leaving'
import { useNotices } from '../ui/Notices'
import { Page } from '../ui/Page'
import { hasField } from '../ui/Refusal'
import { isComing, isGone, Loading, Refused, Shown, ShownPage } from '../ui/States'
import { WizardPage } from '../ui/WizardPage'
import { bearsIn, connectionsOf } from './bears'
import { authorityPart, complete, nameProblem, partsOf, properties } from './form'
import { authorityOf, commandOf, noSource, type NewSource } from './newSource'
import { collectionsQuery, deleteSource, kindsQuery, putSource, reachQuery, sourcesQuery, twinsQuery } from './rest'
import { words as says } from './registerStrings'
import { words } from './strings'
import { settled as inOrder, windowParts } from './windows'
import { most, words as twinSays } from './twinStrings'
import type { Collection, Kind, Source } from './types'

interface Address {
  step?: string
  kind?: string
}

const KindCards = later(() => import('./KindCards').then(m => m.KindCards))
const RegisterSettings = later(() => import('./RegisterSettings').then(m => m.RegisterSettings))
const RegisterReview = later(() => import('./RegisterReview').then(m => m.RegisterReview))
const parts = [KindCards.early, RegisterSettings.early, RegisterReview.early]

export function RegisterPage() {
  const loaded = useEarly(parts)
  const may = useMay()
  const kinds = useQuery(kindsQuery())
  const collections = useQuery(collectionsQuery())
  const sources = useQuery(sourcesQuery()) // not known, a name that is taken would be offered, and its source written over
  const loading = <Page title={words.register}><Loading /></Page>
  if (!may('source/write')) return <Page title={words.register}><Refused>{words.mayNotSources}</Refused></Page>
  return (
    <ShownPage title={words.register} of={kinds}>
      {list => <Shown of={collections} loading={loading}>{all => <Shown of={sources} loading={loading}>{there => loaded ? <Register kinds={list} collections={all.filter(c => may('source/write', c.name))} there={there} /> : loading}</Shown>}</Shown>}
    </ShownPage>
  )
}

function Register({ kinds, collections, there }: { kinds: Kind[]; collections: Collection[]; there: Source[] }) {
  const [{ step = 'kind', kind: chosen }, go] = useAddress<Address>()
  const navigate = useNavigate()
  const client = useQueryClient()
  const { tell } = useNotices()
  const [begun] = useState(() => noSource(collections))
  const [common, setCommon] = useState(begun)
  const [byKind, setByKind] = useState<Record<string, NewSource['values']>>({}) // the address says which kind: each keeps its own
  const mine = byKind[chosen ?? ''] ?? begun.values
  const draft = useMemo(() => ({ ...common, values: mine }), [common, mine])
  const typed = Object.values(byKind).some(of => Object.values(of).some(value => value !== ''))
  const [kept, keep] = useState<NewSource>() // as which it is registered already: a test needs it
  const release = useDirty(draft !== kept && (typed || JSON.stringify(common) !== JSON.stringify(begun)), ['step', 'kind'])
  const change = ({ values: ours, ...to }: Partial<NewSource>) => {
    if (register.error) register.reset()
    if (ours) setByKind(old => ({ ...old, [chosen ?? '']: ours }))
    setCommon(old => ({ ...old, ...to }))
  }
  const { name, collection, values, windows } = draft, bears = bearsIn(draft)
  const kind = kinds.find(k => k.name === chosen)
  const fields = kind?.settings ?? [], authority = kind ? authorityOf(kind, draft) : ''
  const { data, error, refetch, isPending, isFetching, errorUpdateCount } = useQuery(reachQuery(chosen ?? ''))
  const reach = { data, error, refetch, isPending, isFetching, errorUpdateCount } // for parts that are loaded later
  const problem = nameProblem('source', name, there.map(s => s.name).filter(n => n !== kept?.name))

  const register = useMutation({
    mutationFn: async (_: { stay: boolean }) => {
      if (kept && kept !== draft) await deleteSource(kept.name).catch(error => { if (!isGone(error as Error)) throw error }) // written over, it would be that source at another address
      await putSource(name, kind!.name, {
        ...properties(fields, values), ...(authority && { purlieuAuthority: authority }), ...(windows.length > 0 && { purlieuWindows: windows }), ...(bears && { purlieuBudget: bears }),
        collection: { referenceName: collection, type: 'CollectionReference' },
      })
      keep(draft)
      await client.invalidateQueries({ queryKey: ['list', '/scan/datasources'] })
    },
    onError: error => {
      if (error instanceof Failure && error.code === 'AuthorityNeeded') setCommon(old => ({ ...old, authority: name })) // to be looked at: it stays
      if (hasField(error, [...partsOf(fields), authorityPart, ...windowParts(windows)])) go({ step: 'settings' })
    },
    onSuccess: async (_, { stay }) => {
      if (stay) return
      tell({ kind: 'done', title: says.registeredNotice(name), text: says.registeredText })
      const path = `/sources/${encodeURIComponent(name)}`
      release()
      void navigate({ to: `${path}/scan` })
      const twins = await client.fetchQuery(twinsQuery(name)).catch(() => []) // a note, which fails nothing: the source's page says it too
      if (twins.length > 0) tell({ kind: 'info', title: twinSays.noticed(name), text: twinSays.noticedAs(twins.slice(0, most).map(t => t.source)), link: { to: path, text: twinSays.see } })
    },
  })

  const settled = !!kind && name !== '' && problem === '' && complete(fields, values) && inOrder(windows) && connectionsOf(draft.units) !== undefined
  const steps = [
    { key: 'kind', title: words.registerSteps.kind, ready: !!kind },
    { key: 'settings', title: words.registerSteps.settings, ready: settled },
    { key: 'review', title: words.registerSteps.review, ready: settled },
  ]
  const at = steps.some(s => s.key === step) && (step !== 'review' || settled) && (step === 'kind' || kind) ? step : kind ? 'settings' : 'kind'
  if (at !== 'kind' && isComing(reach)) return <Page title={words.register}><Loading /></Page> // else what comes of it would push the form down
  return (
    <WizardPage
      title={words.register} about={says.registerAbout} steps={steps} at={at} onGo={next => { if (register.error && next === 'review') register.reset(); go({ step: next }) }}
      finish={says.registerDone} onFinish={() => register.mutate({ stay: false })} busy={register.isPending}
      {...(kind && { command: commandOf(kind, draft) })}
    >
      {at === 'kind' && <KindCards kinds={kinds} chosen={chosen} onChoose={next => { if (register.error) register.reset(); go({ kind: next, step: 'settings' }) }} />}
      {at === 'settings' && kind && <RegisterSettings kind={kind} collections={collections} draft={draft} problem={problem} reach={reach} error={register.error} onChange={change} />}
      {at === 'review' && kind && <RegisterReview kind={kind} collections={collections} draft={draft} reach={reach} error={register.variables?.stay ? null : register.error} onKeep={() => register.mutateAsync({ stay: true })} />}
    </WizardPage>
  )
}
