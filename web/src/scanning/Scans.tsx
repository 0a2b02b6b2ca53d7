// The scans of a source: what each does, and a way to run it.
import { useState, type ReactNode } from 'react'
import { Button, makeStyles } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { ActButton } from '../ui/ActButton'
import { useAddress } from '../ui/address'
import { DataTable } from '../ui/DataTable'
import { useEarly } from '../ui/early'
import { later } from '../ui/later'
import { Link, Soft } from '../ui/Parts'
import { Empty, isComing, Loading, Shown, type Asked } from '../ui/States'
import { useAct } from '../ui/useAct'
import { useWatch } from '../ui/watched'
import { narrow } from '../ui/widths'
import { Ask } from '../ui/Ask'
import { levelTitle } from '../ui/levelStrings'
import { deleteScan, filterQuery, kindsQuery, scansKey, startRun, triggerQuery } from './rest'
import { Next } from './Next'
import { words } from './strings'
import type { Kind, Scan, Source } from './types'

const ScanCard = later(() => import('./ScanCard').then(m => m.ScanCard))
const Schedule = later(() => import('./Schedule').then(m => m.Schedule))
const parts = [ScanCard.early, Schedule.early]

const useStyles = makeStyles({ acts: { display: 'flex', flexWrap: 'wrap', gap: '4px', justifyContent: 'flex-end', [narrow]: { justifyContent: 'flex-start' } } })

interface ScansProps {
  source: Source
  kind: Kind | undefined
  of: Asked<Scan[]>
  add: ReactNode
  writable: boolean
}

export function Scans({ source, kind, of, add, writable }: ScansProps) {
  const [at, change] = useAddress<{ scan?: string }>()
  return (
    <Shown of={of} empty={list => list.length === 0 ? <Empty title={words.noScans} actions={add}>{words.noScansText}</Empty> : undefined}>
      {list => (
        <>
          <DataTable
            caption={words.sides.scans} rows={list} id={s => s.name}
            columns={[
              { name: words.name, width: '16%', show: s => <Link to="." search={(old: object) => ({ ...old, scan: s.name })}>{s.name}</Link> },
              { name: words.level, show: s => levelTitle(s.properties.purlieuLevel) },
              { name: words.runtime, show: s => s.properties.connectedVia?.referenceName ?? <Soft>–</Soft> },
              { name: words.credential, show: s => s.properties.credential?.referenceName ?? <Soft>{words.noCredential}</Soft> },
              { name: words.runsWhen, width: '26%', show: s => <Next of={s.purlieuTrigger} /> },
              ...(writable ? [{ name: '', width: 'clamp(300px, 26vw, 420px)', show: (s: Scan) => <Acts source={source.name} scan={s.name} onSchedule={() => change({ scan: s.name })} />, number: true }] : []),
            ]}
          />
          {list.filter(s => s.name === at.scan).map(scan => (
            <OneScan key={scan.name} source={source} kind={kind} scan={scan} writable={writable} onDone={() => change({ scan: undefined })} />
          ))}
        </>
      )}
    </Shown>
  )
}

interface OneScanProps {
  source: Source
  kind: Kind | undefined
  scan: Scan
  writable: boolean
  onDone: () => void
}

/** OneScan shows what a scan reads and when, both at once: one below the other they would push each other down. */
function OneScan({ source, kind, scan, writable, onDone }: OneScanProps) {
  const filter = useQuery(filterQuery(source.name, scan.name)), kinds = useQuery(kindsQuery())
  const trigger = useQuery({ ...triggerQuery(source.name, scan.name), enabled: writable })
  const there = useEarly(parts)
  const [ready, setReady] = useState(false) // and stays so: what is asked for again is waited for where it stands
  if (!ready && there && !isComing(filter) && !isComing(kinds) && !(writable && isComing(trigger))) setReady(true)
  if (!ready) return <Loading />
  return (
    <>
      <ScanCard source={source} kind={kind} scan={scan} writable={writable} />
      {writable && <Schedule source={source.name} scan={scan.name} onDone={onDone} />}
    </>
  )
}

function Acts({ source, scan, onSchedule }: { source: string; scan: string; onSchedule: () => void }) {
  const s = useStyles()
  const navigate = useNavigate()
  const act = useAct()
  const watch = useWatch()
  const run = (full: boolean) => act.go({ run: () => startRun(source, scan, full), said: words.started, then: id => { watch(id); void navigate({ to: `/runs/${id}` }) } })
  return (
    <div className={s.acts}>
      <ActButton size="small" label={words.runNow} name={words.runNowNamed(scan)} command={startRun.command(source, scan, false)} busy={act.busy} onAct={() => run(false)} />
      <ActButton size="small" label={words.runFull} name={words.runFullNamed(scan)} title={words.runFullHint} command={startRun.command(source, scan, true)} busy={act.busy} onAct={() => run(true)} />
      <Button size="small" onClick={onSchedule} aria-label={words.scheduleOf(scan)}>{words.runsWhen}</Button>
      <Ask small label={words.remove} title={words.removeScan(scan)} done={words.removed(scan)} act={() => deleteScan(source, scan)} changes={`scan ${source} ${scan}`} command={deleteScan.command(source, scan)} stale={scansKey(source)}>{words.removeScanText}</Ask>
    </div>
  )
}
