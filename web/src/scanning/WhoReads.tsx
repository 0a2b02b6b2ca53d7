// Which runtimes can read a kind of source, told while one is registered: of each that can't, why, and what would mend it.
import { makeStyles } from '@fluentui/react-components'
import { useMay } from '../client/may'
import { Message } from '../ui/Message'
import { Card, Link } from '../ui/Parts'
import { Shown, type Asked } from '../ui/States'
import { Reader } from './Reader'
import { words } from './registerStrings'
import { words as shared } from './strings'
import type { Reach } from './types'

const useStyles = makeStyles({
  all: { display: 'flex', flexDirection: 'column', gap: '12px' },
  list: { listStyle: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column', gap: '8px' },
  summary: { cursor: 'pointer', padding: '4px 0' },
})

export function WhoReads({ kind, of }: { kind: string; of: Asked<Reach[]> }) {
  const s = useStyles()
  const may = useMay()
  const list = (some: Reach[]) => <ul className={s.list}>{some.map(r => <li key={r.name}><Reader of={r} /></li>)}</ul>
  return (
    <Card title={words.whoReads}>
      <Shown of={of}>
        {reach => {
          const can = reach.filter(r => r.serves), others = reach.filter(r => !r.serves)
          return (
            <div className={s.all}>
              {can.length === 0 && (
                <Message tone="warn" title={words.nobodyReads(kind)}>
                  {words.nobodyReadsText} {may('runtime/write') ? <Link to="/runtimes" target="_blank" rel="noopener">{shared.setUp}</Link> : words.askForRuntime}
                </Message>
              )}
              {can.length > 0 && list(can)}
              {can.length === 0 && list(others)}
              {can.length > 0 && others.length > 0 && <details><summary className={s.summary}>{words.othersRead(others.length)}</summary>{list(others)}</details>}
            </div>
          )
        }}
      </Shown>
    </Card>
  )
}
