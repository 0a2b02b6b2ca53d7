import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { ServerRegular } from '@fluentui/react-icons/svg/server'
import type { Node } from '../client/api'
import { ActButton } from '../ui/ActButton'
import { Ask } from '../ui/Ask'
import { DataTable, type Column } from '../ui/DataTable'
import { Soft, Status, When } from '../ui/Parts'
import { NodeStatus } from '../ui/RuntimeStatus'
import { Empty } from '../ui/States'
import { useAct } from '../ui/useAct'
import { approveNode, drainNode, removeNode, resumeNode, revokeNode, rotateNode } from './rest'
import { words } from './strings'

const useStyles = makeStyles({
  machine: { fontWeight: tokens.fontWeightRegular },
  acts: { display: 'flex', flexWrap: 'wrap', gap: '4px' },
})

interface NodesProps {
  runtime: string
  nodes: Node[]
  managed: boolean
  known: boolean // is it known whether it is managed? As long as it is not, what only others offer is left out
  mayWrite: boolean
  onSetup: () => void
}

export function Nodes({ runtime, nodes, managed, known, mayWrite, onSetup }: NodesProps) {
  const s = useStyles()
  const act = useAct(['nodes', runtime])
  if (nodes.length === 0) {
    return <Empty icon={<ServerRegular fontSize={48} />} title={words.noNodes} actions={mayWrite && !managed && <Button appearance="primary" onClick={onSetup}>{words.tabs.setup}</Button>}>{known && (managed ? words.managedNodes : words.noNodesText)}</Empty>
  }
  const columns: Column<Node>[] = [
    { name: words.node, show: n => <><div>{n.nodeName}</div><div className={s.machine}><Soft>{n.machineName} {n.system}</Soft></div></> },
    { name: words.state, show: n => <><NodeStatus of={n} />{n.drain !== 'none' && <div title={n.drain === 'drained' ? words.drainedHint : words.drainHint}><Status tone="warn">{words[n.drain]}</Status></div>}</> },
    { name: words.version, show: n => n.version },
    { name: words.running, show: n => `${n.concurrentJobsRunning} / ${n.maxConcurrentJobs}`, number: true },
    { name: words.seen, show: n => <When at={n.lastConnectTime} /> },
    { name: words.enrolled, show: n => <When at={n.registerTime} /> },
    { name: words.keySince, show: n => <><When at={n.keyTime} />{n.newKeyWanted && <div><Status tone="busy">{words.newKeyWanted}</Status></div>}</> },
  ]
  if (mayWrite) {
    columns.push({
      name: words.actions, width: '250px',
      show: n => (
        <div className={s.acts}>
          {n.pendingApproval && <ActButton size="small" appearance="primary" label={words.approve} name={words.approveNamed(n.nodeName)} command={approveNode.command(runtime, n)} busy={act.busy} onAct={() => act.go({ run: () => approveNode(runtime, n), said: words.approved(n.nodeName) })} />}
          {n.revoked || n.pendingApproval ? null : n.drain !== 'none'
            ? <ActButton size="small" label={words.resume} name={words.resumeNamed(n.nodeName)} command={resumeNode.command(runtime, n)} busy={act.busy} onAct={() => act.go({ run: () => resumeNode(runtime, n), said: words.resumed(n.nodeName) })} />
            : <Ask small appearance="secondary" label={words.drain} title={words.drainSure(n.nodeName)} done={words.drainSaid(n.nodeName)} act={() => drainNode(runtime, n)} command={drainNode.command(runtime, n)} stale={['nodes', runtime]}>{words.drainText}</Ask>}
          {managed || n.revoked || n.pendingApproval ? null : <Ask small appearance="secondary" label={words.rotate} title={words.rotateSure(n.nodeName)} done={words.rotateSaid(n.nodeName)} act={() => rotateNode(runtime, n)} command={rotateNode.command(runtime, n)} stale={['nodes', runtime]}>{words.rotateText}</Ask>}
          {managed ? null : n.revoked ? <Ask small appearance="secondary" label={words.remove} title={words.removeSure(n.nodeName)} done={words.removed(n.nodeName)} act={() => removeNode(runtime, n)} command={removeNode.command(runtime, n)} stale={['nodes', runtime]}>{words.removeText}</Ask>
            : <Ask small appearance="secondary" label={words.revoke} title={words.revokeSure(n.nodeName)} done={words.revoked(n.nodeName)} act={() => revokeNode(runtime, n)} command={revokeNode.command(runtime, n)} stale={['nodes', runtime]}>{words.revokeText}</Ask>}
        </div>
      ),
    })
  }
  return <DataTable caption={words.tabs.nodes} rows={nodes} id={n => n.id} columns={columns} />
}
