// What was typed is not lost by leaving it: each form asks where something was typed, and only there; by a way of the shell, a tab, the
// back button, a reload, and signing out. Saving and giving up ask nothing, and the steps of a wizard keep what was typed.
import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from './hand'
import { seriousOf } from './looks'
import { open, Visit } from './world'

let browser: Browser
beforeAll(async () => { browser = await open() })
afterAll(() => browser.close())

const button = (v: Visit, name: string | RegExp) => v.page.getByRole('button', { name, exact: true })
const question = (v: Visit) => v.page.getByRole('dialog', { name: 'Leave without saving?' })
const way = (v: Visit, name: string) => v.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true })
const tab = (v: Visit, name: string) => v.page.getByRole('tab', { name: new RegExp(`^${name}`) })
const has = (on: Locator) => on.evaluate(el => el === document.activeElement)
const label = (v: Visit, name: string | RegExp) => v.page.getByRole('main').getByLabel(name, { exact: true })

/** refused steps back, and waits until that was refused, which is a step forward. */
const refused = (v: Visit) => v.page.evaluate(() => new Promise<void>(done => {
  let steps = 0
  const count = () => {
    if (++steps < 2) return
    removeEventListener('popstate', count)
    done()
  }
  addEventListener('popstate', count)
  history.back()
}))

interface Form {
  name: string
  path: string | ((v: Visit) => Promise<string>)
  open?: (v: Visit) => Promise<void>
  field: (v: Visit) => Locator
  types?: string
}

const column = async (v: Visit) => `/asset/${await v.guid('people')}?tab=schema&column=email`
const asset = async (v: Visit) => `/asset/${await v.guid('people')}`
const press = (name: string | RegExp) => async (v: Visit) => { await v.page.getByRole('main').getByRole('button', { name, exact: true }).first().click() }

const forms: Form[] = [
  { name: 'what people say about an asset', path: asset, open: press('Edit'), field: v => label(v, 'Description') },
  { name: 'somebody who answers for it', path: asset, open: press('Edit'), field: v => label(v, 'Owners') },
  { name: 'a classification', path: asset, field: v => label(v, 'Add a classification') },
  { name: 'what people say about a column', path: column, open: press('Edit'), field: v => label(v, 'Description') },
  { name: 'a source that is registered', path: '/sources/_new?kind=PostgreSql&step=settings', field: v => label(v, /^Name in the map/) },
  { name: 'settings of a source', path: '/sources/shop', open: press('Change: Settings'), field: v => label(v, /^Server/) },
  { name: 'when a source may be read', path: '/sources/shop', open: press('Change: When it may be read'), field: v => label(v, 'Time zone') },
  { name: 'how much of it is read at once', path: '/sources/shop', open: press('Change: Budget'), field: v => label(v, 'Units at once'), types: '0' },
  { name: 'a scan that is made', path: '/sources/shop/scan', field: v => label(v, /^Name of the scan/) },
  { name: 'a scan that is changed', path: '/sources/shop/scan?of=nightly&step=scope', field: v => label(v, 'Only what is below') },
  { name: 'when a scan runs', path: '/sources/shop?tab=scans&scan=nightly', field: v => label(v, 'Every'), types: '7' },
  { name: 'a runtime', path: '/runtimes/_new', field: v => label(v, /^Name/) },
  { name: 'a collection that is added', path: '/settings', open: press('Add a collection'), field: v => label(v, 'Title') },
  { name: 'a collection that is changed', path: '/settings', open: press('Edit'), field: v => label(v, 'Title') },
  { name: 'a role that is given', path: '/settings', field: v => label(v, 'Person or app') },
  { name: 'a credential', path: '/settings?tab=credentials', open: press('Add a credential'), field: v => label(v, /^Name/) },
  { name: 'a vault connection', path: '/settings?tab=credentials', open: press('Add a vault connection'), field: v => label(v, /^Name/) },
  { name: 'what a runtime says of itself', path: '/runtimes/edge', open: press('Change the description'), field: v => label(v, 'Description') },
  { name: 'a person who is invited', path: '/settings?tab=people', field: v => label(v, 'Invite a person') },
  { name: 'network rules', path: '/settings?tab=network', open: press('Add a rule'), field: v => label(v, 'Addresses of rule 1') },
  { name: 'the name of the account', path: '/settings?tab=account', field: v => label(v, 'Name') },
]

