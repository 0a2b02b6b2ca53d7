// With which login a scan reads. The account takes references only: a vault, and a name in it.
import { Field, Input, Radio, RadioGroup, Select } from '@fluentui/react-components'
import { Card, Soft } from '../ui/Parts'
import { Command } from '../ui/Command'
import { loginReady, useOf, vaultOf, type Draft } from './draft'
import { nameProblem } from './form'
import { TestConnection } from './TestConnection'
import { words } from './strings'
import type { Credential, Field as Described, Kind, Source } from './types'

interface LoginStepProps {
  source: Source
  kind: Kind
  credentials: Credential[]
  draft: Draft
  onChange: (to: Partial<Draft>) => void
}

export function LoginStep({ source, kind, credentials, draft, onChange }: LoginStepProps) {
  const uses = kind.credentials ?? []
  const fitting = credentials.filter(c => uses.some(use => use.kind === c.kind))
  const use = useOf(draft, kind)
  const problem = nameProblem(draft.newName, credentials.map(c => c.name))
  return (
    <>
      <Field label={words.credential} hint={words.loginText}>
        <RadioGroup value={draft.login} onChange={(_, d) => onChange({ login: d.value as Draft['login'] })}>
          {uses.length === 0 && <Radio value="none" label={words.noLogin} />}
          {fitting.length > 0 && <Radio value="old" label={words.oldLogin} />}
          {uses.length > 0 && <Radio value="new" label={words.newLogin} />}
        </RadioGroup>
      </Field>
      {draft.login === 'old' && (
        <Field label={words.oldLogin}>
          <Select value={draft.credential} onChange={(_, d) => onChange({ credential: d.value })}>
            {fitting.map(c => <option key={c.name} value={c.name}>{`${c.name} (${uses.find(u => u.kind === c.kind)?.title ?? c.kind})`}</option>)}
          </Select>
        </Field>
      )}
      {draft.login === 'new' && use && (
        <>
          {uses.length > 1 && (
            <Field label={words.kind}>
              <Select value={draft.newKind} onChange={(_, d) => onChange({ newKind: d.value })}>{uses.map(u => <option key={u.kind} value={u.kind}>{u.title}</option>)}</Select>
            </Field>
          )}
          <Field label={words.credentialName} required {...(problem && { validationMessage: problem })}><Input value={draft.newName} onChange={(_, d) => onChange({ newName: d.value })} /></Field>
          {use.fields?.map(f => <Part key={f.name} field={f} draft={draft} onChange={onChange} />)}
        </>
      )}
      {use && draft.login === 'new' && !!use.grants?.length && (
        <Card title={words.needs}><p><Soft>{words.needsText(use.title)}</Soft></p><Command>{use.grants.join('\n')}</Command></Card>
      )}
      <TestConnection
        key={`${draft.runtime} ${draft.login} ${draft.credential}`} source={source.name} runtime={draft.runtime} credential={draft.login === 'old' ? draft.credential : ''}
        ready={draft.login !== 'new'} why={words.testLater}
      />
      {!loginReady(draft, kind, credentials) && <Soft>{words.required}</Soft>}
    </>
  )
}

function Part({ field: f, draft, onChange }: { field: Described; draft: Draft; onChange: (to: Partial<Draft>) => void }) {
  if (!f.secret) {
    return (
      <Field label={f.title} hint={f.help} required={!!f.required}>
        <Input value={draft.open[f.name] ?? ''} placeholder={f.example ?? ''} onChange={(_, d) => onChange({ open: { ...draft.open, [f.name]: d.value } })} />
      </Field>
    )
  }
  return (
    <>
      <Field label={`${f.title}: ${words.vault}`} hint={words.vaultHint}>
        <Select value={vaultOf(draft, f.name)} onChange={(_, d) => onChange({ vaults: { ...draft.vaults, [f.name]: d.value } })}>
          {(Object.keys(words.vaults) as (keyof typeof words.vaults)[]).map(v => <option key={v} value={v}>{words.vaults[v]}</option>)}
        </Select>
      </Field>
      <Field label={`${f.title}: ${words.secretName}`} hint={words.secretHint} required={!!f.required}>
        <Input value={draft.secrets[f.name] ?? ''} onChange={(_, d) => onChange({ secrets: { ...draft.secrets, [f.name]: d.value } })} />
      </Field>
    </>
  )
}
