// The states of a page beside its main path: an account with nothing in it, an account that fails, and a person who may
// not. Here the answer 500 is made in the browser, for each page: no real account fails on request. What can fail for real
// does so in failures.test.ts.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { at, idsOf, pages, type Ids } from './pages'
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

describe('in an account with nothing in it', () => {
  let v: Visit
  beforeAll(async () => { v = await Visit.begin(browser, { at: world.empty }) })
  afterAll(() => v.end())

  it.each(pages.filter(p => p.empty))('the page $name says so, and what to do', async page => {
    await v.go(at(page, ids))
    await v.page.getByRole('main').getByText(page.empty!).first().waitFor()
    expect(v.wrong).toEqual([])
  })
})

describe('when the account', () => {
  let v: Visit
  beforeAll(async () => { v = await Visit.begin(browser) })
  afterAll(() => v.end())

  it.each(pages.filter(p => p.asks))('fails, the page $name tells it with the number of the request', async page => {
    await v.page.route(page.asks!, r => r.fulfill({ status: 500, headers: { 'x-ms-request-id': 'request-7' }, json: { error: { code: 'InternalError', message: 'the account could not do it' } } }))
    await v.see(page, at(page, ids))
    const alert = v.page.getByRole('alert').first()
    expect(await alert.textContent()).toContain('request-7')
    await v.page.unroute(page.asks!)
    await alert.getByRole('button', { name: 'Try again' }).click()
    await v.page.getByRole('main').getByText(page.shows).first().waitFor()
  })
})

describe('a person without any role', () => {
  let v: Visit
  beforeAll(async () => { v = await Visit.begin(browser, { as: world.stranger }) })
  afterAll(() => v.end())

  it.each(pages.filter(p => p.refused))('is shown nothing on the page $name', async page => {
    await v.go(at(page, ids))
    await v.page.getByText(page.refused!).first().waitFor()
    expect(await v.page.getByRole('main').getByText(page.shows).count()).toBe(0)
  })
})

describe('a reader', () => {
  let v: Visit
  beforeAll(async () => { v = await Visit.begin(browser, { as: world.reader }) })
  afterAll(() => v.end())

  const buttons = [
    ['/sources', 'Register a source'], ['/sources/shop', 'New scan'], ['/sources/shop', 'Remove'], ['/sources/shop?tab=scans', 'Run now'], ['/map', 'Register a source'],
    ['/runtimes', 'Add a runtime'], ['/runtimes/edge', 'Revoke'], ['/runtimes/edge', 'Delete the runtime'],
  ] as const
  it.each(buttons)('finds on %s no button “%s”', async (path, button) => {
    await v.go(path)
    expect(await v.page.getByRole('button', { name: button }).count()).toBe(0)
  })

  it('would find each of them with the right to it', async () => {
    const admin = await Visit.begin(browser)
    for (const [path, button] of buttons) {
      await admin.go(path)
      expect(await admin.page.getByRole('button', { name: button }).count(), `${path}: ${button}`).toBeGreaterThan(0)
    }
    await admin.end()
  })

  it('sees an asset whole, is offered no change of it, and is told the role that it takes', async () => {
    await v.go(`/asset/${ids.table}`)
    await v.page.getByText('it takes the role data curator').waitFor()
    expect(await v.page.getByRole('main').getByRole('button', { name: /^(Edit|Add|Take away)/ }).count()).toBe(0)
  })

  it('finds assets, and what they hold', async () => {
    await v.go(`/asset/${ids.table}?tab=schema`)
    await v.page.getByText('first_name', { exact: true }).first().waitFor()
  })
})
