// What a scan is narrowed to, by paths and patterns.
import { Field } from '@fluentui/react-components'
import { Textarea } from '../ui/Textarea'
import type { Draft } from './draft'
import { words } from './strings'

export function Scope({ draft, onChange }: { draft: Draft; onChange: (to: Partial<Draft>) => void }) {
  return (
    <>
      <Field label={words.include} hint={words.includeHint}><Textarea value={draft.include} rows={3} onChange={text => onChange({ include: text })} /></Field>
      <Field label={words.exclude} hint={words.excludeHint}><Textarea value={draft.exclude} rows={3} onChange={text => onChange({ exclude: text })} /></Field>
    </>
  )
}
