// One source: where it is, what its scans are and how they went.
import { Suspense } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Button } from '@fluentui/react-components'
import { Add20Regular } from '@fluentui/react-icons/svg/add'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useMay } from '../client/may'
import { useAddress } from '../ui/address'
import { DetailPage } from '../ui/DetailPage'
import { Drawing } from '../ui/Drawing'
import { useEarly } from '../ui/early'
import { later } from '../ui/later'
import { Link } from '../ui/Parts'
import { Loading, Shown, ShownPage } from '../ui/States'
import { Unknown } from '../ui/Unknown'
import { kindsQuery, scansQuery, sourceQuery, twinsQuery } from './rest'
import { words } from './strings'
import type { Source } from './types'

type Tab = keyof typeof words.sides

const SourceOverview = later(() => import('./SourceOverview').then(m => m.SourceOverview))
const Scans = later(() => import('./Scans').then(m => m.Scans))
const SourceRuns = later(() => import('./SourceRuns').then(m => m.SourceRuns))
const parts = [SourceOverview.early]

export function SourcePage() {
  useEarly(parts)
  const { source: name } = useParams({ strict: false }) as { source: string }
  const source = useQuery(sourceQuery(name))
  return <ShownPage title={name} of={source}>{s => <OneSource source={s} />}</ShownPage>
}

function OneSource({ source }: { source: Source }) {
  const navigate = useNavigate()
  const may = useMay()
  const kinds = useQuery(kindsQuery())
  const { data, error, refetch } = useQuery(scansQuery(source.name))
  const scans = { data, error, refetch } // read here: Scans comes later
  const [{ tab = 'overview' }, change] = useAddress<{ tab?: string }>()
  const open = tab in words.sides ? (tab as Tab) : 'overview'
  const twins = useQuery({ ...twinsQuery(source.name), enabled: open === 'overview' })
  const looked = !twins.isPending || twins.failureCount > 0 // what is told of them stands above all else, and must not push it down later
  const kind = kinds.data?.find(k => k.name === source.kind)
  const collection = source.properties.collection?.referenceName
  const path = `/sources/${encodeURIComponent(source.name)}`
  const add = may('scan/write', collection) && <Button appearance="primary" icon={<Add20Regular />} onClick={() => void navigate({ to: `${path}/scan` })}>{words.newScan}</Button>
  return (
    <DetailPage
      title={source.name} about={kind?.title ?? <Unknown of={kinds} what={words.kind}>{source.kind}</Unknown>} icon={<Drawing svg={kind?.icon} />} above={<Link to="/sources">{words.sources}</Link>}
      open={open} onOpen={next => change({ tab: next })} actions={add}
      tabs={(Object.keys(words.sides) as Tab[]).map(key => ({ key, title: words.sides[key], ...(key === 'scans' && { count: scans.data?.length }) }))}
    >
      {open === 'overview' && <Shown of={kinds}>{() => <Shown of={scans}>{all => looked ? <Suspense fallback={<Loading />}><SourceOverview twins={{ data: twins.data, error: twins.error, refetch: twins.refetch }} source={source} kind={kind} scans={may('scan/write', collection) ? all : undefined} add={add} writable={may('source/write', collection)} /></Suspense> : <Loading />}</Shown>}</Shown>}
      {open === 'scans' && <Scans source={source} kind={kind} of={scans} add={add} writable={may('scan/write', collection)} />}
      {open === 'runs' && <SourceRuns source={source.name} />}
    </DetailPage>
  )
}
