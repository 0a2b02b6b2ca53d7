// Writing over an asset or a column. What another person wrote meanwhile is shown beside one's own, never lost.
import { useState, type KeyboardEvent } from 'react'
import { Button, Field, makeStyles } from '@fluentui/react-components'
import type { Entity } from '../client/api'
import { useNames } from '../client/people'
import { Command } from '../ui/Command'
import { useDirty } from '../ui/Leaving'
import { Message } from '../ui/Message'
import { Refusal } from '../ui/Refusal'
import { Spinner } from '../ui/Spinner'
import { words as shared } from '../ui/strings'
import type { Target } from '../client/edit'
import { Textarea } from '../ui/Textarea'
import { changed, commandOf, draftOf, type Draft, type Part } from './draft'
import { text } from './model'
import { People } from './People'
import { words } from './strings'
import type { Clash } from './save'
import { useSave } from './useWrite'

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '16px' },
  foot: { display: 'flex', gap: '8px', alignItems: 'center', flexWrap: 'wrap' },
})

interface EditFormProps {
  entity: Entity
  asset: string // guid of the page's asset
  target: Target
  people: boolean // are owners and experts asked for?
  onDone: () => void
}

export function EditForm({ entity, asset, target, people, onDone }: EditFormProps) {
  const s = useStyles()
  const [base, setBase] = useState(entity)
  const [mine, setMine] = useState(() => draftOf(entity))
  const [clash, setClash] = useState<Clash>()
  const save = useSave(asset, text(entity.attributes.name))
  const nameOf = useNames([...mine.owners, ...mine.experts, ...(clash ? [...draftOf(clash.now).owners, ...draftOf(clash.now).experts] : [])].map(c => c.id).concat(clash?.now.updatedBy ?? ''))
  const touched = changed(draftOf(base), mine).length > 0
  useDirty(touched, ['find'])
  const source = text(entity.attributes.comment)
  const change = (to: Partial<Draft>) => setMine(old => ({ ...old, ...to }))
  const go = (was: Entity, draft: Draft) => save.mutate({ was, mine: draft }, { onSuccess: got => { if ('parts' in got) setClash(got); else onDone() } })
  const submit = () => { if (touched && !save.isPending && !clash) go(base, mine) }
  const onKeyDown = (e: KeyboardEvent) => {
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) { e.preventDefault(); submit() }
    if (e.key === 'Escape' && !touched) onDone()
  }
  const decide = (keep: boolean) => {
    if (!clash) return
    const theirs = draftOf(clash.now)
    const draft = keep ? clash.draft : clash.parts.reduce((d, part) => ({ ...d, [part]: theirs[part] }), clash.draft)
    setClash(undefined)
    setBase(clash.now)
    setMine(draft)
    if (keep) go(clash.now, draft)
  }
  return (
    <form className={s.form} onSubmit={e => { e.preventDefault(); submit() }} onKeyDown={onKeyDown} aria-label={words.editing(text(entity.attributes.name))}>
      <Field label={words.description} hint={source ? words.sourceSays(source) : words.descriptionHint}>
        <Textarea value={mine.description} rows={4} autoFocus onChange={text => change({ description: text })} />
      </Field>
      {people && <People label={words.owners} hint={words.ownersHint} of={mine.owners} nameOf={nameOf} onChange={owners => change({ owners })} />}
      {people && <People label={words.experts} hint={words.expertsHint} of={mine.experts} nameOf={nameOf} onChange={experts => change({ experts })} />}
      <Refusal error={save.error} />
      {clash && (
        <Message tone="warn" title={words.clash(nameOf(clash.now.updatedBy))} actions={<><Button onClick={() => decide(true)}>{words.keepMine}</Button><Button onClick={() => decide(false)}>{words.takeTheirs}</Button></>}>
          {clash.parts.map(part => <div key={part}>{words.theirs[part]}: <q>{said(draftOf(clash.now), part, nameOf) || words.nothing}</q></div>)}
        </Message>
      )}
      <div className={s.foot}>
        <Button appearance="primary" type="submit" disabled={!touched || save.isPending || !!clash} icon={save.isPending ? <Spinner /> : undefined} title={words.saveKey}>{shared.save}</Button>
        <Button onClick={onDone}>{shared.cancel}</Button>
      </div>
      {touched && <Command title={shared.asCommand}>{commandOf(target, draftOf(base), mine)}</Command>}
    </form>
  )
}

function said(d: Draft, part: Part, nameOf: (id: string) => string): string {
  return part === 'description' ? d.description : d[part].map(c => nameOf(c.id)).join(', ')
}
