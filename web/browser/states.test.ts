// The states of a page beside its main path: an account with nothing in it, an account that fails, and a person who may
// not. Here the answer 500 is made in the browser, for each page: no real account fails on request. What can fail for real
// does so in failures.test.ts.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from './hand'
import { seriousOf } from './looks'
import { changed, goes, told } from './opened'
import { at, idsOf, look, pages, states, type Ids, type PageOf } from './pages'
import { open, Visit, world } from './world'

let browser: Browser
let ids: Ids

beforeAll(async () => {
  browser = await open()
  const v = await Visit.begin(browser)
  ids = await idsOf(v)
  await v.end()
})
afterAll(() => browser.close())

it.each(pages)('the page $name has each state, or says why it can’t', page => {
  expect(states.filter(s => (page[s] === undefined) === (page.not?.[s] === undefined))).toEqual([])
})

describe('in an account with nothing in it', () => {
  let v: Visit
  beforeAll(async () => { v = await Visit.begin(browser, { at: world.empty }) })
  afterAll(() => v.end())

  it.each(pages.filter(p => p.empty))('the page $name says so, and what to do', async page => {
    await v.go(at(page, ids))
    await v.page.getByRole('main').getByText(page.empty!).first().waitFor()
    expect(v.wrong).toEqual([])
    expect(await seriousOf(v.page)).toEqual([])
  })
})

/** Where there is nothing on a page, or on a side of it, in an account that has much else. */
const nothing: (Pick<PageOf, 'name' | 'path' | 'open'> & { says: string; answers?: (v: Visit) => Promise<unknown> })[] = [
  { name: 'the list of runtimes', path: '/runtimes', answers: told('**/manage/v1/runtimes', { value: [] }), says: 'No runtime yet' },
  { name: 'a runtime without a node', path: '/runtimes/edge', answers: changed('**/runtimes/edge/nodes*', () => ({ value: [] })), says: 'Set one up on a machine in the network of the data.' },
  { name: 'the built-in runtime at rest', path: '/runtimes/built-in', says: 'This runtime is built in: its node starts by itself as soon as there is work for it.' },
  { name: 'the units of a run that has not begun', path: ids => `/runs/${ids.run}?tab=units`, answers: async v => { await goes(v); await told('**/runs/*/units*', { value: [] })(v) }, says: 'No units yet' },
  { name: 'the units of a run that had none', path: ids => `/runs/${ids.run}?tab=units`, answers: told('**/runs/*/units*', { value: [] }), says: 'It has no units' },
  { name: 'the runs of a source that never ran', path: '/runs?source=blank', says: 'No run matches' },
  { name: 'an asset that holds nothing', path: ids => `/asset/${ids.schema}`, answers: told('**/assets/*/children*', { value: [] }), says: 'Nothing below it is in the map.' },
  { name: 'an asset without a past', path: ids => `/asset/${ids.table}?tab=history`, answers: told('**/assets/*/history*', { value: [] }), says: 'No history' },
  { name: 'an asset that was not measured', path: ids => `/asset/${ids.schema}`, says: 'No run has measured this yet.' },
  { name: 'a column that is not there', path: ids => `/asset/${ids.table}?tab=schema&find=nosuchcolumn`, says: 'No column has this in its name' },
  { name: 'a source in which a login sees nothing', path: '/sources/shop/scan?step=scope', open: look, answers: changed('**/datasources/shop/browse', () => ({ value: [] })), says: 'Nothing is below it' },
]

describe('where there is nothing', () => {
  let v: Visit
  beforeAll(async () => { v = await Visit.begin(browser) })
  afterAll(() => v.end())

  it.each(nothing)('$name says so', async one => {
    try {
      await one.answers?.(v)
      await v.see(one, typeof one.path === 'string' ? one.path : one.path(ids))
      await v.page.getByRole('main').getByText(one.says).first().waitFor()
      expect(v.wrong).toEqual([])
      expect(await seriousOf(v.page)).toEqual([])
    } finally {
      await v.page.unrouteAll({ behavior: 'ignoreErrors' })
    }
  })
})

const asked = (page: PageOf) => [page.asks ?? []].flat()

describe('when the account', () => {
  let v: Visit
  let failing: string | undefined
  const failure = { status: 500, headers: { 'x-ms-request-id': 'request-7' }, json: { error: { code: 'InternalError', message: 'the account could not do it' } } }
  // The routes stay for the whole visit: one that a failed test left behind would fail those after it.
  beforeAll(async () => {
    v = await Visit.begin(browser)
    for (const asks of new Set(pages.flatMap(asked))) await v.page.route(asks, r => asks === failing ? r.fulfill(failure) : r.fallback())
  })
  afterAll(() => v.end())

  it.each(pages.flatMap(page => asked(page).map(asks => ({ ...page, asks }))))('fails at $asks, the page $name tells it with the number of the request', async page => {
    failing = page.asks
    await v.see(page, at(page, ids))
    const alert = v.page.getByRole('alert').filter({ hasText: 'request-7' }).first()
    await alert.waitFor()
    if (page.name === 'sources') expect(await seriousOf(v.page)).toEqual([]) // all failures look alike
    failing = undefined
    await alert.getByRole('button', { name: 'Try again' }).click()
    await alert.waitFor({ state: 'detached' })
    await v.page.getByRole('main').getByText(page.shows).first().waitFor()
  })
})

