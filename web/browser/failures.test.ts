// What goes wrong for real while a page is open, and heals: the account is away, a right is taken, the node is away, the
// source's password changes, a schema may not be read, the disk is short of room. Each test leaves the world as it was.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endAccount, endNode, nodeIsBack, run, scannerPassword, sql, startAccount, startNode } from './hand'
import { seriousOf } from './looks'
import { open, Visit, world } from './world'

let browser: Browser
let v: Visit
beforeAll(async () => {
  browser = await open()
  v = await Visit.begin(browser)
})
afterAll(() => browser.close())

const button = (name: string) => v.page.getByRole('button', { name, exact: true })
const succeeded = () => v.page.getByRole('definition').getByText('Succeeded', { exact: true }).waitFor({ timeout: 30_000 })

describe('when the account is away', () => {
  it('a page that is gone to says so and comes back by itself, and of what is done meanwhile that no answer came', async () => {
    const beside = await v.context.newPage()
    await beside.goto(v.base + '/runtimes/edge')
    await beside.getByText('edge-1').waitFor()
    await v.go('/settings?tab=account')
    await endAccount()
    try {
      await beside.getByText('What is shown is as of').waitFor()
      await beside.getByText('edge-1').waitFor()
      expect(await seriousOf(beside)).toEqual([])
      await v.page.getByLabel('Name', { exact: true }).fill('Elsewhere')
      await button('Save').click()
      await v.page.getByRole('status').getByText('can’t be reached').waitFor()
      // What was typed is not saved, and asked about: by the browser itself where the dialog can't be loaded.
      const asked = v.page.waitForEvent('dialog').then(async d => { await d.accept(); return d.message() })
      await v.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Runs' }).click()
      expect(await asked).toBe('Leave without saving?')
      await v.page.getByRole('alert').getByText('can’t be reached').waitFor()
    } finally {
      await startAccount()
    }
    await v.page.getByRole('link', { name: 'shop / nightly' }).first().waitFor() // nobody pressed anything
    await v.go('/settings?tab=account')
    expect(await v.page.getByLabel('Name', { exact: true }).inputValue()).not.toBe('Elsewhere')
    await nodeIsBack()
    await beside.getByText('What is shown is as of').waitFor({ state: 'detached' })
    await beside.close()
  }, 90_000)
})

