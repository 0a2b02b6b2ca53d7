// A box to tick. The browser's own, in our colours: Fluent's weighs more than the form around it.
import { makeStyles, tokens } from '@fluentui/react-components'

const useStyles = makeStyles({
  tick: { display: 'inline-flex', alignItems: 'center', gap: '8px', padding: '6px 12px 6px 0', cursor: 'pointer' },
  box: { width: '18px', height: '18px', margin: 0, flexShrink: 0, accentColor: tokens.colorCompoundBrandBackground, cursor: 'pointer' },
})

interface TickProps {
  label: string
  checked: boolean
  describedBy?: string // id of what helps with it
  onChange: (checked: boolean) => void
}

export function Tick({ label, checked, describedBy, onChange }: TickProps) {
  const s = useStyles()
  return <label className={s.tick}><input type="checkbox" className={s.box} checked={checked} aria-describedby={describedBy} onChange={e => onChange(e.target.checked)} />{label}</label>
}
