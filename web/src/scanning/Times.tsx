// When a source may be read: said, and by whoever may, written.
import { useRef, useState } from 'react'
import { Button } from '@fluentui/react-components'
import { later } from '../ui/later'
import { Card } from '../ui/Parts'
import { words as shared } from './strings'
import { words } from './windowStrings'
import { windowText } from './windows'
import type { Source } from './types'

const TimesForm = later(() => import('./TimesForm').then(m => m.TimesForm))

export function Times({ source, writable }: { source: Source; writable: boolean }) {
  const [writing, write] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const done = () => { write(false); setTimeout(() => button.current?.focus()) }
  if (writing) return <Card title={words.times}><TimesForm source={source} onDone={done} /></Card>
  const windows = source.properties.purlieuWindows ?? []
  return (
    <Card title={words.times} actions={writable && <Button ref={button} size="small" aria-label={`${shared.change}: ${words.times}`} onClick={() => write(true)}>{shared.change}</Button>}>
      {windows.length === 0 ? words.anyTime : windows.map(w => <div key={windowText(w)}>{windowText(w)}</div>)}
    </Card>
  )
}
