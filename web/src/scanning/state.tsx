// How runs and their parts are said: a word and a tone each, the same on all pages.
import { Status, type Tone } from '../ui/Parts'
import { words } from './strings'
import type { Run } from './types'

const tones: Record<Run['state'], Tone> = { Accepted: 'idle', InProgress: 'busy', Succeeded: 'good', Failed: 'bad', Canceled: 'idle' }

export function RunStatus({ run }: { run: Pick<Run, 'state' | 'counts'> }) {
  if (run.state === 'Succeeded' && run.counts.gaps > 0) return <Status tone="warn">{words.withGaps}</Status>
  return <Status tone={tones[run.state] ?? 'idle'}>{words.states[run.state] ?? run.state}</Status>
}

/** lasted is how long a run took, or has taken so far; undefined before it began. */
export function lasted(run: Pick<Run, 'started' | 'ended'>, now: number): number | undefined {
  if (!run.started) return undefined
  return Math.max(0, (run.ended ? new Date(run.ended).getTime() : now) - new Date(run.started).getTime())
}
