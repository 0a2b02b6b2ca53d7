// What is not known is said to be not known, never as if it were known: a page whose side questions fail, one at a time; and
// a list that a filter empties. The answer 500 is made in the browser, as in states.test.ts.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from './hand'
import { seriousOf } from './looks'
import { idsOf, type Ids } from './pages'
import { open, Visit } from './world'

let browser: Browser
let v: Visit
let ids: Ids
let failing: string | undefined

interface Case {
  path: string | ((ids: Ids) => string)
  asks: string // the question that fails
  shows: string // what the page shows all the same
  unknown: string | RegExp // the name of what says that it is not known
  never?: string // what is not true as long as it is not known
}

const cases: Case[] = [
  { path: '/sources', asks: '**/manage/v1/runs?*', shows: 'archive', unknown: 'Last run of archive: unknown. Try again', never: 'Never scanned' },
  { path: '/sources', asks: '**/manage/v1/kinds*', shows: 'archive', unknown: 'Kind: unknown. Try again' },
  { path: '/sources', asks: '**/account/collections?*', shows: 'archive', unknown: 'Collection: unknown. Try again' },
  { path: '/map', asks: '**/manage/v1/runs?*', shows: 'archive', unknown: 'Last runs: unknown. Try again', never: 'Never scanned' },
  { path: '/map', asks: '**/manage/v1/runtimes', shows: 'archive', unknown: 'Runtimes: unknown. Try again' },
  { path: '/map', asks: '**/manage/v1/kinds*', shows: 'archive', unknown: 'Kinds: unknown. Try again' },
  { path: '/runs?source=shop', asks: '**/scan/datasources?*', shows: 'shop / nightly', unknown: 'Sources: unknown. Try again' },
  { path: '/sources/shop?tab=scans&scan=nightly', asks: '**/manage/v1/kinds*', shows: 'What nightly reads', unknown: 'Kind: unknown. Try again' },
  { path: '/sources/shop', asks: '**/account/collections?*', shows: 'Test the connection', unknown: 'Collection: unknown. Try again' },
  { path: '/runtimes/edge', asks: '**/scan/integrationRuntimes?*', shows: 'edge-1', unknown: 'Kind and description: unknown. Try again', never: 'Delete the runtime' },
  { path: ids => `/asset/${ids.table}`, asks: '**/account/collections?*', shows: 'Qualified name', unknown: 'Collection: unknown. Try again' },
  { path: ids => `/asset/${ids.table}`, asks: '**/assets/*/origin', shows: 'Qualified name', unknown: 'Source: unknown. Try again', never: 'None: no scan made it.' },
  { path: ids => `/asset/${ids.table}`, asks: '**/search/query*', shows: 'Qualified name', unknown: 'Classifications: unknown. Try again' },
  { path: '/search?q=order&collection=%5B%22root%22%5D', asks: '**/account/collections?*', shows: 'Collection', unknown: 'Collection: unknown. Try again' },
  { path: '/settings?tab=collections', asks: '**/manage/v1/principals*', shows: 'Who may do what', unknown: 'People and apps: unknown. Try again' },
]

beforeAll(async () => {
  browser = await open()
  v = await Visit.begin(browser)
  ids = await idsOf(v)
  const failure = { status: 500, headers: { 'x-ms-request-id': 'request-7' }, json: { error: { code: 'InternalError', message: 'the account could not do it' } } }
  for (const asks of new Set(cases.map(c => c.asks))) await v.page.route(asks, r => asks === failing ? r.fulfill(failure) : r.fallback())
})
afterAll(() => browser.close())

