import { makeStyles, tokens } from '@fluentui/react-components'
import type { Entity } from '../client/api'
import { later } from '../ui/later'
import { Card, Facts, Link, Mono, Soft, Tag } from '../ui/Parts'
import { medium } from '../ui/widths'
import { About } from './About'
import { Classes } from './Classes'
import { Measures } from './Measures'
import { hasColumns, others, text, type Column } from './model'
import { words } from './strings'

const Holds = later(() => import('./Holds').then(m => m.Holds))

const useStyles = makeStyles({
  columns: { display: 'grid', gridTemplateColumns: 'minmax(0, 5fr) minmax(0, 3fr)', gap: '20px', alignItems: 'start', [medium]: { gridTemplateColumns: 'minmax(0, 1fr)' } },
  column: { display: 'flex', flexDirection: 'column', gap: '20px', minWidth: 0 },
  classes: { display: 'flex', flexDirection: 'column', gap: '10px' },
  on: { display: 'flex', flexWrap: 'wrap', gap: '6px', alignItems: 'center' },
  sql: { margin: 0, fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200, lineHeight: '20px', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', maxHeight: '420px', overflowY: 'auto' },
})

export function OverviewTab({ entity: e, columns, may }: { entity: Entity; columns: Column[]; may: boolean }) {
  const s = useStyles()
  const more = others(e)
  return (
    <div className={s.columns}>
      <div className={s.column}>
        <About of={e} may={may} />
        {e.purlieu?.definition && <Card title={words.definition}><pre className={s.sql} tabIndex={0}><code>{e.purlieu.definition}</code></pre></Card>}
        {more.length > 0 && <Card title={words.more}><Facts of={more} /></Card>}
        {!hasColumns(e) && <Holds guid={e.guid} />}
      </div>
      <div className={s.column}>
        <Card title={words.classifications}><Classes of={e} asset={e.guid} target={{ asset: text(e.attributes.qualifiedName) }} may={may} /></Card>
        <OnColumns columns={columns} />
        <Card title={words.measures}><Measures guid={e.guid} /></Card>
      </div>
    </div>
  )
}

const most = 12 // columns; the schema has them all

/** OnColumns are the classifications of columns, with a way to each. */
function OnColumns({ columns }: { columns: Column[] }) {
  const s = useStyles()
  const marked = columns.filter(c => c.classes.length > 0)
  if (marked.length === 0) return null
  return (
    <Card title={words.onColumns}>
      <div className={s.classes}>
        {marked.slice(0, most).map(c => (
          <div key={c.guid}>
            <div className={s.on}><Link to="." search={(old: object) => ({ ...old, tab: 'schema', column: c.name })}><Mono>{c.name}</Mono></Link>{c.classes.map(k => <Tag key={k.name} brand>{k.name}</Tag>)}</div>
            {c.classes.map(k => <div key={k.name}><Soft>{k.because || words.byPerson}</Soft></div>)}
          </div>
        ))}
        {marked.length > most && <Soft>{words.moreClasses(marked.length - most)}</Soft>}
      </div>
    </Card>
  )
}
