// Taking an asset out of the map: what goes with it, what stays, and how it comes back.
import { makeStyles } from '@fluentui/react-components'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { children, entity } from '../client/api'
import { deleteAsset, restoreAsset } from '../client/edit'
import { Ask } from '../ui/Ask'
import { isUnknown } from '../ui/States'
import { Unknown } from '../ui/Unknown'
import { words } from './deleteStrings'

const useStyles = makeStyles({
  late: { display: 'grid', '& > *': { gridArea: '1 / 1' } }, // its place is as large as what may come
  ghost: { visibility: 'hidden' },
})

export function DeleteAsset({ guid, name }: { guid: string; name: string }) {
  const queries = useQueryClient()
  const renew = async <T,>(done: Promise<T>) => {
    const got = await done
    for (const queryKey of [['history', guid], ['children'], ['search'], ['overview'], ['lineage']]) void queries.invalidateQueries({ queryKey })
    return got
  }
  return (
    <Ask
      appearance="secondary" label={words.delete} title={words.sure(name)} done={words.done(name)} act={() => renew(deleteAsset(guid))} command={deleteAsset.command(guid)} stale={entity(guid).queryKey}
      undo={{ run: () => renew(restoreAsset(guid)), said: words.back(name) }}
    >
      <Goes guid={guid} />
    </Ask>
  )
}

/** Goes says what becomes of the asset, and of what stands below it. It is asked for when somebody is about to. */
function Goes({ guid }: { guid: string }) {
  const below = useInfiniteQuery(children(guid))
  const s = useStyles()
  const n = below.data?.length
  return (
    <>
      <p>{words.goes}</p>
      <p className={s.late}>
        <span className={s.ghost} aria-hidden>{words.below(100, true)}</span>
        <span><Unknown of={below} what={words.whatBelow}>{n === undefined ? (isUnknown(below) ? undefined : '\u00a0') : n > 0 ? words.below(n, below.hasNextPage) : words.noneBelow}</Unknown></span>
      </p>
      <p>{words.returns}</p>
    </>
  )
}
