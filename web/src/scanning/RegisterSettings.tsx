// The settings of a source that is being registered: ours, and those that its connector described.
import { Field, Input, Select } from '@fluentui/react-components'
import { Fields } from './Fields'
import { Grants } from './Grants'
import type { NewSource } from './newSource'
import { words } from './strings'
import type { Collection, Kind } from './types'

interface RegisterSettingsProps {
  kind: Kind
  collections: Collection[] // where a source may be written
  draft: NewSource
  problem: string // of its name
  onChange: (to: Partial<NewSource>) => void
}

export function RegisterSettings({ kind, collections, draft, problem, onChange }: RegisterSettingsProps) {
  return (
    <>
      <Field label={words.sourceName} hint={words.sourceNameHint} required {...(problem && { validationMessage: problem })}>
        <Input value={draft.name} onChange={(_, d) => onChange({ name: d.value })} placeholder="sales" autoFocus />
      </Field>
      <Fields of={kind.settings ?? []} values={draft.values} onChange={(n, v) => onChange({ values: { ...draft.values, [n]: v } })} />
      <Field label={words.authorityField} hint={kind.nodeLocal ? words.authorityLocal : words.authorityHint} required={!!kind.nodeLocal}>
        <Input value={draft.authority} onChange={(_, d) => onChange({ authority: d.value })} />
      </Field>
      <Field label={words.collection}>
        <Select value={draft.collection} onChange={(_, d) => onChange({ collection: d.value })}>
          {collections.map(c => <option key={c.name} value={c.name}>{c.friendlyName || c.name}</option>)}
        </Select>
      </Field>
      {kind.credentials?.[0] && <Grants of={kind.credentials[0]} />}
    </>
  )
}
