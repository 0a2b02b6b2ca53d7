// The times in which a source may be read, one below the other. None of them: at any time.
import { useEffect, useRef, useState } from 'react'
import { Button, Field, Input, makeStyles, tokens } from '@fluentui/react-components'
import { Add16Regular } from '@fluentui/react-icons/svg/add'
import { Group } from '../ui/Group'
import { Soft } from '../ui/Parts'
import { saidAt } from '../ui/Refusal'
import { Tick } from '../ui/Tick'
import { dayName, weekDays } from './days'
import { words as shared } from './scheduleStrings'
import { words as general } from './strings'
import { daysOf, problemsOf, proposed, windowPart, windowText, withDay } from './windows'
import { words } from './windowStrings'
import type { Window } from './types'
import { ZoneField } from './ZoneField'

const useStyles = makeStyles({
  all: { display: 'flex', flexDirection: 'column', gap: '16px', alignItems: 'flex-start' },
  one: { boxSizing: 'border-box', width: '100%', display: 'flex', flexDirection: 'column', gap: '12px', padding: '12px 16px 16px', border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusMedium },
  row: { display: 'flex', gap: '12px', flexWrap: 'wrap', alignItems: 'start' },
  foot: { display: 'flex', gap: '8px 16px', flexWrap: 'wrap', alignItems: 'center', justifyContent: 'space-between' },
  wrong: { color: tokens.colorStatusDangerForeground1 },
})

interface WindowsFieldProps {
  of: Window[]
  error: unknown // of sending them: what the account says about one stands there
  onChange: (of: Window[]) => void
}

export function WindowsField({ of, error, onChange }: WindowsFieldProps) {
  const s = useStyles()
  const add = useRef<HTMLButtonElement>(null)
  const [begun, begin] = useState(-1) // the window that was added last
  const change = (i: number, to: Window | undefined) => { begin(-1); onChange(of.flatMap((w, k) => (k === i ? (to ? [to] : []) : [w]))) }
  return (
    <div className={s.all}>
      {of.length === 0 && <Soft>{words.anyTime}</Soft>}
      {of.map((w, i) => (
        <One key={i} window={w} n={i + 1} begun={i === begun} said={part => saidAt(error, windowPart(i, part))} onChange={to => change(i, to)} onRemove={() => { change(i, undefined); add.current?.focus() }} />
      ))}
      <Button ref={add} size="small" icon={<Add16Regular />} onClick={() => { begin(of.length); onChange([...of, proposed(of.at(-1))]) }}>{of.length === 0 ? words.add : words.another}</Button>
      {of.length > 0 && <Soft>{words.meaning}</Soft>}
    </div>
  )
}

interface OneProps {
  window: Window
  n: number
  begun: boolean
  said: (part: keyof Window) => string
  onChange: (to: Window) => void
  onRemove: () => void
}

function One({ window: w, n, begun, said, onChange, onRemove }: OneProps) {
  const s = useStyles()
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => { if (begun) first.current?.focus() }, [begun])
  const problem = problemsOf(w)
  const days = daysOf(w)
  const of = (part: keyof typeof problem) => problem[part] || said(part)
  const clock = (part: 'from' | 'to') => ({ ...(of(part) && { validationMessage: of(part) }) })
  return (
    <div className={s.one} role="group" aria-label={words.window(n)}>
      <div className={s.row}>
        <Field label={words.from} {...clock('from')}><Input ref={first} type="time" value={w.from} onChange={(_, d) => onChange({ ...w, from: d.value })} /></Field>
        <Field label={words.until} {...clock('to')}><Input type="time" value={w.to === '24:00' ? '00:00' : w.to} onChange={(_, d) => onChange({ ...w, to: d.value })} /></Field>
        <ZoneField label={shared.zoneLabel} problem={said('timeZone')} value={w.timeZone ?? 'UTC'} onChange={timeZone => onChange({ ...w, timeZone })} />
      </div>
      <Group label={words.days}>
        {weekDays.map(day => <Tick key={day} label={dayName(day)} checked={days.includes(day)} onChange={on => onChange(withDay(w, days, day, on))} />)}
        {of('days') && <div role="alert" className={s.wrong}>{of('days')}</div>}
      </Group>
      <div className={s.foot}>
        <span>{Object.values(problem).every(p => p === '') && windowText(w)}</span>
        <Button size="small" appearance="subtle" aria-label={words.remove(n)} onClick={onRemove}>{general.remove}</Button>
      </div>
    </div>
  )
}
