// With which login a scan reads. The account takes references only: a vault, and a name in it.
import { useQueryClient } from '@tanstack/react-query'
import { Field, Input, Radio, RadioGroup, Select } from '@fluentui/react-components'
import { credentialsQuery, deleteCredential } from '../client/credentials'
import { Ask } from '../ui/Ask'
import { Soft } from '../ui/Parts'
import { keepLogin } from './create'
import { fittingOf, loginName, loginReady, newNameProblem, useOf, vaultOf, withLogin, type Draft } from './draft'
import { settingsOf } from './form'
import { Grants } from './Grants'
import { TestConnection } from './TestConnection'
import { words as login } from './loginStrings'
import { words } from './strings'
import type { Credential, Field as Described, Kind, Source } from './types'

interface LoginStepProps {
  source: Source
  kind: Kind
  credentials: Credential[]
  mayNew: boolean // may this person make a credential?
  mayNone: boolean // can it be read without a login?
  draft: Draft
  onChange: (to: Partial<Draft>) => void
}

export function LoginStep({ source, kind, credentials, mayNew, mayNone, draft, onChange }: LoginStepProps) {
  const uses = kind.credentials ?? []
  const fitting = fittingOf(kind, credentials)
  const use = useOf(draft, kind)
  const problem = newNameProblem(draft, credentials)
  const queries = useQueryClient()
  const fresh = draft.login === 'new'
  const chosen = fitting.some(c => c.name === draft.credential) ? draft.credential : ''
  const keep = async () => {
    await keepLogin(draft, kind)
    onChange({ kept: draft.newName })
    await queries.invalidateQueries({ queryKey: credentialsQuery().queryKey })
  }
  return (
    <>
      <Field label={words.credential} hint={login.loginText}>
        <RadioGroup value={draft.login} onChange={(_, d) => onChange({ login: d.value as Draft['login'] })}>
          {mayNone && <Radio value="none" label={login.noLogin} />}
          {fitting.length > 0 && <Radio value="old" label={login.oldLogin} />}
          {uses.length > 0 && mayNew && <Radio value="new" label={login.newLogin} />}
        </RadioGroup>
      </Field>
      {draft.login === 'old' && fitting.length === 0 && <Soft>{login.noneFits}</Soft>}
      {draft.login === 'old' && fitting.length > 0 && (
        <Field label={login.oldLogin}>
          <Select value={chosen} onChange={(_, d) => onChange({ credential: d.value })}>
            {chosen === '' && <option value="">{words.choose}</option>}
            {fitting.map(c => <option key={c.name} value={c.name}>{`${c.name} (${uses.find(u => u.kind === c.kind)?.title ?? c.kind})`}</option>)}
          </Select>
        </Field>
      )}
      {draft.login === 'old' && mayNew && chosen !== '' && (
        <div><Ask key={chosen} small label={words.remove} title={words.removeCredential(chosen)} done={words.removed(chosen)} act={() => deleteCredential(chosen)} changes={`credential ${chosen}`} command={deleteCredential.command(chosen)} stale={credentialsQuery().queryKey}>{login.removeCredentialText}</Ask></div>
      )}
      {fresh && use && (
        <>
          {uses.length > 1 && (
            <Field label={words.kind}>
              <Select value={draft.newKind} onChange={(_, d) => onChange({ newKind: d.value })}>{uses.map(u => <option key={u.kind} value={u.kind}>{u.title}</option>)}</Select>
            </Field>
          )}
          <Field label={login.credentialName} required {...(problem && { validationMessage: problem })}><Input value={draft.newName} onChange={(_, d) => onChange({ newName: d.value })} /></Field>
          {use.fields?.map(f => <Part key={f.name} field={f} draft={draft} onChange={onChange} />)}
        </>
      )}
      {use && fresh && <Grants of={use} />}
      <TestConnection
        key={JSON.stringify([draft.runtime, draft.login, draft.credential, draft.newName, draft.newKind, draft.open, draft.vaults, draft.secrets])}
        source={source.name} asked={{ runtime: draft.runtime, credential: loginName(draft), settings: settingsOf(kind.scanSettings ?? [], draft.settings) }}
        ready={loginReady(draft, kind, credentials)} command={test => withLogin(draft, kind, test)} {...(fresh && { before: keep, text: login.testKeeps })}
      />
      {!loginReady(draft, kind, credentials) && !problem && (draft.login !== 'old' || fitting.length > 0) && <Soft>{login.required}</Soft>}
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
      <Field label={`${f.title}: ${login.vault}`} hint={login.vaultHint}>
        <Select value={vaultOf(draft, f.name)} onChange={(_, d) => onChange({ vaults: { ...draft.vaults, [f.name]: d.value } })}>
          {(Object.keys(words.vaults) as (keyof typeof words.vaults)[]).map(v => <option key={v} value={v}>{words.vaults[v]}</option>)}
        </Select>
      </Field>
      <Field label={`${f.title}: ${login.secretName}`} hint={login.secretHint} required={!!f.required}>
        <Input value={draft.secrets[f.name] ?? ''} onChange={(_, d) => onChange({ secrets: { ...draft.secrets, [f.name]: d.value } })} />
      </Field>
    </>
  )
}
