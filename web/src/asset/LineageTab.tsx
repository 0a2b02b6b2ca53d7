// The lineage of an asset, as a picture or as a list. The picture is laid out in a worker, so that the page stays quick.
import { lazy, Suspense } from 'react'
import { Button, makeStyles } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { lineage, type Lineage } from '../client/api'
import { Card, Link, Soft } from '../ui/Parts'
import { PictureFrame } from '../ui/PicturePage'
import { Empty, Loading, Shown } from '../ui/States'
import { titleOf } from '../ui/types'
import { words } from './strings'

const Picture = lazy(() => import('./Picture').then(m => ({ default: m.Picture })))

const useStyles = makeStyles({
  bar: { display: 'flex', gap: '8px', alignItems: 'center' },
  list: { margin: 0, paddingLeft: '20px', display: 'flex', flexDirection: 'column', gap: '6px' },
})

interface LineageTabProps {
  guid: string
  as: string | undefined
  onAs: (as: string | undefined) => void
}

const depth = 6

export function LineageTab({ guid, as, onAs }: LineageTabProps) {
  const s = useStyles()
  const graph = useQuery(lineage(guid, depth))
  return (
    <Shown of={graph} loading={<Loading />} empty={data => data.relations.length === 0 && <Empty title={words.noLineage}>{words.noLineageText}</Empty>}>
      {data => (
        <>
          <div className={s.bar} role="group" aria-label={words.tabs.lineage}>
            <Button size="small" appearance={as === 'list' ? 'subtle' : 'secondary'} aria-pressed={as !== 'list'} onClick={() => onAs(undefined)}>{words.asPicture}</Button>
            <Button size="small" appearance={as === 'list' ? 'secondary' : 'subtle'} aria-pressed={as === 'list'} onClick={() => onAs('list')}>{words.asList}</Button>
            {data.purlieuTruncated && <Soft>{words.truncated}</Soft>}
          </div>
          {as === 'list' ? <Lists of={data} /> : (
            <PictureFrame label={words.tabs.lineage}><Suspense fallback={<Loading />}><Picture of={data} /></Suspense></PictureFrame>
          )}
        </>
      )}
    </Shown>
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

function Lists({ of }: { of: Lineage }) {
  const s = useStyles()
  return (
    <>
      {([['INPUT', words.upstream], ['OUTPUT', words.downstream]] as const).map(([way, title]) => {
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
