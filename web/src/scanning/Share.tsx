// How much of a source is read at once: said, and by whoever may, written.
import { useRef, useState } from 'react'
import { Button } from '@fluentui/react-components'
import { later } from '../ui/later'
import { Card } from '../ui/Parts'
import { bearsOf } from './bears'
import { words } from './settingsStrings'
import { words as shared } from './strings'
import type { Source } from './types'

const ShareForm = later(() => import('./ShareForm').then(m => m.ShareForm))

export function Share({ source, writable }: { source: Source; writable: boolean }) {
  const [writing, write] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const done = () => { write(false); setTimeout(() => button.current?.focus()) }
  if (writing) return <Card title={words.share}><ShareForm source={source} onDone={done} /></Card>
  return (
    <Card title={words.share} actions={writable && <Button ref={button} size="small" aria-label={`${shared.change}: ${words.share}`} onClick={() => write(true)}>{shared.change}</Button>}>
      {words.shareOf(bearsOf(source.properties.purlieuBudget))}
    </Card>
  )
}
