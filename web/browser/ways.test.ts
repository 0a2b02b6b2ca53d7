// The ways that people go through the portal: in and out, a search as one types, and all of it by keyboard alone.
import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from './hand'
import { seriousOf, sideways } from './looks'
import { open, Visit, world } from './world'

let browser: Browser
beforeAll(async () => { browser = await open() })
afterAll(() => browser.close())

describe('signing in', () => {
  it('leads back to the address that was asked for, with what narrows it', async () => {
    const v = await Visit.unknown(browser)
    await v.page.goto(v.base + '/search?q=order&type=%5B%22postgresql_view%22%5D')
    await v.signIn(world.admin)
    expect(v.page.url()).toBe(v.base + '/search?q=order&type=%5B%22postgresql_view%22%5D')
    expect(await v.page.getByRole('main').getByRole('listitem').count()).toBeGreaterThan(0)
    await v.end()
  })

  it('is refused with a wrong password, and says so', async () => {
    const v = await Visit.unknown(browser)
    await v.page.goto(v.base + '/')
    await v.page.fill('#known-name', 'demo')
    await v.page.fill('#known-password', 'not the password')
    await v.page.click('#known button')
    await v.page.getByRole('alert').waitFor()
    await v.end()
  })

  it('by a link that was used says so before a form is filled in, and takes the password that was set', async () => {
    const link = /signin(#\S+)/.exec(await run('purlieu user add zoe'))![1]!
    const path = '/signin' + link
    const v = await Visit.unknown(browser, { width: 390, height: 844 })
    const { page } = v
    try {
      await page.goto(v.base + path)
      await page.fill('#name', 'zoe')
      for (const field of ['#password', '#again']) await page.fill(field, world.reader.password)
      expect(await page.locator('#used').isVisible()).toBe(false)
      await page.click('#first button')
      await page.getByRole('heading', { name: 'You have no role here yet' }).waitFor()
      await v.context.clearCookies()
      await page.goto(v.base + path)
      await page.getByRole('alert').getByText('This sign-in link was used, has expired or is not one').waitFor()
      expect(await page.locator('#first').isVisible()).toBe(false)
      await expect.poll(() => page.locator('#known-name').evaluate(el => el === document.activeElement)).toBe(true)
      for (const look of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: look })
        expect(await seriousOf(page), look).toEqual([])
      }
      expect(await sideways(page)).toBeLessThanOrEqual(0)
      expect(page.url()).not.toContain('#')
      await v.signIn({ ...world.reader, name: 'zoe' })
      await page.getByRole('heading', { name: 'You have no role here yet' }).waitFor()
      expect(v.wrong).toEqual([])
    } finally {
      await run('purlieu user delete zoe')
      await v.end()
    }
  })

  it('keeps the token out of every storage, survives a reload, and ends with signing out', async () => {
    const v = await Visit.begin(browser)
    const kept = await v.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]))
    expect(kept).not.toMatch(/eyJ/)
    const [cookie] = await v.context.cookies()
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' })
    await v.page.reload()
    await v.settled()
    await v.page.getByRole('button', { name: 'Signed in as demo' }).click()
    await v.page.getByRole('button', { name: 'Sign out' }).click()
    await v.page.waitForURL(/signed-out/)
    expect(await v.context.cookies()).toEqual([])
    await v.page.goto(v.base + '/runtimes')
    await v.page.waitForSelector('#known-name')
    await v.end()
  })
})

it('an address that no page has is answered within the shell, and leads on', async () => {
  const v = await Visit.begin(browser)
  await v.go('/no-such-page/at/all')
  await v.page.getByRole('heading', { name: 'There is no such page' }).waitFor()
  await v.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Sources' }).waitFor()
  await v.page.getByRole('main').getByRole('button', { name: 'Go to the overview' }).click()
  await v.page.waitForURL(v.base + '/')
  expect(v.wrong).toEqual([])
  await v.end()
})

it('is printed to its end', async () => {
  const v = await Visit.begin(browser)
  await v.go('/search?q=sheet')
  await v.page.emulateMedia({ media: 'print' })
  expect(await v.page.locator('[data-hits] li').count()).toBe(50)
  expect(await v.page.evaluate(() => document.documentElement.scrollHeight - document.querySelector('main')!.scrollHeight)).toBe(0)
  expect(await v.page.getByRole('navigation', { name: 'Main' }).isVisible()).toBe(false)
  await v.end()
})

