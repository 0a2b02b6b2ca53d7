// Writing the network rules. They can be tried first: nothing changes, and one sees whom they would shut out.
import { useState } from 'react'
import { Button, Field, Input, makeStyles, Radio, RadioGroup, Select } from '@fluentui/react-components'
import { Add16Regular } from '@fluentui/react-icons/svg/add'
import { ArrowUp16Regular } from '@fluentui/react-icons/svg/arrow-up'
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNames } from '../client/people'
import { Failure, Overtaken } from '../client/rest'
import { ActButton } from '../ui/ActButton'
import { Command } from '../ui/Command'
import { DataTable } from '../ui/DataTable'
import { Group } from '../ui/Group'
import { useDirty } from '../ui/Leaving'
import { Message } from '../ui/Message'
import { useNotices } from '../ui/Notices'
import { Mono, Soft, Status, When } from '../ui/Parts'
import { Refusal } from '../ui/Refusal'
import { words as shared } from '../ui/strings'
import { Tick } from '../ui/Tick'
import { useAct } from '../ui/useAct'
import { Unknown } from '../ui/Unknown'
import { narrow } from '../ui/widths'
import { most, putNetwork, tryNetwork, type Network, type Rule, type Tried } from './rest'
import { words } from './strings'

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '20px' },
  rules: { listStyle: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column', gap: '8px' },
  rule: { display: 'grid', gridTemplateColumns: '120px 180px minmax(0, 1fr) auto auto', gap: '8px', maxWidth: '760px', alignItems: 'center', [narrow]: { gridTemplateColumns: 'minmax(0, 1fr) minmax(0, 1fr) auto auto', paddingBottom: '12px' } },
  door: { [narrow]: { gridColumn: 'span 3' } },
  range: { [narrow]: { gridColumn: 'span 2' } },
  foot: { display: 'flex', gap: '8px', flexWrap: 'wrap' },
})

type Mode = Network['publicNetworkAccess']

/** bodyOf is what of the rules a person writes. */
const bodyOf = (n: Network): Network => ({ publicNetworkAccess: n.publicNetworkAccess, portalPages: n.portalPages ?? false, rules: (n.rules ?? []).map(r => ({ door: r.door ?? '', range: r.range.trim(), effect: r.effect })) })

const said = (n: Network) => JSON.stringify(bodyOf(n))

/** since says of a refusal that the rules were written since. */
const since = (error: unknown): never => { throw error instanceof Failure && error.status === 409 && error.code !== 'LocksYouOut' ? new Overtaken() : error }

