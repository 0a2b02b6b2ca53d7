// One collection: its names and what it is for. Whoever may, changes, moves or deletes it here.
import { useState } from 'react'
import { Button, makeStyles } from '@fluentui/react-components'
import { Edit16Regular } from '@fluentui/react-icons/svg/edit'
import { Ask } from '../ui/Ask'
import { later } from '../ui/later'
import { Card, Facts, Mono, Soft, When } from '../ui/Parts'
import { Unknown } from '../ui/Unknown'
import { useNames } from '../client/people'
import { collections, deleteCollection, type Collection } from './rest'
import { words } from './strings'
import { titleOf } from './tree'

const CollectionForm = later(() => import('./CollectionForm').then(m => m.CollectionForm))

const useStyles = makeStyles({ text: { margin: '0 0 16px', overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' } })

export function CollectionCard({ of: c, all, writes }: { of: Collection; all: Collection[]; writes: boolean }) {
  const s = useStyles()
  const [editing, setEditing] = useState(false)
  const by = c.systemData.lastModifiedBy
  const names = useNames([by])
  const parent = c.parentCollection?.referenceName
  if (editing && writes) return <Card title={titleOf(c)}><CollectionForm of={c} all={all} onDone={() => setEditing(false)} /></Card>
  return (
    <Card
      title={titleOf(c)}
      actions={writes && (
        <>
          <Button size="small" icon={<Edit16Regular />} onClick={() => setEditing(true)}>{words.edit}</Button>
          {c.name !== 'root' && (
            <Ask small label={words.delete} title={words.deleteCollection(titleOf(c))} done={words.collectionDeleted(titleOf(c))} act={() => deleteCollection(c.name)} changes={`collection ${c.name}`} command={deleteCollection.command(c.name)} stale={collections().queryKey} to={parent ? `/settings?collection=${encodeURIComponent(parent)}` : '/settings'}>{words.deleteCollectionText}</Ask>
          )}
        </>
      )}
    >
      {c.description && <p className={s.text}>{c.description}</p>}
      <Facts of={[
        [words.collectionName, <Mono key="n">{c.name}</Mono>],
        [words.parent, parent && (all.find(o => o.name === parent)?.friendlyName ?? parent)],
        [words.changed, c.systemData.lastModifiedAt && <span key="c"><When at={c.systemData.lastModifiedAt} />{by && <Soft> <Unknown of={names.asked} what={words.names}>{words.byWhom(names(by))}</Unknown></Soft>}</span>],
      ]} />
    </Card>
  )
}
