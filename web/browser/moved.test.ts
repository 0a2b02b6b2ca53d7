// Where a scan stands: chosen when it is made or changed, said where its source stands elsewhere, and moved along.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from './hand'
import { seriousOf, sideways } from './looks'
import { open, Visit } from './world'

let browser: Browser
beforeAll(async () => { browser = await open() })
afterAll(() => browser.close())

const button = (v: Visit, name: string) => v.page.getByRole('button', { name, exact: true })
const scan = async (name: string) => JSON.parse(await run(`purlieu scan show wandering ${name} --output json`)).properties

it('is chosen in its last step; where its source moves away that is said, and it is moved along and back, with all else as it is', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  const said = page.getByText('2 of its scans stand in another collection.')
  try {
    await run('purlieu source add FileSystem wandering --set folder=/nowhere --authority wandering')
    await run('purlieu scan add wandering first --runtime edge --level L1 --priority High')
    await run('purlieu scan add wandering second --runtime edge --level L1 --include orders')
    await v.go('/sources/wandering')
    expect(await page.getByText('stand in another collection').count()).toBe(0)

    await v.go('/sources/wandering/scan?of=second&step=review')
    const choice = page.getByLabel('Collection', { exact: true })
    expect(await choice.inputValue()).toBe('root')
    await choice.selectOption('support')
    await page.getByText(/^purlieu scan add wandering second .*--collection=support/).waitFor()
    expect(await seriousOf(page)).toEqual([])
    await button(v, 'Save the scan').click()
    await page.waitForURL(/scan=second/)
    await page.getByRole('definition').getByText('Support', { exact: true }).waitFor()
    expect((await scan('second')).collection.referenceName).toBe('support')

    await v.go('/sources/wandering')
    await page.getByText('One of its scans stands in another collection.').waitFor()
    expect((await v.told()).shifts).toEqual([])
    await page.getByRole('button', { name: 'Change: Settings' }).click()
    await page.getByLabel('Collection', { exact: true }).selectOption('sales')
    await button(v, 'Save').click()
    await said.waitFor()
    await page.getByRole('listitem').getByText('first: Root').waitFor()
    await page.getByRole('listitem').getByText('second: Support').waitFor()
    expect(await seriousOf(page)).toEqual([])
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await sideways(page)).toBeLessThanOrEqual(0)
    await run('purlieu scan add wandering first --level L2') // by somebody else, meanwhile
    await button(v, 'Move along').click()
    await said.waitFor({ state: 'detached' })
    await v.rest()
    expect(await scan('first')).toMatchObject({ collection: { referenceName: 'sales' }, purlieuLevel: 'L2', purlieuPriority: 'High' })
    expect((await scan('second')).collection.referenceName).toBe('sales')
    await page.getByRole('button', { name: 'Undo' }).first().click()
    await said.waitFor()
    expect((await scan('first')).collection.referenceName).toBe('root')
    expect((await scan('second')).collection.referenceName).toBe('support')
    expect(v.wrong).toEqual([])
  } finally {
    for (const name of ['first', 'second']) await run(`purlieu scan delete wandering ${name}`).catch(() => undefined)
    await run('purlieu source delete wandering').catch(() => undefined)
    await v.end()
  }
}, 90_000)
