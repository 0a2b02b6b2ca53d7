// How many of each: a bar says the share, a number the count, and the name leads to the search narrowed to it.
import { useState } from 'react'
import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { count } from '../ui/format'
import { Link } from '../ui/Parts'
import { titleOf } from '../ui/types'
import { words } from './strings'

const useStyles = makeStyles({
  list: { display: 'grid', gridTemplateColumns: 'minmax(0, 1fr) max-content', gap: '10px 16px', margin: 0 },
  name: { minWidth: 0, overflowWrap: 'anywhere' },
  number: { margin: 0, textAlign: 'right', fontVariantNumeric: 'tabular-nums' },
  track: { height: '4px', marginTop: '4px', borderRadius: '2px', backgroundColor: tokens.colorNeutralBackground5 },
  bar: { height: '100%', borderRadius: '2px', backgroundColor: tokens.colorBrandBackground },
})

const few = 8 // that are shown at first

interface SharesProps {
  of: { value: string; count: number }[]
  narrows: 'type' | 'class' | 'source'
}

export function Shares({ of, narrows }: SharesProps) {
  const s = useStyles()
  const [all, setAll] = useState(false)
  const most = Math.max(1, ...of.map(o => o.count))
  const shown = all ? of : of.slice(0, few)
  return (
    <>
      <dl className={s.list}>
        {shown.map(o => (
          <div key={o.value} style={{ display: 'contents' }}>
            <dt className={s.name}>
              <Link to="/search" search={{ [narrows]: [o.value] }}>{narrows === 'type' ? titleOf(o.value) : o.value}</Link>
              <div className={s.track}><div className={s.bar} style={{ width: `${(100 * o.count) / most}%` }} /></div>
            </dt>
            <dd className={s.number}>{count(o.count)}</dd>
          </div>
        ))}
      </dl>
      {of.length > few && <p><Button size="small" aria-expanded={all} onClick={() => setAll(!all)}>{all ? words.fewer : words.moreOf(of.length - few)}</Button></p>}
    </>
  )
}