describe('somebody who may not', () => {
  const who = { reader: undefined as unknown as Visit, keeper: undefined as unknown as Visit }
  beforeAll(async () => {
    who.reader = await Visit.begin(browser, { as: world.reader })
    who.keeper = await Visit.begin(browser, { as: world.keeper })
  })
  afterAll(async () => { await who.reader.end(); await who.keeper.end() })

  it.each(pages.filter(p => p.refused))('is told so on the page $name, and shown nothing of it', async page => {
    const v = who[page.to ?? 'reader']
    await v.go(at(page, ids))
    await v.page.getByRole('main').getByText(page.refused!).first().waitFor()
    expect(await v.page.getByRole('main').getByText(page.shows).count()).toBe(0)
    if (page.name === 'map') expect(await seriousOf(v.page)).toEqual([]) // all refusals look alike
  })
  it('is not told that there is nothing', () => expect(pages.filter(p => p.refused && String(p.refused) === String(p.empty))).toEqual([]))
})

describe('a person without any role', () => {
  it('is told on every page who gives roles, by which name to ask for one, and nothing else', async () => {
    const v = await Visit.begin(browser, { as: world.stranger })
    for (const path of ['/', '/search?q=order', '/map', '/sources', '/sources/_new', '/runs', '/runtimes/_new', '/settings', `/asset/${ids.table}`]) {
      await v.go(path)
      await v.page.getByRole('heading', { name: 'You have no role here yet' }).waitFor()
      await v.page.getByText('say that you are signed in as sam').waitFor()
      expect(await v.page.getByRole('main').getByRole('button').allTextContents()).toEqual(['Look again'])
    }
    expect(await seriousOf(v.page)).toEqual([])
    await run('purlieu role add support purview-reader sam')
    try {
      await v.page.getByRole('button', { name: 'Look again' }).click()
      await v.page.getByRole('alert').getByText('Not found').waitFor()
    } finally {
      await run('purlieu role remove support purview-reader sam')
    }
    await v.end()
  })

  it('but to see to sources is told in the search which role it takes, not that nothing is found', async () => {
    await run('purlieu role add support data-source-administrator sam')
    const v = await Visit.begin(browser, { as: world.stranger })
    try {
      await v.go('/search?q=order')
      await v.page.getByRole('alert').getByText('Only data readers and data curators see assets.').waitFor()
      expect(await v.page.getByText('Nothing found').count()).toBe(0)
      expect(v.questions(/search\/query/)).toEqual([])
    } finally {
      await run('purlieu role remove support data-source-administrator sam')
      await v.end()
    }
  })
})

describe('whoever may look and not touch', () => {
  let keeper: Visit
  let reader: Visit
  beforeAll(async () => {
    keeper = await Visit.begin(browser, { as: world.keeper })
    reader = await Visit.begin(browser, { as: world.reader })
  })
  afterAll(async () => { await keeper.end(); await reader.end() })

  const buttons = [
    ['keeper', '/runtimes', 'edge', 'Add a runtime'], ['keeper', '/runtimes/edge', 'edge-1', 'Revoke'], ['keeper', '/runtimes/edge', 'edge-1', 'Delete the runtime'],
    ['keeper', '/', 'Nothing is in the map that you may see', 'Set up a runtime'], ['reader', '/settings', 'Collections', 'Add a collection'], ['reader', '/settings', 'Collections', 'Edit'],
  ] as const
  it.each(buttons)('as the %s, sees on %s “%s”, and no button “%s”', async (who, path, shown, button) => {
    const v = who === 'keeper' ? keeper : reader
    await v.go(path)
    await v.page.getByRole('main').getByText(shown, { exact: true }).first().waitFor()
    expect(await v.page.getByRole('main').getByRole('button', { name: button }).count()).toBe(0)
  })

  it('would find each button with the right to it', async () => {
    const admin = await Visit.begin(browser)
    const bare = await Visit.begin(browser, { at: world.empty })
    for (const [, path, , button] of buttons) {
      const v = path === '/' ? bare : admin
      await v.go(path)
      expect(await v.page.getByRole('main').getByRole('button', { name: button }).count(), `${path}: ${button}`).toBeGreaterThan(0)
    }
    await admin.end()
    await bare.end()
  })

  it('sees an asset whole, is offered no change of it, and is told the role that it takes', async () => {
    await reader.go(`/asset/${ids.table}?tab=schema`)
    await reader.page.getByText('first_name', { exact: true }).first().waitFor()
    await reader.go(`/asset/${ids.table}`)
    await reader.page.getByText('takes the role Data curator').waitFor()
    expect(await reader.page.getByRole('main').getByRole('button', { name: /^(Edit|Add|Take away)/ }).count()).toBe(0)
  })
})
