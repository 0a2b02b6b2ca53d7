// How runtimes and their nodes are said: a word and a tone each, the same on all pages, and what to do where one is not as it
// should be: in a second line, or where there is no room for one, behind it.
import type { Node, RuntimeSummary } from '../client/api'
import { Soft, Status, type Tone } from './Parts'
import { nodePending, nodeRevoked, nodesOnline, nodeStates, runtimeStates, type NodeState, type RuntimeState } from './runtimeStrings'

const tones: Record<RuntimeState | NodeState, Tone> = { Online: 'good', Started: 'good', Limited: 'warn', NeedRegistration: 'warn', Offline: 'bad', Resting: 'idle' }

interface RuntimeStatusProps {
  of: { state: RuntimeState } & Partial<Pick<RuntimeSummary, 'kind' | 'nodes' | 'nodesOnline'>> // with how many nodes it says them, too
  helps?: boolean // in a second line
}

export function RuntimeStatus({ of: r, helps }: RuntimeStatusProps) {
  const { is, help } = runtimeStates[r.state]
  const said = r.nodes !== undefined && r.nodesOnline !== undefined && r.kind !== 'Managed' && r.nodes > 0 ? nodesOnline(is, r.nodesOnline, r.nodes) : is
  return <Said tone={tones[r.state]} is={said} help={help} below={!!helps} />
}

export function NodeStatus({ of: n }: { of: Pick<Node, 'status' | 'revoked' | 'pendingApproval'> }) {
  if (n.revoked) return <Said tone="bad" {...nodeRevoked} below />
  if (n.pendingApproval) return <Said tone="warn" {...nodePending} below />
  return <Said tone={tones[n.status]} {...nodeStates[n.status]} below />
}

function Said({ tone, is, help, below }: { tone: Tone; is: string; help: string; below: boolean }) {
  if (below) return <><Status tone={tone}>{is}</Status>{help && <div><Soft>{help}</Soft></div>}</>
  return help ? <span title={help}><Status tone={tone}>{is}</Status></span> : <Status tone={tone}>{is}</Status>
}
