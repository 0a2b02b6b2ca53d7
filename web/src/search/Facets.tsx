// What narrows the hits. On a phone it is folded away.
import { memo, useDeferredValue, useRef, useState } from 'react'
import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { facetNames, manyValues, someValues, type FacetName, type Hits } from '../client/api'
import { useTitles } from '../client/list'
import { useNames } from '../client/people'
import { count } from '../ui/format'
import { breakable } from '../ui/Parts'
import { grounds } from '../ui/theme'
import { titleOf } from '../ui/types'
import { UnknownSlot } from '../ui/Unknown'
import { medium, useWidth } from '../ui/widths'
import { slots, type Narrowed } from './question'
import { words } from './strings'

const useStyles = makeStyles({
  all: { display: 'flex', flexDirection: 'column', gap: '24px', minHeight: '120px', [medium]: { minHeight: 0, gap: '16px' } },
  group: { isolation: 'isolate', border: 'none', margin: 0, padding: 0, minWidth: 0 },
  legend: { padding: 0, marginBottom: '6px', fontWeight: tokens.fontWeightSemibold },
  values: { maxHeight: '420px', overflowY: 'auto' },
  value: { display: 'grid', gridTemplateColumns: '16px minmax(0, 1fr) max-content', gap: '10px', alignItems: 'center', padding: '5px 8px', marginLeft: '-8px', borderRadius: tokens.borderRadiusMedium, cursor: 'pointer', ':hover': { backgroundColor: grounds.hover } },
  box: { width: '16px', height: '16px', margin: 0, accentColor: tokens.colorBrandBackground },
  name: { overflowWrap: 'anywhere' }, // the names of classifications differ at their ends
  number: { color: tokens.colorNeutralForeground2, fontVariantNumeric: 'tabular-nums', fontSize: tokens.fontSizeBase200 },
  find: { width: '100%', boxSizing: 'border-box', marginBottom: '6px', padding: '4px 8px', font: 'inherit', fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground1, backgroundColor: tokens.colorNeutralBackground1, border: `1px solid ${tokens.colorNeutralStrokeAccessible}`, borderRadius: tokens.borderRadiusMedium },
  rest: { margin: '4px 0 0', color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  summary: { cursor: 'pointer', fontWeight: tokens.fontWeightSemibold, padding: '4px 0', marginBottom: '8px' },
})

interface FacetsProps {
  facets: Hits['@search.facets']
  chosen: Narrowed
  change: (to: Narrowed) => void
}

/** Facets are drawn behind the hits. */
export const Facets = memo(function Facets({ facets, ...rest }: FacetsProps) {
  const s = useStyles()
  const folded = useWidth(medium)
  const groups = <Groups facets={useDeferredValue(facets)} {...rest} />
  return folded ? <details><summary className={s.summary}>{words.narrow}</summary>{groups}</details> : groups
})

const Groups = memo(function Groups({ facets, chosen, change }: FacetsProps) {
  const s = useStyles()
  // Before they come, what is chosen does not stand where the others will push it away.
  return <div className={s.all}>{facets && facetNames.map(name => { const One = name === 'contactId' ? People : Group; return <One key={name} name={name} found={facets[name] ?? nothing} chosen={chosen[slots[name]] ?? none} whole={!!chosen.all?.includes(name)} all={chosen.all ?? none} change={change} /> })}</div>
})

interface GroupProps {
  name: FacetName
  found: { value: string; count: number }[]
  chosen: string[]
  whole: boolean // as many of its values as the account tells
  all: string[]
  change: (to: Narrowed) => void
  person?: ReturnType<typeof useNames>
}

function Group({ name, found, chosen, whole, all, change, person }: GroupProps) {
  const s = useStyles()
  const [find, setFind] = useState('')
  const collection = useTitles()
  const say = (value: string) => (person ? person(value) : name === 'entityType' ? titleOf(value) : name === 'collectionId' ? collection(value) : value)
  const shown = whole ? found : found.slice(0, someValues)
  // What is chosen stays, also where nothing fits it any more: else it could not be taken away.
  const values = [...shown, ...chosen.filter(c => !shown.some(f => f.value === c)).map(value => found.find(f => f.value === value) ?? { value, count: 0 })].filter(v => v.value !== '')
  if (values.length === 0 || (values.length === 1 && chosen.length === 0 && name === 'collectionId')) return null
  const fitting = whole ? values.filter(v => chosen.includes(v.value) || say(v.value).toLowerCase().includes(find.trim().toLowerCase())) : values
  return (
    <fieldset className={s.group}>
      <legend className={s.legend}>{words.facets[name]}{(person || name === 'collectionId') && <> <UnknownSlot of={(person ?? collection).asked} what={words.facets[name]} /></>}</legend>
      {whole && <input className={s.find} type="search" value={find} onChange={e => setFind(e.target.value)} placeholder={words.findValue} aria-label={words.findValueOf(words.facets[name])} />}
      <div className={s.values}>
        {fitting.map(v => (
          <label key={v.value} className={s.value} title={v.value}>
            <input
              type="checkbox" className={s.box} checked={chosen.includes(v.value)}
              onChange={e => change({ [slots[name]]: orNone(e.target.checked ? [...chosen, v.value] : chosen.filter(c => c !== v.value)) })}
            />
            <span className={s.name}>{breakable(say(v.value))}</span>
            <span className={s.number}>{count(v.count)}</span>
          </label>
        ))}
      </div>
      {whole && found.length >= manyValues && <p className={s.rest}>{words.onlyMany(manyValues)}</p>}
      {!whole && found.length > someValues && <Button size="small" appearance="subtle" aria-label={words.moreValuesOf(words.facets[name])} onClick={() => change({ all: [...all, name] })}>{words.moreValues}</Button>}
    </fieldset>
  )
}

/** People is the group of those whom assets name. While others come and go, nobody is asked for again. */
function People(of: GroupProps) {
  const asked = useRef(new Set<string>())
  for (const id of [...of.found.map(f => f.value), ...of.chosen]) asked.current.add(id)
  return <Group {...of} person={useNames([...asked.current])} />
}

const orNone = (values: string[]) => (values.length > 0 ? values : undefined)
const none: string[] = []
const nothing: GroupProps['found'] = []
