// The columns of a table, however many: only those in sight are drawn. What is searched for is in the address.
import { useDeferredValue, useMemo } from 'react'
import { Input, makeStyles, tokens } from '@fluentui/react-components'
import { Key16Regular } from '@fluentui/react-icons/svg/key'
import { Search16Regular } from '@fluentui/react-icons/svg/search'
import type { Entity } from '../client/api'
import { count } from '../ui/format'
import { Card, Facts, Mono, Soft, Tag } from '../ui/Parts'
import { Empty } from '../ui/States'
import { narrow } from '../ui/widths'
import { Windowed } from '../ui/Windowed'
import { text, type Column } from './model'
import { words } from './strings'

const useStyles = makeStyles({
  bar: { display: 'flex', alignItems: 'center', gap: '16px', flexWrap: 'wrap' },
  find: { minWidth: '240px' },
  table: { border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusLarge, overflow: 'hidden', backgroundColor: tokens.colorNeutralBackground1 },
  grid: { display: 'grid', gridTemplateColumns: '56px minmax(160px, 2fr) minmax(120px, 1.2fr) 56px minmax(120px, 1.5fr) minmax(140px, 2fr)', gap: '12px', alignItems: 'center', height: '100%', padding: '0 16px', [narrow]: { gridTemplateColumns: '36px minmax(0, 3fr) minmax(0, 2fr)' } },
  head: { height: '36px', color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200, borderBottom: `1px solid ${tokens.colorNeutralStroke2}` },
  cell: { minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  wide: { [narrow]: { display: 'none' } },
  number: { color: tokens.colorNeutralForeground3, fontVariantNumeric: 'tabular-nums', fontSize: tokens.fontSizeBase200 },
  name: { fontWeight: tokens.fontWeightSemibold, display: 'flex', alignItems: 'center', gap: '6px' },
  key: { color: tokens.colorBrandForeground1, flexShrink: 0 },
})

interface SchemaTabProps {
  entity: Entity
  columns: Column[]
  find: string
  onFind: (find: string) => void
}

export function SchemaTab({ entity, columns, find, onFind }: SchemaTabProps) {
  const s = useStyles()
  const wanted = useDeferredValue(find.toLowerCase())
  const keyed = useMemo(() => keyColumns(entity), [entity])
  const fitting = useMemo(() => columns.map((c, i) => ({ ...c, place: i + 1 })).filter(c => c.name.toLowerCase().includes(wanted)), [columns, wanted])
  return (
    <>
      <div className={s.bar}>
        <Input className={s.find} type="search" contentBefore={<Search16Regular />} placeholder={words.find} aria-label={words.find} value={find} onChange={(_, d) => onFind(d.value)} />
        <span role="status"><Soft>{words.shown(count(fitting.length), count(columns.length))}</Soft></span>
      </div>
      {fitting.length === 0 ? <Empty title={words.noColumn} /> : (
        <div className={s.table}>
          <div className={`${s.head} ${s.grid}`} aria-hidden>
            <span>{words.position}</span><span>{words.column}</span><span>{words.columnType}</span><span className={s.wide}>{words.nullable}</span><span className={s.wide}>{words.classifications}</span><span className={s.wide}>{words.comment}</span>
          </div>
          <Windowed label={words.tabs.schema} count={fitting.length} height={40} most={16} row={i => <Row column={fitting[i]!} keyed={keyed} />} />
        </div>
      )}
      <Structure entity={entity} />
    </>
  )
}

function Row({ column: c, keyed }: { column: Column & { place: number }; keyed: Set<string> }) {
  const s = useStyles()
  return (
    <div className={s.grid}>
      <span className={s.number}>{c.place}</span>
      <span className={s.name} title={c.name}><span className={s.cell}>{c.name}</span>{keyed.has(c.name) && <Key16Regular className={s.key} aria-label={words.key} />}</span>
      <span className={s.cell} title={c.type}><Mono>{c.type}</Mono></span>
      <span className={`${s.cell} ${s.wide}`}><Soft>{c.nullable === undefined ? '' : c.nullable ? words.yes : words.no}</Soft></span>
      <span className={`${s.cell} ${s.wide}`}>{c.classes.map(k => <Tag key={k.name} brand title={k.because || k.name}>{k.name}</Tag>)}</span>
      <span className={`${s.cell} ${s.wide}`} title={c.comment}><Soft>{c.comment}</Soft></span>
    </div>
  )
}

interface Structured {
  name?: string
  kind?: string
  columns?: string[]
}

const structured = (value: unknown): Structured[] => (Array.isArray(value) ? (value as Record<string, unknown>[]).map(k => ({ name: text(k.name ?? k.Name), kind: text(k.kind ?? k.Kind ?? k.type), columns: (k.columns ?? k.Columns ?? []) as string[] })) : [])

function keyColumns(e: Entity): Set<string> {
  return new Set(structured(e.attributes.keys).filter(k => /primary/i.test(k.kind ?? '')).flatMap(k => k.columns ?? []))
}

function Structure({ entity }: { entity: Entity }) {
  return (
    <>
      {([['keys', words.keys], ['indexes', words.indexes]] as const).map(([attribute, title]) => {
        const all = structured(entity.attributes[attribute])
        return all.length > 0 && <Card key={attribute} title={title}><Facts of={all.map(k => [k.name ?? '', <span key={k.name}><Soft>{k.kind}</Soft> <Mono>{k.columns?.join(', ')}</Mono></span>])} /></Card>
      })}
    </>
  )
}
