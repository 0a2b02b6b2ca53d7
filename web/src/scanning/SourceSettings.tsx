// The settings of a source: said, and by whoever may, changed.
import { useRef, useState } from 'react'
import { Button } from '@fluentui/react-components'
import { useTitles } from '../client/list'
import { Ask } from '../ui/Ask'
import { bytes } from '../ui/format'
import { later } from '../ui/later'
import { Card, Facts, Mono, When } from '../ui/Parts'
import { sayValue } from './form'
import { Unknown } from '../ui/Unknown'
import { deleteSource } from './rest'
import { words as says } from './settingsStrings'
import { words } from './strings'
import type { Field, Kind, Source } from './types'

const SettingsForm = later(() => import('./SettingsForm').then(m => m.SettingsForm))

export function SourceSettings({ source, kind, writable }: { source: Source; kind: Kind | undefined; writable: boolean }) {
  const [writing, write] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const titleOf = useTitles()
  const done = () => { write(false); setTimeout(() => button.current?.focus()) }
  if (writing && kind) return <Card title={words.settings}><SettingsForm source={source} kind={kind} onDone={done} /></Card>
  const p = source.properties
  const settings = p as Record<string, unknown> // those of a kind are as its connector describes them
  const actions = writable && (
    <>
      {kind && <Button ref={button} size="small" aria-label={`${words.change}: ${words.settings}`} onClick={() => write(true)}>{words.change}</Button>}
      <Ask small label={words.remove} title={words.removeSource(source.name)} done={words.removed(source.name)} act={() => deleteSource(source.name)} command={deleteSource.command(source.name)} to="/sources" stale={['list', '/scan/datasources']} on={{ text: words.removedSource, link: { to: `/search?source=${encodeURIComponent(JSON.stringify([source.name]))}`, text: words.removedSourceSee } }}>{words.removeSourceText}</Ask>
    </>
  )
  return (
    <Card title={words.settings} actions={actions}>
      <Facts of={[
        [words.kind, kind?.title ?? source.kind],
        ...(kind?.settings ?? []).map((f): [string, React.ReactNode] => [f.title, shown(f, settings[f.name] ?? f.default)]),
        [words.authority, p.purlieuAuthority && <Mono key="a">{p.purlieuAuthority}</Mono>],
        [words.collection, p.collection && <Unknown key="c" of={titleOf.asked} what={words.collection}>{titleOf(p.collection.referenceName)}</Unknown>],
        [words.registered, <When key="w" at={p.createdAt} />],
      ]} />
    </Card>
  )
}

/** shown is a setting; of certificates only how much they are, until somebody wants to see them. */
function shown(f: Field, value: unknown) {
  if (value === undefined || value === null || value === '') return undefined
  if (f.type !== 'block') return sayValue(f, value)
  const text = String(value)
  const size = bytes(new TextEncoder().encode(text).length)
  return <details><summary>{text.startsWith('-----BEGIN') ? says.pem(size) : size}</summary><div style={{ whiteSpace: 'pre-wrap' }}><Mono>{text}</Mono></div></details>
}
