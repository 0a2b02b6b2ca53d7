// A picture of every page, and of what opens on one, at three widths, light and dark, into screenshots/ of the repository: to be looked at.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { close, opened, openIt, type Opened } from './opened'
import { at, idsOf, pages, type Ids, type PageOf } from './pages'
import { open, Visit, world } from './world'

const folder = join(import.meta.dirname, '../../screenshots')
const sizes = [[390, 844], [1280, 800], [2560, 1440]] as const

let browser: Browser
let ids: Ids

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  browser = await open()
  const v = await Visit.begin(browser)
  ids = await idsOf(v)
  await v.end()
})
afterAll(() => browser.close())

describe.each(sizes)('at a width of %i', (width, height) => {
  let full: Visit
  let bare: Visit
  beforeAll(async () => {
    full = await Visit.begin(browser, { width, height })
    bare = await Visit.begin(browser, { width, height, at: world.empty })
  })
  afterAll(async () => { await full.end(); await bare.end() })

  const take = async (v: Visit, name: string, show: () => Promise<unknown>) => {
    for (const look of ['light', 'dark'] as const) {
      await v.wear(look)
      if (look === 'light') await show()
      await v.page.screenshot({ animations: 'disabled', path: join(folder, `${name}-${width}-${look}.png`) })
    }
  }
  const see = (v: Visit, name: string, page: PageOf) => take(v, name, () => v.see(page, at(page, ids)))
  const openOne = (one: Opened) => take(full, one.name, () => openIt(full, one, ids)).finally(() => close(full))
  it('the doors', async () => {
    const v = await Visit.unknown(browser, { width, height })
    for (const [name, path] of [['signed-out', '/signed-out'], ['sign-in', '/']] as const) {
      for (const look of ['light', 'dark'] as const) {
        await v.page.emulateMedia({ colorScheme: look })
        await v.page.goto(v.base + path)
        await v.page.waitForSelector('main')
        await v.page.screenshot({ animations: 'disabled', path: join(folder, `${name}-${width}-${look}.png`) })
      }
    }
    await v.end()
  })
  it.each(pages)('$name', page => see(full, page.name, page))
  it.each(pages.filter(p => p.empty))('$name, with nothing in it', page => see(bare, `${page.name}-empty`, page))
  it.each(opened)('$name, opened', openOne)
})
