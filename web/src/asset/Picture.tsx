// The picture of lineage. elk lays it out in a worker; XYFlow draws the nodes that are in sight, and all edges are one line.
import '@xyflow/react/dist/base.css'
import { memo, useEffect, useMemo, useState } from 'react'
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { Background, Controls, getBezierPath, Position, ReactFlow, ViewportPortal, type Node, type NodeProps } from '@xyflow/react'
import { useNavigate } from '@tanstack/react-router'
import type { Header, Lineage } from '../client/api'
import { useFlowStyles } from '../ui/flow'
import { firstSeen, margin, Sight } from '../ui/Sight'
import { useLook } from '../ui/theme'
import { Loading } from '../ui/States'
import { iconOf, titleOf } from '../ui/types'
import { large, layOut, size, type Placed } from './layout'
import { words } from './strings'

const useStyles = makeStyles({
  edges: { position: 'absolute', width: '1px', height: '1px', overflow: 'visible', pointerEvents: 'none', zIndex: -1, stroke: tokens.colorNeutralStroke1Hover, strokeWidth: '1.5' },
  heads: { fill: tokens.colorNeutralStrokeAccessible, stroke: 'none' },
  node: { width: `${size.width}px`, height: `${size.height}px`, boxSizing: 'border-box', display: 'flex', alignItems: 'center', gap: '10px', padding: '0 12px', borderRadius: tokens.borderRadiusMedium, border: `1px solid ${tokens.colorNeutralStroke1}`, backgroundColor: tokens.colorNeutralBackground1, color: tokens.colorNeutralForeground1, textAlign: 'left', font: 'inherit', cursor: 'pointer', ':hover': { border: `1px solid ${tokens.colorBrandStroke1}` }, ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` } },
  base: { border: `2px solid ${tokens.colorBrandStroke1}`, backgroundColor: tokens.colorBrandBackground2 },
  process: { border: `1px dashed ${tokens.colorNeutralStroke1}`, backgroundColor: tokens.colorNeutralBackground3 },
  icon: { flexShrink: 0, color: tokens.colorBrandForeground1 },
  texts: { minWidth: 0, display: 'flex', flexDirection: 'column' },
  name: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap', fontWeight: tokens.fontWeightSemibold },
  type: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap', fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
})

type AssetNode = Node<{ header: Header; base: boolean }, 'asset'>

const AssetBox = memo(function AssetBox({ data }: NodeProps<AssetNode>) {
  const s = useStyles()
  const navigate = useNavigate()
  const h = data.header
  const Icon = iconOf(h.typeName)
  return (
    <button type="button" className={mergeClasses('nodrag', s.node, /process|lineage/.test(h.typeName) && s.process, data.base && s.base)} aria-current={data.base || undefined} title={h.displayText} onClick={() => void navigate({ to: '/asset/$guid', params: { guid: h.guid }, search: { tab: 'lineage' } })}>
      <Icon className={s.icon} />
      <span className={s.texts}><span className={s.name}>{h.displayText}</span><span className={s.type}>{titleOf(h.typeName)}</span></span>
    </button>
  )
})

const nodeTypes = { asset: AssetBox }

const head = { length: 9, half: 4.5 }

/** Edges are one line, and their heads one shape: nobody points at one of them, and a part of its own for each of a thousand takes longer than all else. */
const Edges = memo(function Edges({ of, placed }: { of: Lineage; placed: Placed }) {
  const s = useStyles()
  const at = new Map(placed.nodes.map(n => [n.id, n]))
  let line = '', heads = ''
  for (const r of of.relations) {
    const from = at.get(r.fromEntityId), to = at.get(r.toEntityId)
    if (!from || !to) continue
    const x = to.x, y = to.y + size.height / 2
    line += getBezierPath({ sourceX: from.x + size.width, sourceY: from.y + size.height / 2, sourcePosition: Position.Right, targetX: x - head.length, targetY: y, targetPosition: Position.Left })[0]
    heads += `M${x},${y}l${-head.length},${-head.half}v${2 * head.half}z`
  }
  return <ViewportPortal><svg className={s.edges} aria-hidden><path d={line} fill="none" /><path className={s.heads} d={heads} /></svg></ViewportPortal>
})

export function Picture({ of }: { of: Lineage }) {
  const flow = useFlowStyles()
  const { look } = useLook()
  const [placed, setPlaced] = useState<Placed>()
  const [failed, fail] = useState<{ error: unknown }>()
  useEffect(() => {
    let over = false
    layOut(Object.keys(of.guidEntityMap), of.relations.map(r => [r.fromEntityId, r.toEntityId])).then(p => { if (!over) setPlaced(p) }, error => { if (!over) fail({ error }) })
    return () => { over = true }
  }, [of])
  const nodes = useMemo(() => placed?.nodes.map((p): AssetNode => ({
    id: p.id, type: 'asset', position: { x: p.x, y: p.y }, ...size, measured: size, handles: [], focusable: false, // what is said here needs no look at what the browser made of it
    data: { header: of.guidEntityMap[p.id]!, base: p.id === of.baseEntityGuid },
  })), [of, placed])
  if (failed) throw failed.error
  if (!placed || !nodes) return <Loading lines={3} />
  const whole = nodes.length <= large
  return (
    <Sight>
      {room => (
        <ReactFlow
          className={flow.flow} nodes={nodes} nodeTypes={nodeTypes} colorMode={look === 'light' ? 'light' : 'dark'} onlyRenderVisibleElements
          fitView fitViewOptions={{ maxZoom: 1, padding: margin, nodes: firstSeen(of.baseEntityGuid, placed.nodes, size, room).map(id => ({ id })) }} minZoom={whole ? 0.05 : 0.2}
          nodesConnectable={false} nodesDraggable={false} elementsSelectable={false} disableKeyboardA11y ariaLabelConfig={{ 'controls.zoomIn.ariaLabel': words.zoomIn, 'controls.zoomOut.ariaLabel': words.zoomOut, 'controls.fitView.ariaLabel': whole ? words.fit : words.wider }}
        >
          <Edges of={of} placed={placed} />
          <Background gap={24} />
          <Controls showInteractive={false} />
        </ReactFlow>
      )}
    </Sight>
  )
}
