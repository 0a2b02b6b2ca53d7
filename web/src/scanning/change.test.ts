import { beforeAll, expect, it, vi } from 'vitest'
import type { Field } from './types'

const of: Field[] = [
  { name: 'host', type: 'text', title: 'Host', help: '', required: true },
  { name: 'port', type: 'number', title: 'Port', help: '', default: '5432' },
  { name: 'roots', type: 'list', title: 'Roots', help: '' },
  { name: 'ca', type: 'block', title: 'Authorities', help: '' },
]
const shop = { name: 'shop', kind: 'PostgreSql' }

let sent: Record<string, unknown> | undefined
let changedOf: typeof import('./change').changedOf, putSettings: typeof import('./change').putSettings
beforeAll(async () => {
  vi.doMock('./rest', () => ({
    getSource: () => Promise.resolve({ properties: { host: 'elsewhere', port: 5433, ca: 'x', roots: null, purlieuAuthority: 'postgresql://db', purlieuBudget: { connections: 2 } } }),
    putSource: (_name: string, _kind: string, properties: Record<string, unknown>) => { sent = properties; return Promise.resolve() },
  }))
  ;({ changedOf, putSettings } = await import('./change'))
})

it('what is written otherwise is changed, what is taken away is taken back, and a default that is written out is neither', () => {
  expect(changedOf(of, { host: 'db', ca: 'x' }, { host: ' db ', ca: '', port: '5432' })).toEqual({ ca: '' })
  expect(changedOf(of, { host: 'db', port: '5433' }, { host: 'db', port: '', roots: '/a\n/b' })).toEqual({ port: '', roots: '/a\n/b' })
  expect(changedOf(of, { host: 'db', port: '5432' }, { host: 'db', port: '' })).toEqual({})
})

it('only what changed is written, over what the source is by then, and its authority is named only where that is said', async () => {
  await putSettings(shop, of, { port: '5434', ca: '' }, '', '')
  expect(sent).toEqual({ host: 'elsewhere', port: 5434, roots: null, purlieuBudget: { connections: 2 } })
  await putSettings(shop, of, { host: 'new' }, 'postgresql://db', '')
  expect(sent).toEqual({ host: 'new', port: 5433, ca: 'x', roots: null, purlieuBudget: { connections: 2 }, purlieuAuthority: 'postgresql://db' })
})

it('the command says the same', () => {
  expect(putSettings.command(shop, of, { port: '', roots: '/a\n/b' }, '', '')).toBe('purlieu source add PostgreSql shop --set=roots=/a,/b --set=port=')
})