describe('when the account goes away under a run', () => {
  it('what is shown says as of when it is, its clock stands still, and it goes on when the account is back', async () => {
    const held = sql('shop', 'begin; lock table sales.people, sales.addresses, sales.orders, sales.order_lines, sales.payments, warehouse.products, warehouse.shelves, warehouse.stock in access exclusive mode; select pg_sleep(60)').catch(() => undefined) // until it is ended below
    try {
      await v.go('/sources/shop?tab=scans')
      await button('Run in full: nightly').click()
      await v.page.waitForURL(/\/runs\//)
      const clock = v.page.getByText('Took', { exact: true }).locator('xpath=following-sibling::dd')
      await clock.waitFor()
      await endAccount()
      await v.page.getByText('What is shown is as of').waitFor()
      const was = await clock.textContent()
      await v.page.waitForTimeout(2500)
      expect(await clock.textContent()).toBe(was)
    } finally {
      await startAccount()
      await sql('shop', "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'")
      await held
    }
    await v.page.getByRole('definition').getByText(/^Succeeded/).waitFor({ timeout: 60_000 })
    expect(await v.page.getByText('What is shown is as of').count()).toBe(0)
    await nodeIsBack()
  }, 120_000)
})

describe('when a right is taken away', () => {
  it('what it was for is refused, in the words of the account, and the page loses its buttons', async () => {
    await run('purlieu role add root data-curator rita')
    const rita = await Visit.begin(browser, { as: world.reader })
    try {
      await rita.go(`/asset/${await rita.guid('shelves')}`)
      const edit = rita.page.getByRole('button', { name: 'Edit' })
      await edit.first().click()
      await rita.page.getByRole('textbox', { name: 'Description' }).fill('Where things lie')
      await run('purlieu role remove root data-curator rita')
      await rita.page.getByRole('button', { name: 'Save', exact: true }).click()
      await rita.page.getByText('You may not do this').waitFor()
      await rita.page.reload()
      await rita.settled()
      expect(await edit.count()).toBe(0)
      await rita.page.getByText('takes the role Data curator').waitFor()
      expect(await rita.page.getByText('Where things lie').count()).toBe(0)
      await run('purlieu role remove root purview-reader rita')
      await rita.page.reload()
      await rita.page.getByText('You have no role here yet').first().waitFor()
    } finally {
      await run('purlieu role remove root data-curator rita').catch(() => undefined) // it is gone already, unless the test failed
      await run('purlieu role add root purview-reader rita')
      await rita.end()
    }
  }, 60_000)
})

describe('when what a page shows is removed', () => {
  it('it says that it is gone, and not that it is old', async () => {
    await run('purlieu runtime add cellar')
    try {
      await v.go('/runtimes/cellar')
      await v.page.getByRole('heading', { name: 'cellar' }).waitFor()
    } finally {
      await run('purlieu runtime delete cellar')
    }
    await v.page.getByRole('alert').getByText('Not found').waitFor()
    expect(await v.page.getByText('What is shown is as of').count()).toBe(0)
  }, 60_000)
})

describe('when the node is away', () => {
  it('looking into a source says what helps, and goes on when it is back', async () => {
    await v.go('/sources/shop/scan?step=scope')
    await button('See what is there').click()
    await button('Look into shop').waitFor()
    await endNode()
    try {
      await button('Look into shop').click()
      const alert = v.page.getByRole('alert')
      await alert.waitFor({ timeout: 60_000 })
      expect(await alert.textContent()).toMatch(/node|runtime/i)
      await v.go('/')
      await v.page.getByText('No node of a runtime is online').waitFor({ timeout: 30_000 })
      await v.go('/sources/shop/scan')
      await v.page.getByText('None of its nodes is online.').waitFor()
    } finally {
      await startNode()
    }
    await v.go('/sources/shop/scan?step=scope')
    await button('See what is there').click()
    await button('Look into shop').click()
    await button('Look into warehouse').waitFor()
  }, 120_000)
})

describe('when a source answers nothing for long', () => {
  it('the test of the connection says what that looks like, until the answer is there', async () => {
    let go: () => void = () => undefined
    const held = new Promise<void>(done => { go = done })
    await v.page.route('**/datasources/shop/test*', async route => { await held; await route.continue() })
    try {
      await v.go('/sources/shop')
      await button('Test the connection').click()
      await v.page.getByText('No answer yet').waitFor({ timeout: 15_000 })
      await v.page.getByText(/Where a firewall drops what is sent/).waitFor()
      expect(await seriousOf(v.page)).toEqual([])
      go()
      await v.page.getByText('No answer yet').waitFor({ state: 'detached' })
      await v.page.getByText('edge-1 reached it and could sign in.').waitFor({ timeout: 60_000 })
    } finally {
      await v.page.unrouteAll({ behavior: 'wait' })
    }
  }, 90_000)
})

describe('when the source changes its password', () => {
  it('the test of the connection and the run say that the sign-in is refused, and what helps', async () => {
    await scannerPassword(false)
    try {
      await v.go('/sources/shop')
      await button('Test the connection').click()
      const told = v.page.getByRole('status').filter({ hasText: /password|sign-in/i })
      await told.first().waitFor({ timeout: 30_000 })
      await v.go('/sources/shop?tab=scans')
      await button('Run now: nightly').click()
      await v.page.waitForURL(/\/runs\//)
      await v.page.getByRole('main').getByText('Failed').first().waitFor({ timeout: 30_000 })
      await v.page.getByRole('main').getByText('Check the credential and its reference in the vault.').waitFor()
      await v.page.getByRole('main').getByText(/refused|password|sign-in/i).first().waitFor()
      await v.go('/')
      await v.page.getByText('The newest run of a scan failed').waitFor()
    } finally {
      await scannerPassword(true)
    }
    await v.go('/sources/shop')
    await button('Test the connection').click()
    await v.page.getByText('edge-1 reached it and could sign in.').waitFor({ timeout: 30_000 })
  }, 90_000)
})

describe('when a login may not read all', () => {
  it('the run says what was left out, and what helps', async () => {
    await sql('shop', 'revoke usage on schema warehouse from scanner')
    try {
      await v.go('/sources/shop?tab=scans')
      await button('Run now: nightly').click()
      await v.page.waitForURL(/\/runs\//)
      await v.page.getByText('Succeeded, with gaps').first().waitFor({ timeout: 30_000 })
      await v.page.getByRole('tab', { name: /Gaps/ }).click()
      await v.page.getByRole('main').getByText(/grant usage on schema/i).first().waitFor()
    } finally {
      await sql('shop', 'grant usage on schema warehouse to scanner')
    }
    await v.go('/sources/shop?tab=scans')
    await button('Run now: nightly').click()
    await v.page.waitForURL(/\/runs\//)
    await succeeded()
    await v.page.getByRole('tab', { name: /Gaps/ }).click()
    await v.page.getByText('Nothing was left out').waitFor()
  }, 90_000)
})

describe('when the disk of the account is short of room', () => {
  it('the overview says that scans wait, people go on, and the scan runs once there is room', async () => {
    await endAccount()
    await startAccount('--keep-free 100000000') // MiB: no disk has so much
    try {
      await v.go('/')
      await v.page.getByText('The disk of the account has little room').waitFor({ timeout: 30_000 })
      await v.go('/sources/files?tab=scans')
      await button('Run now: nightly').click()
      await v.page.waitForURL(/\/runs\//)
      await v.page.getByText('No node has taken it yet').waitFor()
      await v.page.waitForTimeout(4000) // longer than a node waits between two claims
      await v.page.getByText('No node has taken it yet').waitFor()
      await endAccount()
      await v.page.getByText('What is shown is as of').waitFor()
    } finally {
      await endAccount()
      await startAccount()
    }
    await succeeded()
    expect(await v.page.getByText('What is shown is as of').count()).toBe(0)
    await nodeIsBack()
  }, 90_000)
})

describe('a command that is copied', () => {
  it('does the same when it is pasted into a shell', async () => {
    await v.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await v.go('/sources/files?tab=scans')
    await button('Copy as a command: Run now: nightly').click()
    const copied = () => v.page.evaluate(() => navigator.clipboard.readText())
    await expect.poll(copied).toBe('purlieu scan run files nightly --watch')
    expect(await run(await copied())).toMatch(/Found \d+ assets/)
  }, 60_000)
})
