// The names of a source, level by level, as a node of the runtime reads them now. Each can be taken into the scan's scope
// or left out of it; patterns are written by hand beside it.
import { useState } from 'react'
import { Button, makeStyles } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { credentialsQuery } from '../client/credentials'
import { ActButton } from '../ui/ActButton'
import { CopyButton } from '../ui/Command'
import { later } from '../ui/later'
import { Card, Soft } from '../ui/Parts'
import { Empty, Loading, Shown } from '../ui/States'
import { decoded } from '../ui/names'
import { Refusal } from '../ui/Refusal'
import { words as shared } from '../ui/strings'
import { words } from './browseStrings'
import { keepLogin } from './create'
import { loginName, withLogin, type Draft } from './draft'
import { browse, browseQuery } from './rest'
import type { Kind, Source } from './types'

// It comes when a node was asked.
const NameList = later(() => import('./NameList').then(m => m.NameList), <Loading lines={4} />)

const useStyles = makeStyles({
  way: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '2px', marginBottom: '8px' },
})

const answered = 60_000 // a node has 45 s to answer: before that nothing is late

interface BrowseProps {
  source: Source
  kind: Kind
  draft: Draft
  settings: Record<string, string>
  onChange: (to: Partial<Draft>) => void
}

export function Browse({ source, kind, draft, settings, onChange }: BrowseProps) {
  const s = useStyles()
  const [asked, setAsked] = useState(false)
  const [path, setPath] = useState('')
  const fresh = draft.login === 'new'
  const question = { runtime: draft.runtime, credential: loginName(draft), settings, path }
  const names = useQuery({ ...browseQuery(source.name, question), enabled: asked })
  const queries = useQueryClient()
  const begin = useMutation({
    mutationFn: () => keepLogin(draft, kind),
    onSuccess: () => { setAsked(true); if (fresh) { onChange({ kept: draft.newName }); void queries.invalidateQueries({ queryKey: credentialsQuery().queryKey }) } },
  })
  const command = path === '' ? withLogin(draft, kind, browse.command(source.name, question)) : browse.command(source.name, question)
  const steps = path === '' ? [] : path.split('/')
  return (
    <Card title={words.browse} actions={asked ? <CopyButton text={command} label={shared.copyCommandOf(words.browse)} /> : <ActButton label={words.browse} command={command} busy={begin.isPending} onAct={() => begin.mutate()} />}>
      {!asked ? <><Soft>{fresh && draft.kept !== draft.newName ? words.browseKeeps : words.browseText}</Soft><Refusal error={begin.error} /></> : (
        <>
          <nav className={s.way} aria-label={words.browseWay}>
            <Button size="small" appearance="transparent" onClick={() => setPath('')}>{source.name}</Button>
            {steps.map((step, i) => <span key={i}>›<Button size="small" appearance="transparent" onClick={() => setPath(steps.slice(0, i + 1).join('/'))}>{decoded(step)}</Button></span>)}
          </nav>
          <Shown of={names} heals={false} loading={<Loading lines={4} long={answered} />} empty={got => got.value.length === 0 && <Empty title={words.browseNothing}>{words.browseNothingText}</Empty>}>
            {got => <NameList of={got} draft={draft} onLook={setPath} onChange={onChange} />}
          </Shown>
        </>
      )}
    </Card>
  )
}
