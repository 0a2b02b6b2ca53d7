// Vault connections: names for where secrets lie, beside the files and variables of each node.
import { useRef, useState } from 'react'
import { Button, Field, Input, makeStyles, Select } from '@fluentui/react-components'
import { Add16Regular } from '@fluentui/react-icons/svg/add'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { deleteVault, partsOf, putVault, vaultsQuery, type Credential, type Vault } from '../client/credentials'
import { Ask } from '../ui/Ask'
import { Command } from '../ui/Command'
import { DataTable } from '../ui/DataTable'
import { useDirty } from '../ui/Leaving'
import { fitName } from '../ui/names'
import { useNotices } from '../ui/Notices'
import { Card, Soft } from '../ui/Parts'
import { Refusal } from '../ui/Refusal'
import { Loading, Shown, type Asked } from '../ui/States'
import { words as shared } from '../ui/strings'
import { words } from './credentialStrings'

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '16px', maxWidth: '640px', marginBottom: '20px' },
  foot: { display: 'flex', gap: '8px' },
  about: { margin: '0 0 12px' },
  none: { margin: 0 },
})

interface VaultsCardProps {
  of: Asked<Vault[]>
  credentials: Credential[]
  writes: boolean
}

export function VaultsCard({ of, credentials, writes }: VaultsCardProps) {
  const s = useStyles()
  const [adding, add] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const done = () => { add(false); setTimeout(() => button.current?.focus()) }
  const usersOf = (vault: string) => credentials.filter(c => Object.values(partsOf(c).secrets).some(r => r.vault === vault)).map(c => c.name)
  return (
    <Card title={words.vaults} actions={writes && !adding && <Button ref={button} size="small" icon={<Add16Regular />} onClick={() => add(true)}>{words.addVault}</Button>}>
      <Shown of={of} loading={<Loading lines={3} />}>
        {all => {
          const made = all.filter(v => !(v.name in words.standing))
          return (
            <>
              {adding && <VaultForm taken={all.map(v => v.name)} onDone={done} />}
              <p className={s.about}><Soft>{words.vaultsAbout}</Soft></p>
              {made.length === 0 ? <p className={s.none}>{words.noVaults}</p> : (
                <DataTable
                  caption={words.vaults} rows={made} id={v => v.name}
                  columns={[
                    { name: words.name, show: v => <>{v.name}{v.properties.description && <div><Soft>{v.properties.description}</Soft></div>}</> },
                    { name: words.vaultKind, show: v => kindOf(v) },
                    { name: words.usedBy, show: v => usersOf(v.name).join(', ') || <Soft>{words.noCredential}</Soft> },
                    ...(writes ? [{ name: '', width: '120px', show: (v: Vault) => <Ask small label={words.remove} title={words.removeVault(v.name)} done={words.removed(v.name)} act={() => deleteVault(v.name)} command={deleteVault.command(v.name)} stale={vaultsQuery().queryKey}>{words.removeVaultText}</Ask> }] : []),
                  ]}
                />
              )}
            </>
          )
        }}
      </Shown>
    </Card>
  )
}

const kindOf = ({ properties: p }: Vault) => (p.purlieuVault ? words.standing[p.purlieuVault.kind] ?? p.purlieuVault.kind : words.keyVault)

function VaultForm({ taken, onDone }: { taken: string[]; onDone: () => void }) {
  const s = useStyles()
  const queries = useQueryClient()
  const { tell } = useNotices()
  const [name, setName] = useState(''), [kind, setKind] = useState('file'), [description, setDescription] = useState('')
  useDirty(name !== '' || kind !== 'file' || description !== '', ['login']) // the form of a credential stands beside it
  const problem = name === '' ? '' : name in words.standing ? words.reserved : !fitName(name) ? shared.badName : taken.some(t => t.toLowerCase() === name.toLowerCase()) ? words.takenVault : ''
  const put = useMutation({
    mutationFn: () => putVault(name, kind, description.trim()),
    onSuccess: async () => {
      tell({ kind: 'done', title: words.vaultAdded(name) })
      await queries.invalidateQueries({ queryKey: vaultsQuery().queryKey })
      onDone()
    },
  })
  const ready = name !== '' && problem === '' && !put.isPending
  return (
    <form className={s.form} aria-label={words.addVault} onSubmit={e => { e.preventDefault(); if (ready) put.mutate() }}>
      <Field label={words.name} hint={words.nameHint} required {...(problem && { validationMessage: problem })}><Input value={name} autoFocus maxLength={63} autoComplete="off" spellCheck={false} onChange={(_, d) => setName(d.value)} /></Field>
      <Field label={words.vaultKind}><Select value={kind} onChange={(_, d) => setKind(d.value)}>{Object.entries(words.standing).map(([k, title]) => <option key={k} value={k}>{title}</option>)}</Select></Field>
      <Field label={words.description}><Input value={description} maxLength={200} onChange={(_, d) => setDescription(d.value)} /></Field>
      <Refusal error={put.error} />
      <div className={s.foot}>
        <Button appearance="primary" type="submit" disabled={!ready}>{words.addVault}</Button>
        <Button onClick={onDone}>{shared.cancel}</Button>
      </div>
      {ready && <Command title={shared.asCommand}>{putVault.command(name, kind, description.trim())}</Command>}
    </form>
  )
}
