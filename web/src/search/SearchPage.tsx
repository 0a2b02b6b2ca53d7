// Search: hits and facets as one types. The words and all that narrows are in the address; each key stroke is one
// question, and the one before is given up.
import { memo, useMemo } from 'react'
import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { Hits, Order } from '../client/api'
import { useMay } from '../client/may'
import { Failure } from '../client/rest'
import { useAddress } from '../ui/address'
import { count } from '../ui/format'
import { ListPage } from '../ui/ListPage'
import { Empty, Loading, Refused, Shown } from '../ui/States'
import { words as common } from '../ui/strings'
import { useDrawn } from './drawn'
import { Facets } from './Facets'
import { HitList } from './HitList'
import { asked, limit, mostOf, slots, step, type Address } from './question'
import { words } from './strings'

const useStyles = makeStyles({
  holds: { minHeight: '600px' },
  more: { marginTop: '16px' },
  end: { margin: '16px 0 0', color: tokens.colorNeutralForeground2 },
  // The last hits fade only when the next let people wait: else every key would flicker.
  hits: { '[aria-busy=true]': { opacity: 0.6, transitionProperty: 'opacity', transitionDuration: '0s', transitionDelay: '0.2s' } },
  order: { display: 'flex', alignItems: 'center', gap: '8px', color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  choice: { font: 'inherit', height: '32px', padding: '0 8px', color: tokens.colorNeutralForeground1, backgroundColor: tokens.colorNeutralBackground1, border: `1px solid ${tokens.colorNeutralStroke1}`, borderRadius: tokens.borderRadiusMedium },
  note: { margin: '0 0 12px', color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
})

export function SearchPage() {
  const may = useMay()
  return may('data/read') ? <Search /> : <ListPage title={words.title}><Refused>{words.mayNot}</Refused></ListPage>
}

function Search() {
  const s = useStyles()
  const [own, change] = useAddress<Address>()
  const at = useDrawn(own)
  const { type, source, class: classes, collection, contact, label, all } = at
  const most = mostOf(at)
  const hits = useQuery({ ...asked(at), placeholderData: keepPreviousData }) // the last hits stay until the next are there: nothing flickers while one types
  const chosen = useMemo(() => ({ type, source, class: classes, collection, contact, label, all }), [type, source, classes, collection, contact, label, all])
  const marks = hits.error instanceof Failure && hits.error.code === 'NoKeywords'
  const narrowed = Object.values(slots).some(slot => at[slot]?.length)
  const clear = () => change({ type: undefined, source: undefined, class: undefined, collection: undefined, contact: undefined, label: undefined })
  return (
    <ListPage
      title={at.q ? `“${at.q}”` : words.title} name={words.title} about={<span role="status">{hits.data ? words.found(count(hits.data['@search.count']), hits.data['@search.count.approximate']) : '\u00a0'}</span>}
      actions={<>{narrowed && <Button appearance="subtle" onClick={clear}>{words.clear}</Button>}<InOrder of={own.order} change={change} /></>}
      aside={<Facets facets={hits.data?.['@search.facets'] ?? null} chosen={chosen} change={change} />}
    >
      {marks ? <Empty title={words.none}>{words.noneMarks}</Empty> : <Shown of={hits} empty={data => data.value.length === 0 && <None asked={!!at.q} narrowed={narrowed} clear={clear} />} loading={<Loading lines={12} className={s.holds} />}>
        {data => (
          <div className={s.hits} aria-busy={hits.isPlaceholderData}>
            <Behind hits={data} />
            <HitList hits={data.value} />
            {data.value.length >= most && data['@search.count'] > data.value.length && most < limit && (
              <Button className={s.more} onClick={() => change({ most: Math.min(limit, most + step * 2) }, { replace: true })}>{common.more}</Button>
            )}
            {most >= limit && data['@search.count'] > limit && <p className={s.end}>{words.end(count(limit))}</p>}
          </div>
        )}
      </Shown>}
    </ListPage>
  )
}

const InOrder = memo(function InOrder({ of, change }: { of: Order | undefined; change: (to: Address) => void }) {
  const s = useStyles()
  return (
    <label className={s.order}>
      {words.order}
      <select className={s.choice} value={of ?? 'best'} onChange={e => change({ order: e.target.value === 'best' ? undefined : (e.target.value as Order) })}>
        {(['best', 'name', 'changed'] as const).map(by => <option key={by} value={by}>{words.orders[by]}</option>)}
      </select>
    </label>
  )
})

function Behind({ hits }: { hits: Hits }) {
  const s = useStyles()
  if ((hits.purlieuNewest ?? 0) <= (hits.purlieuComplete ?? 0)) return null
  return <p className={s.note}>{words.behind}</p>
}

function None({ asked, narrowed, clear }: { asked: boolean; narrowed: boolean; clear: () => void }) {
  if (!asked && !narrowed) return <Empty title={words.noneYet}>{words.noneYetText}</Empty>
  return <Empty title={words.none} actions={narrowed && <Button onClick={clear}>{words.clear}</Button>}>{narrowed ? words.noneNarrowed : words.noneText}</Empty>
}
