// What a run asks a person: deletions that the brake holds back, or another server at the source's address. And the way
// back from what a run deleted.
import { Button, makeStyles, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle } from '@fluentui/react-components'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type UseMutationResult } from '@tanstack/react-query'
import { useMay } from '../client/may'
import { count, plural } from '../ui/format'
import { More } from '../ui/More'
import { useNotices } from '../ui/Notices'
import { Card, Facts, Link, Mono, Soft, Tag, When } from '../ui/Parts'
import { sayFailure, Shown } from '../ui/States'
import { decide, proposalQuery, proposedQuery, undoRun } from './rest'
import { words } from './strings'
import type { Proposal, Run } from './types'

const useStyles = makeStyles({
  list: { margin: '8px 0 0', paddingLeft: '20px', maxHeight: '240px', overflowY: 'auto' },
  buttons: { display: 'flex', gap: '8px', flexWrap: 'wrap', marginTop: '16px' },
})

/** useAct does something to a run and tells how it went. */
function useAct<T, A>(run: Run, act: (a: A) => Promise<T>, done: (got: T) => string): UseMutationResult<T, Error, A> {
  const client = useQueryClient()
  const { tell } = useNotices()
  return useMutation({
    mutationFn: act,
    onSuccess: got => tell({ kind: 'done', title: done(got) }),
    onError: error => { const { title, text } = sayFailure(error); tell({ kind: 'failed', title, text }) },
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: ['run', run.id] }), client.invalidateQueries({ queryKey: ['proposal'] })]),
  })
}

export function RunProposal({ run }: { run: Run }) {
  const proposal = useQuery(proposalQuery(run.proposal ?? ''))
  if (!run.proposal) return null
  return <Shown of={proposal}>{p => (p.state === 'open' ? <Open run={run} proposal={p} /> : <Decided proposal={p} />)}</Shown>
}

function Open({ run, proposal: p }: { run: Run; proposal: Proposal }) {
  const s = useStyles()
  const may = useMay()
  const answer = useAct(run, (approve: boolean) => decide(p.id, approve), got => words.decided[got.state] ?? got.state)
  const identity = p.kind === 'identity'
  return (
    <Card title={identity ? words.another : words.held(plural(p.assets, 'asset', 'assets'))}>
      <Soft>{identity ? words.anotherText : words.heldText}</Soft>
      {identity
        ? <Facts of={[[words.was, <Mono key="b">{p.before}</Mono>], [words.is, <Mono key="n">{p.now}</Mono>]]} />
        : <><ul className={s.list}>{p.holds.map(h => <li key={h.path}><Mono>{h.path || run.source}</Mono>: {h.empty ? words.emptied(count(h.total)) : words.goneOf(count(h.gone), count(h.total))}</li>)}</ul><Assets id={p.id} /></>}
      {may('scan/write', p.collection) && (
        <div className={s.buttons}>
          <Button appearance="primary" disabled={answer.isPending} onClick={() => answer.mutate(false)}>{identity ? words.keepOut : words.keepThem}</Button>
          <Button disabled={answer.isPending} onClick={() => answer.mutate(true)}>{identity ? words.accept : words.deleteThem}</Button>
        </div>
      )}
    </Card>
  )
}

function Assets({ id }: { id: string }) {
  const s = useStyles()
  const assets = useInfiniteQuery(proposedQuery(id))
  if (!assets.data?.length) return null
  return <><ul className={s.list} aria-label={words.heldAssets}>{assets.data.map(a => <li key={a.guid}><Link to={`/asset/${a.guid}`}>{a.qualifiedName}</Link> <Tag>{a.type}</Tag></li>)}</ul><More of={assets} shown={assets.data.length} /></>
}

function Decided({ proposal: p }: { proposal: Proposal }) {
  return (
    <MessageBar intent="info" layout="multiline">
      <MessageBarBody><MessageBarTitle>{words.decided[p.state]}</MessageBarTitle> {p.by && words.decidedBy(p.by)} <When at={p.decided} /></MessageBarBody>
    </MessageBar>
  )
}

/** Undo brings back what the run deleted. */
export function Undo({ run }: { run: Run }) {
  const may = useMay()
  const undo = useAct(run, () => undoRun(run.id), got => words.undone(plural(got.restored, 'asset', 'assets')))
  if (run.counts.deleted === 0 || run.ended === null) return null
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody><MessageBarTitle>{words.didDelete(plural(run.counts.deleted, 'asset', 'assets'))}</MessageBarTitle> {words.didDeleteText}</MessageBarBody>
      {may('scan/write', run.collection) && <MessageBarActions><Button disabled={undo.isPending} onClick={() => undo.mutate(undefined)}>{words.undo}</Button></MessageBarActions>}
    </MessageBar>
  )
}
