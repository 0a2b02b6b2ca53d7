// The question of Ask. It is loaded when it is first asked.
import { useEffect, type ReactNode } from 'react'
import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, makeStyles } from '@fluentui/react-components'
import { Command } from './Command'
import { Refusal } from './Refusal'
import { words } from './strings'

const useStyles = makeStyles({ command: { gridColumn: '1 / -1', marginTop: '8px' }, button: { whiteSpace: 'nowrap' } })

interface AskDialogProps {
  label: string
  title: string
  command?: string // that does the same
  stay?: string // what the button says that does nothing
  children: ReactNode
  error: unknown
  busy: boolean
  onGo: () => void
  onClose: () => void
}

export function AskDialog({ label, title, command, stay = words.cancel, children, error, busy, onGo, onClose }: AskDialogProps) {
  const s = useStyles()
  useEffect(() => () => void setTimeout(seen), [])
  return (
    <Dialog open onOpenChange={(_, d) => { if (!d.open) onClose() }}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent>{children}<Refusal error={error} /></DialogContent>
          <DialogActions>
            <Button className={s.button} onClick={onClose}>{stay}</Button>
            <Button className={s.button} appearance="primary" disabledFocusable={busy} onClick={onGo}>{label}</Button>
          </DialogActions>
          {command && <div className={s.command}><Command title={words.asCommand}>{command}</Command></div>}
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}

/** seen shows the page to screen readers again: Fluent hides it from them under a question, and forgets it when the question goes with what was asked about. */
const seen = () => { if (!document.querySelector('[role=dialog][aria-modal=true]')) document.getElementById('root')?.removeAttribute('aria-hidden') }
