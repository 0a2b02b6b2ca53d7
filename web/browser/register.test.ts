// Registering a source: what a person has to fill, who can read it, and a test of its connection before anything is scanned.
import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from './hand'
import { seriousOf, sideways } from './looks'
import { open, Visit, world } from './world'

let browser: Browser
beforeAll(async () => { browser = await open() })
afterAll(() => browser.close())

const button = (v: Visit, name: string) => v.page.getByRole('button', { name, exact: true })

const sources = async () => (JSON.parse(await run('purlieu source list --output json')) as { name: string }[]).map(s => s.name)

it('takes two fields and three presses by keyboard, from the kind to the first step of a scan', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  const filled: string[] = [], pressed: string[] = []
  const reach = async (on: Locator) => {
    await on.waitFor()
    for (let i = 0; i < 120 && !(await on.evaluate(e => e === document.activeElement)); i++) await page.keyboard.press('Tab')
    expect(await on.evaluate(e => e === document.activeElement), `Tab leads to ${on}`).toBe(true)
  }
  const press = async (on: Locator) => { await reach(on); pressed.push(await on.innerText()); await page.keyboard.press('Enter') }
  const fill = async (label: RegExp, text: string) => { const on = page.getByLabel(label); await reach(on); filled.push(text); await page.keyboard.type(text) }
  try {
    await v.go('/sources')
    await press(button(v, 'Register a source').first())
    await press(page.getByRole('button', { name: /^PostgreSQL/ }).first())
    await page.getByRole('heading', { name: 'Who can read it' }).waitFor()
    await page.getByRole('main').getByRole('listitem').filter({ hasText: /^edge/ }).getByText('Online').waitFor()
    expect(await button(v, 'Next').isDisabled()).toBe(true)
    await fill(/^Name in the map/, 'in-a-minute')
    await fill(/^Server/, 'db.purlieu.test')
    await press(button(v, 'Next'))
    await press(button(v, 'Register'))
    await page.waitForURL(/in-a-minute\/scan/)
    await page.getByRole('radio', { name: /^edge/, checked: true }).waitFor()
    await expect.poll(() => button(v, 'Next').isDisabled()).toBe(false) // nothing is to be filled there
    expect(filled).toHaveLength(2)
    expect(pressed.slice(1)).toHaveLength(3)
    expect(v.wrong).toEqual([])
  } finally {
    await run('purlieu source delete in-a-minute').catch(() => undefined) // what the test did not come to
    await v.end()
  }
}, 60_000)

it('is tested before it is scanned, mended, tested again, and is registered once', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  try {
    await v.go('/sources/_new?kind=PostgreSql&step=settings')
    await page.getByLabel('Name in the map').fill('tried')
    await page.getByLabel(/^Server/).fill('127.0.0.1')
    await page.getByLabel(/^Port/).fill('9')
    await page.getByLabel(/TLS/).selectOption('disable')
    await page.getByText('What the account knows it by: its address').click()
    await page.getByLabel('Authority', { exact: true }).fill('tried')
    await button(v, 'Next').click()
    await page.getByText('For that the account registers the source first').waitFor()
    await page.getByRole('combobox', { name: 'Runtime' }).selectOption('edge')
    await page.getByRole('combobox', { name: 'Credential' }).selectOption('shop-scanner')
    expect(await sources()).not.toContain('tried')
    await button(v, 'Test the connection').click()
    await page.getByRole('status').getByText(/127\.0\.0\.1:9|refused/).first().waitFor()
    expect(await seriousOf(page)).toEqual([])
    await button(v, 'Back').click()
    expect(await page.getByText('A source of this name exists.').count()).toBe(0)
    await page.getByLabel('Name in the map').fill('tried-again')
    await page.getByLabel(/^Port/).fill(world.shopPort)
    await button(v, 'Next').click()
    await page.getByRole('combobox', { name: 'Credential' }).selectOption('shop-scanner')
    await page.getByRole('combobox', { name: 'Runtime' }).selectOption('edge')
    await button(v, 'Test the connection').click()
    await page.getByText('edge-1 reached it and could sign in.').waitFor()
    await button(v, 'Register').click()
    await page.waitForURL(/tried-again\/scan/)
    expect((await sources()).filter(name => name.startsWith('tried'))).toEqual(['tried-again'])
    expect(v.wrong).toEqual([])
  } finally {
    for (const name of ['tried', 'tried-again']) await run(`purlieu source delete ${name}`).catch(() => undefined)
    await v.end()
  }
}, 90_000)