export function NetworkForm({ of }: { of: Network }) {
  const s = useStyles()
  const queries = useQueryClient()
  const { tell } = useNotices()
  const [from, setFrom] = useState(of) // what the form began with
  const [next, setNext] = useState(of)
  const touched = said(next) !== said(from)
  if ((of.version ?? 0) > (from.version ?? 0) && !touched) {
    setFrom(of)
    setNext(of)
  }
  const names = useNames([of.modifiedBy])
  const rules = next.rules ?? []
  const body = () => bodyOf(next)
  const act = useAct(['network'], ['refusals'])
  useDirty(touched)
  const goOn = (got: Network, written: string) => { setFrom(got); setNext(old => (said(old) === written ? got : old)) } // what was typed since stays
  const trying = useMutation({ mutationFn: () => tryNetwork(body()) })
  const put = useMutation({
    mutationFn: async (force: boolean) => ({ was: from, written: said(next), got: await putNetwork({ ...body(), version: from.version ?? 0 }, force) }),
    onSuccess: ({ was, written, got }) => {
      const undo = async () => {
        const then = await putNetwork({ ...bodyOf(was), version: got.version ?? 0 }, false).catch(since)
        goOn(then, said(got))
      }
      const back = { about: 'network', run: undo, said: words.rulesBack }
      trying.reset()
      goOn(got, written)
      queries.setQueryData(['network'], got)
      tell({ kind: 'done', about: 'network', title: words.rulesSaved, undo: () => act.wait(back) })
      void queries.invalidateQueries({ queryKey: ['refusals'] })
    },
  })
  const change = (to: Partial<Network>) => { setNext(old => ({ ...old, ...to })); trying.reset(); put.reset() }
  const setRule = (i: number, to: Partial<Rule>) => change({ rules: rules.map((r, n) => (n === i ? { ...r, ...to } : r)) })
  const up = (i: number) => change({ rules: rules.map((r, n) => (n === i - 1 ? rules[i]! : n === i ? rules[i - 1]! : r)) })
  const locksOut = put.error instanceof Failure && put.error.code === 'LocksYouOut'
  return (
    <form className={s.form} onSubmit={e => { e.preventDefault(); put.mutate(false) }}>
      <Field label={words.access} hint={words.modesHint}>
        <RadioGroup value={next.publicNetworkAccess} onChange={(_, d) => change({ publicNetworkAccess: d.value as Mode })}>
          {(Object.keys(words.modes) as Mode[]).map(m => <Radio key={m} value={m} label={words.modes[m]} />)}
        </RadioGroup>
      </Field>
      <Tick label={words.portalPages} checked={next.portalPages ?? false} onChange={portalPages => change({ portalPages })} />
      <Group label={words.ruleList} hint={words.ruleListText}>
        <ol className={s.rules}>
          {rules.map((r, i) => (
            <li key={i} className={s.rule}>
              <Select aria-label={words.effectOf(i + 1)} value={r.effect} onChange={(_, d) => setRule(i, { effect: d.value as Rule['effect'] })}><option value="allow">{words.effects.allow}</option><option value="refuse">{words.effects.refuse}</option></Select>
              <Select className={s.door} aria-label={words.doorOf(i + 1)} value={r.door ?? ''} onChange={(_, d) => setRule(i, { door: d.value as NonNullable<Rule['door']> })}>{Object.entries(words.doors).map(([door, title]) => <option key={door} value={door}>{title}</option>)}</Select>
              <Input className={s.range} aria-label={words.rangeOf(i + 1)} placeholder="10.0.0.0/8" value={r.range} onChange={(_, d) => setRule(i, { range: d.value })} />
              <Button appearance="subtle" icon={<ArrowUp16Regular />} aria-label={words.earlier(i + 1)} title={words.earlier(i + 1)} disabled={i === 0} onClick={() => up(i)} />
              <Button appearance="subtle" icon={<Dismiss16Regular />} aria-label={words.dropRule(i + 1)} title={words.dropRule(i + 1)} onClick={() => change({ rules: rules.filter((_, n) => n !== i) })} />
            </li>
          ))}
          <li><Button size="small" icon={<Add16Regular />} onClick={() => change({ rules: [...rules, { door: '', range: '', effect: 'allow' }] })}>{words.addRule}</Button></li>
        </ol>
      </Group>
      <Refusal error={trying.error ?? (locksOut ? null : put.error)} />
      {locksOut && (
        <Message tone="warn" title={words.locksOut} actions={<ActButton label={words.allTheSame} command={putNetwork.command(body(), true)} onAct={() => put.mutate(true)} />}>{put.error!.message}</Message>
      )}
      <div className={s.foot}>
        <ActButton label={words.tryFirst} command={tryNetwork.command(body())} busy={trying.isPending} onAct={() => trying.mutate()} />
        <Button appearance="primary" type="submit" disabled={put.isPending}>{shared.save}</Button>
      </div>
      <div role="status">{trying.data && <Outcome of={trying.data} />}</div>
      <Command title={shared.asCommand}>{putNetwork.command(body(), false)}</Command>
      {of.modified && <Soft><Unknown of={names.asked} what={words.names}>{words.writtenBy(names(of.modifiedBy ?? ''))}</Unknown> <When at={of.modified} /></Soft>}
    </form>
  )
}

/** Outcome is what rules would do to those who came lately. */
function Outcome({ of }: { of: Tried }) {
  return (
    <>
      <p>{of.you.allowed ? <Status tone="good">{words.youIn(of.you.reason)}</Status> : <Status tone="bad">{words.youOut(of.you.reason)}</Status>}</p>
      <p>{words.outcome(of.newlyRefused, of.connectionsClosed)}</p>
      {of.visitors.length > 0 && (
        <DataTable
          caption={words.visitors} rows={of.visitors} id={v => `${v.door} ${v.way} ${v.peer}`}
          columns={[
            { name: words.from, show: v => <Mono>{v.peer || v.way}</Mono> },
            { name: words.door, show: v => words.doors[v.door] ?? v.door },
            { name: words.then, show: v => (v.allowed ? <Status tone="good">{words.comesIn}</Status> : <Status tone="bad">{words.isRefused}</Status>) },
            { name: words.why, show: v => v.reason },
            { name: words.lately, show: v => <When at={v.last} /> },
          ]}
        />
      )}
      {of.visitors.length >= most && <Soft>{shared.firstOf(String(most))}</Soft>}
    </>
  )
}
