// Parts of the portal that are loaded when they are needed, and do not come: the account is away just then, another build of
// it has no such file, or an answer never ends; and parts that come late. That is made here, in the browser; all else is real.
import type { Browser, Route } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { seriousOf } from './looks'
import { open, Visit } from './world'

let browser: Browser
let v: Visit
let comes: (route: Route) => unknown
let opened = 0 // documents

beforeAll(async () => {
  browser = await open()
  v = await Visit.begin(browser)
  // From when a document is asked for: it may ask for its parts before it is loaded whole.
  v.page.on('request', asked => { if (asked.isNavigationRequest() && asked.frame() === v.page.mainFrame()) opened++ })
  const parts = /\/assets\/(Scans|RunsPage)-[^/]*\.js$/
  await v.page.route(url => parts.test(url.pathname) || url.href === v.base + '/', route => comes(route))
})
afterAll(() => browser.close())
beforeEach(async () => {
  comes = well
  await v.go('/sources/shop')
  await v.page.evaluate(() => sessionStorage.clear()) // as somebody whose pages all came until now
  opened = 0
})

const well = (route: Route) => route.continue()
const away = (route: Route) => route.abort('connectionrefused')
const gone = (route: Route) => route.request().url().endsWith('.js') ? route.fulfill({ status: 404, json: { error: { code: 'NotFound', message: 'there is no such file' } } }) : well(route)
const never = () => undefined

const alert = () => v.page.getByRole('main').getByRole('alert')
const nightly = () => v.page.getByRole('main').getByRole('link', { name: 'nightly', exact: true }).waitFor()
const tab = () => v.page.getByRole('tab', { name: /^Scans/ })
const runs = () => v.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Runs' })

describe('a part that does not come', () => {
  it('while the account is away, is told, and comes by itself once it is back', async () => {
    comes = away
    await tab().click()
    await alert().getByText('can’t be reached').waitFor()
    await runs().waitFor() // the shell stays
    expect(opened).toBe(0)
    comes = well
    await nightly()
    expect(opened).toBe(1)
    expect(new URL(v.page.url()).search).toBe('?tab=scans')
  })

  it('because another build of the portal is there by now, is opened anew at once, in that build', async () => {
    comes = route => opened === 0 ? gone(route) : well(route)
    await tab().click()
    await nightly()
    expect(opened).toBe(1)
    expect(new URL(v.page.url()).search).toBe('?tab=scans')
  })

  it('and still does not when it was opened anew, is told; nothing is opened again by itself, and it comes when it is tried', async () => {
    comes = gone
    await runs().click()
    await alert().getByText('A part of this page does not load').waitFor()
    expect(new URL(v.page.url()).pathname).toBe('/runs')
    expect(await seriousOf(v.page)).toEqual([])
    await v.page.waitForTimeout(6000) // longer than what is away waits between two looks
    expect(opened).toBe(1)
    comes = well
    await alert().getByRole('button', { name: 'Try again' }).click()
    await v.page.getByRole('link', { name: 'shop / nightly' }).first().waitFor()
  })
})

describe('a part that comes later than what it shows', () => {
  it('tells that this failed', async () => {
    const list = '**/scan/datasources/shop/scans?*'
    let failed = () => {}
    const failure = new Promise<void>(done => { failed = done })
    let fails = true
    let kinds: Promise<unknown> = Promise.resolve()
    await v.page.route(list, async route => {
      if (!fails) return route.fallback()
      await kinds
      await v.page.waitForTimeout(500) // all else is drawn
      await route.fulfill({ status: 500, json: { error: { code: 'InternalError', message: 'the list of scans is lost' } } })
      failed()
    })
    comes = async route => {
      await failure
      await v.page.waitForTimeout(500) // the page knows it by now
      return well(route)
    }
    kinds = v.page.waitForResponse('**/manage/v1/kinds*')
    await v.page.goto(v.base + '/sources/shop?tab=scans')
    try {
      await alert().getByText('The list of scans is lost').waitFor()
    } finally {
      fails = false
    }
    await alert().getByRole('button', { name: 'Try again' }).click()
    await nightly()
  })
})

describe('the worker that lays a picture out', () => {
  it('is told of where it does not come, and is tried again', async () => {
    const worker = /\/assets\/elk-worker[^/]*\.js$/
    await v.page.context().route(worker, async route => {
      const file = await route.fetch()
      return (await file.body()).length > 1000 ? gone(route) : route.fulfill({ response: file }) // not what says where it lies
    })
    const guid = await v.guid('open_invoices')
    await v.page.goto(`${v.base}/asset/${guid}?tab=lineage`)
    await alert().getByText('A part of this page does not load').waitFor()
    await v.page.context().unroute(worker)
    await alert().getByRole('button', { name: 'Try again' }).click()
    await v.page.locator('.react-flow__node').first().waitFor()
  })
})

describe('a page whose parts appear at once', () => {
  it('stands at once where they came before', async () => {
    await v.go('/settings?tab=credentials')
    const credentials = v.page.getByRole('heading', { name: 'Credentials', exact: true })
    await credentials.waitFor()
    await v.page.getByRole('tab', { name: 'Account', exact: true }).click()
    await credentials.waitFor({ state: 'detached' })
    await v.settled()
    await v.page.evaluate(() => {
      const seen = window as unknown as { waits: string[] }
      seen.waits = []
      new MutationObserver(() => { for (const one of document.querySelectorAll('main [role=status][aria-label=Loading]')) seen.waits.push(one.outerHTML.slice(0, 160)) }).observe(document.body, { subtree: true, childList: true })
    })
    await v.page.getByRole('tab', { name: 'Credentials', exact: true }).click()
    await credentials.waitFor()
    expect(await v.page.evaluate(() => (window as unknown as { waits: string[] }).waits)).toEqual([])
  })
})

describe('a part whose answer never ends', () => {
  it('is waited for in its place, until that is said to take long, with a way out', async () => {
    comes = never
    await tab().click()
    const anew = v.page.getByRole('main').getByRole('button', { name: 'Open the page anew' })
    await anew.waitFor()
    expect(await seriousOf(v.page)).toEqual([])
    comes = well
    await anew.click()
    await nightly()
  })
})
