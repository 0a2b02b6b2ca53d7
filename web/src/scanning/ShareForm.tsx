// Writing how much of a source is read at once. All else that the source says is asked for anew, and stays.
import { useEffect, useRef, useState } from 'react'
import { Button, Field, Input, makeStyles } from '@fluentui/react-components'
import { Command } from '../ui/Command'
import { Refusal } from '../ui/Refusal'
import { words as shared } from '../ui/strings'
import { Tick } from '../ui/Tick'
import { bearsOf, changedOf, connectionsOf, putBudget } from './budget'
import { useSave } from './save'
import { words } from './settingsStrings'
import type { Source } from './types'

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '16px', maxWidth: '720px' },
  foot: { display: 'flex', gap: '8px' },
})

export function ShareForm({ source, onDone }: { source: Source; onDone: () => void }) {
  const s = useStyles()
  const first = useRef<HTMLInputElement>(null)
  const [was] = useState(() => bearsOf(source.properties.purlieuBudget))
  const [text, setText] = useState(was.connections > 0 ? String(was.connections) : '')
  const [strict, setStrict] = useState(was.strict)
  const connections = connectionsOf(text)
  const changed = changedOf(was, { connections: connections ?? was.connections, strict }), back = changedOf({ ...was, ...changed }, was)
  const put = useSave(source.name, {
    write: () => putBudget(source, changed), said: words.shareChanged(source.name), onDone,
    undo: { run: () => putBudget(source, back), said: words.shareBack(source.name) },
  })
  const begin = (change: () => void) => { if (put.error) put.reset(); change() }
  useEffect(() => first.current?.focus(), [])
  const settled = connections !== undefined && Object.keys(changed).length > 0
  const ready = settled && !put.isPending
  return (
    <form className={s.form} aria-label={words.sharing(source.name)} onSubmit={e => { e.preventDefault(); if (ready) put.mutate() }}>
      <Field label={words.connections} hint={words.connectionsHint} {...(connections === undefined && { validationMessage: words.badConnections })}>
        <Input ref={first} type="number" min={1} value={text} placeholder={words.usual} onChange={(_, d) => begin(() => setText(d.value))} />
      </Field>
      <Field hint={words.strictHint}>{control => <Tick label={words.strict} checked={strict} describedBy={control['aria-describedby']} onChange={on => begin(() => setStrict(on))} />}</Field>
      <Refusal error={put.error} />
      <div className={s.foot}>
        <Button appearance="primary" type="submit" disabled={!ready}>{shared.save}</Button>
        <Button onClick={onDone}>{shared.cancel}</Button>
      </div>
      {settled && <Command title={shared.asCommand}>{putBudget.command(source, changed)}</Command>}
    </form>
  )
}
