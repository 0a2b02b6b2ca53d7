// Several controls under one name. A Field gives its name and id to one control only: of several, each has its own here.
import { useId, type ReactNode } from 'react'
import { makeStyles, tokens } from '@fluentui/react-components'

const useStyles = makeStyles({
  label: { display: 'block', marginBottom: '4px' },
  hint: { marginTop: '4px', fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground3 },
})

export function Group({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  const s = useStyles()
  const id = useId()
  return (
    <div role="group" aria-labelledby={id} aria-describedby={hint ? id + 'hint' : undefined}>
      <span id={id} className={s.label}>{label}</span>
      {children}
      {hint && <div id={id + 'hint'} className={s.hint}>{hint}</div>}
    </div>
  )
}
