// The columns of a table, however many: only those in sight are drawn. What is searched for is in the address.
import { useDeferredValue, useId, useMemo, useRef } from 'react'
import { Button, makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { Key16Regular } from '@fluentui/react-icons/svg/key'
import type { Entity } from '../client/api'
import { Find } from '../ui/Find'
import { Card, Facts, Mono, Soft, Tag } from '../ui/Parts'
import { Empty } from '../ui/States'
import { grounds } from '../ui/theme'
import { medium, narrow } from '../ui/widths'
import { Windowed } from '../ui/Windowed'
import { ColumnCard } from './ColumnCard'
import { text, type Column } from './model'
import { words } from './strings'

const useStyles = makeStyles({
  table: { border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusLarge, overflow: 'hidden', backgroundColor: tokens.colorNeutralBackground1 },
  grid: { display: 'grid', gridTemplateColumns: '56px minmax(160px, 2fr) minmax(120px, 1.2fr) 56px minmax(120px, 2fr) minmax(140px, 1.6fr)', gap: '12px', alignItems: 'center', height: '100%', padding: '0 16px', [medium]: { gridTemplateColumns: '36px minmax(0, 2fr) minmax(0, 1.2fr) 40px minmax(0, 2fr) minmax(0, 1.6fr)' }, [narrow]: { gridTemplateColumns: '36px minmax(0, 3fr) minmax(0, 2fr)' } },
  tight: { gridTemplateColumns: '36px minmax(0, 3fr) minmax(0, 2fr)' },
  row: { ':hover': { backgroundColor: grounds.hover }, '& wbr': { display: 'none' } }, // of one line
  open: { backgroundColor: grounds.chosen },
  split: { display: 'grid', gridTemplateColumns: 'minmax(0, 1fr) minmax(320px, 420px)', gap: '20px', alignItems: 'start', [medium]: { gridTemplateColumns: 'minmax(0, 1fr)' } },
  side: { minWidth: 0, [medium]: { order: -1 } },
  head: { height: '36px', color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200, borderBottom: `1px solid ${tokens.colorNeutralStroke2}` },
  cell: { minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  wide: { [narrow]: { display: 'none' } },
  classes: { display: 'flex', gap: '4px', '& > *': { minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' } },
  number: { color: tokens.colorNeutralForeground3, fontVariantNumeric: 'tabular-nums', fontSize: tokens.fontSizeBase200 },
  name: { fontWeight: tokens.fontWeightSemibold, display: 'flex', alignItems: 'center', gap: '6px' },
  key: { color: tokens.colorBrandForeground1, flexShrink: 0 },
})

interface SchemaTabProps {
  entity: Entity
  columns: Column[]
  may: boolean // may it be written?
  find: string
  onFind: (find: string) => void
  column: string | undefined // the one that is open
  onColumn: (name: string | undefined) => void
}

export function SchemaTab({ entity, columns, may, find, onFind, column, onColumn }: SchemaTabProps) {
  const s = useStyles()
  const wanted = useDeferredValue(find.toLowerCase())
  const keyed = useMemo(() => keyColumns(entity), [entity])
  const open = columns.find(c => c.name === column)
  const list = useRef<HTMLDivElement>(null)
  const hint = useId()
  const close = () => { onColumn(undefined); list.current?.querySelector<HTMLElement>('[role=listbox]')?.focus() }
  const fitting = useMemo(() => columns.map((c, i) => ({ ...c, place: i + 1 })).filter(c => c.name.toLowerCase().includes(wanted)), [columns, wanted])
  const none = <Empty title={columns.length === 0 ? words.noColumns : words.noColumn} actions={columns.length > 0 && <Button onClick={() => onFind('')}>{words.allColumns}</Button>}>{columns.length === 0 && words.noColumnsText}</Empty>
  return (
    <>
      <Find label={words.find} text={find} onText={onFind}>
        <span role="status"><Soft>{words.shown(fitting.length, columns.length)}</Soft></span>
        <span id={hint} className={s.wide}><Soft>{words.openHint}</Soft></span>
      </Find>
      {fitting.length === 0 && !open ? none : (
        <div className={open ? s.split : undefined}>
          {fitting.length === 0 ? none : <div className={s.table} ref={list}>
            <div className={mergeClasses(s.grid, s.head, open && s.tight)} aria-hidden>
              <span>{words.position}</span><span>{words.column}</span><span>{words.columnType}</span>
              {!open && <><span className={s.wide}>{words.nullable}</span><span className={s.wide}>{words.classifications}</span><span className={s.wide}>{words.description}</span></>}
            </div>
            <Windowed
              key={wanted} label={words.tabs.schema} describedBy={hint} count={fitting.length} height={40} most={16} chosen={fitting.findIndex(c => c.guid === open?.guid)} onOpen={i => onColumn(fitting[i]!.name)}
              name={i => spoken(fitting[i]!, keyed)} row={i => <Row column={fitting[i]!} keyed={keyed} open={open} />}
            />
          </div>}
          {open && <div className={s.side}><ColumnCard key={open.guid} column={open} of={entity} may={may} onClose={close} /></div>}
        </div>
      )}
      <Structure entity={entity} />
    </>
  )
}

interface RowProps {
  column: Column & { place: number }
  keyed: Set<string>
  open: Column | undefined // the column that is shown beside the table
}

/** spoken is a column in words: what its row shows, the name first. */
const spoken = (c: Column, keyed: Set<string>) => [c.name, keyed.has(c.name) && words.key, c.type, ...c.classes.map(k => k.name), c.comment].filter(Boolean).join(', ')

function Row({ column: c, keyed, open }: RowProps) {
  const s = useStyles()
  return (
    <div className={mergeClasses(s.grid, s.row, open && s.tight, open?.guid === c.guid && s.open)}>
      <span className={s.number}>{c.place}</span>
      <span className={s.name} title={c.name}><span className={s.cell}>{c.name}</span>{keyed.has(c.name) && <Key16Regular className={s.key} aria-label={words.key} />}</span>
      <span className={s.cell} title={c.type}><Mono>{c.type}</Mono></span>
      {!open && (
        <>
          <span className={mergeClasses(s.cell, s.wide)}><Soft>{c.nullable === undefined ? '' : c.nullable ? words.yes : words.no}</Soft></span>
          <span className={mergeClasses(s.cell, s.classes, s.wide)}>{c.classes.map(k => <Tag key={k.name} brand title={k.because || k.name}>{k.name}</Tag>)}</span>
          <span className={mergeClasses(s.cell, s.wide)} title={c.comment}><Soft>{c.comment}</Soft></span>
        </>
      )}
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
