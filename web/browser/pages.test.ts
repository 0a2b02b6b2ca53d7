// What holds for every page: it shows what it is for when opened at its own address, keeps its policy, asks nothing
// twice and nobody else, moves nothing, fits a phone, and is accessible in all themes.
import AxeBuilder from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { at, idsOf, pages, type Ids } from './pages'
import { open, Visit, type Look } from './world'

let browser: Browser
let v: Visit
let phone: Visit
let ids: Ids

beforeAll(async () => {
  browser = await open()
  v = await Visit.begin(browser)
  phone = await Visit.begin(browser, { width: 390, height: 844 })
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
    await phone.see(page, at(page, ids))
    expect(await phone.page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 'scrolls sideways').toBeLessThanOrEqual(0)
    expect(await phone.page.evaluate(cut), 'is cut off').toEqual([])
  })
})

/** ofColour are the rules whose verdict a theme can change; all others read names, roles and order. */
const ofColour = ['color-contrast', 'link-in-text-block']

/** seriousOf are the violations of accessibility that keep somebody out. Fluent's focus sentinels are left aside. */
async function seriousOf(page: Page, rules: string[] = []): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode().exclude('[data-tabster-dummy]')
  const { violations } = await (rules.length > 0 ? axe.withRules(rules) : axe).analyze()
  return violations.filter(one => one.impact === 'serious' || one.impact === 'critical').map(one => `${one.id}: ${one.nodes.slice(0, 3).map(n => `${n.target.join(' ')} ${n.html.slice(0, 160)} ${n.any[0]?.message ?? ''}`).join(' | ')}`)
}

/** cut are the controls that stand outside of what a person can see or scroll to. Runs in the page. */
function cut(): string[] {
  return [...document.querySelectorAll('main a, main button, main input, main select')].filter(e => {
    const box = e.getBoundingClientRect()
    if (box.width === 0 || e.closest('.react-flow, [data-tabster-dummy], [aria-hidden=true]')) return false
    for (let p = e.parentElement; p && p.tagName !== 'MAIN'; p = p.parentElement) if (/auto|scroll/.test(getComputedStyle(p).overflowX)) return false
    return box.right > innerWidth + 1 || box.left < -1
  }).map(e => e.outerHTML.slice(0, 120))
}
