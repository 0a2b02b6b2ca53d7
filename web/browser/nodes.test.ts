// What a person tells a node, from the page of its runtime: to claim no more, to go on, to make a new key.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seriousOf } from './looks'
import { open, Visit } from './world'

let browser: Browser
let v: Visit
beforeAll(async () => { browser = await open(); v = await Visit.begin(browser) })
afterAll(() => browser.close())

const button = (name: string | RegExp) => v.page.getByRole('button', { name, exact: true })
const row = () => v.page.getByRole('row').filter({ hasText: 'edge-1' })
const agree = (label: string) => v.page.getByRole('dialog').getByRole('button', { name: label, exact: true }).click()

describe('a node', () => {
  it('is drained; a run says that it waits for it; and it is resumed', async () => {
    await v.go('/runtimes/edge')
    await button('Drain edge-1').click()
    await agree('Drain')
    await row().getByText('Drained', { exact: true }).waitFor()
    expect(await seriousOf(v.page)).toEqual([])
    await v.go('/sources/shop?tab=scans')
    await button('Run in full: nightly').click()
    await v.page.waitForURL(/\/runs\//)
    const waits = v.page.getByText('Nobody reads it: the runtime edge can’t now.')
    await waits.waitFor()
    expect(await seriousOf(v.page)).toEqual([])
    const run = v.page.url()
    await v.go('/runtimes/edge')
    await button('Resume edge-1').click()
    await row().getByText('Drained', { exact: true }).waitFor({ state: 'detached' })
    await v.page.goto(run)
    await v.page.getByRole('definition').getByText('Succeeded', { exact: true }).waitFor({ timeout: 30_000 })
    expect(await waits.count()).toBe(0)
  }, 120_000)

  it('makes a new key, and is there afterwards', async () => {
    await v.go('/runtimes/edge')
    const since = () => row().locator('time').last().getAttribute('datetime')
    const before = await since()
    await button('New key: Let edge-1 make a new key?').click()
    await agree('New key')
    await expect.poll(since, { timeout: 30_000 }).not.toBe(before)
    await row().getByText('A new one is asked for').waitFor({ state: 'detached' })
    await row().getByText('Online', { exact: true }).waitFor()
  }, 60_000)
})
