// A button that asks once more before it acts, and tells how that went. What is in the way is said in the dialog.
import { useState, type ReactNode } from 'react'
import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, DialogTrigger } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useNotices } from './Notices'
import { Refusal } from './Refusal'
import { words } from './strings'

interface AskProps {
  label: string // of the button, and of the one that acts
  title: string // the question
  children: ReactNode // what will be
  done: string
  act: () => Promise<unknown>
  stale: readonly unknown[] // beginning of the key of what is to be asked for again
  to?: string // where to go then
  appearance?: 'subtle' | 'secondary' | 'primary'
  small?: boolean
  disabled?: boolean
}

export function Ask({ label, title, children, done, act, stale, to, appearance = 'subtle', small, disabled }: AskProps) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const { tell } = useNotices()
  const [open, setOpen] = useState(false)
  const go = useMutation({
    mutationFn: act,
    onSuccess: async () => {
      setOpen(false)
      tell({ kind: 'done', title: done })
      if (to) void navigate({ to })
      await client.invalidateQueries({ queryKey: stale })
    },
  })
  return (
    <Dialog open={open} onOpenChange={(_, d) => { setOpen(d.open); if (d.open) go.reset() }}>
      <DialogTrigger disableButtonEnhancement><Button appearance={appearance} size={small ? 'small' : 'medium'} aria-label={title} disabled={!!disabled}>{label}</Button></DialogTrigger>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent>{children}<Refusal error={go.error} /></DialogContent>
          <DialogActions>
            <DialogTrigger disableButtonEnhancement><Button>{words.cancel}</Button></DialogTrigger>
            <Button appearance="primary" disabled={go.isPending} onClick={() => go.mutate()}>{label}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
