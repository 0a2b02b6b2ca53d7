// A kind that the account has never heard of: the world's node is of another build (test/dbase) and announces it. Who
// governs runtimes looks, approves it, and its form registers a source; then it is taken back.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from './hand'
import { seriousOf } from './looks'
import { open, Visit, world } from './world'

let browser: Browser
beforeAll(async () => { browser = await open() })
afterAll(() => browser.close())

const button = (v: Visit, name: string) => v.page.getByRole('button', { name, exact: true })
const name = 'dBASE folder, version 1'

it('a kind that a node announces is looked at, approved, registered by its form, and withdrawn', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  try {
    await v.go('/sources/_new')
    await page.getByRole('button', { name: /^PostgreSQL/ }).first().waitFor()
    expect(await page.getByRole('button', { name: /^dBASE folder/ }).count()).toBe(0)

    await v.go('/')
    await page.getByRole('link', { name: /announces version 1 of the kind DbaseFolder/ }).click()
    await page.getByRole('table', { name: 'It asks for' }).getByText('Leave out empty tables').waitFor()
    await page.getByText('Waits for an answer').waitFor()
    await page.getByText('dbase://{folder}').waitFor()
    await page.getByText('Names and sizes, Structure').waitFor()
    expect(await seriousOf(page)).toEqual([])
    await button(v, `Approve ${name}`).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Approve', exact: true }).click()
    await page.getByText('Approved', { exact: true }).waitFor()

    await v.go('/sources/_new')
    await page.getByRole('button', { name: /^dBASE folder/ }).click()
    await page.getByLabel('Leave out empty tables').waitFor()
    await page.getByLabel('Name in the map').fill('tables')
    await page.getByLabel(/^Folder/).fill('/srv/tables')
    await page.getByText('What the account knows it by: tables').waitFor() // it lives on one machine
    await button(v, 'Next').click()
    await button(v, 'Register').click()
    await page.waitForURL(/tables\/scan/)
    await page.getByRole('radio', { name: /^edge/ }).waitFor()
    expect(await page.getByRole('radio', { name: /^edge/ }).isEnabled()).toBe(true)
    expect(await page.getByRole('radio', { name: /^built-in/ }).isEnabled()).toBe(false)

    await v.go('/settings?tab=kinds')
    await button(v, `Withdraw ${name}`).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Withdraw', exact: true }).click()
    await page.getByRole('dialog').getByText(/the source tables is of kind DbaseFolder/i).waitFor()
    await page.keyboard.press('Escape')
    await run('purlieu source delete tables')
    await button(v, `Withdraw ${name}`).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Withdraw', exact: true }).click()
    await page.getByText('Withdrawn', { exact: true }).waitFor()
  } finally {
    await run('purlieu source delete tables').catch(() => undefined) // what the test did not come to
    await v.end()
  }
}, 90_000)

it('who sees to the sources of one collection sees it, and answers nothing', async () => {
  const v = await Visit.begin(browser, { as: world.keeper })
  try {
    await v.go('/settings?tab=kinds')
    await button(v, `Look: ${name}`).click()
    await v.page.getByRole('table', { name: 'It asks for' }).getByText('Leave out empty tables').waitFor()
    expect(await v.page.getByRole('button', { name: /^(Approve|Reject|Withdraw)/ }).count()).toBe(0)
  } finally {
    await v.end()
  }
})
