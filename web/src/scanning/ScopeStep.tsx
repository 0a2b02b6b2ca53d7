// What of the source a scan reads, and how deep.
import { useRef } from 'react'
import { makeStyles } from '@fluentui/react-components'
import { useRefused } from '../ui/Refusal'
import { Browse } from './Browse'
import type { Draft } from './draft'
import { Fields } from './Fields'
import { settingsOf } from './form'
import { LevelChoice } from './LevelChoice'
import { Scope } from './Scope'
import type { Kind, Source } from './types'

const useStyles = makeStyles({ all: { display: 'flex', flexDirection: 'column', gap: '20px' } })

interface ScopeStepProps {
  source: Source
  kind: Kind
  draft: Draft
  error: unknown // of making the scan
  onChange: (to: Partial<Draft>) => void
}

export function ScopeStep({ source, kind, draft, error, onChange }: ScopeStepProps) {
  const s = useStyles()
  const all = useRef<HTMLDivElement>(null)
  const fields = kind.scanSettings ?? []
  useRefused(error, all)
  return (
    <div ref={all} className={s.all}>
      <LevelChoice of={kind.levels ?? []} chosen={draft.level} onChoose={level => onChange({ level })} />
      <Fields of={fields} values={draft.settings} error={error} onChange={(n, v) => onChange({ settings: { ...draft.settings, [n]: v } })} />
      <Browse key={draft.runtime + draft.login + draft.credential} source={source} kind={kind} draft={draft} settings={settingsOf(fields, draft.settings)} onChange={onChange} />
      <Scope draft={draft} onChange={onChange} />
    </div>
  )
}
