// A button of the shell's corner and the panel that it opens: the browser's own popover, which closes with Escape or a
// click elsewhere, and gives the focus back.
import { useId, useRef, useState, type ReactNode, type RefObject } from 'react'
import { Button, makeStyles, tokens } from '@fluentui/react-components'

const useStyles = makeStyles({
  button: { position: 'relative' },
  panel: {
    position: 'fixed', inset: 'auto', top: '52px', right: '12px', margin: 0, width: '360px', maxWidth: 'calc(100vw - 24px)', maxHeight: 'calc(100dvh - 120px)', overflowY: 'auto', padding: '20px', boxSizing: 'border-box',
    border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusLarge, backgroundColor: tokens.colorNeutralBackground1, color: tokens.colorNeutralForeground1, boxShadow: tokens.shadow28, outline: 'none',
  },
  badge: { position: 'absolute', top: '1px', right: '1px', minWidth: '16px', height: '16px', boxSizing: 'border-box', padding: '0 4px', borderRadius: '8px', backgroundColor: tokens.colorBrandBackground, color: tokens.colorNeutralForegroundOnBrand, fontSize: '10px', lineHeight: '16px', fontWeight: tokens.fontWeightSemibold },
})

interface PanelProps {
  label: string
  icon: React.JSX.Element
  count?: number
  panel?: RefObject<HTMLDivElement | null> // to open it from elsewhere: showPopover
  children: ReactNode
}

export function Panel({ label, icon, count = 0, panel, children }: PanelProps) {
  const s = useStyles()
  const id = useId()
  const own = useRef<HTMLDivElement>(null)
  const [open, setOpen] = useState(false)
  const ref = panel ?? own
  return (
    <>
      <Button appearance="subtle" className={s.button} aria-label={label} title={label} aria-expanded={open} icon={<>{icon}{count > 0 && <span className={s.badge}>{count}</span>}</>} popoverTarget={id} />
      <div id={id} ref={ref} popover="auto" className={s.panel} role="dialog" aria-label={label} tabIndex={-1} onToggle={e => { setOpen(e.newState === 'open'); if (e.newState === 'open') ref.current?.focus() }}>
        {open && children}
      </div>
    </>
  )
}
