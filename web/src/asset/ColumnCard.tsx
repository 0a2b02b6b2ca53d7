// One column of a table: what the source says, what people say, its classifications. Escape closes it.
import { useEffect, useRef, useState } from 'react'
import { Button, makeStyles } from '@fluentui/react-components'
import { Dismiss20Regular } from '@fluentui/react-icons/svg/dismiss'
import { Edit16Regular } from '@fluentui/react-icons/svg/edit'
import type { Entity } from '../client/api'
import { useTitles } from '../client/list'
import { later } from '../ui/later'
import { Card, Facts, Mono, Soft } from '../ui/Parts'
import { words as shared } from '../ui/strings'
import { Classes } from './Classes'
import { descriptionOf, sourceSays, text, type Column } from './model'
import { words } from './strings'

const EditForm = later(() => import('./EditForm').then(m => m.EditForm))

const useStyles = makeStyles({
  box: { outline: 'none', minWidth: 0, display: 'flex', flexDirection: 'column', gap: '16px' },
  title: { overflowWrap: 'anywhere' },
  description: { margin: '0 0 12px', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' },
})

interface ColumnCardProps {
  column: Column
  of: Entity // the table
  may: boolean
  onClose: () => void
}

export function ColumnCard({ column: c, of, may, onClose }: ColumnCardProps) {
  const s = useStyles()
  const titleOf = useTitles()
  const box = useRef<HTMLDivElement>(null)
  const [editing, setEditing] = useState(false)
  useEffect(() => { box.current?.focus({ preventScroll: false }) }, [c.guid])
  const target = { asset: text(of.attributes.qualifiedName), column: c.name }
  const e = c.entity
  if (!e) return null
  const source = sourceSays(e)
  return (
    <div ref={box} className={s.box} role="region" aria-label={words.columnNamed(c.name)} tabIndex={-1} onKeyDown={k => { if (k.key === 'Escape' && !editing) onClose() }}>
      <Card
        title={<span className={s.title}>{c.name}</span>}
        actions={<>{may && !editing && <Button size="small" icon={<Edit16Regular />} onClick={() => setEditing(true)}>{words.edit}</Button>}<Button appearance="subtle" size="small" icon={<Dismiss20Regular />} aria-label={shared.close} onClick={onClose} /></>}
      >
        {editing ? <EditForm entity={e} asset={of.guid} target={target} people={false} onDone={() => { setEditing(false); setTimeout(() => box.current?.focus()) }} /> : (
          <>
            <p className={s.description}>{descriptionOf(e) || <Soft>{words.noDescription}</Soft>}</p>
            {source && <p><Soft>{words.sourceSays(source)}</Soft></p>}
            <Facts of={[
              [words.columnType, <Mono key="t">{c.type}</Mono>],
              [words.nullable, c.nullable === undefined ? '' : c.nullable ? words.yes : words.no],
              [words.default, c.default && <Mono key="d">{c.default}</Mono>],
            ]} />
          </>
        )}
      </Card>
      <Card title={words.classifications}><Classes of={e} asset={of.guid} target={target} may={may} /></Card>
      {!may && of.status !== 'DELETED' && <Soft>{words.mayNotWrite(titleOf(of.collectionId))}</Soft>}
    </div>
  )
}
