// The scan that would be made, as a whole.
import { Field, Select } from '@fluentui/react-components'
import { Card, Facts } from '../ui/Parts'
import { Refusal } from '../ui/Refusal'
import { Tick } from '../ui/Tick'
import { loginName, type Draft } from './draft'
import { lines, properties } from './form'
import { words } from './strings'
import type { Kind } from './types'

interface ReviewStepProps {
  kind: Kind
  draft: Draft
  error: unknown // of making it
  onChange: (to: Partial<Draft>) => void
}

export function ReviewStep({ kind, draft, error, onChange }: ReviewStepProps) {
  const fields = kind.scanSettings ?? []
  return (
    <>
      <Refusal error={error} />
      <Card>
        <Facts of={[
          [words.scanName, draft.name], [words.runtime, draft.runtime], [words.credential, loginName(draft) || words.noCredential], [words.level, words.levels[draft.level]?.title],
          ...Object.entries(properties(fields, draft.settings)).map(([k, v]): [string, string] => [fields.find(f => f.name === k)?.title ?? k, String(v)]),
          [words.include, lines(draft.include).join(', ')], [words.exclude, lines(draft.exclude).join(', ')],
        ]} />
      </Card>
      <Field label={words.priority} hint={words.priorityHint}>
        <Select value={draft.priority} onChange={(_, d) => onChange({ priority: d.value as Draft['priority'] })}>
          {Object.entries(words.priorities).map(([key, title]) => <option key={key} value={key}>{title}</option>)}
        </Select>
      </Field>
      <Tick checked={draft.runAtOnce} onChange={runAtOnce => onChange({ runAtOnce })} label={words.runAtOnce} />
    </>
  )
}
