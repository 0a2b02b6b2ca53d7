// What the portal tells: a notice stays while a pointer or the focus rests on it, and what was done can be taken back from the list behind the
// bell too, until it was, or something else was done about the same.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from './hand'
import { seriousOf } from './looks'
import { open, Visit } from './world'

let browser: Browser
beforeAll(async () => { browser = await open() })
afterAll(() => browser.close())

const button = (v: Visit, name: string) => v.page.getByRole('button', { name, exact: true })
const long = 60_000 // ms; none would be shown as long

describe('what was done', () => {
  it('is shown while something rests on it, and is taken back from the list, once, while nothing else was done about it', async () => {
    await run('purlieu source add FileSystem undone --set folder=/nowhere --authority undone')
    const v = await Visit.begin(browser)
    const { page } = v
    const list = page.getByRole('dialog', { name: 'Notifications' }), notice = page.getByRole('status').getByText('How much of undone is read at once is changed')
    const units = async () => JSON.parse(await run('purlieu source show undone --output json')).properties.purlieuBudget?.connections
    const write = async (n: string) => {
      await page.getByRole('button', { name: 'Change: How much of it is read at once' }).click()
      await page.getByLabel('Units at once').fill(n)
      await button(v, 'Save').click()
      await page.getByText(`At most ${n} units at once`).waitFor()
    }
    try {
      await page.clock.install()
      await v.go('/sources/undone')
      await write('3')
      await notice.hover()
      await page.clock.fastForward(long)
      expect(await notice.count()).toBe(1)
      await page.getByRole('status').getByRole('button', { name: 'Undo' }).focus()
      await page.mouse.move(10, 400)
      await page.clock.fastForward(long)
      expect(await notice.count()).toBe(1)
      await page.getByRole('main').focus()
      await page.clock.fastForward(long)
      await notice.waitFor({ state: 'detached' })

      await write('4')
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Runs' }).click() // elsewhere by then
      await page.waitForURL(/\/runs$/)
      await button(v, 'Notifications').click()
      expect(await list.getByText('How much of undone is read at once is changed').count()).toBe(2)
      expect(await list.getByRole('button', { name: /^Undo/ }).count()).toBe(1) // of what was done before that it would undo too much
      expect(await seriousOf(page)).toEqual([])
      await list.getByRole('button', { name: 'Undo: How much of undone is read at once is changed' }).click()
      await list.getByText('How much of undone is read at once is as before').waitFor()
      expect(await units()).toBe(3)
      await list.getByRole('button', { name: /^Undo/ }).waitFor({ state: 'detached' })

      await page.goBack()
      await write('5')
      await run('purlieu source add FileSystem undone --connections 7') // by somebody else, meanwhile
      await button(v, 'Notifications').click()
      await list.getByRole('button', { name: /^Undo/ }).click()
      await list.getByText('It was changed since. Look at it, and change it by hand.').waitFor()
      await list.getByRole('button', { name: /^Undo/ }).waitFor({ state: 'detached' })
      expect(await units()).toBe(7)
      expect(v.wrong).toEqual([])
    } finally {
      await run('purlieu source delete undone').catch(() => undefined)
      await v.end()
    }
  }, 60_000)
})
