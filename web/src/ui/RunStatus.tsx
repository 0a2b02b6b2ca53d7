// How runs are said: a word and a tone each, the same on all pages.
import type { components } from '../client/generated/manage'
import { Status, type Tone } from './Parts'
import { runAsks, runStates, runWithGaps } from './strings'

type Run = components['schemas']['Run']

const tones: Record<Run['state'], Tone> = { Accepted: 'idle', InProgress: 'busy', Succeeded: 'good', Failed: 'bad', Canceled: 'idle' }

export function RunStatus({ run }: { run: Pick<Run, 'state' | 'counts' | 'proposal'> }) {
  if (run.state === 'InProgress' && run.proposal) return <Status tone="warn">{runAsks}</Status>
  if (run.state === 'Succeeded' && run.counts.gaps > 0) return <Status tone="warn">{runWithGaps}</Status>
  return <Status tone={tones[run.state]}>{runStates[run.state]}</Status>
}

/** lasted is how long a run took, or has taken so far; undefined before it began. */
export function lasted(run: Pick<Run, 'started' | 'ended'>, now: number): number | undefined {
  if (!run.started) return undefined
  return Math.max(0, (run.ended ? new Date(run.ended).getTime() : now) - new Date(run.started).getTime())
}
