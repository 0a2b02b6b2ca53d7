// When a scan runs by itself: in words with the next time, paused and resumed, written anew, taken away.
import { useMemo, useState } from 'react'
import { Button, Field, Input, makeStyles, Select } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ActButton } from '../ui/ActButton'
import { Ask } from '../ui/Ask'
import { Command } from '../ui/Command'
import { exactTime, localOf, minuteOf } from '../ui/format'
import { Group } from '../ui/Group'
import { useDirty } from '../ui/Leaving'
import { Message } from '../ui/Message'
import { useNotices } from '../ui/Notices'
import { Card, Soft, Status, When } from '../ui/Parts'
import { Refusal } from '../ui/Refusal'
import { Loading, Shown } from '../ui/States'
import { words as shared } from '../ui/strings'
import { Tick } from '../ui/Tick'
import { useAct } from '../ui/useAct'
import { dayName, weekDays } from './days'
import { inWords, more, planOf, problemOf, recurrenceOf, triggerCommand, type Plan } from './recurrence'
import { Said } from './Next'
import { deleteTrigger, fireTrigger, putTrigger, scansKey, triggerQuery } from './rest'
import { words as says } from './scheduleStrings'
import { words } from './strings'
import type { Trigger } from './types'
import { ZoneField } from './ZoneField'

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '16px', maxWidth: '640px' },
  row: { display: 'flex', gap: '12px', flexWrap: 'wrap', alignItems: 'end' },
  short: { width: '120px' },
  now: { display: 'flex', gap: '8px 16px', flexWrap: 'wrap', alignItems: 'center', marginBottom: '16px' },
})

interface ScheduleProps {
  source: string
  scan: string
  onDone: () => void
}

export function Schedule({ source, scan, onDone }: ScheduleProps) {
  const trigger = useQuery(triggerQuery(source, scan))
  return (
    <Card title={says.schedule(scan)}>
      <Shown of={trigger} loading={<Loading lines={4} />}>{t => <Form source={source} scan={scan} of={t} onDone={onDone} />}</Shown>
    </Card>
  )
}

