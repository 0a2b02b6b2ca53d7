// What the pages of runtimes tell nodes, through the account.
import type { Node } from '../client/api'
import { deed, line } from '../client/command'
import { rest } from '../client/rest'

const nodeAt = (id: string) => `/manage/v1/nodes/${encodeURIComponent(id)}`
type NodeName = Pick<Node, 'id' | 'nodeName'>
export const approveNode = deed(
  (_runtime: string, { id }: NodeName) => rest<void>(`${nodeAt(id)}/approve`, { method: 'POST' }), (runtime, n) => line`purlieu node approve ${runtime} ${n.nodeName}`)
export const drainNode = deed(
  (_runtime: string, { id }: NodeName) => rest<void>(`${nodeAt(id)}/drain`, { method: 'POST' }), (runtime, n) => line`purlieu node drain ${runtime} ${n.nodeName}`)
export const resumeNode = deed(
  (_runtime: string, { id }: NodeName) => rest<void>(`${nodeAt(id)}/resume`, { method: 'POST' }), (runtime, n) => line`purlieu node resume ${runtime} ${n.nodeName}`)
export const rotateNode = deed(
  (_runtime: string, { id }: NodeName) => rest<void>(`${nodeAt(id)}/rotate`, { method: 'POST' }), (runtime, n) => line`purlieu node rotate ${runtime} ${n.nodeName}`)
export const revokeNode = deed(
  (_runtime: string, { id }: NodeName) => rest<void>(`${nodeAt(id)}/revoke`, { method: 'POST' }), (runtime, n) => line`purlieu node revoke ${runtime} ${n.nodeName}`)
export const removeNode = deed(
  (_runtime: string, { id }: NodeName) => rest<void>(nodeAt(id), { method: 'DELETE' }), (runtime, n) => line`purlieu node remove ${runtime} ${n.nodeName}`)
