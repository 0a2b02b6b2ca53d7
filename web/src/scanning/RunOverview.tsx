// How a run stands: its state, the two stages side by side, what was found.
import { useEffect, useState } from 'react'
import { makeStyles, ProgressBar, tokens } from '@fluentui/react-components'
import { bytes, compact, count, exactTime, took } from '../ui/format'
import { Message } from '../ui/Message'
import { Card, Facts, Link, Soft, Status, When, type Tone } from '../ui/Parts'
import { Loading } from '../ui/States'
import { medium } from '../ui/widths'
import { RunProposal, Undo, useAsked } from './RunProposal'
import { going } from './rest'
import { lasted, RunStatus } from '../ui/RunStatus'
import { levelTitle } from '../ui/levelStrings'
import { runStates } from '../ui/strings'
import { spoken } from './spoken'
import { words as says } from './runStrings'
import { words } from './strings'
import type { Run, RunDetail } from './types'

const useStyles = makeStyles({
  stages: { display: 'grid', gridTemplateColumns: 'repeat(2, minmax(0, 1fr))', gap: '20px', [medium]: { gridTemplateColumns: 'minmax(0, 1fr)' } },
  bar: { margin: '12px 0 8px' },
  numbers: { display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(120px, 1fr))', gap: '20px' },
  number: { fontSize: tokens.fontSizeBase600, lineHeight: tokens.lineHeightBase600, fontWeight: tokens.fontWeightSemibold, fontVariantNumeric: 'tabular-nums' },
})

/** RunOverview shows a run as of now, or as of when it was last heard of: its clock stands still then. */
export function RunOverview({ run, asOf }: { run: RunDetail; asOf: number | undefined }) {
  const s = useStyles()
  const now = useNow(going(run) && asOf === undefined)
  const ms = lasted(run, asOf ?? now)
  const waiting = useAsked(run)
  if (waiting) return <Loading lines={10} />
  return (
    <>
      {run.problem && (
        <Message tone="bad" title={spoken(run.problem.code)}>{run.problem.text}</Message>
      )}
      {run.waits.length > 0 && (
        <Message tone="warn" title={says.waitsFor[run.waits[0]!.code] ?? says.waitsForRuntime(run.runtime)}>{run.waits.map(why => `${why.text} ${why.remedy}`).join(' ')}</Message>
      )}
      <RunProposal run={run} />
      {run.closed && <Message tone="warn" title={says.outsideWindow}>{says.opens} <time dateTime={run.closed.until}>{exactTime(new Date(run.closed.until))}</time></Message>}
      <Undo run={run} />
      <Card>
        <Facts of={[
          [words.state, <RunStatus key="s" run={run} />],
          [says.began, run.started ? <When key="w" at={run.started} /> : undefined],
          [words.lasted, ms === undefined ? undefined : took(ms)],
          [words.level, levelTitle(run.level)],
          [words.runtime, <Link key="r" to={`/runtimes/${encodeURIComponent(run.runtime)}`}>{run.runtime}</Link>],
        ]} />
      </Card>
      <div className={s.stages}><Discovery run={run} /><Ingestion run={run} /></div>
      <Card><Numbers run={run} /></Card>
    </>
  )
}

function Discovery({ run }: { run: Run }) {
  const s = useStyles()
  const u = run.units
  const all = Object.values(u).reduce((a, b) => a + b, 0)
  const read = u.done + u.closed + u.failed + u.void
  const failed = u.failed > 0 ? ` · ${says.unitsFailed(u.failed)}` : ''
  const idle = going(run) && u.leased === 0 && read === 0
  return (
    <Card title={says.discovery} actions={<Stage began={run.started} ended={run.discoveryEnded ?? run.ended} run={run} />}>
      <Soft>{idle ? says.waitingForNode : says.discoveryText}</Soft>
      <ProgressBar className={s.bar} value={all === 0 ? 0 : read / all} thickness="large" aria-label={says.discovery} />
      <Soft>{says.unitsOf(read - u.failed - u.void, all)}{failed}{run.assetsPerSecond > 0 && ` · ${says.rate(compact(Math.round(run.assetsPerSecond)))}`}</Soft>
    </Card>
  )
}

function Ingestion({ run }: { run: Run }) {
  const s = useStyles()
  const u = run.units
  const all = Object.values(u).reduce((a, b) => a + b, 0)
  return (
    <Card title={says.ingestion} actions={<Stage began={run.ingestionStarted} ended={run.ended} run={run} />}>
      <Soft>{says.ingestionText}</Soft>
      <ProgressBar className={s.bar} value={all === 0 ? 0 : (u.closed + u.failed + u.void) / all} thickness="large" aria-label={says.ingestion} />
      <Soft>{says.batchesOf(run.counts.batches)} · {bytes(run.counts.bytes)}</Soft>
    </Card>
  )
}

/** Stage says where one stage of a run stands. */
function Stage({ began, ended, run }: { began: string | null; ended: string | null; run: Run }) {
  const state: [Tone, string] = !began ? ['idle', going(run) ? runStates.Accepted : says.notReached] : !ended ? ['busy', runStates.InProgress]
    : run.state === 'Failed' ? ['bad', runStates.Failed] : run.state === 'Canceled' ? ['idle', runStates.Canceled] : ['good', runStates.Succeeded]
  return <Status tone={state[0]}>{state[1]}</Status>
}

function Numbers({ run }: { run: Run }) {
  const s = useStyles()
  const c = run.counts
  const shown: [string, number, string?][] = [
    [words.found, c.discovered], [words.facts.new, c.created], [words.facts.changed, c.updated], [words.facts.same, c.unchanged],
    [words.facts.gone, c.deleted], [words.facts.notSeen, c.notSeen, says.notSeenHint], [words.facts.classified, c.classified], [words.facts.edges, c.edges], [words.gaps, c.gaps],
  ]
  return (
    <div className={s.numbers}>
      {shown.map(([name, n, hint]) => <div key={name} title={hint}><div className={s.number}>{count(n)}</div><Soft>{name}</Soft></div>)}
    </div>
  )
}

/** useNow is the time, moving by the second while it is asked to. */
function useNow(moving: boolean): number {
  const [now, set] = useState(() => Date.now())
  useEffect(() => {
    if (!moving) return
    const timer = setInterval(() => set(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [moving])
  return now
}
