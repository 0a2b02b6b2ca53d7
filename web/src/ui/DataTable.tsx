// A table: on a phone each row becomes a card with its columns' names. The first column names the row and leads to it.
import type { ReactNode } from 'react'
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { grounds } from './theme'
import { narrow } from './widths'

const useStyles = makeStyles({
  scroll: { overflowX: 'auto', [narrow]: { overflowX: 'visible' } },
  table: { width: '100%', borderCollapse: 'collapse', [narrow]: { display: 'block' } },
  head: { [narrow]: { position: 'absolute', width: '1px', height: '1px', overflow: 'hidden', clipPath: 'inset(50%)' } },
  body: { [narrow]: { display: 'block' } },
  th: { textAlign: 'left', fontWeight: tokens.fontWeightRegular, color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200, padding: '8px 12px', borderBottom: `1px solid ${tokens.colorNeutralStroke2}`, whiteSpace: 'nowrap', ':first-child': { paddingLeft: '12px' } },
  row: { ':hover': { backgroundColor: grounds.hover }, [narrow]: { display: 'block', padding: '12px', marginBottom: '8px', border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusMedium, backgroundColor: tokens.colorNeutralBackground1 } },
  td: { padding: '10px 12px', borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, verticalAlign: 'top', overflowWrap: 'break-word', [narrow]: { overflowWrap: 'anywhere', display: 'grid', gridTemplateColumns: '112px minmax(0, 1fr)', gap: '8px', padding: '4px 0', border: 'none', '::before': { content: 'attr(data-name)', color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 }, ':has(> div:empty)': { display: 'none' } } },
  first: { fontWeight: tokens.fontWeightSemibold, minWidth: '120px', overflowWrap: 'anywhere', [narrow]: { display: 'block', '::before': { display: 'none' } } },
  number: { textAlign: 'right', fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap', [narrow]: { textAlign: 'left' } },
})

export interface Column<T> {
  name: string
  show: (row: T) => ReactNode
  number?: boolean
  width?: string
}

interface DataTableProps<T> {
  caption: string // for who hears the table
  columns: Column<T>[]
  rows: T[]
  id: (row: T) => string
}

export function DataTable<T>({ caption, columns, rows, id }: DataTableProps<T>) {
  const s = useStyles()
  return (
    <div className={s.scroll}>
      <table className={s.table} aria-label={caption}>
        <thead className={s.head}>
          <tr>{columns.map(c => <th key={c.name} scope="col" className={mergeClasses(s.th, c.number && s.number)} style={c.width ? { width: c.width } : undefined}>{c.name}</th>)}</tr>
        </thead>
        <tbody className={s.body}>
          {rows.map(row => (
            <tr key={id(row)} className={s.row}>
              {columns.map((c, i) => <td key={c.name} data-name={c.name} className={mergeClasses(s.td, i === 0 && s.first, c.number && s.number)}><div>{c.show(row)}</div></td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
