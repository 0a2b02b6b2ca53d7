// What a source is, when and how much of it is read, and a test of its connection.
import { lazy, useState, type ReactNode } from 'react'
import { Field, Select } from '@fluentui/react-components'
import { later } from '../ui/later'
import { Card, Soft } from '../ui/Parts'
import type { Asked } from '../ui/States'
import { Share } from './Share'
import { SourceSettings } from './SourceSettings'
import { elsewhereOf } from './standing'
import { words } from './strings'
import { TestConnection } from './TestConnection'
import { Times } from './Times'
import type { Kind, Scan, Source, Twin } from './types'

// Few sources have these; they stand above all else, which waits for them.
const Elsewhere = lazy(() => import('./Elsewhere').then(m => ({ default: m.Elsewhere })))
const Twins = lazy(() => import('./Twins').then(m => ({ default: m.Twins })))
// It stands below all else, which need not wait for it.
const Grants = later(() => import('./Grants').then(m => m.Grants), null)

interface OverviewProps {
  twins: Asked<Twin[]>
  source: Source
  kind: Kind | undefined
  scans: Scan[] | undefined // of whoever may test them
  add: ReactNode
  writable: boolean
}

export function SourceOverview({ twins, source, kind, scans, add, writable }: OverviewProps) {
  const use = kind?.credentials?.[0]
  return (
    <>
      {twins.data?.length !== 0 && <Twins of={twins} />}
      {scans && elsewhereOf(source, scans).length > 0 && <Elsewhere source={source} scans={scans} />}
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
function Test({ source, scans, add }: { source: string; scans: Scan[]; add: ReactNode }) {
  const [chosen, choose] = useState('')
  const scan = scans.find(s => s.name === chosen) ?? scans[0]
  if (!scan) return <Card title={words.test} actions={add}><Soft>{words.testNeeds}</Soft></Card>
  return (
    <TestConnection key={scan.name} source={source} asked={{ scan: scan.name }}>
      {scans.length > 1 && <Field label={words.testAs}><Select value={scan.name} onChange={(_, d) => choose(d.value)}>{scans.map(s => <option key={s.name}>{s.name}</option>)}</Select></Field>}
    </TestConnection>
  )
}
