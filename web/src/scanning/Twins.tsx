// Other sources that may be the same one: which, what tells it, and what can be done. Where there are none nothing is shown.
import { Button, makeStyles } from '@fluentui/react-components'
import { Message } from '../ui/Message'
import { Link } from '../ui/Parts'
import { sayFailure, type Asked } from '../ui/States'
import { words as shared } from '../ui/strings'
import { most, words } from './twinStrings'
import type { Twin } from './types'

const useStyles = makeStyles({
  list: { margin: '4px 0', paddingLeft: '20px' },
  remedy: { maxWidth: '80ch' }, // folded away: where both are to stay this is read once, and stands here ever after
})

export function Twins({ of }: { of: Asked<Twin[]> }) {
  if (!of.data) return of.error && <Message tone="idle" title={words.unknown} actions={<Button size="small" onClick={() => void of.refetch()}>{shared.retry}</Button>}>{sayFailure(of.error).text}</Message>
  if (of.data.length === 0) return null
  const groups = (['identity', 'address'] as const).map(by => of.data!.filter(t => t.by === by)).filter(group => group.length > 0)
  return (
    <Message tone={groups[0]![0]!.by === 'identity' ? 'warn' : 'idle'} title={words.title(of.data.length)}>
      {groups.map(group => <Group key={group[0]!.by} of={group} />)}
    </Message>
  )
}

function Group({ of }: { of: Twin[] }) {
  const s = useStyles()
  const more = of.length - most
  return (
    <>
      <ul className={s.list}>
        {of.slice(0, most).map(t => (
          <li key={t.source}>
            <Link to="/sources/$source" params={{ source: t.source }}>{t.source}</Link> {words.by[t.by]} <Link to="/search" search={{ source: [t.source] }} aria-label={words.assetsOf(t.source)}>{words.assets}</Link>
          </li>
        ))}
        {more > 0 && <li>{words.more(more)}</li>}
      </ul>
      <details className={s.remedy}><summary>{words.remedy}</summary>{of[0]!.remedy}.</details>
    </>
  )
}
