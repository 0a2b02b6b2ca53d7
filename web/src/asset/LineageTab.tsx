// The lineage of an asset, as a picture or as a list: how far, and which way, is in the address. The picture is laid out in a
// worker, so that the page stays quick.
import { useState } from 'react'
import { Button, makeStyles } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { directionOf, lineage, type Lineage } from '../client/api'
import { line } from '../client/command'
import { CopyButton } from '../ui/Command'
import { useEarly } from '../ui/early'
import { later } from '../ui/later'
import { Card, Link, Soft } from '../ui/Parts'
import { PictureFrame } from '../ui/PicturePage'
import { Spinner } from '../ui/Spinner'
import { Empty, Loading, Shown } from '../ui/States'
import { words as shared } from '../ui/strings'
import { titleOf } from '../ui/types'
import { most, usual, wayOn, type Reach } from './reach'
import { words } from './strings'

const Picture = later(() => import('./Picture').then(m => m.Picture))
const early = [Picture.early, () => import('./layout').then(m => m.elk())] // its worker takes as long to start as all else

const ways: [Reach['way'], string][] = [[undefined, words.bothWays], ['up', words.upstream], ['down', words.downstream]]

const useStyles = makeStyles({
  bar: { display: 'flex', flexWrap: 'wrap', gap: '8px 20px', alignItems: 'center' },
  group: { display: 'flex', flexWrap: 'wrap', gap: '8px', alignItems: 'center' },
  says: { ':empty': { display: 'none' } },
  list: { margin: 0, paddingLeft: '20px', display: 'flex', flexDirection: 'column', gap: '6px' },
})

export interface LineageAddress extends Reach {
  as?: string | undefined
}

interface LineageTabProps {
  guid: string
  name: string // its qualified name
  at: LineageAddress
  onChange: (to: LineageAddress) => void
}

export function LineageTab({ guid, name, at, onChange }: LineageTabProps) {
  const s = useStyles()
  const depth = Math.min(most, at.depth ?? usual)
  const way = at.way === 'up' || at.way === 'down' ? at.way : undefined
  const graph = useQuery({ ...lineage(guid, depth, way), placeholderData: (last, asked) => (asked?.queryKey[1] === guid ? last : undefined) }) // what is shown stays until more is there
  const other = graph.isPlaceholderData && graph.data?.lineageDirection !== directionOf(way) // it says nothing of this way
  const [chose, choose] = useState(false) // a way, here: the buttons stay, with the focus
  const asList = at.as === 'list'
  useEarly(asList ? undefined : early)
  const nothing = <Empty title={words.noLineage}>{words.noLineageText}</Empty>
  return (
    <Shown of={graph} loading={<Loading />} empty={data => !way && !chose && !other && data.relations.length === 0 && nothing}>
      {data => (
        <>
          <div className={s.bar}>
            <Choice label={words.tabs.lineage} of={[[undefined, words.asPicture], ['list', words.asList]]} chosen={asList ? 'list' : undefined} onChoose={as => onChange({ as })} />
            <Choice label={words.way} of={ways} chosen={way} onChoose={to => { choose(true); onChange({ way: to }) }} />
            <Further of={data} depth={depth} way={way} waits={graph.isPlaceholderData} other={other} name={name} onMore={to => onChange({ depth: to })} />
          </div>
          {other ? <Loading /> : data.relations.length === 0 ? (way ? <Empty title={words.noneKnown} actions={<Button onClick={() => { choose(true); onChange({ way: undefined }) }}>{words.bothWays}</Button>}>{words.oneWayNone}</Empty> : nothing) : asList ? <Lists of={data} way={way} /> : (
            <PictureFrame label={words.tabs.lineage}><Picture of={data} /></PictureFrame>
          )}
        </>
      )}
    </Shown>
  )
}

interface ChoiceProps<T> {
  label: string
  of: [value: T, title: string][]
  chosen: T
  onChoose: (to: T) => void
}

function Choice<T>({ label, of, chosen, onChoose }: ChoiceProps<T>) {
  const s = useStyles()
  return (
    <div className={s.group} role="group" aria-label={label}>
      {of.map(([value, title]) => <Button key={title} size="small" appearance={value === chosen ? 'secondary' : 'subtle'} aria-pressed={value === chosen} onClick={() => onChoose(value)}>{title}</Button>)}
    </div>
  )
}

interface FurtherProps {
  of: Lineage
  depth: number
  way: Reach['way']
  waits: boolean // for the answer that is asked for
  other: boolean // is what is there of another way?
  name: string
  onMore: (depth: number) => void
}

/** Further says how far is shown, and leads on. The button stays where it was used, so that whoever used it by key goes on there. */
function Further({ of, depth, way, waits, other, name, onMore }: FurtherProps) {
  const s = useStyles()
  const [used, setUsed] = useState(false)
  const { next, says } = wayOn(of, of.lineageDepth, way)
  return (
    <div className={s.group}>
      <span role="status" className={s.says}>{!other && (of.purlieuTruncated || used) && <Soft>{says}</Soft>}</span>
      {(next !== undefined || used) && (
        <Button size="small" disabledFocusable={next === undefined || waits} icon={waits ? <Spinner /> : undefined} onClick={() => { setUsed(true); if (next !== undefined && !waits) onMore(next) }}>{shared.more}</Button>
      )}
      <CopyButton text={line`purlieu asset show ${name} --depth ${depth}`} label={shared.copyCommandOf(words.tabs.lineage)} />
    </div>
  )
}

/** reach gives everything that is reached from an asset one way, nearest first. */
export function reach(of: Lineage, way: 'INPUT' | 'OUTPUT'): string[] {
  const next = new Map<string, string[]>()
  for (const r of of.relations) {
    const [from, to] = way === 'OUTPUT' ? [r.fromEntityId, r.toEntityId] : [r.toEntityId, r.fromEntityId]
    const all = next.get(from)
    if (all) all.push(to)
    else next.set(from, [to])
  }
  const seen = new Set([of.baseEntityGuid])
  const out: string[] = []
  for (let at = [of.baseEntityGuid]; at.length > 0; ) {
    const following = at.flatMap(g => next.get(g) ?? []).filter(g => !seen.has(g))
    at = [...new Set(following)]
    for (const g of at) seen.add(g)
    out.push(...at)
  }
  return out
}

function Lists({ of, way: only }: { of: Lineage; way: Reach['way'] }) {
  const s = useStyles()
  return (
    <>
      {([['INPUT', words.upstream, 'up'], ['OUTPUT', words.downstream, 'down']] as const).filter(([, , way]) => !only || way === only).map(([way, title]) => {
        const all = reach(of, way)
        return (
          <Card key={way} title={title}>
            {all.length === 0 ? <Soft>{words.noneKnown}</Soft> : (
              <ol className={s.list}>
                {all.map(g => { const h = of.guidEntityMap[g]; return h && <li key={g}><Link to="/asset/$guid" params={{ guid: g }}>{h.displayText}</Link> <Soft>{titleOf(h.typeName)}</Soft></li> })}
              </ol>
            )}
          </Card>
        )
      })}
    </>
  )
}
