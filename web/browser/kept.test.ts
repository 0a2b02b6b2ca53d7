// What a registered source keeps, changed by keyboard: when it may be read, its settings, how much of it is read at once and where it
// stands. What the account says against it stands at its field, and what others changed meanwhile stays.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from './hand'
import { seriousOf } from './looks'
import { open, Visit, world } from './world'

let browser: Browser
beforeAll(async () => { browser = await open() })
afterAll(() => browser.close())

const button = (v: Visit, name: string) => v.page.getByRole('button', { name, exact: true })

describe('when a source may be read', () => {
  it('is written by keyboard, what the account says against it stands at its field, and all else of the source stays', async () => {
    const v = await Visit.begin(browser)
    const { page } = v
    const card = page.getByRole('main')
    try {
      await v.go('/sources/blank')
      await card.getByText('At any time.').waitFor()
      await page.getByRole('button', { name: 'Change: When it may be read' }).focus()
      await page.keyboard.press('Enter')
      const first = page.getByRole('group', { name: 'Window 1' })
      await first.getByText(/^Every day, 22:00 to 06:00 of the next day/).waitFor()
      await first.getByLabel('Time zone').fill('Mars/Olympus')
      await page.keyboard.press('Enter')
      await first.getByText(/^There is no time zone "Mars\/Olympus"/).waitFor()
      await expect.poll(() => first.getByLabel('Time zone').evaluate(el => el === document.activeElement)).toBe(true)
      expect(await seriousOf(page)).toEqual([])
      await page.keyboard.press('Control+a')
      await page.keyboard.type('Europe/Berlin')
      await first.getByText('There is no time zone').waitFor({ state: 'detached' })
      for (const _ of ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']) await page.keyboard.press('Tab')
      await page.keyboard.press('Space')
      await first.getByText('Monday to Saturday, 22:00 to 06:00 of the next day (Europe/Berlin)').waitFor()
      await page.keyboard.press('Tab')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      const second = page.getByRole('group', { name: 'Window 2' })
      await expect.poll(() => second.getByLabel('From').evaluate(el => el === document.activeElement)).toBe(true)
      await second.getByText('Saturday, Sunday, all day (Europe/Berlin)').waitFor()
      expect(await page.locator('pre').textContent()).toBe("purlieu source add FileSystem blank --window='Mon-Sat 22:00-06:00 Europe/Berlin' --window='Sat,Sun 00:00-24:00 Europe/Berlin'")
      expect(await seriousOf(page)).toEqual([])
      await run('purlieu source add FileSystem blank --connections 2') // by somebody else, meanwhile
      await page.keyboard.press('Enter')
      await page.getByText('blank is read in these times').waitFor()
      await card.getByText('Saturday, Sunday, all day (Europe/Berlin)').waitFor()
      const kept = await run('purlieu source show blank --output json')
      expect(JSON.parse(kept).properties).toMatchObject({ purlieuBudget: { connections: 2 }, purlieuWindows: [
        { days: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'], from: '22:00', to: '06:00', timeZone: 'Europe/Berlin' }, { days: ['Saturday', 'Sunday'], from: '00:00', to: '24:00', timeZone: 'Europe/Berlin' },
      ] })
      await expect.poll(() => page.getByRole('button', { name: 'Change: When it may be read' }).evaluate(el => el === document.activeElement)).toBe(true)

      await page.keyboard.press('Enter')
      for (const day of ['Saturday', 'Sunday']) await second.getByLabel(day).uncheck()
      await second.getByText('Choose a day of the week.').waitFor()
      expect(await button(v, 'Save').isDisabled()).toBe(true)
      await page.getByRole('button', { name: 'Remove window 2' }).click()
      await page.getByRole('button', { name: 'Remove window 1' }).click()
      await button(v, 'Save').click()
      await page.getByText('blank is read at any time').waitFor()
      await card.getByText('At any time.').waitFor()
      expect(await run('purlieu source show blank --output json')).not.toContain('purlieuWindows')
      expect(v.wrong).toEqual([])
    } finally {
      await run("purlieu source add FileSystem blank --window '' --connections 0")
      await v.end()
    }
  }, 90_000)

  it('is said when it is registered, where what the account has against it leads back to its field', async () => {
    const v = await Visit.begin(browser)
    const { page } = v
    try {
      await v.go('/sources/_new?kind=PostgreSql&step=settings')
      await page.getByLabel('Name in the map').fill('evenings')
      await page.getByLabel(/^Server/).fill('127.0.0.1')
      await button(v, 'Add a window of time').click()
      await page.getByLabel('Time zone').fill('Mars')
      await button(v, 'Next').click()
      await page.getByRole('definition').getByText('Every day, 22:00 to 06:00 of the next day (Mars)').waitFor()
      await button(v, 'Register').click()
      await page.getByText(/^There is no time zone "Mars"/).waitFor()
      await expect.poll(() => page.getByLabel('Time zone').evaluate(el => el === document.activeElement)).toBe(true)
      await page.getByLabel('Time zone').fill('W. Europe Standard Time')
      await button(v, 'Next').click()
      await button(v, 'Register').click()
      await page.getByText(/so this source needs a name that is unique in the account/).waitFor()
      await expect.poll(() => page.getByLabel('Authority', { exact: true }).evaluate(el => el === document.activeElement)).toBe(true)
      expect(await page.getByLabel('Authority', { exact: true }).inputValue()).toBe('evenings') // as proposed
      expect(await seriousOf(page)).toEqual([])
      await button(v, 'Next').click()
      await page.getByText("--authority=evenings --window='22:00-06:00 W. Europe Standard Time'").waitFor()
      expect(await page.getByText('so this source needs a name').count()).toBe(0)
      await button(v, 'Register').click()
      await page.waitForURL(/evenings\/scan/)
      await v.go('/sources/evenings')
      await page.getByText('Every day, 22:00 to 06:00 of the next day (W. Europe Standard Time)').waitFor()
    } finally {
      await run('purlieu source delete evenings').catch(() => undefined)
      await v.end()
    }
  }, 90_000)
})

describe('the settings of a source that is registered', () => {
  const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'
  it('are changed by keyboard; what the account refuses stands at its field, and what another changed meanwhile stays', async () => {
    await run(`purlieu source add PostgreSql ledger --set serverEndpoint=ledger.example.com --set sslRootCert='${pem}'`)
    const v = await Visit.begin(browser)
    const { page } = v
    const change = page.getByRole('button', { name: 'Change: Settings' }), form = page.getByRole('form', { name: 'Settings of ledger' })
    const has = (label: string | RegExp) => form.getByLabel(label).evaluate(el => el === document.activeElement)
    try {
      await v.go('/sources/ledger')
      await page.getByText('PEM, 58 B').waitFor()
      expect(await page.getByText('BEGIN CERTIFICATE').isVisible()).toBe(false)
      await page.getByText('PEM, 58 B').click()
      await page.getByText('BEGIN CERTIFICATE').waitFor()
      await change.focus()
      await page.keyboard.press('Enter')
      await form.waitFor()
      await expect.poll(() => has(/^Server/)).toBe(true)
      expect(await form.getByLabel(/^Server/).inputValue()).toBe('ledger.example.com')
      expect(await form.getByLabel(/^Certificate/).inputValue()).toBe(pem)
      expect(await button(v, 'Save').isDisabled()).toBe(true) // nothing is changed
      expect(await form.getByLabel('Authority', { exact: true }).getAttribute('readonly')).not.toBeNull()
      expect(await seriousOf(page)).toEqual([])

      await page.keyboard.press('Tab')
      await expect.poll(() => has(/^Port/)).toBe(true)
      await page.keyboard.type('99999')
      await page.keyboard.press('Enter')
      await form.getByText(/"99999" is not a port/).waitFor()
      await form.getByLabel(/^Port/).fill('5433')
      expect(await form.locator('pre').textContent()).toBe('purlieu source add PostgreSql ledger --set=port=5433')
      await run('purlieu source add PostgreSql ledger --set sslMode=verify-ca --connections 2') // by somebody else, meanwhile
      await page.keyboard.press('Enter')
      await form.getByText(/these settings would make it postgresql:\/\/ledger\.example\.com:5433/).waitFor()
      await expect.poll(() => has(/^Authority$/)).toBe(true)
      expect(await seriousOf(page)).toEqual([])
      await page.keyboard.press('Tab')
      await expect.poll(() => has(/^It is the same source at a new address/)).toBe(true)
      await page.keyboard.press('Space')
      expect(await form.locator('pre').textContent()).toBe('purlieu source add PostgreSql ledger --set=port=5433 --authority=postgresql://ledger.example.com')
      await page.keyboard.press('Enter')
      await page.getByText('The settings of ledger were changed').waitFor()
      await page.getByRole('definition').getByText('5433', { exact: true }).waitFor()
      await page.getByRole('definition').getByText('verify-ca', { exact: true }).waitFor()
      await expect.poll(() => change.evaluate(el => el === document.activeElement)).toBe(true)
      const kept = JSON.parse(await run('purlieu source show ledger --output json')).properties
      expect(kept).toMatchObject({ port: 5433, sslMode: 'verify-ca', sslRootCert: pem, purlieuBudget: { connections: 2 }, purlieuAuthority: 'postgresql://ledger.example.com' })

      await page.keyboard.press('Enter')
      await form.getByLabel(/^Port/).fill('')
      await form.getByLabel(/^Certificate/).fill('')
      await button(v, 'Save').click()
      await page.getByRole('definition').getByText('5432', { exact: true }).waitFor()
      const left = JSON.parse(await run('purlieu source show ledger --output json')).properties
      expect(left).toMatchObject({ serverEndpoint: 'ledger.example.com', sslMode: 'verify-ca', purlieuBudget: { connections: 2 } })
      for (const setting of ['port', 'sslRootCert']) expect(left).not.toHaveProperty(setting)
      expect(v.wrong).toEqual([])
    } finally {
      await run('purlieu source delete ledger').catch(() => undefined)
      await v.end()
    }
  }, 90_000)
})

describe('how much of a source is read at once, and where it stands', () => {
  const said = async () => JSON.parse(await run('purlieu source show paced --output json')).properties
  it('are changed by keyboard, with what others changed meanwhile, and taken back', async () => {
    await run('purlieu source add FileSystem paced --set folder=/nowhere --authority paced')
    const v = await Visit.begin(browser)
    const { page } = v
    const change = page.getByRole('button', { name: 'Change: Budget' }), form = page.getByRole('form', { name: 'Budget of paced' })
    try {
      await v.go('/sources/paced')
      await page.getByText('As many units as usual.').waitFor()
      await change.focus()
      await page.keyboard.press('Enter')
      await form.getByLabel('Units at once').waitFor()
      await expect.poll(() => form.getByLabel('Units at once').evaluate(el => el === document.activeElement)).toBe(true)
      expect(await button(v, 'Save').isDisabled()).toBe(true) // nothing is changed
      await page.keyboard.type('0')
      await form.getByText('Write a whole number from 1, or nothing.').waitFor()
      expect(await seriousOf(page)).toEqual([])
      await page.keyboard.press('Control+a')
      await page.keyboard.type('3')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Space')
      expect(await form.locator('pre').textContent()).toBe('purlieu source add FileSystem paced --connections=3 --strict')
      await run("purlieu source add FileSystem paced --window '22:00-06:00'") // by somebody else, meanwhile
      await page.keyboard.press('Enter')
      await page.getByText('At most 3 units at once, over all nodes, also where').waitFor()
      await v.rest()
      await expect.poll(() => change.evaluate(el => el === document.activeElement)).toBe(true)
      expect(await said()).toMatchObject({ purlieuBudget: { connections: 3, strict: true }, purlieuWindows: [{ from: '22:00', to: '06:00' }] })
      await button(v, 'Undo').click()
      await page.getByText('The budget of paced is as before').waitFor()
      await page.getByText('As many units as usual.').waitFor()
      expect(await said()).not.toHaveProperty('purlieuBudget')

      await page.getByRole('button', { name: 'Change: Settings' }).click()
      const settings = page.getByRole('form', { name: 'Settings of paced' })
      await settings.getByLabel('Collection', { exact: true }).selectOption({ label: 'Sales' })
      await settings.getByText('Its scans, and the assets that they found, stay where they are').waitFor()
      expect(await settings.locator('pre').textContent()).toBe('purlieu source add FileSystem paced --collection=sales')
      expect(await seriousOf(page)).toEqual([])
      await button(v, 'Save').click()
      await page.getByRole('definition').getByText('Sales', { exact: true }).waitFor()
      await v.rest()
      expect(await said()).toMatchObject({ collection: { referenceName: 'sales' }, folder: '/nowhere', purlieuAuthority: 'file://paced' })

      // Whoever sees to Sales may write it, and move it nowhere else.
      const keeper = await Visit.begin(browser, { as: world.keeper })
      await keeper.go('/sources/paced')
      await keeper.page.getByRole('button', { name: 'Change: Settings' }).click()
      await keeper.page.getByRole('form', { name: 'Settings of paced' }).waitFor()
      expect(await keeper.page.getByLabel('Collection', { exact: true }).locator('option').allTextContents()).toEqual(['Sales'])
      await keeper.end()

      await button(v, 'Undo').click()
      await page.getByText('The settings of paced are as before').waitFor()
      await page.getByRole('definition').getByText('Root', { exact: true }).waitFor()
      expect(v.wrong).toEqual([])
    } finally {
      await run('purlieu source delete paced').catch(() => undefined)
      await v.end()
    }
  }, 90_000)
})
