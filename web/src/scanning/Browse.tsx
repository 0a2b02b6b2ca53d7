// The names of a source, level by level, as a node of the runtime reads them now. Each can be taken into the scan's scope
// or left out of it; patterns are written by hand beside it.
import { useState } from 'react'
import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { Folder16Regular } from '@fluentui/react-icons/svg/folder'
import { useQuery } from '@tanstack/react-query'
import { ActButton } from '../ui/ActButton'
import { CopyButton } from '../ui/Command'
import { Card, Soft } from '../ui/Parts'
import { Empty, Loading, Shown } from '../ui/States'
import { decoded } from '../ui/names'
import { words as shared } from '../ui/strings'
import { titleOf } from '../ui/types'
import { narrow } from '../ui/widths'
import type { Draft } from './draft'
import { lines } from './form'
import { browse, browseQuery } from './rest'
import { words } from './strings'
import type { Source } from './types'

const useStyles = makeStyles({
  way: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '2px', marginBottom: '8px' },
  list: { listStyle: 'none', margin: 0, padding: 0, maxHeight: '320px', overflowY: 'auto' },
  one: { display: 'grid', gridTemplateColumns: 'minmax(0, 1fr) auto auto', gap: '8px', alignItems: 'center', padding: '4px 0', borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, [narrow]: { gridTemplateColumns: 'minmax(0, 1fr)' } },
  name: { display: 'inline-flex', alignItems: 'center', gap: '8px', minWidth: 0, justifyContent: 'flex-start', fontWeight: tokens.fontWeightRegular, textAlign: 'left', overflowWrap: 'anywhere' },
})

interface BrowseProps {
  source: Source
  draft: Draft
  settings: Record<string, string>
  onChange: (to: Partial<Draft>) => void
}

export function Browse({ source, draft, settings, onChange }: BrowseProps) {
  const s = useStyles()
  const [asked, setAsked] = useState(false)
  const [path, setPath] = useState('')
  const fresh = draft.login === 'new'
  const question = { runtime: draft.runtime, credential: draft.login === 'old' ? draft.credential : '', settings, path }
  const names = useQuery({ ...browseQuery(source.name, question), enabled: asked && !fresh })
  const steps = path === '' ? [] : path.split('/')
  const add = (to: 'include' | 'exclude', name: string) => {
    const other = to === 'include' ? 'exclude' : 'include'
    onChange({ [to]: [...lines(draft[to]).filter(l => l !== name), name].join('\n'), [other]: lines(draft[other]).filter(l => l !== name).join('\n') })
  }
  const drop = (name: string) => onChange({ include: lines(draft.include).filter(l => l !== name).join('\n'), exclude: lines(draft.exclude).filter(l => l !== name).join('\n') })
  const within = (text: string, name: string) => lines(text).includes(name)
  return (
    <Card title={words.browse} actions={!fresh && (asked ? <CopyButton text={browse.command(source.name, question)} label={shared.copyCommandOf(words.browse)} /> : <ActButton label={words.browse} command={browse.command(source.name, question)} onAct={() => setAsked(true)} />)}>
      {fresh ? <Soft>{words.browseLater}</Soft> : !asked ? <Soft>{words.browseText}</Soft> : (
        <>
          <nav className={s.way} aria-label={words.browseWay}>
            <Button size="small" appearance="transparent" onClick={() => setPath('')}>{source.name}</Button>
            {steps.map((step, i) => <span key={i}>›<Button size="small" appearance="transparent" onClick={() => setPath(steps.slice(0, i + 1).join('/'))}>{decoded(step)}</Button></span>)}
          </nav>
          <Shown of={names} loading={<Loading lines={4} />} empty={got => got.value.length === 0 && <Empty title={words.browseNothing}>{words.browseNothingText}</Empty>}>
            {got => (
              <>
                <ul className={s.list} aria-label={words.browse}>
                  {got.value.map(n => (
                    <li key={n.path} className={s.one}>
                      <Button className={s.name} appearance="subtle" icon={<Folder16Regular />} aria-label={words.browseBelow(n.name)} onClick={() => setPath(n.path)}>{n.name}&nbsp;<Soft>{titleOf(n.type)}</Soft></Button>
                      {within(draft.include, n.path) || within(draft.exclude, n.path) ? (
                        <Button size="small" appearance="primary" aria-pressed onClick={() => drop(n.path)}>{within(draft.include, n.path) ? words.isIncluded : words.isExcluded}</Button>
                      ) : <Button size="small" aria-label={words.includeThis(n.name)} onClick={() => add('include', n.path)}>{words.includeShort}</Button>}
                      {!within(draft.include, n.path) && !within(draft.exclude, n.path) && <Button size="small" appearance="subtle" aria-label={words.excludeThis(n.name)} onClick={() => add('exclude', n.path)}>{words.exclude}</Button>}
                    </li>
                  ))}
                </ul>
                {got.more && <Soft>{words.browseMore}</Soft>}
              </>
            )}
          </Shown>
        </>
      )}
    </Card>
  )
}
