// An asset that is deleted on its page, and brought back; and what is said where a source is removed.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from './hand'
import { seriousOf } from './looks'
import { open, Visit, world } from './world'

let browser: Browser
beforeAll(async () => { browser = await open() })
afterAll(() => browser.close())

const button = (v: Visit, name: string) => v.page.getByRole('button', { name, exact: true })

it('an asset is deleted once a person has said so, what is below it stays, and it comes back', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  try {
    const guid = await v.guidOf('public', 'archive')
    await v.go(`/asset/${guid}`)
    await page.getByRole('button', { name: /^Delete public/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(/^More than 100 assets stand below it\. They stay in the map/).last().waitFor()
    await dialog.getByText('a scan that still sees it brings it back').waitFor()
    await dialog.getByText(`purlieu asset delete ${guid}`).waitFor()
    expect(await seriousOf(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByText('public was deleted').waitFor()
    await v.rest()
    await page.getByRole('main').getByText('Deleted', { exact: true }).first().waitFor()
    expect(await page.getByRole('button', { name: /^Delete public/ }).count()).toBe(0)
    expect(await run('purlieu search sheet_001 --source archive')).toContain('sheet_001')
    await button(v, 'Undo').click()
    await page.getByText('public is back').waitFor()
    await page.getByRole('button', { name: /^Delete public/ }).waitFor()

    const reader = await Visit.begin(browser, { as: world.reader })
    await reader.go(`/asset/${guid}`)
    expect(await reader.page.getByRole('button', { name: /^Delete/ }).count()).toBe(0)
    await reader.end()
    expect(v.wrong).toEqual([])
  } finally {
    await v.end()
  }
}, 60_000)

it('a source that is removed leaves its assets, and leads to them', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  try {
    await run('purlieu source add FileSystem leaving --set folder=/nowhere --authority leaving')
    await v.go('/sources/leaving')
    await page.getByRole('button', { name: /^Remove the source leaving/ }).click()
    await page.getByRole('dialog').getByText('many at once with the client (purlieu asset delete)').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByText('leaving was removed').waitFor()
    await page.getByRole('link', { name: 'See them' }).click()
    await page.waitForURL(/\/search\?/)
    expect(JSON.parse(new URL(page.url()).searchParams.get('source')!)).toEqual(['leaving'])
    expect(v.wrong).toEqual([])
  } finally {
    await run('purlieu source delete leaving').catch(() => undefined)
    await v.end()
  }
}, 60_000)
