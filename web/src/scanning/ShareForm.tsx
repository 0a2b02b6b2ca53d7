// Writing how much of a source is read at once. All else that the source says is asked for anew, and stays.
import { useState } from 'react'
import { Button, makeStyles } from '@fluentui/react-components'
import { Command } from '../ui/Command'
import { useDirty } from '../ui/Leaving'
import { Refusal } from '../ui/Refusal'
import { words as shared } from '../ui/strings'
import { BearsFields } from './BearsFields'
import { bearsOf, changedOf, connectionsOf } from './bears'
import { putBudget } from './budget'
import { useSave } from './save'
import { words } from './settingsStrings'
import type { Source } from './types'

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '16px', maxWidth: '720px' },
  foot: { display: 'flex', gap: '8px' },
})

export function ShareForm({ source, onDone }: { source: Source; onDone: () => void }) {
  const s = useStyles()
  const [was] = useState(() => bearsOf(source.properties.purlieuBudget))
  const [text, setText] = useState(was.connections > 0 ? String(was.connections) : '')
  const [strict, setStrict] = useState(was.strict)
  const connections = connectionsOf(text)
  const changed = changedOf(was, { connections: connections ?? was.connections, strict }), back = changedOf({ ...was, ...changed }, was)
  useDirty(connections === undefined || Object.keys(changed).length > 0)
  const put = useSave(source.name, {
    write: () => putBudget(source, changed), part: 'share', parts: ['purlieuBudget'], said: words.shareChanged(source.name), onDone,
    undo: { run: () => putBudget(source, back), said: words.shareBack(source.name) },
  })
  const begin = (change: () => void) => { if (put.error) put.reset(); change() }
  const settled = connections !== undefined && Object.keys(changed).length > 0
  const ready = settled && !put.isPending
  return (
    <form className={s.form} aria-label={words.sharing(source.name)} onSubmit={e => { e.preventDefault(); if (ready) put.mutate() }}>
      <BearsFields text={text} strict={strict} focus onText={to => begin(() => setText(to))} onStrict={on => begin(() => setStrict(on))} />
      <Refusal error={put.error} />
      <div className={s.foot}>
        <Button appearance="primary" type="submit" disabled={!ready}>{shared.save}</Button>
        <Button onClick={onDone}>{shared.cancel}</Button>
      </div>
      {settled && <Command title={shared.asCommand}>{putBudget.command(source, changed)}</Command>}
    </form>
  )
}
