// How many nodes a key enrols, and until when: written beside it, with an undo.
import { useState } from 'react'
import { Button, Field, Input, makeStyles } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getKeys, limitKey, type Keys, type KeyState, type Limit } from '../client/api'
import { still } from '../client/rest'
import { Command } from '../ui/Command'
import { localOf, minuteOf } from '../ui/format'
import { useDirty } from '../ui/Leaving'
import { useNotices } from '../ui/Notices'
import { Refusal } from '../ui/Refusal'
import { words as shared } from '../ui/strings'
import { useAct } from '../ui/useAct'
import { words } from './keyStrings'

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '16px', marginTop: '16px' },
  foot: { display: 'flex', gap: '8px' },
})

interface KeyLimitProps {
  runtime: string
  name: keyof Keys
  of: KeyState
  onDone: () => void
}

const timeOf = (at: string | null) => at && Date.parse(at)

export function KeyLimit({ runtime, name, of, onDone }: KeyLimitProps) {
  const s = useStyles()
  const queries = useQueryClient()
  const { tell } = useNotices()
  const [was] = useState<Limit>({ maxNodes: of.maxNodes, expires: of.expires })
  const [nodes, setNodes] = useState(was.maxNodes > 0 ? String(was.maxNodes) : ''), [until, setUntil] = useState(localOf(was.expires))
  const [created] = useState(of.created) // another key has another limit
  const stale = ['keys', runtime]
  const act = useAct(stale)
  const number = name === 'authKey1' ? 1 : 2
  const maxNodes = nodes.trim() === '' ? 0 : Number(nodes)
  const problem = nodes.trim() !== '' && !(Number.isSafeInteger(maxNodes) && maxNodes > 0) ? words.badNodes : ''
  const limit: Limit = { maxNodes, expires: until === localOf(was.expires) ? was.expires : until ? minuteOf(new Date(until)) : null }
  const changed = limit.maxNodes !== was.maxNodes || limit.expires !== was.expires
  useDirty(changed || problem !== '')
  const put = useMutation({
    mutationFn: () => limitKey(runtime, name, limit),
    onSuccess: async () => {
      const about = `key ${runtime} ${name}`
      const same = () => still(() => getKeys(runtime), ({ [name]: now }) => now.created === created && now.maxNodes === limit.maxNodes && timeOf(now.expires) === timeOf(limit.expires))
      tell({ kind: 'done', about, title: words.limited(number), undo: () => act.wait({ about, run: async () => { await same(); return limitKey(runtime, name, was) }, said: words.limitBack(number) }) })
      await queries.invalidateQueries({ queryKey: stale })
      onDone()
    },
  })
  const settled = changed && problem === '', ready = settled && !put.isPending
  return (
    <form className={s.form} aria-label={words.limitOf(number)} onSubmit={e => { e.preventDefault(); if (ready) put.mutate() }}>
      <Field label={words.nodes} hint={words.nodesHint} {...(problem && { validationMessage: problem })}><Input type="number" min={1} value={nodes} autoFocus onChange={(_, d) => setNodes(d.value)} /></Field>
      <Field label={words.until} hint={words.untilHint}><Input type="datetime-local" value={until} onChange={(_, d) => setUntil(d.value)} /></Field>
      <Refusal error={put.error} />
      <div className={s.foot}>
        <Button appearance="primary" type="submit" disabled={!ready}>{shared.save}</Button>
        <Button onClick={onDone}>{shared.cancel}</Button>
      </div>
      {settled && <Command title={shared.asCommand}>{limitKey.command(runtime, name, limit)}</Command>}
    </form>
  )
}