it('the head of an asset stays where it is on a very wide screen, whichever tab is open', async () => {
  const v = await Visit.begin(browser, { width: 2560, height: 1440 })
  const guid = await v.guid('open_invoices')
  const places: unknown[] = []
  for (const tab of ['overview', 'schema', 'lineage', 'history']) {
    await v.go(`/asset/${guid}?tab=${tab}`)
    places.push({ head: await v.page.getByRole('heading', { level: 1 }).boundingBox(), tabs: await v.page.getByRole('tablist').boundingBox() })
  }
  for (const place of places) expect(place).toEqual(places[0])
  await v.end()
})

describe('the doors', () => {
  it('the page of signing in, and of having signed out, are accessible and fit a phone, light and dark', async () => {
    const v = await Visit.unknown(browser, { width: 390, height: 844 })
    for (const look of ['light', 'dark'] as const) {
      await v.page.emulateMedia({ colorScheme: look })
      await v.page.goto(v.base + '/')
      await v.page.waitForSelector('#known-name')
      expect(await seriousOf(v.page), `sign in, ${look}`).toEqual([])
      expect(await sideways(v.page)).toBeLessThanOrEqual(0)
      await v.page.goto(v.base + '/signed-out')
      await v.page.getByRole('button', { name: 'Sign in' }).waitFor()
      expect(await seriousOf(v.page), `signed out, ${look}`).toEqual([])
      expect(await sideways(v.page)).toBeLessThanOrEqual(0)
    }
    await v.end()
  })
})

describe('search', () => {
  it('asks one question for each key stroke, and keeps what narrows it in the address', async () => {
    const v = await Visit.begin(browser)
    await v.page.keyboard.press('/')
    for (const [i, letter] of [...'orders'].entries()) {
      await v.page.keyboard.type(letter)
      await v.settled()
      expect(v.questions(/search\/query/), `after ${i + 1} letters`).toHaveLength(i + 1)
    }
    const hits = v.page.getByRole('main').getByRole('listitem')
    await v.page.getByRole('link', { name: 'orders', exact: true }).first().waitFor()
    expect(new URL(v.page.url()).searchParams.get('q')).toBe('orders')
    const all = await hits.count()
    await v.page.getByLabel(/PostgreSQL view/).first().check()
    await v.page.waitForURL(/type=/)
    await v.settled()
    expect(await hits.count()).toBeLessThan(all)
    await v.page.goBack()
    await v.settled()
    expect(await hits.count()).toBe(all)
    // What was drawn over an address while one typed is not drawn when one comes back to that address.
    await v.page.goForward()
    await v.settled()
    const some = await hits.count()
    await v.page.keyboard.press('/')
    await v.page.keyboard.press('End') // the words that stand there are chosen
    await v.page.keyboard.type('x')
    await v.page.getByRole('heading', { name: '“ordersx”' }).waitFor()
    await v.page.waitForURL(/q=ordersx/)
    await v.page.goBack()
    await v.settled()
    await v.page.getByLabel(/PostgreSQL view/).first().check()
    await v.page.waitForURL(/type=/)
    await v.settled()
    expect(await v.page.getByRole('heading', { level: 1 }).innerText()).toBe('“orders”')
    expect(await hits.count()).toBe(some)
    await v.end()
  })
})

describe('search typed quickly', () => {
  it('ends at the last words, and one step back is where one came from', async () => {
    const v = await Visit.begin(browser)
    await v.go('/')
    await v.page.keyboard.press('/')
    await v.page.keyboard.type('orders')
    await v.page.getByRole('heading', { name: '“orders”' }).waitFor()
    await v.settled()
    expect(v.questions(/search\/query/).length).toBeLessThanOrEqual('orders'.length)
    await v.page.getByRole('main').getByRole('link', { name: 'orders', exact: true }).first().waitFor()
    expect(await v.page.getByRole('searchbox').inputValue()).toBe('orders')
    await v.page.goBack()
    await v.page.waitForURL(u => u.pathname === '/')
    expect(v.wrong).toEqual([])
    await v.end()
  })
})

