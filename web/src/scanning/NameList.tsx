// One level of a source's names, each of which can be taken into the scope of a scan, left out of it, or looked into.
import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { Folder16Regular } from '@fluentui/react-icons/svg/folder'
import { Soft } from '../ui/Parts'
import { titleOf } from '../ui/types'
import { narrow } from '../ui/widths'
import { words as says } from './browseStrings'
import type { Draft } from './draft'
import { lines } from './form'
import { words } from './strings'
import type { Names } from './types'

const useStyles = makeStyles({
  list: { listStyle: 'none', margin: 0, padding: 0, maxHeight: '320px', overflowY: 'auto' },
  one: { display: 'grid', gridTemplateColumns: 'minmax(0, 1fr) auto auto', gap: '8px', alignItems: 'center', padding: '4px 0', borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, [narrow]: { gridTemplateColumns: 'minmax(0, 1fr)' } },
  name: { display: 'inline-flex', alignItems: 'center', gap: '8px', minWidth: 0, justifyContent: 'flex-start', fontWeight: tokens.fontWeightRegular, textAlign: 'left', overflowWrap: 'anywhere' },
})

interface NameListProps {
  of: Names
  draft: Draft
  onLook: (path: string) => void
  onChange: (to: Partial<Draft>) => void
}

export function NameList({ of, draft, onLook, onChange }: NameListProps) {
  const s = useStyles()
  const add = (to: 'include' | 'exclude', name: string) => {
    const other = to === 'include' ? 'exclude' : 'include'
    onChange({ [to]: [...lines(draft[to]).filter(l => l !== name), name].join('\n'), [other]: lines(draft[other]).filter(l => l !== name).join('\n') })
  }
  const drop = (name: string) => onChange({ include: lines(draft.include).filter(l => l !== name).join('\n'), exclude: lines(draft.exclude).filter(l => l !== name).join('\n') })
  return (
    <>
      <ul className={s.list} aria-label={says.browse}>
        {of.value.map(n => {
          const included = lines(draft.include).includes(n.path)
          const chosen = included || lines(draft.exclude).includes(n.path)
          return (
            <li key={n.path} className={s.one}>
              <Button className={s.name} appearance="subtle" icon={<Folder16Regular />} aria-label={says.browseBelow(n.name)} onClick={() => onLook(n.path)}>{n.name}&nbsp;<Soft>{titleOf(n.type)}</Soft></Button>
              {chosen ? <Button size="small" appearance="primary" aria-pressed onClick={() => drop(n.path)}>{included ? says.isIncluded : says.isExcluded}</Button>
                : <Button size="small" aria-label={says.includeThis(n.name)} onClick={() => add('include', n.path)}>{says.includeShort}</Button>}
              {!chosen && <Button size="small" appearance="subtle" aria-label={says.excludeThis(n.name)} onClick={() => add('exclude', n.path)}>{words.exclude}</Button>}
            </li>
          )
        })}
      </ul>
      {of.more && <Soft>{says.browseMore}</Soft>}
    </>
  )
}
