// The source that would be registered, as a whole, and a test of its connection with a login that is there.
import { useState } from 'react'
import { Field, makeStyles, Select } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { credentialsQuery } from '../client/credentials'
import { Card, Facts, Soft } from '../ui/Parts'
import { Refusal } from '../ui/Refusal'
import { isUnknown, type Asked, type Side } from '../ui/States'
import { Unknown } from '../ui/Unknown'
import { bearsIn, bearsOf } from './bears'
import { begin, fittingOf } from './draft'
import { sayValue } from './form'
import { authorityOf, commandOf, type NewSource } from './newSource'
import { words as says } from './registerStrings'
import { words as share } from './settingsStrings'
import { words } from './strings'
import { TestConnection } from './TestConnection'
import type { Collection, Kind, Reach } from './types'
import { windowText } from './windows'
import { words as times } from './windowStrings'

const useStyles = makeStyles({ asked: { display: 'flex', flexDirection: 'column', gap: '16px', marginBottom: '12px' } })

interface RegisterReviewProps {
  kind: Kind
  collections: Collection[]
  draft: NewSource
  reach: Side & Asked<Reach[]>
  error: unknown // of registering it
  onKeep: () => Promise<unknown> // registers it, and stays
}

export function RegisterReview({ kind, collections, draft, reach, error, onKeep }: RegisterReviewProps) {
  const { name, values, windows, collection } = draft
  const bears = bearsIn(draft)
  return (
    <>
      <Refusal error={error} />
      <Card>
        <Facts of={[
          [words.name, name], [words.kind, kind.title],
          ...(kind.settings ?? []).map((f): [string, React.ReactNode] => [f.title, (values[f.name] || f.default) && sayValue(f, values[f.name] || f.default)]),
          [words.authority, authorityOf(kind, draft)], [times.times, windows.length > 0 ? windows.map(w => <div key={windowText(w)}>{windowText(w)}</div>) : undefined],
          [share.share, bears && share.shareOf({ ...bearsOf(undefined), ...bears })],
          [words.collection, collections.find(c => c.name === collection)?.friendlyName ?? collection],
        ]} />
      </Card>
      <Try kind={kind} draft={draft} reach={reach} onKeep={onKeep} />
    </>
  )
}

/** Try tests as the first scan would, where there is a runtime, and a login, with which it could. */
function Try({ kind, draft, reach: of, onKeep }: Pick<RegisterReviewProps, 'kind' | 'draft' | 'reach' | 'onKeep'>) {
  const s = useStyles()
  const known = useQuery(credentialsQuery())
  const [runtime, setRuntime] = useState(''), [login, setLogin] = useState('')
  const takes = !!kind.credentials?.length
  if (isUnknown(of)) return <Card title={words.test}><Unknown of={of} what={words.runtimesThere} /></Card>
  if (takes && isUnknown(known)) return <Card title={words.test}><Unknown of={known} what={says.logins} /></Card>
  const reach = of.data, credentials = takes ? known.data : []
  if (!reach || !credentials) return null
  const serving = reach.filter(r => r.serves), fitting = fittingOf(kind, credentials)
  if (serving.length === 0) return <Card title={words.test}><Soft>{says.testNoRuntime}</Soft></Card>
  if (takes && fitting.length === 0) return <Card title={words.test}><Soft>{says.testNoLogin}</Soft></Card>
  const first = begin(kind, reach, credentials, [])
  const asked = { runtime: runtime || first.runtime, credential: takes ? login || first.credential : '' }
  return (
    <TestConnection key={JSON.stringify([draft, asked])} source={draft.name} asked={asked} text={says.testRegisters} before={onKeep} command={test => `${commandOf(kind, draft)} &&\n${test}`}>
      <div className={s.asked}>
        {serving.length > 1 && <Field label={words.runtime}><Select value={asked.runtime} onChange={(_, d) => setRuntime(d.value)}>{serving.map(r => <option key={r.name}>{r.name}</option>)}</Select></Field>}
        {takes && <Field label={words.credential}><Select value={asked.credential} onChange={(_, d) => setLogin(d.value)}>{fitting.map(c => <option key={c.name}>{c.name}</option>)}</Select></Field>}
      </div>
    </TestConnection>
  )
}
