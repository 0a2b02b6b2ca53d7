// Making a credential, or changing one: a kind, open parts, and of each secret where it lies.
import { useEffect, useRef, useState } from 'react'
import { Button, Field, Input, makeStyles, Select } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Kind } from '../client/api'
import { credentialsQuery, fieldsOf, getCredential, partsOf, writeCredential, type Credential, type Parts, type Vault } from '../client/credentials'
import { still } from '../client/rest'
import { Command } from '../ui/Command'
import { useDirty } from '../ui/Leaving'
import { Facts } from '../ui/Parts'
import { fitName } from '../ui/names'
import { useNotices } from '../ui/Notices'
import { Refusal } from '../ui/Refusal'
import { words as shared } from '../ui/strings'
import { useAct } from '../ui/useAct'
import { words } from './credentialStrings'

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '16px', maxWidth: '640px' },
  foot: { display: 'flex', gap: '8px' },
})

interface CredentialFormProps {
  of: Credential | undefined // the one that is changed; a new one without
  all: Credential[]
  kinds: Kind[]
  vaults: Vault[]
  onDone: () => void
}

export function CredentialForm({ of, all, kinds, vaults, onDone }: CredentialFormProps) {
  const s = useStyles()
  const form = useRef<HTMLFormElement>(null)
  const queries = useQueryClient()
  const { tell } = useNotices()
  const stale = credentialsQuery().queryKey
  const act = useAct(stale)
  const known = [...new Set(kinds.flatMap(k => (k.credentials ?? []).map(use => use.kind)))].sort()
  const [was] = useState(of) // as it was when this began
  const [name, setName] = useState(was?.name ?? ''), [kind, setKind] = useState(was?.kind ?? known[0] ?? '')
  const [begun] = useState<Parts>(() => (was ? partsOf(was) : { description: '', open: {}, secrets: {} }))
  const [parts, setParts] = useState(begun)
  const release = useDirty(name !== (was?.name ?? '') || JSON.stringify(parts) !== JSON.stringify(begun))
  const done = () => { release(); onDone() }
  const declared = fieldsOf(kinds, kind).fields, open = declared.filter(f => !f.secret), hidden = declared.filter(f => f.secret)
  const problem = was || name === '' ? '' : !fitName(name) ? shared.badName : all.some(c => c.name.toLowerCase() === name.toLowerCase()) ? words.taken : ''
  const put = useMutation({
    mutationFn: () => writeCredential(name, kind, parts, was),
    onSuccess: async written => {
      const about = `credential ${name}`, said = ({ kind, properties }: Credential) => JSON.stringify([kind, properties])
      const same = () => still(() => getCredential(name), now => said(now) === said(written))
      tell(was
        ? { kind: 'done', about, title: words.changed(name), undo: () => act.wait({ about, run: async () => { await same(); return writeCredential(name, was.kind, partsOf(was), was) }, said: words.back(name) }) }
        : { kind: 'done', about, title: words.added(name), text: words.addedText })
      await queries.invalidateQueries({ queryKey: stale })
      done()
    },
  })
  const change = (to: Partial<Parts>) => { if (put.error) put.reset(); setParts(old => ({ ...old, ...to })) }
  const secretOf = (part: string) => parts.secrets[part] ?? { vault: 'file', name: '' }
  const secret = (part: string, to: Partial<{ vault: string; name: string }>) => change({ secrets: { ...parts.secrets, [part]: { ...secretOf(part), ...to } } })
  useEffect(() => form.current?.querySelector<HTMLElement>('input, select')?.focus(), [])
  const complete = declared.every(f => !f.required || ((f.secret ? parts.secrets[f.name]?.name : parts.open[f.name]) ?? '').trim() !== '')
  const settled = name !== '' && problem === '' && kind !== '' && complete
  const ready = settled && !put.isPending
  const places = [...new Set(['file', 'env', ...vaults.map(v => v.name), ...Object.values(parts.secrets).map(r => r.vault)])]
  const users = was?.purlieuScans?.length ?? 0
  return (
    <form ref={form} className={s.form} aria-label={was ? words.changeNamed(was.name) : words.addTitle} onSubmit={e => { e.preventDefault(); if (ready) put.mutate() }}>
      {was && <Facts of={[[words.name, was.name], [words.kind, fieldsOf(kinds, kind).title], [words.usedBy, users > 0 && words.usedNow(users)]]} />}
      {!was && <Field label={words.name} hint={words.nameHint} required {...(problem && { validationMessage: problem })}><Input value={name} maxLength={63} autoComplete="off" spellCheck={false} onChange={(_, d) => setName(d.value)} /></Field>}
      {!was && <Field label={words.kind}><Select value={kind} onChange={(_, d) => { setKind(d.value); change({ open: {}, secrets: {} }) }}>{known.map(k => <option key={k} value={k}>{fieldsOf(kinds, k).title}</option>)}</Select></Field>}
      {open.map(f => (
        <Field key={f.name} label={f.title} hint={f.help} required={!!f.required}><Input value={parts.open[f.name] ?? ''} placeholder={f.example ?? ''} autoComplete="off" onChange={(_, d) => change({ open: { ...parts.open, [f.name]: d.value } })} /></Field>
      ))}
      {hidden.map(f => [
        <Field key={f.name + ' vault'} label={words.vault(f.title)} hint={words.vaultHint}>
          <Select value={secretOf(f.name).vault} onChange={(_, d) => secret(f.name, { vault: d.value })}>{places.map(v => <option key={v} value={v}>{words.standing[v] ?? v}</option>)}</Select>
        </Field>,
        <Field key={f.name} label={words.secret(f.title)} hint={words.secretHint} required={!!f.required}><Input value={secretOf(f.name).name} autoComplete="off" spellCheck={false} onChange={(_, d) => secret(f.name, { name: d.value })} /></Field>,
      ])}
      <Field label={words.description} hint={words.descriptionHint}><Input value={parts.description} maxLength={200} onChange={(_, d) => change({ description: d.value })} /></Field>
      <Refusal error={put.error} />
      <div className={s.foot}>
        <Button appearance="primary" type="submit" disabled={!ready}>{was ? shared.save : words.add}</Button>
        <Button onClick={done}>{shared.cancel}</Button>
      </div>
      {settled && <Command title={shared.asCommand}>{writeCredential.command(name, kind, parts, was)}</Command>}
    </form>
  )
}
