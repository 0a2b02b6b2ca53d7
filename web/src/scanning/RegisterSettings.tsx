// The settings of a source that is being registered: ours, and those that its connector described.
import { Field, Input, Select } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { Fields } from './Fields'
import type { NewSource } from './newSource'
import { collectionsQuery } from './rest'
import { words } from './strings'
import type { Kind } from './types'

interface RegisterSettingsProps {
  kind: Kind
  draft: NewSource
  problem: string // of its name
  onChange: (to: Partial<NewSource>) => void
}

export function RegisterSettings({ kind, draft, problem, onChange }: RegisterSettingsProps) {
  const collections = useQuery(collectionsQuery())
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
          {(collections.data ?? [{ name: 'root', friendlyName: 'root' }]).map(c => <option key={c.name} value={c.name}>{c.friendlyName || c.name}</option>)}
        </Select>
      </Field>
    </>
  )
}
