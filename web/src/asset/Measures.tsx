// The measures of an asset: the newest value, and its way over the days as a line.
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { measures, type Day } from '../client/api'
import { bytes, count, dayOf, exactTime } from '../ui/format'
import { Soft } from '../ui/Parts'
import { Loading, Shown } from '../ui/States'
import { words } from './strings'

const useStyles = makeStyles({
  all: { display: 'flex', flexDirection: 'column', gap: '16px' },
  one: { display: 'grid', gridTemplateColumns: 'auto minmax(min-content, 1fr)', alignItems: 'baseline', gap: '2px 12px' },
  value: { fontSize: tokens.fontSizeBase500, fontWeight: tokens.fontWeightSemibold, fontVariantNumeric: 'tabular-nums', textAlign: 'right' },
  time: { fontSize: tokens.fontSizeBase300 }, // it is longer than any number
  chart: { gridColumn: '1 / -1', width: '100%', height: '48px', display: 'block', color: tokens.colorBrandForeground1, overflow: 'visible' },
  days: { gridColumn: '1 / -1', display: 'flex', justifyContent: 'space-between', fontSize: tokens.fontSizeBase100, color: tokens.colorNeutralForeground3 },
})

/** isTime tells, by its name, whether a measure is a time. */
const isTime = (name: string, value: number) => /(time|modified|analy[sz]ed|vacuum|seen|at)$/i.test(name) && value > 1e9

/** shown says a measure: a time, bytes or a number, by its name. */
export function shown(name: string, value: number): string {
  if (/bytes|size/i.test(name)) return bytes(value)
  if (isTime(name, value)) return exactTime(new Date(value > 1e14 ? value / 1000 : value > 1e11 ? value : value * 1000))
  return count(value)
}

/** title makes words of a measure's name. */
export const title = (name: string) => (name[0]?.toUpperCase() ?? '') + name.slice(1).replace(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' ').toLowerCase()

export function Measures({ guid }: { guid: string }) {
  const s = useStyles()
  const days = useQuery(measures(guid))
  return (
    <Shown of={days} loading={<Loading lines={3} />} empty={page => page.value.length === 0 && <Soft>{words.noMeasures}</Soft>}>
      {page => {
        const all = [...page.value].reverse()
        const names = [...new Set(all.flatMap(d => Object.keys(d.measures)))]
        return <div className={s.all}>{names.map(name => <Measure key={name} name={name} days={all.filter(d => name in d.measures)} />)}</div>
      }}
    </Shown>
  )
}

function Measure({ name, days }: { name: string; days: Day[] }) {
  const s = useStyles()
  const values = days.map(d => d.measures[name]!)
  const last = values.at(-1)!
  return (
    <div className={s.one}>
      <Soft>{title(name)}</Soft>
      <span className={mergeClasses(s.value, isTime(name, last) && s.time)}>{shown(name, last)}</span>
      {values.length > 1 && (
        <>
          <svg className={s.chart} viewBox="0 0 100 40" preserveAspectRatio="none" role="img" aria-label={`${title(name)}: ${shown(name, values[0]!)} – ${shown(name, last)}`}>
            <polyline points={line(values)} fill="none" stroke="currentColor" strokeWidth="2" vectorEffect="non-scaling-stroke" strokeLinejoin="round" />
          </svg>
          <div className={s.days}><span>{dayOf(new Date(days[0]!.day))}</span><span>{dayOf(new Date(days.at(-1)!.day))}</span></div>
        </>
      )}
    </div>
  )
}

/** line is the points of a line in a field of 100 by 40. */
export function line(values: number[]): string {
  const low = Math.min(...values)
  const span = Math.max(...values) - low || 1
  return values.map((v, i) => `${((100 * i) / (values.length - 1)).toFixed(1)},${(38 - (36 * (v - low)) / span).toFixed(1)}`).join(' ')
}
