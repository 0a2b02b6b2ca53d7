// What holds for every page: it shows what it is for when opened at its own address, keeps its policy, asks nothing
// twice and nobody else, moves nothing, fits a phone, and is accessible in all themes.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ofColour, seriousOf, sideways } from './looks'
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

  it('fits a phone', async () => {
    await v.resize(390, 844)
    try {
      expect(await sideways(v.page), 'scrolls sideways').toBeLessThanOrEqual(0)
      expect(await v.page.evaluate(cut), 'is cut off').toEqual([])
    } finally {
      await v.resize(1280, 800)
    }
  })
})

/** cut are the controls that stand outside of what a person can see or scroll to. Runs in the page. */
function cut(): string[] {
  return [...document.querySelectorAll('main a, main button, main input, main select')].filter(e => {
    const box = e.getBoundingClientRect()
    if (box.width === 0 || e.closest('.react-flow, [data-tabster-dummy], [aria-hidden=true]')) return false
    for (let p = e.parentElement; p && p.tagName !== 'MAIN'; p = p.parentElement) if (/auto|scroll/.test(getComputedStyle(p).overflowX)) return false
    return box.right > innerWidth + 1 || box.left < -1
  }).map(e => e.outerHTML.slice(0, 120))
}
