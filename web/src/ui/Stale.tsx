// A quiet line over a page that shows old answers: newer ones were asked for, and did not come.
import { useCallback, useSyncExternalStore } from 'react'
import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { notifyManager, useQueryClient, type Query, type QueryCache } from '@tanstack/react-query'
import { SignedOut } from '../client/rest'
import { timeOf } from './format'
import { Status } from './Parts'
import { isOld, sayFailure, SignInAgain } from './States'
import { failures, words } from './strings'
import { narrow } from './widths'

const useStyles = makeStyles({
  line: { position: 'sticky', top: 0, zIndex: 10, padding: '6px 32px', display: 'flex', gap: '4px 16px', flexWrap: 'wrap', alignItems: 'center', backgroundColor: tokens.colorNeutralBackground1, borderBottom: `1px solid ${tokens.colorNeutralStroke2}`, [narrow]: { padding: '6px 16px' } },
})

/** stays says of a question that its answer is shown though it is old. Of a list's next page the list's end says so. */
const stays = ({ state: s }: Query) => s.data !== undefined && isOld(s.error, s.fetchFailureCount) && !s.fetchMeta?.fetchMore

/** oldest is the question with the oldest answer of all that are shown. */
const oldest = (cache: QueryCache) => cache.getAll().filter(q => stays(q) && q.isActive()).sort((a, b) => a.state.dataUpdatedAt - b.state.dataUpdatedAt)[0]

export function Stale() {
  const s = useStyles()
  const queries = useQueryClient()
  const cache = queries.getQueryCache()
  useSyncExternalStore(useCallback(changed => cache.subscribe(notifyManager.batchCalls(changed)), [cache]), () => { const q = oldest(cache); return q && `${q.queryHash} ${q.state.errorUpdateCount}` })
  const old = oldest(cache)
  if (!old) return null
  const error = old.state.error ?? old.state.fetchFailureReason
  const at = timeOf(new Date(old.state.dataUpdatedAt))
  const again = () => void queries.refetchQueries({ type: 'active', predicate: stays })
  return (
    <div className={s.line} role="status">
      <Status tone="warn">{sayFailure(error).title}</Status>
      <span>{failures.asOf(at)}</span>
      {error instanceof SignedOut && <SignInAgain />}
      <Button size="small" appearance="subtle" onClick={again}>{words.retry}</Button>
    </div>
  )
}
