// Every deed of the portal has the same as a command: here each is said once, with values, and what is said is kept in
// commands.txt, which the tests of the client read (cmd/purlieu): each line must be one that it takes. A deed that is
// missing here, or whose command no page shows, fails.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { Deed } from '../client/command'

const src = join(import.meta.dirname, '..')
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(f => /\.tsx?$/.test(f) && !/\.test\.ts$|generated/.test(f))
const texts = new Map(files.map(f => [f, readFileSync(join(src, f), 'utf8')]))

type Any = Deed<never[], unknown>
const deeds: Record<string, Any> = {}
const others: Record<string, string[]> = {}

beforeAll(async () => {
  vi.stubGlobal('document', { querySelector: () => null })
  const rooms = await Promise.all([import('../client/api'), import('../client/credentials'), import('../client/edit'), import('../runtimes/rest'), import('../scanning/budget'), import('../scanning/change'), import('../scanning/moveScan'), import('../scanning/rest'), import('../scanning/times'), import('../settings/rest')])
  for (const room of rooms) for (const [name, one] of Object.entries(room)) if (typeof one === 'function' && 'command' in one) deeds[name] = one as unknown as Any
  const [{ commandOf: editing }, { commandOf: scanning, begin }, { triggerCommand }, { commandOf: registering }] = await Promise.all([import('../asset/draft'), import('../scanning/draft'), import('../scanning/recurrence'), import('../scanning/newSource')])
  const kind = { name: 'PostgreSql', levels: [1, 2, 3], credentials: [{ kind: 'BasicAuth', title: '', grants: null, fields: [{ name: 'user', type: 'text', title: '', help: '' }, { name: 'password', type: 'text', title: '', help: '', secret: true }] }] } as never
  const nothing = { description: '', owners: [], experts: [] }
  const draft = {
    ...begin(kind, [{ name: 'edge', kind: 'SelfHosted', state: 'Online', serves: true, nodes: [], reasons: [] }], [], []),
    newName: 'scanner', open: { user: 'scan ner' }, secrets: { password: 'shop-password' }, settings: { databaseName: 'the shop' }, include: 'shop/sales*', exclude: 'shop/sales/old',
  }
  others.writeEntity = [
    editing({ asset: 'postgresql://shop/shop/sales/orders' }, nothing, { description: "it's", owners: [{ id: 'user:kim', info: '' }], experts: [{ id: 'Lee', info: '' }] }),
    editing({ asset: 'postgresql://shop/shop/sales/orders', column: 'customer id' }, { ...nothing, owners: [{ id: 'user:kim', info: '' }] }, { ...nothing, description: 'who' }),
  ]
  const was = { name: 'all', properties: { databaseName: 'the shop' } } as never, fields = { ...(kind as object), scanSettings: [{ name: 'databaseName', type: 'text', title: '', help: '' }] } as never
  others.createScan = [...scanning({ name: 'shop' } as never, kind, draft).split(' &&\n'), scanning({ name: 'shop' } as never, fields, { ...draft, login: 'none', settings: {}, include: '', exclude: '', runAtOnce: false, priority: 'High', collection: 'sales' }, was)]
  others.putTrigger = (['Hour', 'Day', 'Week', 'Month'] as const).map(every => triggerCommand('shop', 'nightly', { every, interval: 2, at: '03:30', on: ['Monday'], days: '1, -1', zone: 'Europe/Berlin', hours: every === 'Day' ? '9, 15' : '', end: every === 'Week' ? '2027-06-01T00:00:00Z' : '', full: every === 'Month', start: every === 'Week' ? '2027-01-01T00:00:00Z' : '' }))
  others.putSource = [registering({ name: 'PostgreSql', settings: [] }, { name: 'shop', collection: 'sales', authority: 'shop-db', values: { serverEndpoint: 'db.example.com', sslRootCert: '-----BEGIN\nx' }, windows: [{ days: ['Monday', 'Tuesday', 'Wednesday', 'Saturday'], from: '22:00', to: '06:00', timeZone: 'Europe/Berlin' }], units: '2', strict: true }), registering({ name: 'FileSystem', settings: [] }, { name: 'files', collection: 'root', authority: '', values: {}, windows: [], units: '', strict: false })]
}, 60_000)

