// What stands below a list of which there is more than is shown: how much is shown, and the way on.
import { useState } from 'react'
import { Button, makeStyles } from '@fluentui/react-components'
import { count } from './format'
import { Soft, Status } from './Parts'
import { Spinner } from './Spinner'
import { sayFailure } from './States'
import { words } from './strings'

const useStyles = makeStyles({ row: { display: 'flex', flexWrap: 'wrap', gap: '8px 16px', alignItems: 'center', padding: '12px 0' } })

interface MoreProps {
  of: { hasNextPage: boolean; isFetchingNextPage: boolean; isFetchNextPageError: boolean; error: Error | null; fetchNextPage: () => unknown }
  shown: number
}

/** More asks for the next page of a list. The button stays where it was used, so that whoever used it by key goes on there. */
export function More({ of, shown }: MoreProps) {
  const s = useStyles()
  const [used, setUsed] = useState(false)
  if (!of.hasNextPage && !used) return null
  const go = () => { setUsed(true); if (of.hasNextPage && !of.isFetchingNextPage) of.fetchNextPage() }
  return (
    <div className={s.row}>
      <Button disabledFocusable={!of.hasNextPage || of.isFetchingNextPage} icon={of.isFetchingNextPage ? <Spinner /> : undefined} onClick={go}>{words.more}</Button>
      <span role="status">
        {of.isFetchNextPageError ? <Status tone="bad">{saidOf(of.error)}</Status> : <Soft>{of.hasNextPage ? words.firstOf(count(shown)) : words.allOf(count(shown))}</Soft>}
      </span>
    </div>
  )
}

function saidOf(error: unknown): string {
  const { title, text } = sayFailure(error)
  return [title, text].filter(Boolean).join('. ')
}
