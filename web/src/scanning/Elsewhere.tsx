// The scans of a source that stand in another collection than it does, and a way to move them along.
import { makeStyles } from '@fluentui/react-components'
import { useTitles } from '../client/list'
import { useMay } from '../client/may'
import { ActButton } from '../ui/ActButton'
import { Message } from '../ui/Message'
import { useAct } from '../ui/useAct'
import { backScans } from './backScans'
import { moveScan } from './moveScan'
import { scansKey } from './rest'
import { words } from './settingsStrings'
import { elsewhereOf } from './standing'
import type { Scan, Source } from './types'

const useStyles = makeStyles({ list: { margin: '4px 0 0', paddingLeft: '20px' } })

export function Elsewhere({ source, scans }: { source: Source; scans: Scan[] }) {
  const s = useStyles()
  const may = useMay()
  const titleOf = useTitles()
  const act = useAct(scansKey(source.name))
  const to = source.properties.collection?.referenceName ?? 'root'
  const others = elsewhereOf(source, scans)
  const movable = others.filter(o => may('scan/write', o.collection) && may('scan/write', to))
  if (others.length === 0) return null
  /** along moves one scan after the other; what was moved before one is refused stays. */
  const along = async () => { for (const o of movable) await moveScan(source.name, o.name, to) }
  const move = () => act.go({
    about: `scans ${source.name}`, run: along, said: words.movedAlong(movable.length, titleOf(to)),
    undo: { run: () => backScans(source.name, movable, to), said: words.movedBack(movable.length) },
  })
  return (
    <Message
      tone="idle" title={words.elsewhere(others.length)}
      actions={movable.length > 0 && <ActButton size="small" label={words.moveAlong} command={movable.map(o => moveScan.command(source.name, o.name, to)).join(' &&\n')} busy={act.busy} onAct={move} />}
    >
      {words.elsewhereText(titleOf(to))}
      <ul className={s.list}>{others.map(o => <li key={o.name}>{words.standsIn(o.name, titleOf(o.collection))}</li>)}</ul>
    </Message>
  )
}