describe('by keyboard alone', () => {
  it('g and a letter lead to each way of the shell, as Help says, which tells the build and what to read', async () => {
    const v = await Visit.begin(browser)
    const help = v.page.getByRole('dialog', { name: 'Help' })
    await v.page.keyboard.press('?')
    await help.getByText(/^Purlieu \S+$/).waitFor()
    await help.getByText('operate.md').waitFor()
    const said = await help.locator('dl').first().locator('div').evaluateAll(rows => rows.map(row => ({ what: row.querySelector('dd')!.textContent!, keys: [...row.querySelectorAll('kbd')].map(k => k.textContent!) })))
    await v.page.keyboard.press('Escape')
    const ways = await v.page.getByRole('navigation', { name: 'Main' }).getByRole('link').allTextContents()
    for (const way of ways.reverse()) {
      const one = said.find(s => s.what === `Go to: ${way}`)
      expect(one, way).toBeDefined()
      for (const key of one!.keys) await v.page.keyboard.press(key)
      await v.page.getByRole('navigation', { name: 'Main' }).locator('a[aria-current=page]').getByText(way, { exact: true }).waitFor()
    }
    expect(v.wrong).toEqual([])
    await v.end()
  })

  it('a source is registered, its connection tested, scanned, found, looked at and written about', async () => {
    const v = await Visit.begin(browser)
    const { page } = v
    const key = (name: string) => page.keyboard.press(name)
    const press = async (on: Locator) => { await reach(on); await key('Enter') }
    const fill = async (on: Locator, text: string) => { await reach(on); await key('Control+A'); await page.keyboard.type(text) }
    /** reach goes forward by Tab until the focus is there, as a person would. */
    const reach = async (on: Locator) => {
      await on.waitFor()
      const there = () => on.evaluate(e => e === document.activeElement || e.contains(document.activeElement) && document.activeElement!.matches('input'))
      for (let i = 0; i < 120; i++) {
        if (await there()) return
        await key('Tab')
      }
      throw new Error(`Tab does not lead to ${on}`)
    }

    // Register: the shop again, as another server, so that nothing of the demo is touched.
    await press(page.getByRole('link', { name: 'Sources' }).first())
    await page.waitForURL(/\/sources$/)
    await press(page.getByRole('button', { name: 'Register a source' }))
    await press(page.getByRole('button', { name: /^PostgreSQL/ }).first())
    await fill(page.getByLabel('Name in the map'), 'by-keys')
    await fill(page.getByLabel(/^Server/), '127.0.0.1')
    await fill(page.getByLabel(/^Port/), world.shopPort)
    await reach(page.getByLabel(/TLS/))
    await page.keyboard.type('d') // disable: it is on this machine
    await press(page.locator('summary', { hasText: 'What the account knows it by: its address' }))
    await fill(page.getByLabel('Authority', { exact: true }), 'by-keys')
    await press(page.getByRole('button', { name: 'Next' }))
    await press(page.getByRole('button', { name: 'Register', exact: true }))

    // Scan: runtime and login as proposed; the connection is tested on the way.
    await page.waitForURL(/by-keys\/scan/)
    await press(page.getByRole('button', { name: 'Next' }))
    await press(page.getByRole('button', { name: 'Test the connection', exact: true }))
    await page.getByText('edge-1 reached it and could sign in.').waitFor()
    await press(page.getByRole('button', { name: 'Next' }))
    await fill(page.getByLabel(/^Database/), 'shop')
    await fill(page.getByLabel('Only what is below'), 'shop/warehouse')
    await press(page.getByRole('button', { name: 'Next' }))
    await press(page.getByRole('button', { name: 'Create the scan' }))
    await page.waitForURL(/\/runs\//)
    await page.getByRole('definition').getByText('Succeeded').waitFor()
    await v.indexed('shelves', 'by-keys')

    // Find it.
    await key('/')
    await page.keyboard.type('shelves')
    await reach(page.getByRole('checkbox', { name: /by-keys/ }))
    await key('Space')
    await page.waitForURL(/source=/)
    await v.settled()
    await press(page.getByRole('main').getByRole('link', { name: 'shelves', exact: true }))
    await page.waitForURL(/\/asset\//)

    // Look at it: the tabs by arrow keys, the columns by theirs, help and back.
    await reach(page.getByRole('tab', { name: 'Overview' }))
    await key('ArrowRight')
    await key('Enter')
    await page.waitForURL(/tab=schema/)
    await reach(page.getByRole('listbox', { name: 'Schema' }))
    await key('End')
    await page.locator('[data-now]').getByText('label').waitFor()
    await key('?')
    await page.getByRole('dialog', { name: 'Help' }).waitFor()
    await key('Escape')

    // Write about it; and take that back.
    await reach(page.getByRole('tab', { name: 'Schema' }))
    await key('ArrowLeft')
    await key('Enter')
    await press(page.getByRole('button', { name: 'Edit' }).first())
    await page.getByRole('textbox', { name: 'Description' }).waitFor()
    expect(await seriousOf(page), 'the form').toEqual([])
    await page.keyboard.type('Where things lie')
    await key('Control+Enter')
    const written = page.locator('main p', { hasText: 'Where things lie' })
    await written.waitFor()
    await press(page.getByRole('button', { name: 'Undo' }))
    await written.waitFor({ state: 'detached' })
    expect(v.wrong).toEqual([])
    await v.end()
  }, 90_000)
})
