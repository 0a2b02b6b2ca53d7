// What a scan is narrowed to, by paths and patterns.
import { Field, Textarea } from '@fluentui/react-components'
import type { Draft } from './draft'
import { words } from './strings'

export function Scope({ draft, onChange }: { draft: Draft; onChange: (to: Partial<Draft>) => void }) {
  return (
    <>
      <Field label={words.include} hint={words.includeHint}><Textarea value={draft.include} rows={3} onChange={(_, d) => onChange({ include: d.value })} /></Field>
      <Field label={words.exclude} hint={words.excludeHint}><Textarea value={draft.exclude} rows={3} onChange={(_, d) => onChange({ exclude: d.value })} /></Field>
    </>
  )
}