describe('where a side question fails', () => {
  it.each(cases)('$path without $asks says what is not known, and asks anew', async one => {
    failing = one.asks
    v.wrong.length = 0
    await v.go(typeof one.path === 'string' ? one.path : one.path(ids))
    const main = v.page.getByRole('main')
    await main.getByText(one.shows, { exact: true }).first().waitFor()
    const unknown = main.getByRole('button', { name: one.unknown, exact: true }).first()
    await unknown.waitFor()
    expect(await unknown.getAttribute('title')).toContain('the account could not do it')
    if (one.never) expect(await main.getByText(one.never, { exact: true }).count(), one.never).toBe(0)
    const moved = (await v.told()).shifts
    if (moved.length > 0) throw new Error(moved.join('\n')) // whole, which an assertion's message is not
    expect(v.wrong).toEqual([])
    expect(await seriousOf(v.page)).toEqual([])
    const again = v.page.waitForResponse(one.asks)
    await unknown.click() // in vain
    await again
    await unknown.and(v.page.locator('[aria-disabled=false]')).waitFor()
    await main.getByText(one.shows, { exact: true }).first().waitFor()
    failing = undefined
    await unknown.click()
    await unknown.waitFor({ state: 'detached' })
    if (one.never) expect(await main.getByText(one.never, { exact: true }).count() > 0 || one.path !== '/runtimes/edge', 'is offered when it is known').toBe(true)
    expect((await v.told()).shifts).toEqual([])
  })

  it('a page that would write over what it does not know is not offered', async () => {
    failing = '**/scan/datasources?*'
    await v.go('/sources/_new?step=settings&kind=PostgreSql')
    const alert = v.page.getByRole('alert').first()
    expect(await alert.textContent()).toContain('request-7')
    expect(await v.page.getByLabel('Name in the map').count()).toBe(0)
    failing = undefined
    await alert.getByRole('button', { name: 'Try again' }).click()
    await v.page.getByLabel('Name in the map').waitFor()
  })

  it('nobody is said to be missing whom nobody looked for', async () => {
    failing = '**/manage/v1/principals*'
    await v.go('/settings')
    await v.page.getByRole('main').getByLabel('Person or app', { exact: true }).fill('rita')
    await v.page.getByRole('button', { name: 'People and apps: unknown. Try again' }).waitFor()
    await v.settled()
    expect(await v.page.getByText('No person or app of the account has this name. Look how it is written, or have the person invited.').count()).toBe(0)
    failing = undefined
    await v.page.getByRole('button', { name: 'People and apps: unknown. Try again' }).click()
    await v.page.getByRole('button', { name: 'Give', exact: true }).and(v.page.locator(':enabled')).waitFor()
    await v.page.getByRole('main').getByLabel('Person or app', { exact: true }).fill('nobody-of-that-name')
    await v.page.getByText('No person or app of the account has this name. Look how it is written, or have the person invited.').waitFor()
  })
})

describe('what comes late', () => {
  let late: string | undefined
  let held = 0 // answers that came late
  const owner = (who: string) => run(`purlieu asset edit postgresql://shop/shop/sales/people --owner=${who}`)
  beforeAll(async () => {
    await owner('demo') // a person changed it, whose id is longer than any name
    const wait = () => new Promise(done => setTimeout(done, 600))
    for (const asks of new Set(sides.map(c => c.asks))) await v.page.route(asks, async r => { if (asks === late) { await wait(); held++ } return r.fallback() })
  })
  afterAll(async () => { late = undefined; await owner(''); await v.resize(1280, 800) })

  const sides = [...cases, { path: (i: Ids) => `/asset/${i.table}`, asks: '**/manage/v1/principals?*', shows: 'by demo' }]
  it.each(sides.flatMap(one => [1280, 390].map(width => ({ ...one, width }))))('on $path, $asks, moves nothing at $width', async one => {
    late = one.asks
    held = 0
    await v.resize(one.width, 800)
    await v.go(typeof one.path === 'string' ? one.path : one.path(ids))
    await v.page.getByRole('main').getByText(one.shows, { exact: true }).first().waitFor({ state: 'attached' }) // a phone folds the facets away
    expect(held, 'is asked, and comes').toBeGreaterThan(0)
    const moved = (await v.told()).shifts
    if (moved.length > 0) throw new Error(moved.join('\n'))
  })
})

describe('a list that a filter empties', () => {
  const filters = [
    { path: (i: Ids) => `/runs/${i.run}?tab=changes&verb=renamed`, says: 'No change of this kind', never: 'Nothing changed', way: 'Show all changes', shows: 'order_lines' },
    { path: () => '/runs?source=shop&state=Canceled', says: 'No run matches', never: 'Nothing has run yet', way: 'Show all runs', shows: 'shop / nightly' },
    { path: (i: Ids) => `/asset/${i.table}?tab=schema&find=nothingofthekind`, says: 'No column has this in its name', never: 'No columns are known', way: 'Show all columns', shows: 'first_name' },
    { path: () => '/search?q=order&class=%5B%22NONE.SUCH%22%5D', says: 'No asset fits all that it is narrowed to.', never: 'No asset that you may see has these words', way: 'Clear all', shows: 'orders' },
  ]
  it.each(filters)('says “$says”, not “$never”, and leads to all of it', async ({ path, says, never, way, shows }) => {
    await v.go(path(ids))
    const main = v.page.getByRole('main')
    await main.getByText(says, { exact: true }).waitFor()
    expect(await main.getByText(never).count()).toBe(0)
    await main.getByRole('button', { name: way }).last().click()
    await main.getByText(shows, { exact: true }).first().waitFor()
    expect(await main.getByText(says, { exact: true }).count()).toBe(0)
  })

  it('of runs says which it is of, though it is not among those that are offered', async () => {
    await v.go('/runs?source=no-such-source')
    expect(await v.page.getByLabel('Source', { exact: true }).inputValue()).toBe('no-such-source')
  })
})
