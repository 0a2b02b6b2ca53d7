// Credentials: how scans sign in, which of them use each, and where its secrets lie. A secret itself is nowhere here.
import { useRef, useState } from 'react'
import { Button, makeStyles } from '@fluentui/react-components'
import { Add16Regular } from '@fluentui/react-icons/svg/add'
import { useQuery } from '@tanstack/react-query'
import type { Kind } from '../client/api'
import { credentialsQuery, deleteCredential, fieldsOf, partsOf, vaultsQuery, type Credential } from '../client/credentials'
import { list } from '../client/list'
import { useMay } from '../client/may'
import { Failure } from '../client/rest'
import { Ask } from '../ui/Ask'
import { useEarly } from '../ui/early'
import { DataTable } from '../ui/DataTable'
import { later } from '../ui/later'
import { Card, Link, Soft } from '../ui/Parts'
import { Empty, Failed, isComing, Loading, Shown } from '../ui/States'
import { words } from './credentialStrings'
import { VaultsCard } from './VaultsCard'

const CredentialForm = later(() => import('./CredentialForm').then(m => m.CredentialForm))
const parts = [CredentialForm.early]

const useStyles = makeStyles({
  all: { display: 'flex', flexDirection: 'column', gap: '20px' },
  about: { margin: '0 0 12px' },
  row: { display: 'flex', flexWrap: 'wrap', gap: '4px' },
})

const kindsQuery = () => ({ ...list<Kind>('/manage/v1/kinds', {}), staleTime: 60_000 })

export function CredentialsTab({ chosen, onChoose }: { chosen: string | undefined; onChoose: (name: string | undefined) => void }) {
  const there = useEarly(parts)
  const s = useStyles()
  const writes = useMay()('source/write', 'root')
  const all = useQuery(credentialsQuery())
  const kinds = useQuery(kindsQuery())
  const vaults = useQuery(vaultsQuery())
  const [adding, add] = useState(false)
  const from = useRef<HTMLElement>(null), plus = useRef<HTMLButtonElement>(null) // what opens a form to change one, and to add one
  const done = () => {
    const by = chosen === undefined ? plus : from
    add(false)
    onChoose(undefined)
    setTimeout(() => (by.current?.isConnected ? by : plus).current?.focus())
  }
  const button = writes && <Button ref={plus} size="small" icon={<Add16Regular />} onClick={() => { onChoose(undefined); add(true) }}>{words.add}</Button>
  const form = (credentials: Credential[]) => {
    const of = credentials.find(c => c.name === chosen)
    if (chosen !== undefined && !of) return <Failed error={new Failure(404, 'CredentialNotFound', '', '')} />
    if (!writes || (!of && !adding)) return null
    return (
      <Card title={of ? words.changeNamed(of.name) : words.addTitle}>
        <Shown of={kinds}>{known => <CredentialForm key={of?.name ?? ''} of={of} all={credentials} kinds={known} vaults={vaults.data ?? []} onDone={done} />}</Shown>
      </Card>
    )
  }
  const loading = <Card title={words.credentials}><Loading lines={6} /></Card>
  if (!there || isComing(kinds) || isComing(vaults)) return loading // what comes of them would push down what stands
  return (
    <div className={s.all}>
      <Shown of={all} loading={loading}>
        {credentials => (
          <>
            {form(credentials)}
            <Card title={words.credentials} actions={credentials.length > 0 && button}>
              {credentials.length === 0
                ? <Empty title={words.none} actions={button}>{words.noneText}</Empty>
                : <><p className={s.about}><Soft>{writes ? words.about : `${words.about} ${words.onlyRoot}`}</Soft></p><Table of={credentials} kinds={kinds.data} writes={writes} onChange={(name, by) => { from.current = by; onChoose(name) }} /></>}
            </Card>
            <VaultsCard of={{ data: vaults.data, error: vaults.error, refetch: vaults.refetch }} credentials={credentials} writes={writes} />
          </>
        )}
      </Shown>
    </div>
  )
}

function Table({ of, kinds, writes, onChange }: { of: Credential[]; kinds: Kind[] | undefined; writes: boolean; onChange: (name: string, by: HTMLElement) => void }) {
  const s = useStyles()
  return (
    <DataTable
      caption={words.credentials} rows={of} id={c => c.name}
      columns={[
        { name: words.name, show: c => <>{c.name}{c.properties.description && <div><Soft>{c.properties.description}</Soft></div>}</> },
        { name: words.kind, show: c => <Kinds of={c} kinds={kinds} /> },
        { name: words.secrets, show: c => <Secrets of={c} kinds={kinds} /> },
        { name: words.usedBy, show: c => <Users of={c} /> },
        ...(writes ? [{
          name: '', width: '180px', show: (c: Credential) => (
            <div className={s.row}>
              <Button size="small" aria-label={words.changeNamed(c.name)} onClick={e => onChange(c.name, e.currentTarget)}>{words.change}</Button>
              <Ask small label={words.remove} title={words.removeNamed(c.name)} done={words.removed(c.name)} act={() => deleteCredential(c.name)} changes={`credential ${c.name}`} command={deleteCredential.command(c.name)} stale={credentialsQuery().queryKey}>{words.removeText}</Ask>
            </div>
          ),
        }] : []),
      ]}
    />
  )
}

function Kinds({ of: c, kinds }: { of: Credential; kinds: Kind[] | undefined }) {
  const { open } = partsOf(c)
  return <>{kinds ? fieldsOf(kinds, c.kind).title : c.kind}{open.user && <div><Soft>{open.user}</Soft></div>}</>
}

function Secrets({ of: c, kinds }: { of: Credential; kinds: Kind[] | undefined }) {
  const titles = new Map(kinds && fieldsOf(kinds, c.kind).fields.map(f => [f.name, f.title]))
  return <>{Object.entries(partsOf(c).secrets).map(([part, r]) => <div key={part}>{words.lies(titles.get(part) ?? part, words.standing[r.vault] ?? r.vault, r.name)}</div>)}</>
}

function Users({ of: c }: { of: Credential }) {
  const scans = c.purlieuScans ?? []
  if (scans.length === 0) return <Soft>{words.unused}</Soft>
  return (
    <>
      {scans.map(u => <div key={`${u.source}/${u.scan}`}><Link to="/sources/$source" params={{ source: u.source }} search={{ tab: 'scans', scan: u.scan }}>{words.scanOf(u.source, u.scan)}</Link></div>)}
      {scans.length === 100 && <Soft>{words.hundred}</Soft>}
    </>
  )
}
