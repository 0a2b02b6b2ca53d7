// How much of a source is read at once: said, and by whoever may, written.
import { lazy, Suspense, useRef, useState } from 'react'
import { Button } from '@fluentui/react-components'
import { Card } from '../ui/Parts'
import { Loading } from '../ui/States'
import { bearsOf } from './bears'
import { words } from './settingsStrings'
import { words as shared } from './strings'
import type { Source } from './types'

const ShareForm = lazy(() => import('./ShareForm').then(m => ({ default: m.ShareForm })))

export function Share({ source, writable }: { source: Source; writable: boolean }) {
  const [writing, write] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const done = () => { write(false); setTimeout(() => button.current?.focus()) }
  if (writing) return <Card title={words.share}><Suspense fallback={<Loading />}><ShareForm source={source} onDone={done} /></Suspense></Card>
  return (
    <Card title={words.share} actions={writable && <Button ref={button} size="small" aria-label={`${shared.change}: ${words.share}`} onClick={() => write(true)}>{shared.change}</Button>}>
      {words.shareOf(bearsOf(source.properties.purlieuBudget))}
    </Card>
  )
}
