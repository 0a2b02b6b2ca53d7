// Sources that may be one: told where one of them is looked at and where it is registered, to whoever may see both. In the
// world the shop and its archive are databases of one server, and so the same system.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from './hand'
import { seriousOf, sideways } from './looks'
import { open, Visit, world, type Look } from './world'

let browser: Browser
beforeAll(async () => { browser = await open() })
afterAll(() => browser.close())

const shop = `--set serverEndpoint=127.0.0.1 --set port=${world.shopPort} --set sslMode=disable`
const told = /may be registered|same address|same system/

describe('a source that may be another one', () => {
  // The second is one of Sales, which nora sees to: she may not see the shop, which stands in the root collection.
  beforeAll(() => run(`purlieu source add PostgreSql depot ${shop} --authority depot --collection sales`))
  afterAll(() => run('purlieu scan delete depot all; purlieu source delete depot').catch(() => undefined)) // what a test did not come to

  it('says which, by what, and what to do, asks that once, and moves nothing', async () => {
    const v = await Visit.begin(browser)
    const { page } = v
    await v.go('/sources/shop')
    await page.getByText('This source may be registered more than once').waitFor()
    await page.getByText('archive says of itself that it is the same system.').waitFor()
    const toDo = page.getByText('What to do', { exact: true })
    await toDo.first().click()
    await page.getByText('What scans of both read stands in the map twice.').waitFor()
    await page.getByText('depot is reached at the same address.').waitFor()
    await toDo.last().click()
    await page.getByText('If the address means one system to both').waitFor()
    expect(v.questions(/\/twins/)).toHaveLength(1)
    expect((await v.told()).shifts).toEqual([])
    for (const look of ['light', 'dark', 'contrast'] as Look[]) {
      await v.wear(look)
      expect(await seriousOf(page), look).toEqual([])
    }
    await v.resize(390, 844)
    expect(await sideways(page)).toBeLessThanOrEqual(0)
    await v.go('/sources/shop?tab=scans')
    expect(v.questions(/\/twins/)).toEqual([]) // it is for one tab
    await page.getByRole('tab', { name: 'Overview' }).click()
    await page.getByRole('link', { name: 'depot', exact: true }).click()
    await page.getByText('archive is reached at the same address.').waitFor()
    await page.getByText('shop is reached at the same address.').waitFor()
    await page.getByRole('link', { name: 'Assets of shop' }).click()
    await page.waitForURL(/search\?source=/)
    await v.settled()
    expect(await page.getByRole('main').getByRole('listitem').count()).toBeGreaterThan(0)
    expect(v.wrong).toEqual([])
    await v.end()
  }, 90_000)

  it('names none that its reader may not see, and nothing where there is none', async () => {
    const v = await Visit.begin(browser, { as: world.keeper })
    await v.go('/sources/depot')
    await v.page.getByText('Test the connection').first().waitFor()
    expect(v.questions(/depot\/twins/)).toHaveLength(1)
    expect(await v.page.getByText(told).count()).toBe(0)
    await v.end()
    const admin = await Visit.begin(browser)
    await admin.go('/sources/files')
    await admin.page.getByText('Test the connection').first().waitFor()
    expect(admin.questions(/files\/twins/)).toHaveLength(1)
    expect(await admin.page.getByText(told).count()).toBe(0)
    await admin.end()
  }, 90_000)

  it('stands whole where that can’t be told, says so, and asks again when it is told to', async () => {
    const v = await Visit.begin(browser)
    await v.page.route('**/shop/twins', r => r.fulfill({ status: 500, json: { error: { code: 'InternalError', message: 'the account could not do it' } } }), { times: 1 })
    await v.go('/sources/shop')
    await v.page.getByText('Whether this source is registered twice could not be told.').waitFor()
    await v.page.getByRole('heading', { name: 'Settings' }).waitFor()
    expect(await seriousOf(v.page)).toEqual([])
    await v.page.getByRole('button', { name: 'Try again' }).click()
    await v.page.getByText('depot is reached at the same address.').waitFor()
    await v.end()
  }, 90_000)

  it('is the same system once both have said what they are', async () => {
    const v = await Visit.begin(browser)
    await run('purlieu scan add depot all --runtime edge --credential shop-scanner --set databaseName=archive --level L1 --include archive/public/sheet_001')
    await run('purlieu scan run depot all --watch')
    await v.go('/sources/shop')
    await v.page.getByText('depot says of itself that it is the same system.').waitFor()
    expect(await v.page.getByText('same address').count()).toBe(0)
    await run('purlieu scan delete depot all; purlieu source delete depot')
    await v.go('/sources/shop')
    await v.page.getByText(/This source may be registered (twice|more than once)/).waitFor() // other tests may have left one
    expect(await v.page.getByText('depot').count()).toBe(0)
    await v.end()
  }, 90_000)
})

it('one that is registered a second time is told of at once, with the way to what to do', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  try {
    await v.go('/sources/_new?kind=PostgreSql&step=settings')
    await page.getByLabel('Name in the map').fill('shop-again')
    await page.getByLabel(/^Server/).fill('127.0.0.1')
    await page.getByLabel(/^Port/).fill(world.shopPort)
    await page.getByText('What the account knows it by: its address').click()
    await page.getByLabel('Authority', { exact: true }).fill('shop-again')
    await page.getByRole('button', { name: 'Next', exact: true }).click()
    await page.getByRole('button', { name: 'Register', exact: true }).click()
    await page.waitForURL(/shop-again\/scan/)
    await page.getByText(/^It may be the same as (.*, )?shop(,|\.)/).waitFor()
    await page.getByRole('link', { name: 'See why, and what to do' }).click()
    await page.getByText('shop is reached at the same address.').waitFor()
    expect(v.wrong).toEqual([])
  } finally {
    await run('purlieu source delete shop-again').catch(() => undefined)
    await v.end()
  }
}, 90_000)
