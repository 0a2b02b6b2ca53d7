// Making a collection, or changing one: its names, what it is for, and where it stands.
import { useState } from 'react'
import { Button, Field, Input, makeStyles, Select } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useMay, whoQuery } from '../client/may'
import { still } from '../client/rest'
import { Command } from '../ui/Command'
import { useDirty } from '../ui/Leaving'
import { fitName } from '../ui/names'
import { useNotices } from '../ui/Notices'
import { Refusal } from '../ui/Refusal'
import { words as shared } from '../ui/strings'
import { Textarea } from '../ui/Textarea'
import { collections, getCollection, putCollection, type Collection } from './rest'
import { useAct } from '../ui/useAct'
import { words } from './strings'
import { places, titleOf } from './tree'

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '16px', maxWidth: '640px' },
  foot: { display: 'flex', gap: '8px' },
})

interface CollectionFormProps {
  of?: Collection // the one that is changed; a new one without
  parent?: string // of a new one
  all: Collection[]
  onDone: (name?: string) => void // with the name of the one that was written
}

export function CollectionForm({ of, parent = '', all, onDone }: CollectionFormProps) {
  const s = useStyles()
  const may = useMay()
  const queries = useQueryClient()
  const { tell } = useNotices()
  const was = of?.parentCollection?.referenceName ?? parent
  const [name, setName] = useState(of?.name ?? '')
  const [title, setTitle] = useState(of?.friendlyName ?? '')
  const [description, setDescription] = useState(of?.description ?? '')
  const [under, setUnder] = useState(was)
  const problem = of || name === '' ? '' : !fitName(name) ? shared.badName : all.some(c => c.name.toLowerCase() === name.toLowerCase()) ? words.takenName : ''
  const body = { friendlyName: title.trim(), description: description.trim(), parent: under }
  const act = useAct(collections().queryKey, ['access'], whoQuery.queryKey)
  const release = useDirty(name !== (of?.name ?? '') || title !== (of?.friendlyName ?? '') || description !== (of?.description ?? '') || under !== was)
  const put = useMutation({
    mutationFn: () => putCollection(name, body),
    onSuccess: async got => {
      const about = `collection ${name}`
      const before = of && { friendlyName: of.friendlyName ?? '', description: of.description ?? '', parent: was }
      const back = before && { about, run: async () => { await still(() => getCollection(name), now => now.systemData.lastModifiedAt === got.systemData.lastModifiedAt); return putCollection(name, before) }, said: words.collectionBack(before.friendlyName || name) }
      tell({ kind: 'done', about, title: of ? words.collectionChanged(title || name) : words.collectionAdded(title || name), ...(back && { undo: () => act.wait(back) }) })
      await Promise.all([queries.invalidateQueries({ queryKey: collections().queryKey }), queries.invalidateQueries({ queryKey: ['access'] }), queries.invalidateQueries({ queryKey: whoQuery.queryKey })])
      release()
      onDone(name)
    },
  })
  const ready = name !== '' && problem === '' && !put.isPending
  const where = (of ? places(all, of.name) : all).filter(c => c.name === was || may('collection/write', c.name))
  return (
    <form className={s.form} onSubmit={e => { e.preventDefault(); if (ready) put.mutate() }}>
      <Field label={words.collectionTitle} hint={words.collectionTitleHint}><Input value={title} autoFocus maxLength={200} onChange={(_, d) => setTitle(d.value)} /></Field>
      {!of && <Field label={words.collectionName} hint={words.collectionNameHint} required validationMessage={problem || undefined}><Input value={name} maxLength={63} autoComplete="off" spellCheck={false} onChange={(_, d) => setName(d.value)} /></Field>}
      <Field label={words.description}><Textarea value={description} rows={2} onChange={setDescription} /></Field>
      {name !== 'root' && (
        <Field label={words.parent} hint={of ? words.moveHint : undefined}>
          <Select value={under} onChange={(_, d) => setUnder(d.value)}>{where.map(c => <option key={c.name} value={c.name}>{titleOf(c)}</option>)}</Select>
        </Field>
      )}
      <Refusal error={put.error} />
      <div className={s.foot}>
        <Button appearance="primary" type="submit" disabled={!ready}>{of ? shared.save : words.addCollection}</Button>
        <Button onClick={() => onDone()}>{shared.cancel}</Button>
      </div>
      <Command title={shared.asCommand}>{putCollection.command(name || 'NAME', body)}</Command>
    </form>
  )
}
