import { makeStyles, tokens } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { children, type EntityInfo } from '../client/api'
import { CopyButton } from '../ui/Command'
import { DataTable } from '../ui/DataTable'
import { plural } from '../ui/format'
import { Card, Facts, Link, Mono, Soft, Tag, When } from '../ui/Parts'
import { Loading, Shown } from '../ui/States'
import { titleOf } from '../ui/types'
import { medium } from '../ui/widths'
import { Measures } from './Measures'
import { classesOf, descriptionOf, hasColumns, others, ownerOf, text, type Column } from './model'
import { words } from './strings'

const useStyles = makeStyles({
  columns: { display: 'grid', gridTemplateColumns: 'minmax(0, 5fr) minmax(0, 3fr)', gap: '20px', alignItems: 'start', [medium]: { gridTemplateColumns: 'minmax(0, 1fr)' } },
  column: { display: 'flex', flexDirection: 'column', gap: '20px', minWidth: 0 },
  description: { margin: '0 0 20px', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', maxWidth: '72ch' },
  named: { display: 'inline-flex', alignItems: 'center', gap: '4px' },
  classes: { display: 'flex', flexDirection: 'column', gap: '10px' },
  on: { display: 'flex', flexWrap: 'wrap', gap: '6px', alignItems: 'center' },
  sql: { margin: 0, fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200, lineHeight: '20px', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', maxHeight: '420px', overflowY: 'auto' },
})

export function OverviewTab({ info, columns }: { info: EntityInfo; columns: Column[] }) {
  const s = useStyles()
  const e = info.entity
  const description = descriptionOf(e)
  const name = text(e.attributes.qualifiedName)
  const more = others(e)
  return (
    <div className={s.columns}>
      <div className={s.column}>
        <Card title={words.about}>
          <p className={s.description}>{description || <Soft>{words.noDescription}</Soft>}</p>
          <Facts of={[
            [words.owner, ownerOf(e)],
            [words.name, <span key="n" className={s.named}><Mono>{name}</Mono><CopyButton text={name} /></span>],
            [words.collection, e.collectionId],
            [words.changed, <span key="c"><When at={e.updateTime} /> <Soft>{words.by} {e.updatedBy}</Soft></span>],
            [words.created, <When key="f" at={e.createTime} />],
          ]} />
        </Card>
        {!hasColumns(e) && <Holds guid={e.guid} />}
        {e.purlieu?.definition && <Card title={words.definition}><pre className={s.sql} tabIndex={0}><code>{e.purlieu.definition}</code></pre></Card>}
        {more.length > 0 && <Card title={words.more}><Facts of={more} /></Card>}
      </div>
      <div className={s.column}>
        <Card title={words.measures}><Measures guid={e.guid} /></Card>
        <Card title={words.classifications}><Classes info={info} columns={columns} /></Card>
      </div>
    </div>
  )
}

const most = 12 // classifications; the schema has them all

function Classes({ info, columns }: { info: EntityInfo; columns: Column[] }) {
  const s = useStyles()
  const own = classesOf(info.entity).map(c => ({ ...c, on: '' }))
  const all = [...own, ...columns.flatMap(c => c.classes.map(k => ({ ...k, on: c.name })))]
  if (all.length === 0) return <Soft>{words.noClassifications}</Soft>
  return (
    <div className={s.classes}>
      {all.slice(0, most).map(c => (
        <div key={c.name + c.on}>
          <div className={s.on}><Tag brand>{c.name}</Tag>{c.on && <Mono>{c.on}</Mono>}</div>
          <Soft>{c.because || words.byPerson}</Soft>
        </div>
      ))}
      {all.length > most && <Soft>{words.moreClasses(all.length - most)}</Soft>}
    </div>
  )
}

function Holds({ guid }: { guid: string }) {
  const below = useQuery(children(guid))
  return (
    <Card title={words.children}>
      <Shown of={below} loading={<Loading />} empty={page => page.value.length === 0 && <Soft>{words.noChildren}</Soft>}>
        {page => (
          <DataTable
            caption={words.children} rows={page.value} id={a => a.guid}
            columns={[
              { name: words.child, show: a => <Link to="/asset/$guid" params={{ guid: a.guid }}>{a.name}</Link> },
              { name: words.type, show: a => titleOf(a.type) },
              { name: words.tabs.schema, show: a => (a.columns ? plural(a.columns, 'column', 'columns') : ''), number: true },
              { name: words.comment, show: a => <Soft>{a.comment}</Soft> },
            ]}
          />
        )}
      </Shown>
    </Card>
  )
}
