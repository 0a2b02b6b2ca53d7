// Kinds of source that nodes announced: what each asks for, and the word of a person that makes it count.
import { Button, makeStyles } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useMay } from '../client/may'
import { Ask } from '../ui/Ask'
import { DataTable } from '../ui/DataTable'
import { Card, Mono, Soft, Status, type Tone } from '../ui/Parts'
import { Empty, Loading, Shown } from '../ui/States'
import { KindSheet } from './KindSheet'
import { announcedKinds, judgeKind, type AnnouncedKind, type KindVerdict } from './rest'
import { words } from './strings'

const useStyles = makeStyles({
  row: { display: 'flex', flexWrap: 'wrap', gap: '4px' },
  all: { display: 'flex', flexDirection: 'column', gap: '16px' },
})

const tones: Record<AnnouncedKind['state'], Tone> = { proposed: 'warn', approved: 'good', rejected: 'idle', withdrawn: 'idle', unfit: 'bad', differs: 'warn' }
const waits = new Set<AnnouncedKind['state']>(['proposed', 'unfit', 'differs'])
const called = (k: AnnouncedKind) => words.kindNamed(k.title || k.kind, k.version)

export function KindsTab({ chosen, onChoose }: { chosen: string | undefined; onChoose: (id: string | undefined) => void }) {
  const s = useStyles()
  const all = useQuery(announcedKinds())
  return (
    <div className={s.all}>
      <Card title={words.kinds}>
        <Shown of={all} loading={<Loading lines={4} />} empty={list => list.length === 0 && <Empty title={words.noKinds}>{words.noKindsText}</Empty>}>
          {list => (
            <div className={s.all}>
              <Soft>{words.kindsText}</Soft>
              <DataTable
                caption={words.kinds} rows={list} id={k => k.id}
                columns={[
                  { name: words.kind, show: called },
                  { name: words.state, show: k => <Status tone={tones[k.state]}>{words.kindStates[k.state]}</Status> },
                  { name: words.announcedBy, show: k => <Nodes of={k} /> },
                  { name: words.content, show: k => <Mono>{k.hash.slice(0, 12)}</Mono> },
                  { name: words.actions, show: k => <Verdicts of={k} open={k.id === chosen} onChoose={onChoose} /> },
                ]}
              />
            </div>
          )}
        </Shown>
      </Card>
      {all.data?.filter(k => k.id === chosen).map(k => <KindSheet key={k.id} of={k} title={called(k)} onClose={() => onChoose(undefined)} />)}
    </div>
  )
}

function Nodes({ of }: { of: AnnouncedKind }) {
  if (of.nodes.length === 0) return <Soft>{words.noNodeNow}</Soft>
  return <>{of.nodes.map(n => `${n.name} (${n.runtime})`).join(', ')}</>
}

function Verdicts({ of, open, onChoose }: { of: AnnouncedKind; open: boolean; onChoose: (id: string | undefined) => void }) {
  const s = useStyles()
  const may = useMay()('runtime/write', 'root')
  const name = called(of)
  const ask = (verdict: KindVerdict, appearance: 'subtle' | 'secondary') => (
    <Ask
      small appearance={appearance} label={words.verdicts[verdict]} title={words.verdictNamed[verdict](name)} done={words.verdictDone[verdict](name)}
      act={() => judgeKind(of, verdict)} command={judgeKind.command(of, verdict)} stale={['announced']}
    >
      {words.verdictText[verdict]}
    </Ask>
  )
  return (
    <div className={s.row}>
      <Button size="small" appearance="subtle" aria-label={`${words.look}: ${name}`} aria-expanded={open} onClick={() => onChoose(open ? undefined : of.id)}>{words.look}</Button>
      {may && !of.current && of.title && ask('approve', 'secondary')}
      {may && waits.has(of.state) && ask('reject', 'subtle')}
      {may && of.current && ask('withdraw', 'subtle')}
    </div>
  )
}
