import { beforeAll, describe, expect, it, vi } from 'vitest'

beforeAll(() => vi.stubGlobal('document', { querySelector: () => null }))

describe('a failure', () => {
  it('is read in both shapes of the account, with the id for the operator', async () => {
    const { failureOf } = await import('./rest')
    const azure = await failureOf(Response.json({ error: { code: 'NameTaken', message: 'the name is taken' } }, { status: 409, headers: { 'x-ms-request-id': 'r1' } }))
    expect([azure.status, azure.code, azure.message, azure.request]).toEqual([409, 'NameTaken', 'the name is taken', 'r1'])
    const atlas = await failureOf(Response.json({ requestId: 'r2', errorCode: 'ATLAS-404-00-005', errorMessage: 'no entity' }, { status: 404 }))
    expect([atlas.status, atlas.code, atlas.message]).toEqual([404, 'ATLAS-404-00-005', 'no entity'])
    const nearer = await failureOf(Response.json({ requestId: 'r3', errorCode: 'ATLAS-400-00-001', errorMessage: 'only marks' }, { status: 400, headers: { 'x-ms-error-code': 'NoKeywords' } }))
    expect([nearer.status, nearer.code, nearer.message]).toEqual([400, 'NoKeywords', 'only marks'])
  })

  it('shows nothing of what something in between said', async () => {
    const { failureOf } = await import('./rest')
    const proxy = await failureOf(new Response('<html>Bad gateway of example proxy</html>', { status: 502 }))
    expect([proxy.status, proxy.message]).toEqual([502, ''])
  })
})
