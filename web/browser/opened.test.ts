// What holds for a page holds for what opens on it: it asks nothing twice and nobody else, keeps the policy, is accessible
// in all themes, and fits a phone. What stands over a page takes the focus, moves nothing below, and gives the focus back.
import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cut, ofColour, seriousOf, sideways } from './looks'
import { close, head, opened, openIt, place, shown, unfold, type Opened } from './opened'
import { idsOf, type Ids } from './pages'
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

const inside = () => v.page.evaluate(() => !!document.activeElement?.closest('[role=dialog]'))

describe.each(opened)('$name, opened', one => {
  it('keeps what every page keeps, in all themes and on a phone', async () => {
    v.wrong.length = 0
    try {
      const { by, before } = await openIt(v, one, ids)
      if (one.over) {
        expect(await inside(), 'the focus is in it').toBe(true)
        expect(await head(v), 'the page below stands still').toEqual(before)
      }
      const faults = [...v.wrong, ...(await v.told()).policy.map(p => 'against the policy: ' + p), ...v.twice().map(q => 'asked twice: ' + q)]
      expect(faults).toEqual([])
      await looks(one)
      if (one.over) await leaves(one, by!)
    } finally {
      await close(v)
      await v.resize(1280, 800)
      await v.wear('light')
    }
  })
})

/** looks judges it as it is open: in three themes, and at the width of a phone. */
async function looks(one: Opened) {
  const where = one.over && '[role=dialog]'
  expect(await seriousOf(v.page), 'light').toEqual([])
  for (const look of ['dark', 'contrast'] as Look[]) {
    await v.wear(look)
    expect(await seriousOf(v.page, ofColour, where), look).toEqual([])
  }
  await v.resize(390, 844)
  await unfold(v, one)
  await shown(v, one).waitFor()
  expect(await sideways(v.page), 'scrolls sideways').toBeLessThanOrEqual(0)
  expect(await v.page.evaluate(cut), 'is cut off').toEqual([])
}

/** leaves closes it with Escape, on the wide page again. */
async function leaves(one: Opened, by: Locator) {
  await v.resize(1280, 800)
  await v.page.keyboard.press('Tab')
  expect(await inside(), 'Tab stays in it, or begins there').toBe(true)
  await v.page.keyboard.press('Escape')
  await place(v, one).first().waitFor({ state: 'hidden' })
  await expect.poll(() => by.evaluate(e => e === document.activeElement), { message: 'the focus comes back' }).toBe(true)
}

it('what is shown once is in sight on a phone, however far below it was asked for, and gives the focus back', async () => {
  const one = opened.find(o => o.name === 'secret-once')!
  await v.resize(390, 844)
  try {
    const { by } = await openIt(v, one, ids)
    const box = (await shown(v, one).boundingBox())!
    expect(box.y).toBeGreaterThanOrEqual(0)
    expect(box.y + box.height).toBeLessThanOrEqual(844)
    expect(await v.page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('The link for sam')
    await v.page.getByRole('button', { name: 'Close', exact: true }).click()
    await expect.poll(() => by!.evaluate(e => e === document.activeElement)).toBe(true)
  } finally {
    await close(v)
    await v.resize(1280, 800)
  }
})
