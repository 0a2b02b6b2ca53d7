// The picture of lineage. elk lays it out in a worker; XYFlow draws only what is in sight.
import '@xyflow/react/dist/base.css'
import { memo, useEffect, useMemo, useState } from 'react'
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { Background, Controls, Handle, Position, ReactFlow, type Edge, type Node, type NodeProps } from '@xyflow/react'
import { useNavigate } from '@tanstack/react-router'
import type { Header, Lineage } from '../client/api'
import { useFlowStyles } from '../ui/flow'
import { useLook } from '../ui/theme'
import { Loading } from '../ui/States'
import { iconOf, titleOf } from '../ui/types'
import { around, large, layOut, size, type Placed } from './layout'
import { words } from './strings'

const useStyles = makeStyles({
  flow: { '& .react-flow__edge-path': { stroke: tokens.colorNeutralStroke1Hover, strokeWidth: '1.5' } },
  node: { width: `${size.width}px`, height: `${size.height}px`, boxSizing: 'border-box', display: 'flex', alignItems: 'center', gap: '10px', padding: '0 12px', borderRadius: tokens.borderRadiusMedium, border: `1px solid ${tokens.colorNeutralStroke1}`, backgroundColor: tokens.colorNeutralBackground1, color: tokens.colorNeutralForeground1, textAlign: 'left', font: 'inherit', cursor: 'pointer', ':hover': { border: `1px solid ${tokens.colorBrandStroke1}` }, ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` } },
  base: { border: `2px solid ${tokens.colorBrandStroke1}`, backgroundColor: tokens.colorBrandBackground2 },
  process: { border: `1px dashed ${tokens.colorNeutralStroke1}`, backgroundColor: tokens.colorNeutralBackground3 },
  icon: { flexShrink: 0, color: tokens.colorBrandForeground1 },
  texts: { minWidth: 0, display: 'flex', flexDirection: 'column' },
  name: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap', fontWeight: tokens.fontWeightSemibold },
  type: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap', fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
  handle: { opacity: 0, minWidth: 0, minHeight: 0, width: '1px', height: '1px', border: 'none' },
})

type AssetNode = Node<{ header: Header; base: boolean }, 'asset'>

const AssetBox = memo(function AssetBox({ data }: NodeProps<AssetNode>) {
  const s = useStyles()
  const navigate = useNavigate()
  const h = data.header
  const Icon = iconOf(h.typeName)
  return (
    <>
      <Handle className={s.handle} type="target" position={Position.Left} isConnectable={false} />
      <button type="button" className={mergeClasses('nodrag', s.node, /process|lineage/.test(h.typeName) && s.process, data.base && s.base)} aria-current={data.base || undefined} title={h.displayText} onClick={() => void navigate({ to: '/asset/$guid', params: { guid: h.guid }, search: { tab: 'lineage' } })}>
        <Icon className={s.icon} />
        <span className={s.texts}><span className={s.name}>{h.displayText}</span><span className={s.type}>{titleOf(h.typeName)}</span></span>
      </button>
      <Handle className={s.handle} type="source" position={Position.Right} isConnectable={false} />
    </>
  )
})

const nodeTypes = { asset: AssetBox }

// Where edges end. What is said here needs no look at what the browser made of a node: only those in sight are made.
const handles = ([['target', Position.Left, 0], ['source', Position.Right, size.width]] as const).map(([type, position, x]) => ({ type, position, x, y: size.height / 2, width: 0, height: 0 }))

const atFirst = 32 // nodes of a large picture that one begins with; the others are a way away

export function Picture({ of }: { of: Lineage }) {
  const s = useStyles()
  const flow = useFlowStyles()
  const { look } = useLook()
  const [placed, setPlaced] = useState<Placed>()
  useEffect(() => {
    let over = false
    void layOut(Object.keys(of.guidEntityMap), of.relations.map(r => [r.fromEntityId, r.toEntityId])).then(p => { if (!over) setPlaced(p) })
    return () => { over = true }
  }, [of])
  const nodes = useMemo(() => placed?.nodes.map((p): AssetNode => ({
    id: p.id, type: 'asset', position: { x: p.x, y: p.y }, ...size, measured: size, handles, sourcePosition: Position.Right, targetPosition: Position.Left, focusable: false,
    data: { header: of.guidEntityMap[p.id]!, base: p.id === of.baseEntityGuid },
  })), [of, placed])
  const edges = useMemo(() => of.relations.map((r): Edge => ({ id: r.relationshipId, source: r.fromEntityId, target: r.toEntityId, focusable: false, interactionWidth: 0 })), [of])
  if (!placed || !nodes) return <Loading lines={3} />
  const whole = nodes.length <= large
  return (
    <ReactFlow
      className={mergeClasses(flow.flow, s.flow)} nodes={nodes} edges={edges} nodeTypes={nodeTypes} colorMode={look === 'light' ? 'light' : 'dark'} onlyRenderVisibleElements
      fitView fitViewOptions={{ maxZoom: 1, padding: 0.15, ...(!whole && { nodes: around(of.baseEntityGuid, placed, atFirst).map(id => ({ id })) }) }} minZoom={whole ? 0.05 : 0.2}
      nodesConnectable={false} nodesDraggable={false} elementsSelectable={false} disableKeyboardA11y ariaLabelConfig={{ 'controls.zoomIn.ariaLabel': words.zoomIn, 'controls.zoomOut.ariaLabel': words.zoomOut, 'controls.fitView.ariaLabel': whole ? words.fit : words.wider }}
    >
      <Background gap={24} />
      <Controls showInteractive={false} />
    </ReactFlow>
  )
}
