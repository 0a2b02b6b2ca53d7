// The picture of the data map. Each thing on it is a link, in reading order, so that it can be walked by keyboard.
import { useMemo } from 'react'
import { Background, Controls, Handle, Panel, Position, ReactFlow, type Edge, type Node, type NodeProps } from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { Folder20Regular } from '@fluentui/react-icons/svg/folder'
import { Server20Regular } from '@fluentui/react-icons/svg/server'
import { Drawing } from '../ui/Drawing'
import { useFlowStyles } from '../ui/flow'
import type { RuntimeSummary } from '../client/api'
import { Link, Soft } from '../ui/Parts'
import { RuntimeStatus } from '../ui/RuntimeStatus'
import { firstSeen, margin, Sight } from '../ui/Sight'
import { isUnknown, type Side } from '../ui/States'
import { Unknown } from '../ui/Unknown'
import { place, placeID, type Place } from './layout'
import { going } from './rest'
import { RunStatus } from '../ui/RunStatus'
import { words } from './strings'
import type { Collection, Kind, Run, Source } from './types'

const width = 220
const height = 60

const useStyles = makeStyles({
  node: { width: `${width}px`, height: `${height}px`, boxSizing: 'border-box', display: 'flex', gap: '10px', alignItems: 'center', padding: '8px 12px', borderRadius: tokens.borderRadiusLarge, border: `1px solid ${tokens.colorNeutralStroke1}`, backgroundColor: tokens.colorNeutralBackground1, color: tokens.colorNeutralForeground1, boxShadow: tokens.shadow2 },
  collection: { backgroundColor: tokens.colorNeutralBackground3, boxShadow: 'none' },
  runtime: { border: `1px dashed ${tokens.colorBrandStroke1}` },
  texts: { flex: 1, width: 0, display: 'flex', flexDirection: 'column' }, // however long a name is, the picture beside it keeps its size
  name: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap', fontWeight: tokens.fontWeightSemibold },
  small: { fontSize: tokens.fontSizeBase200, lineHeight: tokens.lineHeightBase200 },
  handle: { opacity: 0 },
  missing: { padding: '8px 12px', borderRadius: tokens.borderRadiusMedium, border: `1px solid ${tokens.colorStatusWarningBorder1}`, backgroundColor: tokens.colorNeutralBackground1, color: tokens.colorNeutralForeground1 },
})

type Shown = Node<{ place: Place; title: string; to?: string; icon?: string; run?: Run; runtime?: RuntimeSummary; note?: string }, 'thing'>

interface MapPictureProps {
  collections: Collection[]
  sources: Source[]
  // What stands beside them: none of it is waited for here, and each may not have come.
  runtimes: Side & { data: { value: RuntimeSummary[] } | undefined }
  runs: Side & { data: Run[] | undefined }
  kinds: Side & { data: Kind[] | undefined }
}

export function MapPicture({ collections, sources, runtimes: ofRuntimes, runs: ofRuns, kinds: ofKinds }: MapPictureProps) {
  const { flow } = useFlowStyles()
  const s = useStyles()
  const runtimes = ofRuntimes.data?.value ?? noRuntimes, runs = ofRuns.data ?? noRuns, kinds = ofKinds.data ?? noKinds
  const never = ofRuns.data ? words.never : words.lastUnknown
  const missing = ([[ofRuntimes, words.runtimesThere], [ofRuns, words.lastRuns], [ofKinds, words.kinds]] as const).filter(([q]) => isUnknown(q))
  const { nodes, edges, places } = useMemo(() => {
    const { places, ties } = place(collections, sources, runtimes, runs)
    const nodes = places.map((p): Shown => ({ id: p.id, type: 'thing', position: { x: p.x, y: p.y }, width, height, sourcePosition: Position.Right, targetPosition: Position.Left, data: { place: p, ...describe(p) } }))
    const busy = new Set(runs.filter(going).map(r => placeID('source', r.source)))
    const edges = ties.map((t): Edge => ({ id: t.id, source: t.from, target: t.to, animated: t.what === 'reads' && busy.has(t.from), focusable: false, style: { strokeWidth: 1.5, stroke: t.what === 'reads' ? tokens.colorBrandStroke1 : tokens.colorNeutralStroke1Hover, strokeDasharray: t.what === 'reads' ? '4 4' : undefined } }))
    return { nodes, edges, places }

    function describe(p: Place): Omit<Shown['data'], 'place'> {
      if (p.what === 'collection') {
        const c = collections.find(one => one.name === p.name)
        return { title: c?.friendlyName || p.name, note: words.holds(sources.filter(s => s.properties.collection?.referenceName === p.name).length) }
      }
      if (p.what === 'runtime') return { title: p.name, to: `/runtimes/${encodeURIComponent(p.name)}`, runtime: runtimes.find(r => r.name === p.name)! }
      const kind = kinds.find(k => k.name === sources.find(s => s.name === p.name)?.kind)
      const run = runs.find(r => r.source === p.name)
      return { title: p.name, to: `/sources/${encodeURIComponent(p.name)}`, ...(kind?.icon && { icon: kind.icon }), ...(run ? { run } : { note: never }) }
    }
  }, [collections, sources, runtimes, runs, kinds, never])
  const root = places.find(p => p.what === 'collection' && p.x === 0)?.id
  return (
    <Sight>
      {room => (
        <ReactFlow<Shown>
          className={flow} nodes={nodes} edges={edges} nodeTypes={types}
          fitView fitViewOptions={{ maxZoom: 1, padding: margin, nodes: firstSeen(root, places, { width, height }, room).map(id => ({ id })) }} minZoom={0.1} nodesDraggable={false} nodesConnectable={false} nodesFocusable={false} elementsSelectable={false}
        >
          <Background color={tokens.colorNeutralStroke2} />
          <Controls showInteractive={false} />
          {missing.length > 0 && <Panel position="top-right" className={s.missing}>{missing.map(([q, what]) => <div key={what}>{what}: <Unknown of={q} what={what} /></div>)}</Panel>}
        </ReactFlow>
      )}
    </Sight>
  )
}

const types = { thing: Thing }
const noRuntimes: RuntimeSummary[] = [], noRuns: Run[] = [], noKinds: Kind[] = []

function Thing({ data: { place: p, title, to, icon, run, runtime, note } }: NodeProps<Shown>) {
  const s = useStyles()
  return (
    <div className={mergeClasses(s.node, p.what === 'collection' && s.collection, p.what === 'runtime' && s.runtime)}>
      <Handle type="target" position={Position.Left} className={s.handle} />
      {p.what === 'collection' ? <Folder20Regular /> : p.what === 'runtime' ? <Server20Regular /> : <Drawing svg={icon} small />}
      <div className={s.texts}>
        <span className={s.name} title={title}>{to ? <Link to={to}>{title}</Link> : title}</span>
        <span className={s.small}>{run ? <RunStatus run={run} /> : runtime ? <RuntimeStatus of={runtime} /> : <Soft>{note}</Soft>}</span>
      </div>
      <Handle type="source" position={Position.Right} className={s.handle} />
    </div>
  )
}
