// How runs that were started here are told of: when they end, or ask a person.
import type { Run } from '../client/api'
import type { Notice } from '../ui/Notices'
import { runEnds } from '../ui/strings'

type Told = Omit<Notice, 'id' | 'at'>

/** follow says what there is to tell of watched runs, and which are watched no longer: those that ended or ask, and those that
 * the newest runs do not hold, when these were asked for after the watch began: removed, or too far down to look for. */
export function follow(watched: string[], newest: Run[]): { told: Told[]; off: string[] } {
  const runs = newest.filter(run => watched.includes(run.id))
  const going = runs.filter(run => !run.ended && !run.proposal)
  return { told: runs.filter(run => !going.includes(run)).map(said), off: watched.filter(id => !going.some(run => run.id === id)) }
}

/** said is how a run ended, or that it asks. */
function said(run: Run): Told {
  const name = `${run.source} / ${run.scan}`
  if (!run.ended) return { kind: 'info', title: runEnds.asks(name), link: { to: `/runs/${run.id}`, text: runEnds.answer } }
  if (run.state === 'Failed') return { kind: 'failed', title: runEnds.failed(name), ...(run.problem && { text: run.problem.text }) }
  if (run.state === 'Canceled') return { kind: 'info', title: runEnds.cancelled(name) }
  return { kind: run.counts.gaps > 0 ? 'info' : 'done', title: runEnds.succeeded(name), text: runEnds.found(run.counts.discovered, run.counts.gaps) }
}