/** samples are values for each deed. */
const samples: Record<string, unknown[][]> = {
  addRuntime: [['edge', ''], ['edge', 'In the cellar']], describeRuntime: [['edge', 'In the cellar'], ['edge', '']], deleteRuntime: [['edge']], limitKey: [['edge', 'authKey1', { maxNodes: 3, expires: '2030-01-31T18:00:00Z' }], ['edge', 'authKey2', { maxNodes: 0, expires: null }]], listKeys: [['edge']], regenerateKey: [['edge', 'authKey2']],
  approveNode: [['edge', { id: 'edge--edge-1', nodeName: 'edge-1' }]], drainNode: [['edge', { id: 'edge--edge-1', nodeName: 'edge-1' }]], resumeNode: [['edge', { id: 'edge--edge-1', nodeName: 'edge-1' }]], rotateNode: [['edge', { id: 'edge--edge-1', nodeName: 'edge-1' }]], revokeNode: [['edge', { id: 'edge--edge-1', nodeName: 'edge-1' }]], removeNode: [['edge', { id: 'edge--edge-1', nodeName: 'edge-1' }]],
  classify: [['g', 'MICROSOFT.PERSONAL.EMAIL', { asset: 'postgresql://shop/a b' }], ['g', 'OURS', { asset: 'postgresql://shop/a', column: '-x' }], ['g', 'OURS', { asset: 'postgresql://shop/a', column: 'x\u0015rm\n\u009b' }]],
  declassify: [['g', 'MICROSOFT.PERSONAL.EMAIL', { asset: 'postgresql://shop/a', column: "it's" }]], deleteAsset: [['00000000-0000-8000-8000-000000000001']], restoreAsset: [['00000000-0000-8000-8000-000000000001']],
  putWindows: [[{ name: 'shop', kind: 'PostgreSql' }, [{ from: '22:00', to: '06:00', timeZone: 'W. Europe Standard Time' }, { days: ['Saturday', 'Sunday'], from: '00:00', to: '24:00' }]], [{ name: 'shop', kind: 'PostgreSql' }, []]],
  putSettings: [[{ name: 'shop', kind: 'PostgreSql' }, [], { port: '5433', sslMode: '' }, '', ''], [{ name: 'shop', kind: 'PostgreSql' }, [], {}, '', 'sales'], [{ name: 'shop', kind: 'PostgreSql' }, [], { serverEndpoint: 'new.example.com', sslRootCert: '-----BEGIN\nx' }, 'postgresql://old.example.com', '']],
  moveScan: [['shop', 'nightly', 'sales']],
  putBudget: [[{ name: 'shop', kind: 'PostgreSql' }, { connections: 2, strict: true }], [{ name: 'shop', kind: 'PostgreSql' }, { connections: 0, strict: false }], [{ name: 'shop', kind: 'PostgreSql' }, { connections: 3 }]],
  writeCredential: [['scanner', 'BasicAuth', { description: 'Reads', open: { user: 'scan ner' }, secrets: { password: { vault: 'file', name: 'shop-password' } } }], ['hr', 'ServicePrincipal', { description: '', open: { tenant: '' }, secrets: {} }, { kind: 'ServicePrincipal', properties: { description: 'x', typeProperties: { tenant: 't' } } }]],
  putVault: [['hr-secrets', 'file', ''], ['hr-secrets', 'env', 'of HR']], deleteVault: [['hr-secrets']],
  deleteSource: [['shop']], deleteCredential: [['scanner']], deleteScan: [['shop', 'nightly']], startRun: [['shop', 'nightly', false], ['shop', 'nightly', true]], cancelRun: [[{ source: 'shop', scan: 'nightly', id: 'r1' }]],
  decide: [['p1', true], ['p1', false]], undoRun: [['r1']], fireTrigger: [['shop', 'nightly', true], ['shop', 'nightly', false]], deleteTrigger: [['shop', 'nightly']],
  testSource: [['shop', { runtime: 'edge', credential: 'scanner' }], ['shop', { runtime: '', credential: '' }], ['shop', { scan: 'nightly' }]],
  browse: [['shop', { runtime: 'edge', credential: 'scanner', settings: { databaseName: 'a b' }, path: 'shop/sales' }], ['shop', { runtime: 'edge', credential: '', settings: {}, path: '' }], ['shop', { runtime: 'edge', credential: '', path: '--credential=payroll' }]],
  putCollection: [['sales', { friendlyName: 'Sales', description: 'All of it', parent: 'root' }], ['root', { friendlyName: 'Orchard', description: '', parent: '' }]], deleteCollection: [['sales']],
  grant: [['root', 'data-curator', 'user:kim']], withdraw: [['root', 'data-curator', 'user:kim']], setInherits: [['sales', true], ['sales', false]],
  invite: [['user:kim']], addUser: [['kim']], disableUser: [['user:kim', true], ['user:kim', false]], deleteUser: [['user:kim']],
  addApp: [['nightly']], renewSecret: [['app:1']], deleteApp: [['app:1']], renameAccount: [['The orchard']],
  tryNetwork: [[{ publicNetworkAccess: 'enabled', portalPages: true, rules: [{ effect: 'allow', door: 'account', range: '10.0.0.7' }, { effect: 'refuse', range: '10.0.0.0/8' }] }]],
  judgeKind: [[{ id: 'Orchard.1.ab12', kind: 'Orchard', hash: 'ab12' }, 'approve'], [{ id: 'Orchard.1.ab12', kind: 'Orchard', hash: 'ab12' }, 'reject'], [{ id: 'Orchard.1.ab12', kind: 'Orchard', hash: 'ab12' }, 'withdraw']],
  putNetwork: [[{ publicNetworkAccess: 'disabled', rules: [] }, false], [{ publicNetworkAccess: 'disabled', rules: null }, true]],
}

