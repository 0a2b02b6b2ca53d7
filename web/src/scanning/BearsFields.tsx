// How much of a source is read at once, as it is written: while it is registered, and later.
import { useEffect, useRef } from 'react'
import { Field, Input } from '@fluentui/react-components'
import { Tick } from '../ui/Tick'
import { connectionsOf } from './bears'
import { words } from './settingsStrings'

interface BearsFieldsProps {
  text: string // how many units, as it is typed
  strict: boolean
  focus?: boolean
  onText: (text: string) => void
  onStrict: (strict: boolean) => void
}

export function BearsFields({ text, strict, focus = false, onText, onStrict }: BearsFieldsProps) {
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => { if (focus) first.current?.focus() }, [focus])
  return (
    <>
      <Field label={words.connections} hint={words.connectionsHint} {...(connectionsOf(text) === undefined && { validationMessage: words.badConnections })}>
        <Input ref={first} type="number" min={1} value={text} placeholder={words.usual} onChange={(_, d) => onText(d.value)} />
      </Field>
      <Field hint={words.strictHint}>{control => <Tick label={words.strict} checked={strict} describedBy={control['aria-describedby']} onChange={onStrict} />}</Field>
    </>
  )
}
