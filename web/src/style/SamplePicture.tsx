// What the pattern of a picture shows: a small one, drawn with the parts that all pictures are made of.
import { Background, Controls, Handle, Position, ReactFlow, type Edge, type Node, type NodeProps } from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { makeStyles, tokens } from '@fluentui/react-components'
import { useFlowStyles } from '../ui/flow'
import { Link, Status } from '../ui/Parts'
import { firstSeen, margin, Sight } from '../ui/Sight'
import { drawn, feeds, type Sample } from './strings'

const size = { width: 220, height: 60 }
const base = 'orders'

const useStyles = makeStyles({
  node: { width: `${size.width}px`, height: `${size.height}px`, boxSizing: 'border-box', display: 'flex', flexDirection: 'column', justifyContent: 'center', padding: '8px 12px', borderRadius: tokens.borderRadiusLarge, border: `1px solid ${tokens.colorNeutralStroke1}`, backgroundColor: tokens.colorNeutralBackground1, color: tokens.colorNeutralForeground1 },
  name: { fontWeight: tokens.fontWeightSemibold },
  state: { fontSize: tokens.fontSizeBase200, lineHeight: tokens.lineHeightBase200 },
  handle: { opacity: 0 },
})

type Thing = Node<{ of: Sample }, 'thing'>

function Box({ data: { of } }: NodeProps<Thing>) {
  const s = useStyles()
  return (
    <div className={s.node}>
      <Handle type="target" position={Position.Left} className={s.handle} />
      <span className={s.name}><Link to="/style" search={{ tab: 'picture' }}>{of.name}</Link></span>
      <span className={s.state}><Status tone={of.state}>{of.word}</Status></span>
      <Handle type="source" position={Position.Right} className={s.handle} />
    </div>
  )
}

const types = { thing: Box }
const nodes = drawn.map(({ x, y, ...of }): Thing => ({ id: of.name, type: 'thing', position: { x, y }, ...size, data: { of } }))
const edges = feeds.map(([from, to]): Edge => ({ id: `${from} ${to}`, source: from, target: to, focusable: false, style: { stroke: tokens.colorNeutralStroke1Hover } }))

export function SamplePicture() {
  const { flow } = useFlowStyles()
  return (
    <Sight>
      {room => (
        <ReactFlow<Thing>
          className={flow} nodes={nodes} edges={edges} nodeTypes={types} nodesDraggable={false} nodesConnectable={false} nodesFocusable={false} elementsSelectable={false} minZoom={0.1}
          fitView fitViewOptions={{ maxZoom: 1, padding: margin, nodes: firstSeen(base, drawn.map(d => ({ id: d.name, ...d })), size, room).map(id => ({ id })) }}
        >
          <Background color={tokens.colorNeutralStroke2} />
          <Controls showInteractive={false} />
        </ReactFlow>
      )}
    </Sight>
  )
}
