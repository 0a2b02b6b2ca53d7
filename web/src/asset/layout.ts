// The layout of a graph: by elk, in a worker of its own that is started when it is first needed; of a large one, by layers.
import type { ELK, ElkNode } from 'elkjs/lib/elk-api'
import { layers } from './layers'

export interface Placed {
  nodes: { id: string; x: number; y: number }[]
}

export const size = { width: 220, height: 52 } // of every node
const gap = { across: 80, down: 20 }

/** large is the number of nodes beyond which a graph is not laid out by elk, nor shown as a whole. */
export const large = 200

let starting: Promise<{ by: ELK; lost: Promise<never> }> | undefined
const again = () => { starting = undefined }

/** elk starts the worker, once. Where a part of it does not come, the next call tries again; lost fails where that is the worker's own. */
export function elk() {
  if (starting) return starting
  starting = Promise.all([import('elkjs/lib/elk-api'), import('elkjs/lib/elk-worker.min.js?url')]).then(([api, { default: url }]) => {
    const worker = new Worker(url)
    const lost = new Promise<never>((_, fail) => { worker.onerror = () => fail(new TypeError(`module script ${url}`)) }) // as browsers say it of other parts
    lost.catch(again)
    return { by: new api.default({ workerFactory: () => worker }), lost }
  })
  starting.catch(again)
  return starting
}

/** layOut places nodes of one size in layers, from left to right. */
export async function layOut(ids: string[], edges: [string, string][]): Promise<Placed> {
  if (ids.length > large) {
    const rows = layers(ids, edges)
    return { nodes: rows.flatMap((row, x) => row.map((id, i) => ({ id, x: x * (size.width + gap.across), y: (i - (row.length - 1) / 2) * (size.height + gap.down) }))) }
  }
  const known = new Set(ids)
  const graph: ElkNode = {
    id: 'root',
    layoutOptions: { 'elk.algorithm': 'layered', 'elk.direction': 'RIGHT', 'elk.layered.spacing.nodeNodeBetweenLayers': String(gap.across), 'elk.spacing.nodeNode': String(gap.down) },
    children: ids.map(id => ({ id, ...size })),
    edges: edges.filter(([from, to]) => known.has(from) && known.has(to)).map(([from, to], i) => ({ id: `e${i}`, sources: [from], targets: [to] })),
  }
  const { by, lost } = await elk()
  const done = await Promise.race([by.layout(graph), lost])
  return { nodes: (done.children ?? []).map(n => ({ id: n.id, x: n.x ?? 0, y: n.y ?? 0 })) }
}
