// The picture of lineage. elk lays it out in a worker; XYFlow draws only what is in sight.
import '@xyflow/react/dist/base.css'
import { memo, useEffect, useState } from 'react'
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { Background, Controls, Handle, Position, ReactFlow, type Edge, type Node, type NodeProps } from '@xyflow/react'
import { useNavigate } from '@tanstack/react-router'
import type { Header, Lineage } from '../client/api'
import { useFlowStyles } from '../ui/flow'
import { useLook } from '../ui/theme'
import { Loading } from '../ui/States'
import { iconOf, titleOf } from '../ui/types'
import { layOut, type Placed } from './layout'
import { words } from './strings'

const useStyles = makeStyles({
  flow: { '& .react-flow__edge-path': { stroke: tokens.colorNeutralStroke1Hover, strokeWidth: '1.5' } },
  node: { width: '220px', height: '52px', boxSizing: 'border-box', display: 'flex', alignItems: 'center', gap: '10px', padding: '0 12px', borderRadius: tokens.borderRadiusMedium, border: `1px solid ${tokens.colorNeutralStroke1}`, backgroundColor: tokens.colorNeutralBackground1, color: tokens.colorNeutralForeground1, textAlign: 'left', font: 'inherit', cursor: 'pointer', ':hover': { border: `1px solid ${tokens.colorBrandStroke1}` }, ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` } },
  base: { border: `2px solid ${tokens.colorBrandStroke1}`, backgroundColor: tokens.colorBrandBackground2 },
  process: { border: `1px dashed ${tokens.colorNeutralStroke1}`, backgroundColor: tokens.colorNeutralBackground3 },
  icon: { flexShrink: 0, color: tokens.colorBrandForeground1 },
  texts: { minWidth: 0, display: 'flex', flexDirection: 'column' },
  name: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap', fontWeight: tokens.fontWeightSemibold },
  type: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap', fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
  handle: { opacity: 0 },
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
  if (!placed) return <Loading lines={3} />
  const nodes: AssetNode[] = placed.nodes.map(p => ({
    id: p.id, type: 'asset', position: { x: p.x, y: p.y }, width: 220, height: 52, sourcePosition: Position.Right, targetPosition: Position.Left, focusable: false,
    data: { header: of.guidEntityMap[p.id]!, base: p.id === of.baseEntityGuid },
  }))
  const edges: Edge[] = of.relations.map(r => ({ id: r.relationshipId, source: r.fromEntityId, target: r.toEntityId, focusable: false }))
  return (
    <ReactFlow
      className={mergeClasses(flow.flow, s.flow)} nodes={nodes} edges={edges} nodeTypes={nodeTypes} colorMode={look === 'light' ? 'light' : 'dark'} fitView fitViewOptions={{ maxZoom: 1, padding: 0.15 }} minZoom={0.05} onlyRenderVisibleElements
      nodesConnectable={false} nodesDraggable={false} elementsSelectable={false} disableKeyboardA11y ariaLabelConfig={{ 'controls.zoomIn.ariaLabel': words.zoomIn, 'controls.zoomOut.ariaLabel': words.zoomOut, 'controls.fitView.ariaLabel': words.fit }}
    >
      <Background gap={24} />
      <Controls showInteractive={false} />
    </ReactFlow>
  )
}
