// The pattern of a wizard: a few steps towards one thing, each short, the current one in the address. Going back loses
// nothing. The last button says what happens; beside it stands the same as a command.
import type { ReactNode } from 'react'
import { Button, makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { Checkmark16Filled } from '@fluentui/react-icons/svg/checkmark'
import { Command } from './Command'
import { Page, type PageProps } from './Page'
import { words } from './strings'
import { grounds } from './theme'
import { narrow } from './widths'

const useStyles = makeStyles({
  body: { display: 'grid', gridTemplateColumns: '220px minmax(0, 720px)', gap: '40px', alignItems: 'start', [narrow]: { gridTemplateColumns: 'minmax(0, 1fr)', gap: '16px' } },
  steps: { listStyle: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column', gap: '4px', [narrow]: { flexDirection: 'row', overflowX: 'auto' } },
  step: { display: 'flex', alignItems: 'center', gap: '10px', width: '100%', padding: '8px', border: 'none', borderRadius: tokens.borderRadiusMedium, backgroundColor: 'transparent', color: tokens.colorNeutralForeground2, font: 'inherit', textAlign: 'left', whiteSpace: 'nowrap', position: 'relative', ':enabled': { cursor: 'pointer' }, ':enabled:hover': { backgroundColor: grounds.hover } },
  now: { color: tokens.colorNeutralForeground1, fontWeight: tokens.fontWeightSemibold },
  dot: { flexShrink: 0, width: '24px', height: '24px', borderRadius: '50%', display: 'grid', placeItems: 'center', fontSize: tokens.fontSizeBase200, border: `1px solid ${tokens.colorNeutralStrokeAccessible}`, boxSizing: 'border-box' },
  // On a phone only the step that is open has its title; the others keep theirs for who hears them.
  other: { [narrow]: { position: 'absolute', width: '1px', height: '1px', overflow: 'hidden', clipPath: 'inset(50%)' } },
  dotNow: { backgroundColor: tokens.colorBrandBackground, border: `1px solid ${tokens.colorBrandBackground}`, color: tokens.colorNeutralForegroundOnBrand },
  dotDone: { border: `1px solid ${tokens.colorBrandForeground1}`, color: tokens.colorBrandForeground1 },
  main: { display: 'flex', flexDirection: 'column', gap: '20px', minWidth: 0 },
  foot: { display: 'flex', gap: '8px', paddingTop: '20px', borderTop: `1px solid ${tokens.colorNeutralStroke2}` },
})

export interface Step {
  key: string
  title: string
  /** May one go on from here? */
  ready: boolean
}

interface WizardPageProps extends PageProps {
  steps: Step[]
  at: string
  onGo: (step: string) => void
  finish: string // what the last button says
  onFinish: () => void
  busy?: boolean
  command?: string // what does the same
  children: ReactNode
}

export function WizardPage({ steps, at, onGo, finish, onFinish, busy, command, children, ...page }: WizardPageProps) {
  const s = useStyles()
  const now = Math.max(0, steps.findIndex(step => step.key === at))
  const reachable = (i: number) => steps.slice(0, i).every(step => step.ready)
  const last = now === steps.length - 1
  return (
    <Page {...page}>
      <div className={s.body}>
        <ol className={s.steps} aria-label={words.step(now + 1, steps.length)}>
          {steps.map((step, i) => (
            <li key={step.key}>
              <button type="button" className={mergeClasses(s.step, i === now && s.now)} disabled={!reachable(i)} aria-current={i === now ? 'step' : undefined} onClick={() => onGo(step.key)}>
                <span className={mergeClasses(s.dot, i === now ? s.dotNow : i < now && step.ready && s.dotDone)} aria-hidden>{i < now && step.ready ? <Checkmark16Filled /> : i + 1}</span>
                <span className={mergeClasses(i !== now && s.other)}>{step.title}</span>
              </button>
            </li>
          ))}
        </ol>
        <form className={s.main} onSubmit={event => { event.preventDefault(); if (last) onFinish(); else if (steps[now]!.ready) onGo(steps[now + 1]!.key) }}>
          {children}
          {last && command && <Command title={words.asCommand}>{command}</Command>}
          <div className={s.foot}>
            {now > 0 && <Button onClick={() => onGo(steps[now - 1]!.key)}>{words.back}</Button>}
            <Button appearance="primary" type="submit" disabled={!steps[now]!.ready || busy}>{last ? finish : words.next}</Button>
          </div>
        </form>
      </div>
    </Page>
  )
}
