// What the states of runtimes and of their nodes are called, and what can be done where one is not as it should be. They are
// keyed by what the account's description says that it answers: a state that is new there does not compile without its words.
import type { components } from '../client/generated/manage'
import { plural } from './format'

export type RuntimeState = components['schemas']['RuntimeSummary']['state']
export type NodeState = components['schemas']['Node']['status']

interface Said {
  is: string
  help: string // what to do, or what it means; '' where nothing is to be said
}

export const runtimeStates: Record<RuntimeState, Said> = {
  Online: { is: 'Online', help: '' },
  Limited: { is: 'Partly online', help: 'Not all of its nodes are online. Its page says which.' },
  Offline: { is: 'Offline', help: 'None of its nodes is online. Its page says of each why, and what helps.' },
  NeedRegistration: { is: 'No node yet', help: 'Set one up on a machine in the network of the data: its page says how.' },
  Started: { is: 'Ready', help: 'Its node starts by itself when there is work.' },
}

export const nodeStates: Record<NodeState, Said> = {
  Online: { is: 'Online', help: '' },
  Offline: { is: 'Offline', help: 'See that its machine runs, and reaches this account.' },
  NeedRegistration: { is: 'Lapsed', help: 'It was away for too long, and its key counts no more. Enrol it anew, with a key of its runtime (purlieu-runtime enrol --again).' },
  Resting: { is: 'Resting', help: 'It starts when there is work.' },
}
export const nodeRevoked: Said = { is: 'Revoked', help: 'Its key counts no more, and its name stays taken: remove it from the list before a node of that name enrols (purlieu-runtime enrol --again).' }
export const nodePending: Said = { is: 'Waits for approval', help: 'It reads nothing before somebody approves it.' }

/** nodesOnline says a runtime's state with how many of its nodes are there. */
export const nodesOnline = (is: string, online: number, all: number) => `${is}, ${online} of ${plural(all, 'node', 'nodes')}`
