// Writing when a source may be read. All else that the source says is asked for anew, and stays.
import { useRef, useState } from 'react'
import { Button, makeStyles } from '@fluentui/react-components'
import { Command } from '../ui/Command'
import { useDirty } from '../ui/Leaving'
import { Refusal, useRefused } from '../ui/Refusal'
import { words as shared } from '../ui/strings'
import { useSave } from './save'
import { words } from './windowStrings'
import { putWindows } from './times'
import { proposed, settled, windowParts, windowsOf } from './windows'
import { WindowsField } from './WindowsField'
import type { Source, Window } from './types'

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '16px', maxWidth: '720px' },
  foot: { display: 'flex', gap: '8px' },
})

export function TimesForm({ source, onDone }: { source: Source; onDone: () => void }) {
  const s = useStyles()
  const form = useRef<HTMLFormElement>(null)
  const [was] = useState(() => windowsOf(source.properties.purlieuWindows))
  const [begun] = useState(() => (was.length > 0 ? was : [proposed()]))
  const [windows, setWindows] = useState(begun)
  useDirty(JSON.stringify(windows) !== JSON.stringify(begun))
  const said = (of: Window[]) => (of.length > 0 ? words.changed(source.name) : words.changedAlways(source.name))
  const put = useSave(source.name, { write: () => putWindows(source, windows), part: 'times', parts: ['purlieuWindows'], said: said(windows), undo: { run: () => putWindows(source, was), said: said(was) }, onDone })
  useRefused(put.error, form)
  const ready = settled(windows) && !put.isPending
  return (
    <form ref={form} className={s.form} aria-label={words.changing(source.name)} onSubmit={e => { e.preventDefault(); if (ready) put.mutate() }}>
      <WindowsField of={windows} error={put.error} onChange={next => { if (put.error) put.reset(); setWindows(next) }} />
      <Refusal error={put.error} fields={windowParts(windows)} />
      <div className={s.foot}>
        <Button appearance="primary" type="submit" disabled={!ready}>{shared.save}</Button>
        <Button onClick={onDone}>{shared.cancel}</Button>
      </div>
      {settled(windows) && <Command title={shared.asCommand}>{putWindows.command(source, windows)}</Command>}
    </form>
  )
}
