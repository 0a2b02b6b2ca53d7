// Credentials in the settings: made, changed and taken back, removed, and refused while a scan uses one. No secret is anywhere.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from './hand'
import { seriousOf, sideways } from './looks'
import { open, Visit, world } from './world'

let browser: Browser
beforeAll(async () => { browser = await open() })
afterAll(() => browser.close())

const button = (v: Visit, name: string) => v.page.getByRole('button', { name, exact: true })
const onButton = (v: Visit, name: string) => expect.poll(() => button(v, name).evaluate(el => el === document.activeElement)).toBe(true)
const credential = async (name: string) => JSON.parse(await run(`purlieu credential show ${name} --output json`)).properties

it('is made by keyboard in a vault of its own, changed with an undo, and removed', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  try {
    await v.go('/settings?tab=credentials')
    await button(v, 'Add a vault connection').click()
    await page.getByRole('form', { name: 'Add a vault connection' }).locator('input:focus').waitFor()
    await page.keyboard.type('env')
    await page.getByText('This one is always there: use another name.').waitFor()
    await page.keyboard.press('Control+A')
    await page.keyboard.type('hr-secrets')
    await page.keyboard.press('Enter')
    await page.getByText('The vault connection hr-secrets was added').waitFor()
    await onButton(v, 'Add a vault connection')

    await button(v, 'Add a credential').click()
    const form = page.getByRole('form', { name: 'A new credential' })
    await form.locator('input:focus').waitFor()
    await page.keyboard.type('shop-scanner')
    await form.getByText('A credential of this name exists.').waitFor()
    await page.getByRole('button', { name: 'Change shop-scanner' }).click()
    await page.getByRole('button', { name: 'Stay here' }).click() // what was typed is still there
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await form.getByLabel(/^Name/).inputValue()).toBe('shop-scanner')
    await form.getByLabel(/^Name/).focus()
    await page.keyboard.press('Control+A')
    await page.keyboard.type('hr-reader')
    await form.getByLabel('Kind').selectOption('BasicAuth')
    await form.getByLabel(/^User/).fill('hr')
    await form.getByLabel(/: vault$/).selectOption('hr-secrets')
    expect(await form.getByRole('button', { name: 'Add a credential' }).isDisabled()).toBe(true)
    await form.getByLabel(/: name in the vault/).fill('hr-password')
    await form.getByText('purlieu credential add BasicAuth hr-reader --user=hr --secret=password=hr-secrets:hr-password').waitFor()
    expect(await seriousOf(page)).toEqual([])
    await page.keyboard.press('Enter')
    await page.getByText('The credential hr-reader was added').waitFor()
    await onButton(v, 'Add a credential')
    const row = page.getByRole('row').filter({ hasText: 'hr-reader' }).first()
    await row.getByText(/hr-secrets, hr-password$/).waitFor()
    await row.getByText('No scan').waitFor()

    await page.getByRole('button', { name: /Remove the vault connection hr-secrets/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByRole('dialog').getByText(/hr-reader/).waitFor() // refused, with which
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()

    await page.getByRole('button', { name: 'Change hr-reader' }).click()
    await page.waitForURL(/login=hr-reader/)
    const changing = page.getByRole('form', { name: 'Change hr-reader' })
    await changing.getByLabel(/^User/).fill('hr2')
    await changing.getByLabel('Description').fill('Of HR')
    await button(v, 'Save').click()
    await page.getByText('The credential hr-reader was changed').waitFor()
    await v.rest()
    await onButton(v, 'Change hr-reader')
    expect(await credential('hr-reader')).toMatchObject({ description: 'Of HR', typeProperties: { user: 'hr2', password: { secretName: 'hr-password', store: { referenceName: 'hr-secrets' } } } })
    await button(v, 'Undo').click()
    await page.getByText('The credential hr-reader is as before').waitFor()
    expect(await credential('hr-reader')).toMatchObject({ description: '', typeProperties: { user: 'hr' } })

    await page.getByRole('button', { name: /Remove the credential hr-reader/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByText('hr-reader was removed').waitFor()
    await row.waitFor({ state: 'detached' })
    expect(v.wrong).toEqual([])
  } finally {
    await run('purlieu credential delete hr-reader').catch(() => undefined)
    await run('purlieu vault delete hr-secrets').catch(() => undefined)
    await v.end()
  }
}, 90_000)

it('says which scans use it, and is not removed while one does; who sees to one collection reads only', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  await v.go('/settings?tab=credentials')
  await page.getByRole('row').filter({ hasText: 'shop-scanner' }).first().getByRole('link', { name: 'shop / nightly' }).waitFor()
  await page.getByRole('button', { name: /Remove the credential shop-scanner/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByRole('dialog').getByText(/the scan .* still uses the credential/i).waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('link', { name: 'shop / nightly' }).first().click()
  await page.waitForURL(/\/sources\/shop\?.*scan=nightly/)
  await v.end()

  const nora = await Visit.begin(browser, { as: world.keeper, width: 390, height: 844 })
  await nora.go('/settings?tab=credentials')
  await nora.page.getByText('Only data source administrators of the root collection add, change and remove them.').waitFor()
  expect(await nora.page.getByRole('main').getByRole('button', { name: /Remove|Change|Add/ }).count()).toBe(0)
  expect(await nora.page.getByRole('link', { name: 'shop / nightly' }).count()).toBe(0) // it is not hers to see
  expect(await sideways(nora.page)).toBeLessThanOrEqual(0)
  expect(nora.wrong).toEqual([])
  await nora.end()
}, 60_000)
