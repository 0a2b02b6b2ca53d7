// One source: where it is, what its scans are and how they went.
import { lazy, Suspense, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Button, Field, Select } from '@fluentui/react-components'
import { Add20Regular } from '@fluentui/react-icons/svg/add'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useMay } from '../client/may'
import { useAddress } from '../ui/address'
import { DetailPage } from '../ui/DetailPage'
import { Drawing } from '../ui/Drawing'
import { Card, Link, Soft } from '../ui/Parts'
import { Loading, Shown, ShownPage } from '../ui/States'
import { Elsewhere } from './Elsewhere'
import { Grants } from './Grants'
import { kindsQuery, scansQuery, sourceQuery, twinsQuery } from './rest'
import { Share } from './Share'
import { SourceSettings } from './SourceSettings'
import { TestConnection } from './TestConnection'
import { words } from './strings'
import { Times } from './Times'
import { Twins } from './Twins'
import type { Kind, Scan, Source } from './types'

type Tab = keyof typeof words.sides

const Scans = lazy(() => import('./Scans').then(m => ({ default: m.Scans })))
const SourceRuns = lazy(() => import('./SourceRuns').then(m => ({ default: m.SourceRuns })))

export function SourcePage() {
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
      title={source.name} about={kind?.title ?? source.kind} icon={<Drawing svg={kind?.icon} />} above={<Link to="/sources">{words.sources}</Link>}
      open={open} onOpen={next => change({ tab: next })} actions={add}
      tabs={(Object.keys(words.sides) as Tab[]).map(key => ({ key, title: words.sides[key], ...(key === 'scans' && { count: scans.data?.length }) }))}
    >
      {open === 'overview' && <Shown of={kinds}>{() => <Shown of={scans}>{all => looked ? <Overview twins={<Twins of={twins} />} source={source} kind={kind} scans={may('scan/write', collection) ? all : undefined} add={add} writable={may('source/write', collection)} /> : <Loading />}</Shown>}</Shown>}
      {open === 'scans' && <Suspense fallback={<Loading />}><Scans source={source} kind={kind} of={scans} add={add} writable={may('scan/write', collection)} /></Suspense>}
      {open === 'runs' && <Suspense fallback={<Loading />}><SourceRuns source={source.name} /></Suspense>}
    </DetailPage>
  )
}

interface OverviewProps {
  twins: React.ReactNode
  source: Source
  kind: Kind | undefined
  scans: Scan[] | undefined // of whoever may test them
  add: React.ReactNode
  writable: boolean
}

function Overview({ twins, source, kind, scans, add, writable }: OverviewProps) {
  const use = kind?.credentials?.[0]
  return (
    <>
      {twins}
      {scans && <Elsewhere source={source} scans={scans} />}
      <SourceSettings source={source} kind={kind} writable={writable} />
      <Times source={source} writable={writable} />
      <Share source={source} writable={writable} />
      {scans && <Test key={source.properties.lastModifiedAt} source={source.name} scans={scans} add={add} />}
      {!!kind?.prerequisites?.length && <Card title={words.before}><ul>{kind.prerequisites.map(line => <li key={line}>{line}</li>)}</ul></Card>}
      {use && <Grants of={use} />}
    </>
  )
}

/** Test tries the connection as one of the scans would. */
function Test({ source, scans, add }: { source: string; scans: Scan[]; add: React.ReactNode }) {
  const [chosen, choose] = useState('')
  const scan = scans.find(s => s.name === chosen) ?? scans[0]
  if (!scan) return <Card title={words.test} actions={add}><Soft>{words.testNeeds}</Soft></Card>
  return (
    <TestConnection key={scan.name} source={source} asked={{ scan: scan.name }}>
      {scans.length > 1 && <Field label={words.testAs}><Select value={scan.name} onChange={(_, d) => choose(d.value)}>{scans.map(s => <option key={s.name}>{s.name}</option>)}</Select></Field>}
    </TestConnection>
  )
}
