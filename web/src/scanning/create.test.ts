import { beforeAll, expect, it, vi } from 'vitest'
import { draftOf } from './draft'
import type { Kind, Reach, Scan, Source } from './types'

const put: unknown[][] = []
beforeAll(() => {
  vi.doMock('../client/credentials', () => ({ putCredential: async () => undefined }))
  vi.doMock('./rest', () => ({ putScan: async (...said: unknown[]) => void put.push(said), putFilter: async () => undefined }))
})

it('of a scan that is changed what the form does not show stays, and what was cleared is gone', async () => {
  const { createScan } = await import('./create')
  const kind = { name: 'PostgreSql', levels: [1, 2], credentials: [], scanSettings: [{ name: 'databaseName', type: 'text' }, { name: 'sampleViews', type: 'switch' }] } as unknown as Kind
  const source = { name: 'shop', properties: {} } as Source
  const reach = [{ name: 'edge', kind: 'SelfHosted', state: 'Online', serves: true, nodes: [], reasons: [] }] as Reach[]
  const was = { name: 'nightly', kind: 'PostgreSqlCredential', properties: { workers: 4, databaseName: 'shop', sampleViews: true, purlieuLevel: 'L1', collection: { referenceName: 'sales' }, createdAt: '2026-01-01T00:00:00Z', lastModifiedAt: '2026-01-02T00:00:00Z' } } as unknown as Scan
  const draft = draftOf(was, null, source, kind, reach, [])
  await createScan(source, kind, reach, { ...draft, runtime: 'edge', level: 'L2', priority: 'High', settings: { ...draft.settings, databaseName: '' } }, was)
  expect(put).toEqual([['shop', 'nightly', 'PostgreSqlCredential', {
    workers: 4, sampleViews: true, purlieuLevel: 'L2', purlieuPriority: 'High', credential: null,
    collection: { referenceName: 'sales', type: 'CollectionReference' }, connectedVia: { referenceName: 'edge', integrationRuntimeType: 'SelfHosted' },
  }]])
  await createScan(source, kind, reach, { ...draft, runtime: 'edge', collection: 'support' }, was)
  expect(put[1]?.[3]).toMatchObject({ collection: { referenceName: 'support' } })
})
