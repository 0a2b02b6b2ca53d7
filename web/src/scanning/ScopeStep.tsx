// What of the source a scan reads, and how deep.
import { Browse } from './Browse'
import type { Draft } from './draft'
import { Fields } from './Fields'
import { settingsOf } from './form'
import { LevelChoice } from './LevelChoice'
import { Scope } from './Scope'
import type { Kind, Source } from './types'

interface ScopeStepProps {
  source: Source
  kind: Kind
  draft: Draft
  error: unknown // of making the scan
  onChange: (to: Partial<Draft>) => void
}

export function ScopeStep({ source, kind, draft, error, onChange }: ScopeStepProps) {
  const fields = kind.scanSettings ?? []
  return (
    <>
      <LevelChoice levels={kind.levels ?? []} chosen={draft.level} onChoose={level => onChange({ level })} />
      <Fields of={fields} values={draft.settings} error={error} onChange={(n, v) => onChange({ settings: { ...draft.settings, [n]: v } })} />
      <Browse key={draft.runtime + draft.login + draft.credential} source={source} kind={kind} draft={draft} settings={settingsOf(fields, draft.settings)} onChange={onChange} />
      <Scope draft={draft} onChange={onChange} />
    </>
  )
}
