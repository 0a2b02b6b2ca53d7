// The overview: what needs a person first, then what ran, then what is in the map.
import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { overview, runs, type Overview } from '../client/api'
import { useMay } from '../client/may'
import { compact } from '../ui/format'
import { Page } from '../ui/Page'
import { Card, Soft } from '../ui/Parts'
import { Loading, Shown } from '../ui/States'
import { medium, narrow } from '../ui/widths'
import { Needs } from './Needs'
import { RecentRuns } from './RecentRuns'
import { Shares } from './Shares'
import { words } from './strings'

const useStyles = makeStyles({
  figures: { display: 'grid', gridTemplateColumns: 'repeat(4, minmax(0, 1fr))', gap: '16px', [narrow]: { gridTemplateColumns: 'repeat(2, minmax(0, 1fr))', gap: '8px' } },
  figure: { border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusLarge, backgroundColor: tokens.colorNeutralBackground1, padding: '16px 20px', [narrow]: { padding: '12px 16px' } },
  name: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  number: { fontSize: tokens.fontSizeHero700, lineHeight: tokens.lineHeightHero700, fontWeight: tokens.fontWeightSemibold, fontVariantNumeric: 'tabular-nums' },
  columns: { display: 'grid', gridTemplateColumns: 'minmax(0, 2fr) minmax(0, 1fr)', gap: '20px', alignItems: 'start', [medium]: { gridTemplateColumns: 'minmax(0, 1fr)' } },
  column: { display: 'flex', flexDirection: 'column', gap: '20px', minWidth: 0 },
  holds: { minHeight: '560px' },
  first: { display: 'grid', gridTemplateColumns: 'repeat(3, minmax(0, 1fr))', gap: '24px', listStyle: 'none', margin: '0 0 24px', padding: 0, counterReset: 'step', [narrow]: { gridTemplateColumns: 'minmax(0, 1fr)' } },
  step: { counterIncrement: 'step', '::before': { content: 'counter(step)', display: 'grid', placeItems: 'center', width: '28px', height: '28px', borderRadius: '50%', marginBottom: '8px', backgroundColor: tokens.colorBrandBackground2, color: tokens.colorBrandForeground2, fontWeight: tokens.fontWeightSemibold } },
  soft: { color: tokens.colorNeutralForeground2, margin: 0 },
  lead: { color: tokens.colorNeutralForeground2, margin: '0 0 24px', maxWidth: '640px' },
})

export function HomePage() {
  const s = useStyles()
  const seen = useQuery({ ...overview(), refetchInterval: 10_000 })
  return (
    <Page title={words.title}>
      <Shown of={seen} loading={<Loading lines={8} className={s.holds} />}>
        {data => (data.assets.count === 0 && data.sources === 0 ? <First data={data} /> : <Filled data={data} />)}
      </Shown>
    </Page>
  )
}

function Filled({ data }: { data: Overview }) {
  const s = useStyles()
  const may = useMay()
  const { assets, runtimes } = data
  const about = assets.approximate ? `${words.approximate} ` : ''
  return (
    <>
      <div className={s.figures}>
        <Figure name={words.assets} number={about + compact(assets.count)} more={words.ofTypes(assets.byType.length)} />
        {may('source/read') && <Figure name={words.sources} number={compact(data.sources)} more={words.registered} />}
        <Figure name={words.classified} number={compact(assets.classified)} more={words.onThemselves} />
        {runtimes && <Figure name={words.nodes} number={`${runtimes.nodesOnline} / ${runtimes.nodes}`} more={words.inRuntimes(runtimes.count)} />}
      </div>
      <div className={s.columns}>
        <div className={s.column}>
          <Needs of={data.attention} />
          <Card title={words.recent}>{may('scan/read') ? <Recent /> : <Soft>{words.mayNotRuns}</Soft>}</Card>
        </div>
        <div className={s.column}>
          <Card title={words.types}><Shares of={assets.byType} narrows="type" /></Card>
          {assets.byClassification.length > 0 && <Card title={words.classes}><Shares of={assets.byClassification} narrows="class" /></Card>}
          <Card title={words.bySource}><Shares of={assets.bySource} narrows="source" /></Card>
        </div>
      </div>
    </>
  )
}

function Recent() {
  const recent = useQuery({ ...runs(8), refetchInterval: 10_000 })
  return <Shown of={recent} loading={<Loading lines={8} />}>{page => <RecentRuns runs={page.value} />}</Shown>
}

function Figure({ name, number, more }: { name: string; number: string; more: string }) {
  const s = useStyles()
  return <div className={s.figure}><div className={s.name}>{name}</div><div className={s.number}>{number}</div><div className={s.name}>{more}</div></div>
}

function First({ data }: { data: Overview }) {
  const s = useStyles()
  const navigate = useNavigate()
  const may = useMay()
  const all = may('data/read', 'root') && may('source/read', 'root')
  return (
    <>
      <Card title={all ? words.empty : words.emptyToYou}>
        <p className={s.lead}>{words.emptyText}{may('runtime/write') && ` ${words.begin}`}</p>
        <ol className={s.first}>
          {words.firstSteps.map(step => <li key={step.title} className={s.step}><strong>{step.title}</strong><p className={s.soft}>{step.text}</p></li>)}
        </ol>
        {may('runtime/write') && <Button appearance="primary" onClick={() => void navigate({ to: '/runtimes/_new' })}>{words.first}</Button>}
        {may('source/write') && !may('runtime/write') && <Button appearance="primary" onClick={() => void navigate({ to: '/sources/_new' })}>{words.register}</Button>}
      </Card>
      {data.attention.length > 0 && <Needs of={data.attention} />}
    </>
  )
}
