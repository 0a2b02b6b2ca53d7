// What was done to an asset, newest first, with what differed.
import { useState } from 'react'
import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNames } from '../client/people'
import { history, type Change, type Difference } from '../client/api'
import { count } from '../ui/format'
import { More } from '../ui/More'
import { Mono, Soft, Status, When, type Tone } from '../ui/Parts'
import { Empty, Loading, Shown } from '../ui/States'
import { Unknown } from '../ui/Unknown'
import { narrow } from '../ui/widths'
import { contactsIn, said } from './model'
import { words } from './strings'

const useStyles = makeStyles({
  list: { listStyle: 'none', margin: 0, padding: 0, maxWidth: '960px' },
  one: { display: 'grid', gridTemplateColumns: '160px minmax(0, 1fr)', gap: '4px 24px', padding: '16px 0', borderBottom: `1px solid ${tokens.colorNeutralStroke2}`, [narrow]: { gridTemplateColumns: 'minmax(0, 1fr)' } },
  changes: { display: 'flex', flexDirection: 'column', gap: '8px', margin: '10px 0 0' },
  change: { display: 'grid', gridTemplateColumns: 'minmax(140px, max-content) minmax(0, 1fr)', gap: '2px 16px', [narrow]: { gridTemplateColumns: 'minmax(0, 1fr)' } },
  old: { color: tokens.colorPaletteRedForeground1, textDecoration: 'line-through' },
  new: { color: tokens.colorPaletteGreenForeground1 },
  values: { overflowWrap: 'anywhere' },
})

const tones: Record<Change['verb'], Tone> = { created: 'good', updated: 'busy', deleted: 'bad', revived: 'good', renamed: 'busy', restored: 'good' }

export function HistoryTab({ guid }: { guid: string }) {
  const past = useInfiniteQuery(history(guid))
  return (
    <Shown of={past} loading={<Loading lines={8} />} empty={list => list.length === 0 && <Empty title={words.noHistory} />}>
      {list => <div><Entries of={list} /><More of={past} shown={list.length} /></div>}
    </Shown>
  )
}

function Entries({ of }: { of: Change[] }) {
  const s = useStyles()
  const names = useNames(of.flatMap(c => [c.actor, ...c.differences.flatMap(d => [...contactsIn(d.old), ...contactsIn(d.new)])]))
  return <ol className={s.list}>{of.map(c => <Entry key={c.version} change={c} names={names} />)}</ol>
}

const step = 40 // differences that are shown at first, and more with each asking

type Names = ReturnType<typeof useNames>

function Entry({ change: c, names }: { change: Change; names: Names }) {
  const s = useStyles()
  const [most, setMost] = useState(step)
  const differences = c.verb === 'created' ? [] : c.differences
  return (
    <li className={s.one}>
      <Soft><When at={c.at} /></Soft>
      <div>
        <Status tone={tones[c.verb]}>{words.verbs[c.verb]}</Status> <Soft><Unknown of={names.asked} what={words.names}>{words.byWhom(names(c.actor))}</Unknown></Soft>
        {c.verb === 'updated' && c.differences.length === 0 && <div><Soft>{words.noDifferences}</Soft></div>}
        <div className={s.changes}>{differences.slice(0, most).map((d, i) => <What key={i} of={d} names={names} />)}</div>
        {differences.length > step && <p><Button size="small" disabledFocusable={differences.length <= most} onClick={() => setMost(most + 5 * step)}>{words.moreDifferences(count(Math.min(most, differences.length)), count(differences.length))}</Button></p>}
      </div>
    </li>
  )
}

function What({ of: d, names }: { of: Difference; names: Names }) {
  const s = useStyles()
  const before = said(d.old, names)
  const after = said(d.new, names)
  return (
    <div className={s.change}>
      <span>{d.what} {d.name && <strong>{d.name}</strong>}</span>
      <span className={s.values}>{before && <Mono><del className={s.old}>{before}</del></Mono>}{before && after ? ' → ' : ''}{after && <Mono><ins className={s.new}>{after}</ins></Mono>}</span>
    </div>
  )
}
