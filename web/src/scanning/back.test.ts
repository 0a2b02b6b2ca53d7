import { beforeAll, beforeEach, expect, it, vi } from 'vitest'
import type { Whole } from './rest'

beforeAll(() => vi.stubGlobal('document', { querySelector: () => null }))

const account = vi.hoisted(() => ({ there: undefined as unknown as Whole, filterFails: false }))
vi.mock('./rest', () => ({
  getWhole: async () => structuredClone(account.there),
  putScan: async (_: string, name: string, kind: string, properties: object) => { account.there = { ...account.there, scan: { ...account.there.scan, name, kind, properties: { ...properties, lastModifiedAt: 'now' } } as Whole['scan'] } },
  putFilter: async (_: string, __: string, properties: object) => {
    if (account.filterFails) throw new Error('away')
    account.there = { ...account.there, filter: { properties } as Whole['filter'] }
  },
}))

const whole = (level: string, only: string): Whole => ({
  scan: { name: 'nightly', kind: 'PostgreSql', properties: { scanLevel: level, collection: { referenceName: 'root', type: 'CollectionReference' } } },
  filter: { properties: { includeUriPrefixes: [only], excludeUriPrefixes: [] } },
}) as unknown as Whole
const was = whole('Full', 'shop'), written = whole('Incremental', 'shop/sales')
const stands = () => [(account.there.scan.properties as { scanLevel?: string }).scanLevel, account.there.filter?.properties.includeUriPrefixes]

beforeEach(() => { account.there = written; account.filterFails = false })

it('an undo that stopped half way can be done again', async () => {
  const { backScan } = await import('./back')
  account.filterFails = true
  await expect(backScan('shop', written, was)).rejects.toThrow('away')
  expect(stands()).toEqual(['Full', ['shop/sales']])
  account.filterFails = false
  await backScan('shop', written, was)
  expect(stands()).toEqual(['Full', ['shop']])
}, 60_000)

it.each([['its scan', whole('Full', 'other')], ['its scope', whole('Incremental', 'other')], ['both', whole('Other', 'other')]])('what somebody changed since stays: %s', async (_, there) => {
  const [{ backScan }, { Overtaken }] = await Promise.all([import('./back'), import('../client/rest')])
  account.there = there
  await expect(backScan('shop', written, was)).rejects.toBeInstanceOf(Overtaken)
  expect(account.there).toBe(there)
}, 60_000)