it('says of each runtime that can’t read it why, and what helps, where none can too; and when that can’t be told', async () => {
  const v = await Visit.begin(browser, { width: 390, height: 844 })
  const { page } = v
  const answer = (value: unknown[]) => page.route('**/kinds/*/runtimes', r => r.fulfill({ json: { value, nextLink: null } }))
  const none = { name: 'cellar', kind: 'SelfHosted', state: 'NeedRegistration', serves: false, nodes: [], reasons: [{ code: 'NoNodes', text: 'It has no node yet', remedy: 'Enrol one with a key.' }] }
  await answer([{ ...none, name: 'edge', state: 'Online', serves: true, reasons: [] }, none])
  await v.go('/sources/_new?kind=PostgreSql&step=settings')
  await page.getByText('Why one other runtime can’t').click()
  await page.getByText('It has no node yet. Enrol one with a key.').waitFor()
  expect((await v.told()).shifts).toEqual([])
  await page.unroute('**/kinds/*/runtimes')
  await answer([none])
  await v.go('/sources/_new?kind=PostgreSql&step=settings')
  await page.getByText('No runtime can read PostgreSQL now.').waitFor()
  await page.getByText('It has no node yet. Enrol one with a key.').waitFor()
  await page.getByRole('link', { name: 'Set up a runtime in the network of the source' }).waitFor()
  expect(await seriousOf(page)).toEqual([])
  expect(await sideways(page)).toBeLessThanOrEqual(0)
  await page.getByLabel('Name in the map').fill('lonely')
  await page.getByLabel(/^Server/).fill('db.purlieu.test')
  await button(v, 'Next').click()
  await page.getByText('A test takes a runtime that can read it: see the step before.').waitFor()
  await page.unroute('**/kinds/*/runtimes')
  await page.route('**/kinds/*/runtimes', r => r.fulfill({ status: 500, json: { error: { code: 'Internal', message: 'It broke' } } }))
  await v.go('/sources/_new?kind=PostgreSql&step=settings')
  await page.getByText('It broke').waitFor()
  await page.getByLabel('Name in the map').fill('lonely') // the form is there all the same
  await v.end()
}, 60_000)

it('says how much of it is read at once, folded away, and what is no number is not sent', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  try {
    await v.go('/sources/_new?kind=PostgreSql&step=settings')
    await page.getByLabel('Name in the map').fill('bounded')
    await page.getByLabel(/^Server/).fill('db.purlieu.test')
    expect(await page.getByLabel('Units at once').isVisible()).toBe(false)
    await page.getByText('Budget: As many units as usual.').click()
    await page.getByLabel('Units at once').fill('-2')
    await page.getByText('Write a whole number from 1, or nothing.').waitFor()
    expect(await button(v, 'Next').isDisabled()).toBe(true)
    await page.getByLabel('Units at once').fill('2')
    await page.getByLabel('Never more than that (strict)').check()
    expect(await seriousOf(page)).toEqual([])
    await button(v, 'Next').click()
    await page.getByRole('definition').getByText('At most 2 units at once, over all nodes, also where a node is lost or a run is cancelled.').waitFor()
    await page.getByText('purlieu source add PostgreSql bounded --set=serverEndpoint=db.purlieu.test --connections=2 --strict').waitFor()
    await button(v, 'Register').click()
    await page.waitForURL(/bounded\/scan/)
    expect(JSON.parse(await run('purlieu source show bounded --output json')).properties.purlieuBudget).toMatchObject({ connections: 2, strict: true })
  } finally {
    await run('purlieu source delete bounded').catch(() => undefined)
    await v.end()
  }
}, 60_000)
