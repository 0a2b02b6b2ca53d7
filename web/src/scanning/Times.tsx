// When a source may be read: said, and by whoever may, written.
import { lazy, Suspense, useRef, useState } from 'react'
import { Button } from '@fluentui/react-components'
import { Card } from '../ui/Parts'
import { Loading } from '../ui/States'
import { words as shared } from './strings'
import { words } from './windowStrings'
import { windowText } from './windows'
import type { Source } from './types'

const TimesForm = lazy(() => import('./TimesForm').then(m => ({ default: m.TimesForm })))

export function Times({ source, writable }: { source: Source; writable: boolean }) {
  const [writing, write] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const done = () => { write(false); setTimeout(() => button.current?.focus()) }
  if (writing) return <Card title={words.times}><Suspense fallback={<Loading />}><TimesForm source={source} onDone={done} /></Suspense></Card>
  const windows = source.properties.purlieuWindows ?? []
  return (
    <Card title={words.times} actions={writable && <Button ref={button} size="small" aria-label={`${shared.change}: ${words.times}`} onClick={() => write(true)}>{shared.change}</Button>}>
      {windows.length === 0 ? words.anyTime : windows.map(w => <div key={windowText(w)}>{windowText(w)}</div>)}
    </Card>
  )
}
