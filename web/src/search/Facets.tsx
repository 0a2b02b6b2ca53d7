// What narrows the hits. On a phone it is folded away.
import { Fragment, memo } from 'react'
import { makeStyles, tokens } from '@fluentui/react-components'
import { facetNames, type Hits } from '../client/api'
import { count } from '../ui/format'
import { grounds } from '../ui/theme'
import { titleOf } from '../ui/types'
import { medium } from '../ui/widths'
import type { Narrowed } from './question'
import { words } from './strings'

const useStyles = makeStyles({
  all: { display: 'flex', flexDirection: 'column', gap: '24px', minHeight: '120px', [medium]: { minHeight: 0, gap: '16px' } },
  group: { border: 'none', margin: 0, padding: 0, minWidth: 0 },
  legend: { padding: 0, marginBottom: '6px', fontWeight: tokens.fontWeightSemibold },
  value: { display: 'grid', gridTemplateColumns: '16px minmax(0, 1fr) max-content', gap: '10px', alignItems: 'center', padding: '5px 8px', marginLeft: '-8px', borderRadius: tokens.borderRadiusMedium, cursor: 'pointer', ':hover': { backgroundColor: grounds.hover } },
  box: { width: '16px', height: '16px', margin: 0, accentColor: tokens.colorBrandBackground },
  name: { overflowWrap: 'anywhere' }, // the names of classifications differ at their ends
  number: { color: tokens.colorNeutralForeground2, fontVariantNumeric: 'tabular-nums', fontSize: tokens.fontSizeBase200 },
  fold: { display: 'none', [medium]: { display: 'block' } },
  open: { [medium]: { display: 'none' } },
  summary: { cursor: 'pointer', fontWeight: tokens.fontWeightSemibold, padding: '4px 0', marginBottom: '8px' },
})

const slots = { entityType: 'type', purlieuSource: 'source', classification: 'class', collectionId: 'collection' } as const

interface FacetsProps {
  facets: Hits['@search.facets']
  chosen: Narrowed
  change: (to: Narrowed) => void
}

export const Facets = memo(function Facets(props: FacetsProps) {
  const s = useStyles()
  return (
    <>
      <div className={s.open}><Groups {...props} /></div>
      <details className={s.fold}><summary className={s.summary}>{words.narrow}</summary><Groups {...props} /></details>
    </>
  )
})

function Groups({ facets, chosen: all, change }: FacetsProps) {
  const s = useStyles()
  return (
    <div className={s.all}>
      {facetNames.map(name => {
        const chosen = all[slots[name]] ?? []
        const found = facets?.[name] ?? []
        // What is chosen stays, also where nothing fits it any more: else it could not be taken away.
        const values = [...found, ...chosen.filter(c => !found.some(f => f.value === c)).map(value => ({ value, count: 0 }))].filter(v => v.value !== '')
        if (values.length === 0 || (values.length === 1 && chosen.length === 0 && name === 'collectionId')) return null
        return (
          <fieldset key={name} className={s.group}>
            <legend className={s.legend}>{words.facets[name]}</legend>
            {values.map(v => (
              <label key={v.value} className={s.value} title={v.value}>
                <input
                  type="checkbox" className={s.box} checked={chosen.includes(v.value)}
                  onChange={e => change({ [slots[name]]: e.target.checked ? [...chosen, v.value] : none(chosen.filter(c => c !== v.value)) })}
                />
                <span className={s.name}>{name === 'entityType' ? titleOf(v.value) : parts(v.value)}</span>
                <span className={s.number}>{count(v.count)}</span>
              </label>
            ))}
          </fieldset>
        )
      })}
    </div>
  )
}

/** parts may be broken behind a dot or an underscore, before anywhere else. */
const parts = (text: string) => text.split(/(?<=[._])/).map((part, i) => <Fragment key={i}>{i > 0 && <wbr />}{part}</Fragment>)

const none = (values: string[]) => (values.length > 0 ? values : undefined)