/** questions change nothing, though they are asked by POST; steps are parts of a deed that is said as a whole. */
const questions = ['search', 'classNames']
const steps: Record<string, string> = { putCredential: 'createScan', putScan: 'createScan', putFilter: 'createScan' }

it('each has its command, and the client takes all of them', async () => {
  expect(Object.keys(samples).sort()).toEqual(Object.keys(deeds).sort())
  const lines = [...Object.entries(samples).flatMap(([name, list]) => list.map(values => deeds[name]!.command(...(values as never[])))), ...Object.values(others).flat()]
  await expect(lines.join('\n') + '\n').toMatchFileSnapshot('commands.txt')
})

describe('whatever writes to the account', () => {
  const writes = [...texts].flatMap(([file, text]) => text.split(/^(?=export )/m).filter(part => /method: '(POST|PUT|PATCH|DELETE)'/.test(part)).map(part => ({ file, name: /^export (?:async )?(?:const|function) (\w+)/.exec(part)?.[1] ?? '' })))
  it('is a deed, or part of one', () => {
    const loose = writes.filter(w => !w.file.endsWith('session.ts') && !deeds[w.name] && !others[w.name] && !questions.includes(w.name) && !others[steps[w.name] ?? ''])
    expect(loose).toEqual([])
    expect(writes.length).toBeGreaterThan(30)
  })
})

it('the command of each is shown on a page', () => {
  const pages = [...texts].filter(([file]) => file.endsWith('.tsx')).map(([, text]) => text).join('\n')
  expect(Object.keys(deeds).filter(name => !new RegExp(`\\b${name}\\.command\\b`).test(pages))).toEqual([])
})

/** Way is how a deed is kept from being an accident: another deed takes it back, it asks first, or why neither is needed. One that is offered in
 * several ways has several. */
interface Way {
  undo?: string // the deed that takes it back
  asks?: true
  harmless?: string
}

const made = 'What it makes can be removed, and nothing was there before.'
const again = 'It can be done again, and what it gives stays as it is.'
const looks = 'It changes nothing in the map or the account.'

