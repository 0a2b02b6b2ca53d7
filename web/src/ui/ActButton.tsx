// A button that does something to the account, and beside it the same as a command to copy.
import { Button, makeStyles, type ButtonProps } from '@fluentui/react-components'
import { CopyButton } from './Command'
import { words } from './strings'

const useStyles = makeStyles({ pair: { display: 'inline-flex', alignItems: 'center', gap: '2px' } })

interface ActButtonProps extends Pick<ButtonProps, 'appearance' | 'size' | 'disabled' | 'icon' | 'title'> {
  label: string
  name?: string // for who hears it, where several buttons have one label
  command: string
  busy?: boolean // it can't be used for the moment, and keeps the focus
  onAct: () => void
}

export function ActButton({ label, name, command, busy = false, onAct, ...button }: ActButtonProps) {
  const s = useStyles()
  return (
    <span className={s.pair}>
      <Button {...button} disabledFocusable={busy} aria-label={name} onClick={onAct}>{button.icon && label === '' ? undefined : label}</Button>
      <CopyButton text={command} label={words.copyCommandOf(name ?? label)} />
    </span>
  )
}
