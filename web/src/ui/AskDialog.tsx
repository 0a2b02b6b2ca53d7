// The question of Ask. It is loaded when it is first asked.
import type { ReactNode } from 'react'
import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle } from '@fluentui/react-components'
import { Refusal } from './Refusal'
import { words } from './strings'

interface AskDialogProps {
  label: string
  title: string
  children: ReactNode
  error: unknown
  busy: boolean
  onGo: () => void
  onClose: () => void
}

export function AskDialog({ label, title, children, error, busy, onGo, onClose }: AskDialogProps) {
  return (
    <Dialog open onOpenChange={(_, d) => { if (!d.open) onClose() }}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent>{children}<Refusal error={error} /></DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{words.cancel}</Button>
            <Button appearance="primary" disabledFocusable={busy} onClick={onGo}>{label}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
