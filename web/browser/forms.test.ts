// Forms from their beginning to what they write: by somebody who may write in one collection only, over the end of a
// session, with a login that is tested before anything is scanned; and what is already there, as it is by then, changed.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from './hand'
import { seriousOf } from './looks'
import { open, Visit, world } from './world'

let browser: Browser
beforeAll(async () => { browser = await open() })
afterAll(() => browser.close())

const button = (v: Visit, name: string) => v.page.getByRole('button', { name, exact: true })

describe('who sees to the sources of one collection', () => {
  it('registers a source in it, scans it with a login that is there, and is told how the run ended', async () => {
    const v = await Visit.begin(browser, { as: world.keeper })
    const { page } = v
    try {
      await v.go('/sources')
      await button(v, 'Register a source').first().click()
      await page.getByRole('button', { name: /^PostgreSQL/ }).first().click()
      await page.getByText('What a login needs').waitFor()
      await page.getByLabel('Name in the map').fill('noras')
      await page.getByLabel(/^Server/).fill('127.0.0.1')
      await page.getByLabel(/^Port/).fill(world.shopPort)
      await page.getByLabel(/TLS/).selectOption('disable')
      await page.getByText('What the account knows it by: its address').click()
      await page.getByLabel('Authority', { exact: true }).fill('noras')
      expect(await page.getByLabel('Collection', { exact: true }).locator('option').allTextContents()).toEqual(['Sales'])
      await button(v, 'Next').click()

      // The session ends here: by the time of the last step nobody is signed in, which another tab has learned first.
      const beside = await v.context.newPage()
      await beside.goto(v.base + '/runtimes')
      await beside.getByRole('link', { name: 'edge', exact: true }).waitFor()
      await run('purlieu user disable nora')
      await beside.getByRole('status').getByText('You are signed out').waitFor()
      await page.bringToFront() // a page behind another gets no frames
      await button(v, 'Register').click()
      await page.getByRole('main').getByText('You are signed out').waitFor()
      expect(await seriousOf(page)).toEqual([])
      await run('purlieu user enable nora')
      const [tab] = await Promise.all([v.context.waitForEvent('page'), page.getByRole('main').getByRole('link', { name: 'Sign in, in a new tab' }).click()])
      await tab.fill('#known-name', world.keeper.name)
      await tab.fill('#known-password', world.keeper.password)
      await tab.click('#known button')
      await tab.getByRole('heading', { name: 'Overview' }).waitFor()
      await tab.close()
      await beside.getByText('You are signed out').waitFor({ state: 'detached' })
      expect(new URL(beside.url()).pathname).toBe('/runtimes')
      await beside.close()
      await page.bringToFront()
      await button(v, 'Register').click()

      await page.waitForURL(/noras\/scan/)
      await button(v, 'Next').click()
      await page.getByText('An existing credential').first().waitFor()
      expect(await page.getByText('A new credential', { exact: true }).count()).toBe(0)
      await button(v, 'Test the connection').click()
      await page.getByText('edge-1 reached it and could sign in.').waitFor()
      await button(v, 'Next').click()
      await page.getByLabel(/^Database/).fill('archive')
      await page.getByLabel('Only what is below').fill('archive/public/sheet_001')
      await button(v, 'Next').click()
      await button(v, 'Create the scan').click()
      await page.waitForURL(/\/runs\//)
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Runtimes' }).click() // elsewhere by the time it ends
      await page.getByText('The run of noras / all succeeded').waitFor({ timeout: 30_000 })
      await button(v, 'Notifications').click()
      await page.getByRole('dialog', { name: 'Notifications' }).getByText('The run of noras / all succeeded').waitFor()

      await v.go('/sources/noras?tab=scans')
      await page.getByRole('link', { name: 'all', exact: true }).click()
      await page.getByRole('definition').getByText('archive/public/sheet_001', { exact: true }).waitFor()
      await page.getByRole('definition').getByText('archive', { exact: true }).waitFor()
      await button(v, 'Test the connection').click()
      await page.getByText('edge-1 reached it and could sign in.').waitFor()
    } finally {
      await run('purlieu user enable nora')
      await run('purlieu scan delete noras all; purlieu source delete noras').catch(() => undefined) // what the test did not come to
      await v.end()
    }
  }, 90_000)
})

it('a tab is left to nobody else who signs in in another one, and is gone from when somebody signs out there', async () => {
  const v = await Visit.begin(browser, { as: world.keeper })
  try {
    await v.go('/sources/_new?kind=PostgreSql&step=settings')
    await v.page.getByLabel('Name in the map').fill('noras')
    await run('purlieu user disable nora')
    const tab = await v.context.newPage()
    await tab.goto(v.base + '/runs')
    await tab.fill('#known-name', world.admin.name)
    await tab.fill('#known-password', world.admin.password)
    await tab.click('#known button')
    await tab.waitForURL(/\/runs/)
    await button(v, 'Signed in as demo').waitFor()
    expect(new URL(v.page.url()).pathname).toBe('/')
    await tab.getByRole('button', { name: 'Signed in as demo' }).click()
    await tab.getByRole('button', { name: 'Sign out' }).click()
    await v.page.waitForURL(/signed-out/)
  } finally {
    await run('purlieu user enable nora')
    await v.end()
  }
}, 60_000)

describe('a new login', () => {
  it('is tested before anything is scanned, mended, tested again, and removed where logins are chosen', async () => {
    const v = await Visit.begin(browser)
    const { page } = v
    await v.go('/sources/shop/scan?step=login')
    await page.getByText('A new credential', { exact: true }).click()
    await page.getByLabel('Name of the credential').fill('shop-scanner')
    await page.getByText('A credential of this name exists.').waitFor()
    await page.getByLabel('Name of the credential').fill('another')
    await page.getByLabel(/^User/).fill('scanner')
    await page.getByLabel(/name in the vault/).fill('no-such-secret')
    await page.getByText('the account keeps the new credential first').waitFor()
    await button(v, 'Test the connection').click()
    await page.getByRole('status').getByText(/no-such-secret|secret|policy/i).first().waitFor()
    expect(await page.getByText('could sign in').count()).toBe(0)
    await page.getByLabel(/name in the vault/).fill('shop-password')
    await button(v, 'Test the connection').click()
    await page.getByText('edge-1 reached it and could sign in.').waitFor()
    await page.getByText('An existing credential').first().click()
    await page.getByRole('combobox', { name: 'An existing credential' }).selectOption('another')
    await page.getByRole('button', { name: /Remove the credential another/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Remove', exact: true }).waitFor()
    expect(await seriousOf(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByText('another was removed').waitFor()
    await expect.poll(() => button(v, 'Next').isDisabled()).toBe(true) // the one that was chosen is gone
    expect(v.wrong).toEqual([])
    await v.end()
  }, 90_000)
})

describe('a scan that is there', () => {
  it('is changed from what others made of it meanwhile, and its scope taken back', async () => {
    const v = await Visit.begin(browser)
    const { page } = v
    await run('purlieu scan add files narrow --runtime edge --level L1 --include orders --exclude orders/2026-04.csv')
    try {
      await v.go('/sources/files?tab=scans&scan=narrow')
      await page.getByRole('definition').getByText('orders/2026-04.csv', { exact: true }).waitFor()
      await run('purlieu scan add files narrow --exclude orders/2026-05.csv')
      await button(v, 'Change').click()
      await page.getByRole('heading', { name: 'Change narrow' }).waitFor()
      expect(await page.getByLabel('Name of the scan').count()).toBe(0)
      await button(v, 'Next').click()
      await button(v, 'Next').click()
      expect(await page.getByLabel('Leave out').last().inputValue()).toBe('orders/2026-05.csv')
      await page.getByRole('radio', { name: /^Structure/ }).check()
      await page.getByLabel('Only what is below').fill('')
      await page.getByLabel('Leave out').last().fill('')
      await button(v, 'Next').click()
      await page.getByRole('combobox', { name: 'Priority' }).selectOption('High')
      await page.locator('pre').getByText('--priority=High').waitFor()
      await button(v, 'Save the scan').click()
      await page.waitForURL(/scan=narrow/)
      await page.getByRole('definition').getByText('Everything', { exact: true }).waitFor()
      await page.getByRole('definition').getByText('Structure', { exact: true }).waitFor()
      await page.getByRole('definition').getByText('High', { exact: true }).waitFor()
      expect(await page.getByText('orders/2026-05.csv').count()).toBe(0)
      expect(v.wrong).toEqual([])
    } finally {
      await run('purlieu scan delete files narrow')
      await v.end()
    }
  }, 90_000)
})

describe('a scan that is made', () => {
  it('leads back to the setting that the account has something against', async () => {
    const v = await Visit.begin(browser)
    const { page } = v
    await v.go('/sources/shop/scan?step=scope')
    await page.getByLabel(/^Database/).fill('postgres://scanner:secret@db/shop')
    await button(v, 'Next').click()
    await button(v, 'Create the scan').click()
    await page.getByRole('alert').getByText(/^The property "databaseName" looks like a secret/).waitFor()
    await expect.poll(() => page.getByLabel(/^Database/).evaluate(el => el === document.activeElement)).toBe(true)
    expect(await seriousOf(page)).toEqual([])
    expect(v.wrong).toEqual([])
    await v.end()
  }, 90_000)
})

describe('a schedule that is changed', () => {
  it('does not begin sooner than it was to, unless that is said', async () => {
    const v = await Visit.begin(browser)
    await run('purlieu trigger set files nightly --every week --interval 2 --on Monday --at 03:00 --start 2090-01-02T00:00:00Z')
    try {
      await v.go('/sources/files?tab=scans&scan=nightly')
      await v.page.getByLabel(/^Not before .*2090/).waitFor()
      await v.page.getByLabel('Read everything anew each time').check()
      await button(v, 'Save').click()
      await v.page.getByText('The schedule of nightly was saved', { exact: true }).waitFor()
      expect(await run('purlieu trigger show files nightly')).toMatch(/2090/)
      await v.go('/sources/files?tab=scans&scan=nightly')
      await v.page.getByLabel(/^Not before .*2090/).uncheck()
      await button(v, 'Save').click()
      await v.page.getByText('The schedule of nightly was saved', { exact: true }).waitFor()
      expect(await run('purlieu trigger show files nightly')).not.toMatch(/2090/)
    } finally {
      await run('purlieu trigger delete files nightly')
      await v.end()
    }
  }, 90_000)
})

it('a search for a number keeps it', async () => {
  const v = await Visit.begin(browser)
  await v.go('/search?q=2026')
  await v.page.getByRole('heading', { name: '“2026”' }).waitFor()
  await v.page.getByRole('main').getByRole('link', { name: /2026-05/ }).first().waitFor()
  await v.end()
})
