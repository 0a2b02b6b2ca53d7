// The layout of a graph, by elk, in a worker of its own that is started when it is first needed.
import type { ELK, ElkNode } from 'elkjs/lib/elk-api'

export interface Placed {
  nodes: { id: string; x: number; y: number }[]
}

let starting: Promise<ELK> | undefined

function elk(): Promise<ELK> {
  starting ??= Promise.all([import('elkjs/lib/elk-api'), import('elkjs/lib/elk-worker.min.js?url')]).then(([api, worker]) => new api.default({ workerFactory: () => new Worker(worker.default) }))
  return starting
}

/** layOut places nodes of one size in layers, from left to right. */
export async function layOut(ids: string[], edges: [string, string][]): Promise<Placed> {
  const known = new Set(ids)
  const graph: ElkNode = {
    id: 'root',
    layoutOptions: { 'elk.algorithm': 'layered', 'elk.direction': 'RIGHT', 'elk.layered.spacing.nodeNodeBetweenLayers': '80', 'elk.spacing.nodeNode': '20', ...(ids.length > 300 ? { 'elk.layered.thoroughness': '1', 'elk.layered.nodePlacement.strategy': 'SIMPLE' } : {}) },
    children: ids.map(id => ({ id, width: 220, height: 52 })),
    edges: edges.filter(([from, to]) => known.has(from) && known.has(to)).map(([from, to], i) => ({ id: `e${i}`, sources: [from], targets: [to] })),
  }
  const done = await (await elk()).layout(graph)
  return { nodes: (done.children ?? []).map(n => ({ id: n.id, x: n.x ?? 0, y: n.y ?? 0 })) }
}
