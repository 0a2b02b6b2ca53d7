// Changing what a runtime says of itself: where its nodes stand.
import { useState } from 'react'
import { Button, Field, Input, makeStyles } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { describeRuntime, getRuntime } from '../client/api'
import { still } from '../client/rest'
import { Command } from '../ui/Command'
import { useDirty } from '../ui/Leaving'
import { useNotices } from '../ui/Notices'
import { Card } from '../ui/Parts'
import { Refusal } from '../ui/Refusal'
import { words as shared } from '../ui/strings'
import { useAct } from '../ui/useAct'
import { words as says } from './keyStrings'
import { words } from './strings'

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '16px', maxWidth: '640px' },
  foot: { display: 'flex', gap: '8px' },
})

export function Describe({ runtime, of, onDone }: { runtime: string; of: string; onDone: () => void }) {
  const s = useStyles()
  const queries = useQueryClient()
  const { tell } = useNotices()
  const [was] = useState(of)
  const [text, setText] = useState(of)
  const act = useAct(['runtimes'])
  useDirty(text.trim() !== was, ['tab'])
  const put = useMutation({
    mutationFn: () => describeRuntime(runtime, text.trim()),
    onSuccess: async written => {
      const about = `runtime ${runtime}`
      const same = () => still(() => getRuntime(runtime), now => (now.properties.description ?? '') === (written.properties.description ?? ''))
      tell({ kind: 'done', about, title: says.described(runtime), undo: () => act.wait({ about, run: async () => { await same(); return describeRuntime(runtime, was) }, said: says.describedBack(runtime) }) })
      await queries.invalidateQueries({ queryKey: ['runtimes'] })
      onDone()
    },
  })
  const ready = text.trim() !== was && !put.isPending
  return (
    <Card title={words.description}>
      <form className={s.form} onSubmit={e => { e.preventDefault(); if (ready) put.mutate() }}>
        <Field label={words.description} hint={words.descriptionHint}><Input value={text} autoFocus maxLength={200} onChange={(_, d) => setText(d.value)} /></Field>
        <Refusal error={put.error} />
        <div className={s.foot}>
          <Button appearance="primary" type="submit" disabled={!ready}>{shared.save}</Button>
          <Button onClick={onDone}>{shared.cancel}</Button>
        </div>
        {ready && <Command title={shared.asCommand}>{describeRuntime.command(runtime, text.trim())}</Command>}
      </form>
    </Card>
  )
}
