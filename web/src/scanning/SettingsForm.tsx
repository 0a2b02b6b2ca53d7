// Changing the settings of a source that is registered. What is not changed here is asked for anew, and stays.
import { useEffect, useRef, useState } from 'react'
import { Button, Field, Input, makeStyles, Select } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useMay } from '../client/may'
import { Command } from '../ui/Command'
import { useDirty } from '../ui/Leaving'
import { Facts } from '../ui/Parts'
import { hasField, Refusal, saidAt, useRefused } from '../ui/Refusal'
import { isUnknown } from '../ui/States'
import { words as shared } from '../ui/strings'
import { Tick } from '../ui/Tick'
import { Unknown } from '../ui/Unknown'
import { changedOf, putSettings } from './change'
import { Fields } from './Fields'
import { authorityPart, complete, partsOf, textsOf } from './form'
import { collectionsQuery } from './rest'
import { useSave } from './save'
import { words as says } from './settingsStrings'
import { words } from './strings'
import type { Kind, Source } from './types'

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '16px', maxWidth: '720px' },
  foot: { display: 'flex', gap: '8px' },
})

export function SettingsForm({ source, kind, onDone }: { source: Source; kind: Kind; onDone: () => void }) {
  const s = useStyles()
  const form = useRef<HTMLFormElement>(null)
  const may = useMay()
  const collections = useQuery(collectionsQuery())
  const all = collections.data ?? []
  const fields = kind.settings ?? []
  const [was] = useState(() => textsOf(fields, source.properties as Record<string, unknown>))
  const [values, setValues] = useState(was)
  const [moved, move] = useState<boolean>() // nobody was asked yet
  const authority = source.properties.purlieuAuthority ?? ''
  const stands = source.properties.collection?.referenceName ?? 'root'
  const [collection, setCollection] = useState(stands)
  const changed = changedOf(fields, was, values), named = moved ? authority : '', to = collection === stands ? '' : collection
  useDirty(to !== '' || Object.keys(changed).length > 0)
  const back = Object.fromEntries(Object.keys(changed).map(name => [name, (was[name] ?? '').trim()]))
  const put = useSave(source.name, {
    write: () => putSettings(source, fields, changed, named, to), part: 'settings', parts: [...Object.keys(changed), ...(to ? ['collection'] : [])], said: says.changed(source.name), onDone,
    ...(Object.keys(changed).length > 0 && { text: says.changedText }),
    // At another address it can't be undone in one step: which source it is would have to be said again.
    ...(!named && { undo: { run: () => putSettings(source, fields, back, '', to && stands), said: says.back(source.name) } }),
  })
  const begin = (change: () => void) => { if (put.error) put.reset(); change() }
  const wrong = saidAt(put.error, authorityPart)
  useRefused(put.error, form)
  useEffect(() => form.current?.querySelector<HTMLElement>('input, select, textarea')?.focus(), [])
  const settled = (to !== '' || Object.keys(changed).length > 0) && complete(fields, values)
  const ready = settled && !put.isPending
  return (
    <form ref={form} className={s.form} aria-label={says.changing(source.name)} onSubmit={e => { e.preventDefault(); if (ready) put.mutate(undefined, { onError: error => { if (hasField(error, [authorityPart])) move(old => old ?? false) } }) }}>
      <Facts of={[[words.name, source.name], [words.kind, kind.title]]} />
      <Fields of={fields} values={values} error={put.error} onChange={(n, v) => begin(() => setValues(old => ({ ...old, [n]: v })))} />
      <Field label={words.authority} hint={says.stays} {...(wrong && { validationMessage: wrong })}><Input readOnly appearance="filled-darker" value={authority} /></Field>
      {moved !== undefined && <Tick label={says.same} checked={moved} onChange={on => begin(() => move(on))} />}
      <Field label={words.collection} hint={isUnknown(collections) ? <Unknown of={collections} what={says.others} /> : says.moves}>
        <Select value={collection} onChange={(_, d) => begin(() => setCollection(d.value))}>
          {[...all.filter(c => c.name === stands || may('source/write', c.name)), ...(all.some(c => c.name === stands) ? [] : [{ name: stands, friendlyName: stands }])].map(c => <option key={c.name} value={c.name}>{c.friendlyName || c.name}</option>)}
        </Select>
      </Field>
      <Refusal error={put.error} fields={[...partsOf(fields), authorityPart]} />
      <div className={s.foot}>
        <Button appearance="primary" type="submit" disabled={!ready}>{shared.save}</Button>
        <Button onClick={onDone}>{shared.cancel}</Button>
      </div>
      {settled && <Command title={shared.asCommand}>{putSettings.command(source, fields, changed, named, to)}</Command>}
    </form>
  )
}
