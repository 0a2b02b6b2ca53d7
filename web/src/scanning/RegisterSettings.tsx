// The settings of a source that is being registered: ours, and those that its connector described.
import { useRef, useState } from 'react'
import { Field, Input, makeStyles, Select } from '@fluentui/react-components'
import { Group } from '../ui/Group'
import { saidAt, useRefused } from '../ui/Refusal'
import type { Asked } from '../ui/States'
import { BearsFields } from './BearsFields'
import { bearsIn, bearsOf, connectionsOf } from './bears'
import { Fields } from './Fields'
import { authorityPart } from './form'
import { Grants } from './Grants'
import { authorityOf, type NewSource } from './newSource'
import { words as register } from './registerStrings'
import { words as share } from './settingsStrings'
import { words } from './strings'
import type { Collection, Kind, Reach } from './types'
import { WhoReads } from './WhoReads'
import { WindowsField } from './WindowsField'
import { words as says } from './windowStrings'

const useStyles = makeStyles({
  all: { display: 'flex', flexDirection: 'column', gap: '20px' },
  more: { display: 'flex', flexDirection: 'column', gap: '16px', paddingTop: '8px' },
  summary: { cursor: 'pointer', padding: '4px 0', overflowWrap: 'anywhere' },
})

interface RegisterSettingsProps {
  kind: Kind
  collections: Collection[] // where a source may be written
  draft: NewSource
  problem: string // of its name
  reach: Asked<Reach[]>
  error: unknown // of registering it
  onChange: (to: Partial<NewSource>) => void
}

export function RegisterSettings({ kind, collections, draft, problem, reach, error, onChange }: RegisterSettingsProps) {
  const all = useRef<HTMLDivElement>(null)
  const s = useStyles()
  const [open, setOpen] = useState(draft.authority !== '')
  const [wide, widen] = useState(connectionsOf(draft.units) === undefined)
  const wrong = saidAt(error, authorityPart)
  useRefused(error, all)
  return (
    <div ref={all} className={s.all}>
      <WhoReads kind={kind.title} of={reach} />
      <Field label={words.sourceName} hint={register.sourceNameHint} required {...(problem && { validationMessage: problem })}>
        <Input value={draft.name} onChange={(_, d) => onChange({ name: d.value })} placeholder={words.nameExample} autoFocus />
      </Field>
      <Fields of={kind.settings ?? []} values={draft.values} error={error} onChange={(n, v) => onChange({ values: { ...draft.values, [n]: v } })} />
      <details open={open || wrong !== ''} onToggle={e => setOpen(e.newState === 'open')}>
        <summary className={s.summary}>{register.knownBy(authorityOf(kind, draft))}</summary>
        <Field label={words.authority} hint={kind.nodeLocal ? register.authorityLocal : register.authorityHint} {...(wrong && { validationMessage: wrong })}>
          <Input value={draft.authority} placeholder={kind.nodeLocal ? draft.name : ''} onChange={(_, d) => onChange({ authority: d.value })} />
        </Field>
      </details>
      <Field label={words.collection}>
        <Select value={draft.collection} onChange={(_, d) => onChange({ collection: d.value })}>
          {collections.map(c => <option key={c.name} value={c.name}>{c.friendlyName || c.name}</option>)}
        </Select>
      </Field>
      <Group label={says.times}><WindowsField of={draft.windows} error={error} onChange={windows => onChange({ windows })} /></Group>
      <details open={wide} onToggle={e => widen(e.newState === 'open')}>
        <summary className={s.summary}>{`${share.share}: ${share.shareOf({ ...bearsOf(undefined), ...bearsIn(draft) })}`}</summary>
        <div className={s.more}><BearsFields text={draft.units} strict={draft.strict} onText={units => onChange({ units })} onStrict={strict => onChange({ strict })} /></div>
      </details>
      {kind.credentials?.[0] && <Grants of={kind.credentials[0]} />}
    </div>
  )
}