const ways: Record<string, Way> = {
  addRuntime: { harmless: made }, deleteRuntime: { asks: true }, listKeys: { harmless: looks }, regenerateKey: { asks: true },
  approveNode: { harmless: 'A node that was approved can be revoked.' }, drainNode: { asks: true }, resumeNode: { harmless: 'It takes back a drain, and can be drained again.' },
  rotateNode: { asks: true }, revokeNode: { asks: true }, removeNode: { asks: true },
  describeRuntime: { undo: 'describeRuntime' }, limitKey: { undo: 'limitKey' }, deleteAsset: { asks: true, undo: 'restoreAsset' },
  writeEntity: { undo: 'writeEntity' }, classify: { undo: 'declassify' }, declassify: { undo: 'classify' }, restoreAsset: { harmless: 'It takes back a deletion, and brings what people wrote with it.' },
  putSource: { harmless: made }, putWindows: { undo: 'putWindows' }, putSettings: { undo: 'putSettings' }, putBudget: { undo: 'putBudget' }, deleteSource: { asks: true },
  createScan: { undo: 'backScan' }, moveScan: { undo: 'moveScan' }, deleteScan: { asks: true }, startRun: { harmless: 'A run can be cancelled, and what it deletes brought back.' },
  cancelRun: { asks: true }, undoRun: { harmless: 'It takes back what a run deleted; the next run looks again.' },
  decide: { asks: true, undo: 'undoRun', harmless: 'What is rejected is asked again by the next run that finds it so.' },
  putTrigger: { undo: 'backTrigger' }, fireTrigger: { undo: 'fireTrigger' }, deleteTrigger: { asks: true },
  writeCredential: { undo: 'writeCredential', harmless: made }, deleteCredential: { asks: true }, putVault: { harmless: made }, deleteVault: { asks: true },
  testSource: { harmless: looks }, browse: { harmless: looks },
  putCollection: { undo: 'putCollection', harmless: made }, deleteCollection: { asks: true }, grant: { undo: 'withdraw' }, withdraw: { undo: 'grant' }, setInherits: { undo: 'setInherits' },
  invite: { harmless: again }, addUser: { harmless: made }, disableUser: { undo: 'disableUser' }, deleteUser: { asks: true }, addApp: { harmless: made }, renewSecret: { asks: true }, deleteApp: { asks: true },
  renameAccount: { undo: 'renameAccount' }, judgeKind: { asks: true }, tryNetwork: { harmless: looks }, putNetwork: { undo: 'putNetwork' },
}

describe('what is done can be taken back, asks first, or harms nothing', () => {
  const pages = [...texts].filter(([file]) => file.endsWith('.tsx'))
  /** offers are where pages offer a deed: which part has its command. */
  const offers = (name: string) => pages.flatMap(([file, text]) => [...text.matchAll(new RegExp(`\\b${name}\\.command\\b`, 'g'))].map(m => {
    return { file, by: [...text.slice(0, m.index).matchAll(/<([A-Z]\w*)\b/g)].at(-1)?.[1] }
  }))

  it('is declared of each', () => {
    expect(Object.keys(ways).sort()).toEqual([...Object.keys(deeds), ...Object.keys(others)].sort())
    for (const [name, way] of Object.entries(ways)) {
      expect(Object.keys(way), name).not.toEqual([])
      if (way.harmless !== undefined) expect(way.harmless.split(' ').length, name).toBeGreaterThan(4)
    }
  })

  it('one that asks is offered by a question, and one that does not declare it by none', () => {
    for (const [name, way] of Object.entries(ways)) {
      const asked = offers(name).filter(offer => offer.by === 'Ask')
      if (way.asks && !way.undo && !way.harmless) expect(asked, name).toEqual(offers(name))
      expect(asked.length > 0, name).toBe(!!way.asks)
    }
  })

  it('one that is undone has its undo where it is done', () => {
    for (const [name, { undo }] of Object.entries(ways)) {
      if (!undo) continue
      const called = new RegExp(`\\b${undo}\\(`)
      const where = [...texts].filter(([, text]) => /\bundo(:|=| =)|takeBack/.test(text) && called.test(text))
      expect(where.map(([file]) => file), name).not.toEqual([])
      if (deeds[name]) expect(where.some(([, text]) => new RegExp(`\\b${name}\\(`).test(text)), name).toBe(true)
    }
  })
})
