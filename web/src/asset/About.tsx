// What an asset is, and what people say about it; whoever may, writes it here.
import { useRef, useState } from 'react'
import { Button, makeStyles } from '@fluentui/react-components'
import { Edit16Regular } from '@fluentui/react-icons/svg/edit'
import type { Entity } from '../client/api'
import { useTitles } from '../client/list'
import { useNames } from '../client/people'
import { CopyButton } from '../ui/Command'
import { later } from '../ui/later'
import { Card, Facts, Mono, Soft, When } from '../ui/Parts'
import { Unknown } from '../ui/Unknown'
import { descriptionOf, sourceSays, text } from './model'
import { SeenLast, SourceOf } from './Origins'
import { words } from './strings'

const EditForm = later(() => import('./EditForm').then(m => m.EditForm))

const useStyles = makeStyles({
  description: { margin: '0 0 12px', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', maxWidth: '72ch' },
  says: { margin: '0 0 20px' },
  named: { display: 'inline-flex', alignItems: 'center', gap: '4px' },
  why: { margin: '16px 0 0' },
})

export function About({ of: e, may }: { of: Entity; may: boolean }) {
  const s = useStyles()
  const [editing, setEditing] = useState(false)
  const edit = useRef<HTMLButtonElement>(null)
  const names = useNames([...e.contacts.Owner.map(c => c.id), ...e.contacts.Expert.map(c => c.id), e.updatedBy])
  const titleOf = useTitles()
  const name = text(e.attributes.qualifiedName)
  const done = () => { setEditing(false); setTimeout(() => edit.current?.focus()) }
  if (editing) {
    return <Card title={words.about}><EditForm entity={e} asset={e.guid} target={{ asset: name }} people onDone={done} /></Card>
  }
  const source = sourceSays(e)
  return (
    <Card title={words.about} actions={may && <Button ref={edit} size="small" icon={<Edit16Regular />} onClick={() => setEditing(true)}>{words.edit}</Button>}>
      <p className={s.description}>{descriptionOf(e) || <Soft>{words.noDescription}</Soft>}</p>
      {source && <p className={s.says}><Soft>{words.sourceSays(source)}</Soft></p>}
      <Facts of={[
        [words.owners, e.contacts.Owner.map(c => names(c.id)).join(', ')],
        [words.experts, e.contacts.Expert.map(c => names(c.id)).join(', ')],
        [words.sourceOwner, text(e.attributes.owner)],
        [words.name, <span key="n" className={s.named}><Mono>{name}</Mono><CopyButton text={name} /></span>],
        [words.source, <SourceOf key="s" guid={e.guid} />],
        [words.collection, <Unknown key="l" of={titleOf.asked} what={words.collection}>{titleOf(e.collectionId)}</Unknown>],
        [words.changed, <span key="c"><When at={e.updateTime} /> <Soft><Unknown of={names.asked} what={words.names}>{words.byWhom(names(e.updatedBy))}</Unknown></Soft></span>],
        [words.created, <When key="f" at={e.createTime} />],
        [words.seen, <SeenLast key="l" guid={e.guid} />],
      ]} />
      {!may && e.status !== 'DELETED' && <p className={s.why}><Soft>{words.mayNotWrite(titleOf(e.collectionId))}</Soft></p>}
    </Card>
  )
}
