import { describe, expect, it } from 'vitest'
import { begin, draftOf, loginReady, mayNone, newNameProblem, paths, prefixes, withLogin } from './draft'
import type { Credential, Filter, Kind, Reach, Scan, Source } from './types'

const kind = { name: 'PostgreSql', levels: [1, 2], credentials: [{ kind: 'BasicAuth', title: 'Login', grants: null, fields: [{ name: 'user', type: 'text', title: '', help: '', required: true }] }] } as unknown as Kind
const reach = [{ name: 'edge', kind: 'SelfHosted', state: 'Online', serves: true, nodes: [], reasons: [] }] as Reach[]
const scanner = { name: 'scanner', kind: 'BasicAuth' } as Credential

describe('the login of a new scan', () => {
  it('is a new one where none fits, for whoever may make one', () => {
    expect(begin(kind, reach, [], []).login).toBe('new')
    expect(begin(kind, reach, [scanner], []).login).toBe('old')
    const without = begin(kind, reach, [], [], false)
    expect(without.login).toBe('old')
    expect(loginReady(without, kind, [])).toBe(false)
  })
  it('is none that was removed meanwhile', () => {
    const draft = begin(kind, reach, [scanner], [])
    expect(loginReady(draft, kind, [scanner])).toBe(true)
    expect(loginReady(draft, kind, [])).toBe(false)
  })
  it('is none that sources of this kind do not take, whatever its name', () => {
    const key = { name: 'scanner', kind: 'AccountKey' } as Credential
    expect(begin(kind, reach, [key, { ...scanner, name: 'second' }], [])).toMatchObject({ login: 'old', credential: 'second' })
    const scan = { name: 'nightly', properties: { credential: { referenceName: 'scanner' } } } as Scan
    const draft = draftOf(scan, null, { name: 'shop', properties: {} } as Source, kind, reach, [key])
    expect(draft).toMatchObject({ login: 'old', credential: 'scanner' })
    expect(loginReady(draft, kind, [key])).toBe(false)
    expect(loginReady(draft, kind, [scanner])).toBe(true)
  })
  it('is none where the kind takes none, or the scan went without one', () => {
    const scan = (properties: object) => ({ name: 'nightly', properties }) as Scan
    expect(mayNone({ ...kind, credentials: [] })).toBe(true)
    expect(mayNone(kind)).toBe(false)
    expect(mayNone(kind, scan({ credential: { referenceName: 'scanner' } }))).toBe(false)
    for (const credential of [null, undefined]) expect(mayNone(kind, scan({ credential }))).toBe(true)
  })
  it('keeps its name when a test has written it', () => {
    const draft = { ...begin(kind, reach, [], []), newName: 'scanner', open: { user: 'kim' } }
    expect(newNameProblem(draft, [scanner])).not.toBe('')
    expect(newNameProblem({ ...draft, kept: 'scanner' }, [scanner])).toBe('')
    expect(withLogin(draft, kind, 'purlieu source test shop')).toBe('purlieu credential add BasicAuth scanner --user=kim &&\npurlieu source test shop')
  })
})

it('a scan that is there stands in the form as it is', () => {
  const scan = { name: 'nightly', kind: 'PostgreSqlMsi', properties: { purlieuLevel: 'L1', credential: { referenceName: 'scanner' }, connectedVia: { referenceName: 'edge' } } } as Scan
  const filter = { properties: { includeUriPrefixes: ['postgresql://shop/shop/sales'], excludeUriPrefixes: null } } as Filter
  const source = { name: 'shop', properties: { purlieuAuthority: 'postgresql://shop' } } as Source
  expect(draftOf(scan, filter, source, kind, reach, [scanner])).toMatchObject({ name: 'nightly', runtime: 'edge', login: 'old', credential: 'scanner', level: 'L1', include: 'shop/sales', exclude: '', runAtOnce: false })
})

it('paths come back as they were written', () => {
  for (const authority of ['postgresql://shop', 'file://files/']) expect(paths(authority, prefixes(authority, 'shop/sales\nshop/order*'))).toEqual(['shop/sales', 'shop/order*'])
})
