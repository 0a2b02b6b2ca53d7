// A button that asks once more before it acts, and tells how that went. What is in the way is said in the dialog.
import { useRef, useState, type ReactNode } from 'react'
import { Button } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { later } from './later'
import { useNotices, type Notice } from './Notices'
import { useAct, type Act } from './useAct'

const AskDialog = later(() => import('./AskDialog').then(m => m.AskDialog), null)

interface AskProps {
  label: string // of the button, and of the one that acts
  title: string // the question
  children: ReactNode // what will be
  stay?: string // what the button says that does nothing; Cancel
  done: string
  act: () => Promise<unknown>
  command: string // that does the same
  changes?: string // what it is about: what was done to it before can't be undone any more
  stale: readonly unknown[] // beginning of the key of what is to be asked for again
  also?: readonly (readonly unknown[])[] // further ones
  to?: string // where to go then
  undo?: Act<unknown> // what takes it back
  on?: Pick<Notice, 'text' | 'link'> // how it may go on
  appearance?: 'subtle' | 'secondary' | 'primary'
  small?: boolean
  disabled?: boolean
}

/** named is what a button is called to who does not see it: its words, and what they are about. */
const named = (label: string, question: string) => (question.startsWith(label) ? question.replace(/\?$/, '') : `${label}: ${question}`)

const none: readonly (readonly unknown[])[] = []

export function Ask({ label, title, children, stay, done, act, command, changes, stale, also = none, to, undo, on, appearance = 'subtle', small, disabled }: AskProps) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const { tell } = useNotices()
  const back = useAct(stale)
  const [open, setOpen] = useState(false)
  const go = useMutation({
    mutationFn: act,
    onSuccess: async () => {
      setOpen(false)
      tell({ kind: 'done', title: done, ...(changes && { about: changes }), ...on, ...(undo && { undo: () => back.wait(undo) }) })
      if (to) void navigate({ to, ignoreBlocker: true }) // what was written here was about what is gone
      await Promise.all([stale, ...also].map(queryKey => client.invalidateQueries({ queryKey })))
    },
  })
  const button = useRef<HTMLButtonElement>(null)
  const close = () => { setOpen(false); setTimeout(() => button.current?.focus()) }
  return (
    <>
      <Button ref={button} appearance={appearance} size={small ? 'small' : 'medium'} aria-label={named(label, title)} aria-haspopup="dialog" disabled={!!disabled} onClick={() => { go.reset(); setOpen(true) }}>{label}</Button>
      {open && <AskDialog label={label} title={title} command={command} {...(stay && { stay })} error={go.error} busy={go.isPending} onGo={() => go.mutate()} onClose={close}>{children}</AskDialog>}
    </>
  )
}
