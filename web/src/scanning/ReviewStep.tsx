// The scan that would be made, as a whole.
import { Field, Select } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useMay } from '../client/may'
import { Card, Facts } from '../ui/Parts'
import { Refusal } from '../ui/Refusal'
import { isUnknown } from '../ui/States'
import { Tick } from '../ui/Tick'
import { levelTitle } from '../ui/levelStrings'
import { Unknown } from '../ui/Unknown'
import { loginName, standing, type Draft } from './draft'
import { lines, properties, sayValue } from './form'
import { collectionsQuery } from './rest'
import { words as says } from './settingsStrings'
import { words } from './strings'
import type { Kind, Scan, Source } from './types'

interface ReviewStepProps {
  source: Source
  was: Scan | undefined
  kind: Kind
  draft: Draft
  error: unknown // of making it
  onChange: (to: Partial<Draft>) => void
}

export function ReviewStep({ source, was, kind, draft, error, onChange }: ReviewStepProps) {
  const may = useMay()
  const collections = useQuery(collectionsQuery())
  const all = collections.data ?? []
  const stands = standing(source, was)
  const places = all.filter(c => c.name === stands || may('scan/write', c.name))
  const fields = kind.scanSettings ?? [], given = properties(fields, draft.settings)
  return (
    <>
      <Refusal error={error} />
      <Card>
        <Facts of={[
          [words.scanName, draft.name], [words.runtime, draft.runtime], [words.credential, loginName(draft) || words.noCredential], [words.level, levelTitle(draft.level)],
          ...fields.filter(f => f.name in given).map((f): [string, string] => [f.title, sayValue(f, given[f.name])]),
          [words.include, lines(draft.include).join(', ')], [words.exclude, lines(draft.exclude).join(', ')],
        ]} />
      </Card>
      <Field label={words.collection} hint={isUnknown(collections) ? <Unknown of={collections} what={says.others} /> : was ? words.scanMoves : words.scanStands}>
        <Select value={draft.collection || stands} onChange={(_, d) => onChange({ collection: d.value })}>
          {!places.some(c => c.name === stands) && <option value={stands}>{stands}</option>}
          {places.map(c => <option key={c.name} value={c.name}>{c.friendlyName || c.name}</option>)}
        </Select>
      </Field>
      <Field label={words.priority} hint={words.priorityHint}>
        <Select value={draft.priority} onChange={(_, d) => onChange({ priority: d.value as Draft['priority'] })}>
          {Object.entries(words.priorities).map(([key, title]) => <option key={key} value={key}>{title}</option>)}
        </Select>
      </Field>
      <Tick checked={draft.runAtOnce} onChange={runAtOnce => onChange({ runAtOnce })} label={words.runAtOnce} />
    </>
  )
}
