import { Button } from '@fluentui/react-components'
import { ServerRegular } from '@fluentui/react-icons/svg/server'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { approveNode, removeNode, revokeNode, type Node } from '../client/api'
import { Ask } from '../ui/Ask'
import { DataTable, type Column } from '../ui/DataTable'
import { useNotices } from '../ui/Notices'
import { Soft, Status, When } from '../ui/Parts'
import { Empty, sayFailure } from '../ui/States'
import { toneOf } from './state'
import { words } from './strings'

interface NodesProps {
  runtime: string
  nodes: Node[]
  managed: boolean
  mayWrite: boolean
  onSetup: () => void
}

export function Nodes({ runtime, nodes, managed, mayWrite, onSetup }: NodesProps) {
  const queries = useQueryClient()
  const { tell } = useNotices()
  const act = useMutation({
    mutationFn: ({ run }: { run: () => Promise<void>; said: string }) => run(),
    onSuccess: (_, { said }) => tell({ kind: 'done', title: said }),
    onError: error => { const f = sayFailure(error); tell({ kind: 'failed', title: f.title, text: f.text }) },
    onSettled: () => queries.invalidateQueries({ queryKey: ['nodes', runtime] }),
  })
  if (nodes.length === 0) {
    return <Empty icon={<ServerRegular fontSize={48} />} title={words.noNodes} actions={mayWrite && !managed && <Button appearance="primary" onClick={onSetup}>{words.tabs.setup}</Button>}>{managed ? words.managedNodes : words.noNodesText}</Empty>
  }
  const columns: Column<Node>[] = [
    { name: words.node, show: n => n.nodeName },
    { name: words.state, show: n => <Status tone={toneOf(n.status)}>{n.status}</Status> },
    { name: words.machine, show: n => <>{n.machineName} <Soft>{n.system}</Soft></> },
    { name: words.version, show: n => n.version },
    { name: words.running, show: n => `${n.concurrentJobsRunning} / ${n.maxConcurrentJobs}`, number: true },
    { name: words.seen, show: n => <When at={n.lastConnectTime} /> },
    { name: words.enrolled, show: n => <When at={n.registerTime} /> },
  ]
  if (mayWrite && !managed) {
    columns.push({
      name: words.actions,
      show: n => (
        <>
          {n.pendingApproval && <Button size="small" appearance="primary" disabled={act.isPending} onClick={() => act.mutate({ run: () => approveNode(n.id), said: words.approved(n.nodeName) })}>{words.approve}</Button>}{' '}
          {n.revoked ? <Ask small appearance="secondary" label={words.remove} title={words.removeSure(n.nodeName)} done={words.removed(n.nodeName)} act={() => removeNode(n.id)} stale={['nodes', runtime]}>{words.removeText}</Ask>
            : <Ask small appearance="secondary" label={words.revoke} title={words.revokeSure(n.nodeName)} done={words.revoked(n.nodeName)} act={() => revokeNode(n.id)} stale={['nodes', runtime]}>{words.revokeText}</Ask>}
        </>
      ),
    })
  }
  return <DataTable caption={words.tabs.nodes} rows={nodes} id={n => n.id} columns={columns} />
}