describe('leaving', () => {
  let shared: Visit
  beforeAll(async () => { shared = await Visit.begin(browser) })
  afterAll(() => shared.end())
  for (const f of forms) it(`${f.name} asks where something was typed, and only there`, async () => {
    const v = shared
    const path = typeof f.path === 'string' ? f.path : await f.path(v)
    await v.go(path)
    if (f.name !== 'network rules') { // there a rule that was added is something
      await f.open?.(v)
      await f.field(v).focus()
      await way(v, 'Runs').click()
      await v.page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor() // the address is there before the page is
      await v.page.goBack()
      await v.settled()
    }
    await f.open?.(v)
    await f.field(v).pressSequentially(f.types ?? 'x')
    const typed = await f.field(v).inputValue(), at = v.page.url()
    await way(v, 'Runs').click()
    await button(v, 'Stay here').click()
    await question(v).waitFor({ state: 'detached' })
    expect(await f.field(v).inputValue()).toBe(typed)
    expect(v.page.url()).toBe(at)
    await way(v, 'Runs').click()
    await button(v, 'Leave').click()
    await v.page.waitForURL(/\/runs$/)
    await v.page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor()
    expect(v.wrong).toEqual([])
  })

  it('by a tab, the back button, a reload, and signing out asks; what was given up, or saved, does not', async () => {
    const v = await Visit.begin(browser)
    const { page } = v
    const unloads: string[] = []
    page.on('dialog', d => { unloads.push(d.type()); void d.dismiss() })
    const field = label(v, 'Description')
    const guid = await v.guid('people'), at = `${v.base}/asset/${guid}`
    try {
      await v.go('/search?q=people')
      await page.getByRole('main').getByRole('link', { name: 'people', exact: true }).first().click()
      await page.waitForURL(at)
      await v.settled()
      await press('Edit')(v)
      await field.focus()
      const was = await field.inputValue()
      await page.reload()
      await v.settled()
      expect(unloads).toEqual([]) // nothing was typed

      await press('Edit')(v)
      await field.pressSequentially('Whom we sell to')
      await tab(v, 'History').click()
      await question(v).waitFor()
      expect(await seriousOf(page)).toEqual([])
      await expect.poll(() => has(button(v, 'Stay here'))).toBe(true)
      await page.keyboard.press('Escape')
      await question(v).waitFor({ state: 'detached' })
      expect(page.url()).toBe(at)
      await expect.poll(() => has(tab(v, 'History'))).toBe(true)

      await field.focus()
      await refused(v)
      await question(v).waitFor()
      expect(page.url()).toBe(at)
      await refused(v) // once more, while it asks
      await page.keyboard.press('Escape')
      await question(v).waitFor({ state: 'detached' })
      expect(page.url()).toBe(at)
      await expect.poll(() => has(field)).toBe(true)

      await page.evaluate(() => { setTimeout(() => location.reload()) })
      await expect.poll(() => unloads).toEqual(['beforeunload'])
      expect(await field.inputValue()).toContain('Whom we sell to')

      await button(v, 'Signed in as demo').click()
      await button(v, 'Sign out').click()
      await button(v, 'Stay here').click()
      expect(await field.inputValue()).toContain('Whom we sell to')

      await button(v, 'Cancel').click()
      await tab(v, 'History').click()
      await page.waitForURL(/tab=history/)
      await page.goBack()
      await press('Edit')(v)
      expect(await field.inputValue()).toBe(was) // it was given up
      await field.pressSequentially('!')
      await button(v, 'Save').click()
      await page.getByText('people was saved').waitFor()
      await tab(v, 'History').click()
      await page.waitForURL(/tab=history/)
      await page.getByRole('status').getByRole('button', { name: 'Undo' }).click()
      await page.getByText('Undone').waitFor()

      await page.goBack()
      await press('Edit')(v)
      await field.pressSequentially('?')
      await page.goBack()
      await button(v, 'Leave').click()
      await page.getByRole('heading', { name: '“people”' }).waitFor()
      await page.goForward()
      await page.waitForURL(at)
      await v.settled()
      await press('Edit')(v)
      await field.pressSequentially('?')
      await button(v, 'Signed in as demo').click()
      await button(v, 'Sign out').click()
      await button(v, 'Leave').click()
      await page.waitForURL(/signed-out/)
      expect(unloads).toEqual(['beforeunload']) // it was asked about already
      expect(v.wrong).toEqual([])
    } finally {
      await v.end()
    }
  }, 60_000)
})

describe('a wizard', () => {
  it('keeps what was typed from step to step, also where another kind is looked at, and its end asks nothing', async () => {
    const v = await Visit.begin(browser)
    const { page } = v
    try {
      await v.go('/sources/_new')
      await page.getByRole('button', { name: /^PostgreSQL/ }).first().click()
      await label(v, /^Name in the map/).pressSequentially('kept')
      await label(v, /^Server/).pressSequentially('kept.example.com')
      await button(v, 'Back').click()
      await page.getByRole('button', { name: /^File system/ }).first().click()
      await label(v, /^Folder/).pressSequentially('/elsewhere')
      await page.goBack()
      await page.getByRole('button', { name: /^PostgreSQL/ }).first().click()
      expect(await label(v, /^Server/).inputValue()).toBe('kept.example.com')
      expect(await label(v, /^Name in the map/).inputValue()).toBe('kept')
      await button(v, 'Next').click()
      await page.getByRole('definition').getByText('kept.example.com').waitFor()
      await page.goBack()
      await page.goForward()
      expect(await page.getByRole('dialog').count()).toBe(0)
      await button(v, 'Register').click()
      await page.waitForURL(/kept\/scan/)
      await label(v, /^Name of the scan/).waitFor()
      expect(await page.getByRole('dialog').count()).toBe(0)
      expect(v.wrong).toEqual([])
    } finally {
      await run('purlieu source delete kept').catch(() => undefined)
      await v.end()
    }
  }, 60_000)
})

describe('when a scan runs', () => {
  it('stays typed while the schedule is paused, or removed, beside it; and closing it gives that up', async () => {
    await run('purlieu trigger set shop nightly --every day --at 04:00 --zone UTC')
    const v = await Visit.begin(browser)
    const { page } = v
    try {
      await v.go('/sources/shop?tab=scans&scan=nightly')
      await label(v, 'At').fill('05:10')
      await button(v, 'Pause').click()
      await button(v, 'Resume').waitFor()
      await v.settled()
      expect(await label(v, 'At').inputValue()).toBe('05:10')
      await run('purlieu trigger delete shop nightly')
      await button(v, 'Resume').click()
      await page.getByRole('status').getByText('Not found').waitFor()
      await v.settled()
      expect(await label(v, 'At').inputValue()).toBe('05:10')
      await page.getByRole('main').getByRole('button', { name: 'Cancel', exact: true }).click()
      await page.waitForURL(u => !u.search.includes('scan='))
      expect(await page.getByRole('dialog').count()).toBe(0)
    } finally {
      await run('purlieu trigger delete shop nightly').catch(() => undefined)
      await v.end()
    }
  }, 60_000)
})
