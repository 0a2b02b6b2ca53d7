import { expect, it } from 'vitest'
import { wayOn } from './reach'
import { words } from './strings'

const graph = (nodes: number, purlieuTruncated: boolean) => ({ purlieuTruncated, guidEntityMap: Object.fromEntries(Array.from({ length: nodes }, (_, i) => [String(i), {} as never])) })

it('leads on twice as far, until the account goes no further', () => {
  expect(wayOn(graph(10, true), 6, undefined)).toEqual({ next: 12, says: words.stepsShown(6) })
  expect(wayOn(graph(10, true), 12, 'up')).toEqual({ next: 20, says: words.stepsShown(12) })
  expect(wayOn(graph(10, true), 20, undefined)).toEqual({ next: undefined, says: words.mostSteps(20) })
})

it('leads no further where more steps show nothing more', () => {
  expect(wayOn(graph(10, false), 12, undefined)).toEqual({ next: undefined, says: words.wholeLineage })
  expect(wayOn(graph(1000, true), 6, undefined)).toEqual({ next: undefined, says: words.many })
  expect(wayOn(graph(1000, true), 6, 'down')).toEqual({ next: undefined, says: words.manyOneWay })
})