function Form({ source, scan, of: t, onDone }: ScheduleProps & { of: Trigger | null }) {
  const s = useStyles()
  const queries = useQueryClient()
  const { tell } = useNotices()
  const [from, setFrom] = useState(t) // what the form began with
  const [plan, setPlan] = useState(() => planOf(t))
  const touched = JSON.stringify(plan) !== JSON.stringify(planOf(from))
  if (t !== from && !touched) {
    setFrom(t)
    setPlan(planOf(t))
  }
  const release = useDirty(touched)
  const close = () => { release(); onDone() }
  const change = (to: Partial<Plan>) => setPlan(old => ({ ...old, ...to }))
  const stale = scansKey(source)
  const about = `trigger ${source} ${scan}`
  const renew = () => queries.invalidateQueries({ queryKey: stale })
  const put = useMutation({
    mutationFn: async () => ({ was: t, got: await putTrigger(source, scan, { recurrence: recurrenceOf(plan), scanLevel: plan.full ? 'Full' : 'Incremental', state: t?.properties.state ?? 'Enabled' }) }),
    onSuccess: async ({ was, got }) => {
      const back = { about, run: async () => (await import('./back')).backTrigger(source, scan, got, was), said: was ? says.scheduleBack(scan) : says.unscheduled(scan) }
      tell({ kind: 'done', about, title: says.scheduled(scan), ...(got.properties.purlieuNext && { text: `${words.next} ${exactTime(new Date(got.properties.purlieuNext))}` }), undo: () => act.wait(back) })
      await renew()
      close()
    },
  })
  const act = useAct(stale)
  const fire = (on: boolean) => ({ about, run: () => fireTrigger(source, scan, on), said: on ? says.resumedNotice(scan) : says.pausedNotice(scan) })
  const problem = problemOf(plan)
  const off = t?.properties.state === 'Disabled'
  const begins = useMemo(() => { const start = from?.properties.recurrence.startTime; return start && new Date(start).getTime() > Date.now() ? start : '' }, [from]) // one that is still to come
  return (
    <>
      {t && (
        <div className={s.now}>
          <div><Said of={t} />{t.properties.lastScheduled && <div><Soft>{says.lastTime} <When at={t.properties.lastScheduled} /></Soft></div>}</div>
          <ActButton size="small" label={off ? says.resume : says.pause} command={fireTrigger.command(source, scan, off)} busy={act.busy} onAct={() => act.go({ ...fire(off), undo: fire(!off) })} />
          <Ask small label={words.remove} title={says.unschedule(scan)} done={says.unscheduled(scan)} act={() => deleteTrigger(source, scan)} changes={about} command={deleteTrigger.command(source, scan)} stale={stale}>{says.unscheduleText}</Ask>
        </div>
      )}
      {t && more(t.properties.recurrence) && <Message tone="warn">{says.moreThanForm}</Message>}
      <form className={s.form} onSubmit={e => { e.preventDefault(); if (!problem && !put.isPending) put.mutate() }}>
        <div className={s.row}>
          <Field label={says.everyLabel}><Input className={s.short} type="number" min={1} value={Number.isNaN(plan.interval) ? '' : String(plan.interval)} onChange={(_, d) => change({ interval: d.value === '' ? NaN : Number(d.value) })} /></Field>
          <Field label={says.unitLabel}>
            <Select value={plan.every} onChange={(_, d) => change({ every: d.value as Plan['every'] })}>{(['Hour', 'Day', 'Week', 'Month'] as const).map(f => <option key={f} value={f}>{says.frequencies[f]}</option>)}</Select>
          </Field>
          {plan.every === 'Hour'
            ? <Field label={says.minuteLabel}><Input className={s.short} type="number" min={0} max={59} value={String(Number(plan.at.slice(3)))} onChange={(_, d) => change({ at: `00:${String(Math.max(0, Math.min(59, Number(d.value) || 0))).padStart(2, '0')}` })} /></Field>
            : <Field label={says.atLabel}><Input type="time" value={plan.at} onChange={(_, d) => change({ at: d.value })} /></Field>}
        </div>
        {plan.every !== 'Hour' && <Field label={says.hoursLabel} hint={says.hoursHint}><Input value={plan.hours} onChange={(_, d) => change({ hours: d.value })} /></Field>}
        {plan.every === 'Week' && (
          <Group label={says.onLabel}>
            {weekDays.map(day => <Tick key={day} label={dayName(day)} checked={plan.on.includes(day)} onChange={on => change({ on: on ? [...plan.on, day] : plan.on.filter(o => o !== day) })} />)}
          </Group>
        )}
        {plan.every === 'Month' && <Field label={says.monthDaysLabel} hint={says.monthDaysHint}><Input value={plan.days} onChange={(_, d) => change({ days: d.value })} /></Field>}
        <ZoneField label={says.zoneLabel} hint={says.zoneHint} value={plan.zone} onChange={zone => change({ zone })} />
        <Field label={says.endLabel} hint={says.endHint}><Input type="datetime-local" value={localOf(plan.end)} onChange={(_, d) => change({ end: d.value ? minuteOf(new Date(d.value)) : '' })} /></Field>
        {begins && <Tick label={says.notBefore(exactTime(new Date(begins)))} checked={plan.start === begins} onChange={on => change({ start: on ? begins : minuteOf(new Date()) })} />}
        <Tick label={says.fullEachTime} checked={plan.full} onChange={full => change({ full })} />
        {problem ? <Status tone="warn">{problem}</Status> : <Soft>{inWords(recurrenceOf(plan))}</Soft>}
        <Refusal error={put.error} />
        <div className={s.row}>
          <Button appearance="primary" type="submit" disabled={!!problem || put.isPending}>{shared.save}</Button>
          <Button onClick={close}>{touched ? shared.cancel : shared.close}</Button>
        </div>
        {!problem && <Command title={shared.asCommand}>{triggerCommand(source, scan, plan, t)}</Command>}
      </form>
    </>
  )
}
