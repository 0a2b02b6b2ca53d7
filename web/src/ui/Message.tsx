// A message in its place on a page: what is in the way, or waits for a decision. Ours: Fluent's weighs more than the forms around it.
import type { ReactNode } from 'react'
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { Sign, type Tone } from './Parts'

const useStyles = makeStyles({
  box: { display: 'flex', gap: '8px 12px', flexWrap: 'wrap', alignItems: 'flex-start', padding: '10px 12px', border: `1px solid ${tokens.colorNeutralStroke1}`, borderRadius: tokens.borderRadiusMedium, backgroundColor: tokens.colorNeutralBackground3, color: tokens.colorNeutralForeground1 },
  bad: { border: `1px solid ${tokens.colorStatusDangerBorder1}`, backgroundColor: tokens.colorStatusDangerBackground1 },
  warn: { border: `1px solid ${tokens.colorStatusWarningBorder1}`, backgroundColor: tokens.colorStatusWarningBackground1 },
  good: { border: `1px solid ${tokens.colorStatusSuccessBorder1}`, backgroundColor: tokens.colorStatusSuccessBackground1 },
  sign: { display: 'inline-flex', paddingTop: '2px' },
  title: { display: 'block' },
  text: { flex: '1 1 220px', minWidth: 0, overflowWrap: 'anywhere' },
  actions: { display: 'flex', flexWrap: 'wrap', gap: '8px' },
})

interface MessageProps {
  tone: Extract<Tone, 'good' | 'warn' | 'bad' | 'idle'>
  title?: ReactNode
  actions?: ReactNode
  children?: ReactNode
}

export function Message({ tone, title, actions, children }: MessageProps) {
  const s = useStyles()
  return (
    <div className={mergeClasses(s.box, tone !== 'idle' && s[tone])} role={tone === 'bad' ? 'alert' : undefined}>
      <span className={s.sign}><Sign tone={tone} /></span>
      <div className={s.text}>{title && <strong className={s.title}>{title}</strong>}{children}</div>
      {actions && <div className={s.actions}>{actions}</div>}
    </div>
  )
}
