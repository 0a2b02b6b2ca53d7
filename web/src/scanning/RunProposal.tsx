// What a run asks a person: deletions that the brake holds back, another server at the source's address, or whether it may
// bring as much as it does. And the way back from what a run deleted.
import { makeStyles } from '@fluentui/react-components'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useMay } from '../client/may'
import { ActButton } from '../ui/ActButton'
import { Ask } from '../ui/Ask'
import { count, plural } from '../ui/format'
import { Message } from '../ui/Message'
import { More } from '../ui/More'
import { breakable, Card, Facts, Link, Mono, Soft, Tag, When } from '../ui/Parts'
import { isComing, Shown } from '../ui/States'
import { titleOf } from '../ui/types'
import { useAct } from '../ui/useAct'
import { words } from './askStrings'
import { decide, proposalQuery, proposedQuery, undoRun } from './rest'
import type { Proposal, Run } from './types'

const useStyles = makeStyles({
  list: { margin: '8px 0 0', paddingLeft: '20px', maxHeight: '240px', overflowY: 'auto', overflowWrap: 'anywhere' },
  facts: { marginTop: '12px' },
  buttons: { display: 'flex', gap: '8px', flexWrap: 'wrap', marginTop: '16px' },
})

const staleOf = (run: Run) => [['run', run.id], ['proposal']] as const

/** useAsked reports whether what a run asks is still on its way: all else stands below it. */
export function useAsked(run: Run): boolean {
  const id = run.proposal ?? ''
  const proposal = useQuery(proposalQuery(id))
  const lists = proposal.data?.state === 'open' && proposal.data.kind === 'deletions'
  const assets = useInfiniteQuery({ ...proposedQuery(id), enabled: lists })
  return (id !== '' && isComing(proposal)) || (lists && isComing(assets))
}

export function RunProposal({ run }: { run: Run }) {
  const proposal = useQuery(proposalQuery(run.proposal ?? ''))
  if (!run.proposal) return null
  return <Shown of={proposal}>{p => (p.state !== 'open' ? <Decided proposal={p} /> : p.kind === 'growth' ? <Grows run={run} proposal={p} /> : <Open run={run} proposal={p} />)}</Shown>
}

function Grows({ run, proposal: p }: { run: Run; proposal: Proposal }) {
  const s = useStyles()
  const may = useMay()
  return (
    <Card title={words.grows}>
      <Soft>{words.growsText(plural(p.assets, 'asset', 'assets'), count(p.last))}</Soft>
      {may('scan/write', p.collection) && (
        <div className={s.buttons}>
          <Ask appearance="primary" label={words.endIt} title={words.endSure} done={words.decided.growth.rejected} act={() => decide(p.id, false)} command={decide.command(p.id, false)} stale={['run', run.id]} also={[['proposal']]}>{words.endText}</Ask>
          <Ask appearance="secondary" label={words.goOn} title={words.goSure} done={words.decided.growth.approved} act={() => decide(p.id, true)} command={decide.command(p.id, true)} stale={['run', run.id]} also={[['proposal']]}>{words.goText}</Ask>
        </div>
      )}
    </Card>
  )
}

function Open({ run, proposal: p }: { run: Run; proposal: Proposal }) {
  const s = useStyles()
  const may = useMay()
  const act = useAct(...staleOf(run))
  const keep = () => act.go({ run: () => decide(p.id, false), said: got => words.decided[p.kind][got.state] })
  const remove = () => act.go({ about: `run ${run.id}`, run: () => decide(p.id, true), said: got => words.decided[p.kind][got.state], undo: { run: () => undoRun(run.id), said: words.broughtBack } })
  const identity = p.kind === 'identity', first = identity && !p.before
  return (
    <Card title={first ? words.firstSaid : identity ? words.another : words.held(plural(p.assets, 'asset', 'assets'))}>
      <Soft>{first ? words.firstSaidText : identity ? words.anotherText : words.heldText}</Soft>
      {identity
        ? <div className={s.facts}><Facts of={[[words.was, p.before && <Mono key="b">{p.before}</Mono>], [words.is, <Mono key="n">{p.now}</Mono>]]} /></div>
        : <><ul className={s.list}>{p.holds.map(h => <li key={h.path}><Mono>{h.path || run.source}</Mono>: {h.empty ? words.emptied(count(h.total)) : words.goneOf(count(h.gone), count(h.total))}</li>)}</ul></>}
      {may('scan/write', p.collection) && (
        <div className={s.buttons}>
          <ActButton appearance="primary" label={identity ? words.keepOut : words.keepThem} command={decide.command(p.id, false)} busy={act.busy} onAct={keep} />
          {identity
            ? <Ask appearance="secondary" label={first ? words.acceptFirst : words.accept} title={words.acceptSure} done={words.decided.identity.approved} act={() => decide(p.id, true)} command={decide.command(p.id, true)} stale={['run', run.id]} also={[['proposal']]}>{words.acceptText}</Ask>
            : <ActButton label={words.deleteThem} command={decide.command(p.id, true)} busy={act.busy} onAct={remove} />}
        </div>
      )}
      {!identity && <Assets id={p.id} />}
    </Card>
  )
}

function Assets({ id }: { id: string }) {
  const s = useStyles()
  const assets = useInfiniteQuery(proposedQuery(id))
  return (
    <Shown of={assets} loading={null} empty={list => list.length === 0 && <></>}>
      {list => <><ul className={s.list} aria-label={words.heldAssets}>{list.map(a => <li key={a.guid}><Link to={`/asset/${a.guid}`}>{breakable(a.qualifiedName)}</Link> <Tag>{titleOf(a.type)}</Tag></li>)}</ul><More of={assets} shown={list.length} /></>}
    </Shown>
  )
}

function Decided({ proposal: p }: { proposal: Proposal }) {
  return (
    <Message tone="idle" title={words.decided[p.kind][p.state]}>{p.by && words.decidedBy(p.by)} <When at={p.decided} /></Message>
  )
}

/** Undo brings back what the run deleted. */
export function Undo({ run }: { run: Run }) {
  const may = useMay()
  const act = useAct(...staleOf(run))
  if (run.counts.deleted === 0 || run.ended === null) return null
  return (
    <Message
      tone="warn" title={words.didDelete(plural(run.counts.deleted, 'asset', 'assets'))}
      actions={may('scan/write', run.collection) && <ActButton label={words.undo} command={undoRun.command(run.id)} busy={act.busy} onAct={() => act.go({ run: () => undoRun(run.id), said: got => words.undone(got.restored) })} />}
    >
      {words.didDeleteText}
    </Message>
  )
}
