// What holds for every page: it shows what it is for when opened at its own address, keeps its policy, asks nothing
// twice and nobody else, moves nothing, fits a phone, and is accessible in all themes.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cut, ofColour, seriousOf, sideways } from './looks'
import { at, idsOf, pages, type Ids } from './pages'
import { open, Visit, type Look } from './world'

let browser: Browser
let v: Visit
let ids: Ids

beforeAll(async () => {
  browser = await open()
  v = await Visit.begin(browser)
  ids = await idsOf(v)
})
afterAll(() => browser.close())

describe.each(pages)('the page $name', page => {
  it('shows what it is for, and keeps what every page keeps', async () => {
    v.wrong.length = 0
    await v.wear('light')
    await v.see(page, at(page, ids))
    await v.page.getByRole('main').getByText(page.shows).first().waitFor()
    const told = await v.told()
    const faults = [...v.wrong, ...told.policy.map(p => 'against the policy: ' + p), ...told.shifts.map(s => 'moved: ' + s), ...v.twice().map(q => 'asked twice: ' + q)]
    if (faults.length > 0) throw new Error(faults.join('\n')) // whole, which an assertion's message is not
    expect(await v.page.title()).toMatch(/^\S.* - Purlieu$/)
  })

  it('is accessible, in all themes', async () => {
    expect(await seriousOf(v.page), 'light').toEqual([])
    for (const look of ['dark', 'contrast'] as Look[]) {
      await v.wear(look)
      expect(await seriousOf(v.page, ofColour), look).toEqual([])
    }
  })

  it('fits a phone, and a window in which all is twice its size', async () => {
    await v.resize(640, 400)
    try {
      expect(await sideways(v.page), 'scrolls sideways at twice its size').toBeLessThanOrEqual(0)
      await v.resize(390, 844)
      expect(await sideways(v.page), 'scrolls sideways').toBeLessThanOrEqual(0)
      expect(await v.page.evaluate(cut), 'is cut off').toEqual([])
    } finally {
      await v.resize(1280, 800)
    }
  })
})
