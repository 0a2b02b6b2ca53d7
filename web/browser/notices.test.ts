// What the portal tells: a notice stays while a pointer or the focus rests on it, and what was done can be taken back from the list behind the
// bell too, until it was, or something else was done about the same; what
// can't be taken back asks first. A text that the browser does not let be copied is selected.
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
    const list = page.getByRole('dialog', { name: 'Notifications' }), notice = page.getByRole('status').getByText('The budget of undone was changed')
    const units = async () => JSON.parse(await run('purlieu source show undone --output json')).properties.purlieuBudget?.connections
    const write = async (n: string) => {
      await page.getByRole('button', { name: 'Change: Budget' }).click()
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
      await expect.poll(() => list.getByText('The budget of undone was changed').count()).toBe(2)
      expect(await list.getByRole('button', { name: /^Undo/ }).count()).toBe(1) // of what was done before that it would undo too much
      expect(await seriousOf(page)).toEqual([])
      await list.getByRole('button', { name: 'Undo: The budget of undone was changed' }).click()
      await list.getByText('The budget of undone is as before').waitFor()
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

describe('what writes over something', () => {
  it('can be taken back: a scan, when it runs, a collection, and the network rules, while nobody changed them since', async () => {
    const v = await Visit.begin(browser)
    const { page } = v
    const list = page.getByRole('dialog', { name: 'Notifications' }), main = page.getByRole('main')
    const said = async (what: string) => JSON.parse(await run(`purlieu ${what} --output json`))
    const undo = async (back: string | RegExp) => {
      await page.getByRole('status').getByRole('button', { name: 'Undo' }).last().click()
      await page.getByRole('status').getByText(back).last().waitFor() // the one before it may be shown yet
    }
    try {
      await run('purlieu trigger set shop nightly --every day --at 04:00 --zone UTC --full')
      const scan = await said('scan show shop nightly'), trigger = (await said('trigger show shop nightly')).properties
      await v.go('/sources/shop?tab=scans&scan=nightly')
      await main.getByLabel('At', { exact: true }).fill('05:10')
      await button(v, 'Save').click()
      await page.getByText('The schedule of nightly was saved', { exact: true }).waitFor()
      await v.rest()
      expect((await said('trigger show shop nightly')).properties.recurrence.schedule.hours).toEqual([5])
      await undo('The schedule of nightly is as before')
      expect((await said('trigger show shop nightly')).properties).toMatchObject({ recurrence: trigger.recurrence, scanLevel: 'Full', state: 'Enabled' })

      await v.go('/sources/shop/scan?of=nightly&step=scope')
      await main.getByLabel('Only what is below').fill('shop/warehouse')
      await button(v, 'Next').click()
      await button(v, 'Save the scan').click()
      await page.getByRole('definition').getByText('shop/warehouse').waitFor()
      await undo('The scan nightly is as before')
      await page.getByRole('definition').getByText('shop/warehouse').waitFor({ state: 'detached' })
      const kept = ({ properties: { lastModifiedAt: _, collection, ...rest } }: { properties: Record<string, never> & { collection: { referenceName: string } } }) => ({ ...rest, collection: collection.referenceName })
      expect(kept(await said('scan show shop nightly'))).toEqual(kept(scan))

      await v.go('/settings?collection=sales')
      await main.getByRole('button', { name: 'Edit', exact: true }).click()
      await main.getByLabel('Title', { exact: true }).fill('Selling')
      await button(v, 'Save').click()
      await main.getByRole('heading', { name: 'Selling' }).waitFor()
      await undo('The collection Sales is as before')
      await main.getByRole('heading', { name: 'Sales', exact: true }).waitFor()

      await v.go('/settings?tab=network')
      const rules = (await said('network show')).rules ?? []
      const add = async (range: string) => {
        await button(v, 'Add a rule').click()
        await main.getByLabel(/^Addresses of rule/).last().fill(range)
        await button(v, 'Save').click()
        await page.getByText('The rules are in force').last().waitFor()
        await v.rest()
        await expect.poll(async () => JSON.stringify((await said('network show')).rules)).toContain(range)
      }
      await add('203.0.113.0/24')
      await button(v, 'Add a rule').click() // what is typed meanwhile stays, and can be saved
      await main.getByLabel(/^Addresses of rule/).last().fill('192.0.2.0/24')
      await undo('The rules are as before')
      expect((await said('network show')).rules ?? []).toEqual(rules)
      expect(await main.getByLabel(/^Addresses of rule/).last().inputValue()).toBe('192.0.2.0/24')
      await button(v, 'Save').click()
      await expect.poll(async () => JSON.stringify((await said('network show')).rules)).toContain('192.0.2.0/24')
      await undo('The rules are as before')
      await expect.poll(async () => (await said('network show')).rules ?? []).toEqual(rules)
      await expect.poll(() => main.getByLabel(/^Addresses of rule/).count()).toBe(rules.length)
      await add('198.51.100.0/24')
      await run('purlieu network set --access enabled') // by somebody else, meanwhile
      await page.getByRole('status').getByRole('button', { name: 'Undo' }).last().click()
      await page.getByRole('status').getByText('Not undone').waitFor()
      await button(v, 'Notifications').click()
      await list.getByText('Not undone').waitFor()
      expect(await list.getByRole('button', { name: 'Undo: The rules are in force' }).count()).toBe(0)
      expect(v.wrong).toEqual([])
    } finally {
      await run('purlieu trigger delete shop nightly').catch(() => undefined)
      await run('purlieu network set --access enabled').catch(() => undefined)
      await v.end()
    }
  }, 90_000)
})

describe('what can’t be taken back', () => {
  it('asks first, and says what follows: ending a run, and the answers that it asks for', async () => {
    const v = await Visit.begin(browser)
    const { page } = v
    const asked: string[] = []
    try {
      const id = JSON.parse(await run('purlieu run list --output json'))[0].id as string
      let kind = ''
      await page.route(`**/manage/v1/runs/${id}`, async route => {
        try {
          const answer = await route.fetch()
          await route.fulfill({ response: answer, json: { ...(await answer.json()), state: 'InProgress', ended: null, proposal: kind ? 'p1' : '' } })
        } catch { // the page was left meanwhile; else it asks again
          await route.abort().catch(() => undefined)
        }
      })
      await page.route('**/manage/v1/proposals/p1', route => route.fulfill({ json: { id: 'p1', kind, state: 'open', source: 'shop', scan: 'nightly', run: id, collection: 'root', assets: 4000, last: 12, before: 'system 1', now: 'system 2', holds: [], created: new Date().toISOString() } }))
      await page.route(/:cancel\?|\/proposals\/p1\/(approve|reject)/, route => { asked.push(route.request().url().replace(/.*(cancel|approve|reject).*/, '$1')); return route.fulfill({ json: { id: 'p1', state: 'approved' } }) })
      for (const [of, name, does, says, not = 'Cancel'] of [
        ['', 'Cancel the run', 'cancel', /What it has brought stays in the map, and nothing is deleted/, 'Don’t cancel it'],
        ['growth', 'End it', 'reject', /What it has brought stays in the map; no more comes/],
        ['growth', 'Let it go on', 'approve', /brings whatever it finds, however much that is/],
        ['identity', 'Accept the new server', 'approve', /This can’t be undone/],
      ] as const) {
        kind = of
        asked.length = 0
        await v.go(`/runs/${id}`)
        expect(await page.getByRole('main').getByRole('button', { name: /^Cancel the run/ }).count(), 'what asks is answered').toBe(of === '' ? 1 : 0)
        const begins = page.getByRole('main').getByRole('button', { name: new RegExp(`^${name}`) })
        await begins.click()
        await page.getByRole('dialog').getByText(says).waitFor()
        await page.getByRole('dialog').getByRole('button', { name: not, exact: true }).click()
        await page.getByRole('dialog').waitFor({ state: 'detached' })
        expect(asked, name).toEqual([])
        await begins.click()
        await page.getByRole('dialog').getByText(says).waitFor()
        expect(await seriousOf(page)).toEqual([])
        await page.getByRole('dialog').getByRole('button', { name, exact: true }).click()
        await expect.poll(() => asked).toEqual([does])
      }
      expect(v.wrong).toEqual([])
    } finally {
      await v.end()
    }
  }, 60_000)
})

describe('a command that can’t be copied', () => {
  it('is selected, which is said; without TLS it is copied all the same', async () => {
    const v = await Visit.begin(browser)
    const { page } = v
    const chosen = () => page.evaluate(() => String(getSelection()))
    const copied = () => page.evaluate(() => navigator.clipboard.readText())
    await v.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await v.go('/settings?tab=account')
    await page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new Error('as without TLS')) })
    await page.getByRole('main').getByLabel('Name', { exact: true }).fill('Elsewhere')
    const copy = (await button(v, 'Copy as a command: Save').elementHandle())! // its name is another one for two seconds
    await copy.click()
    await button(v, 'Copied').waitFor()
    expect(await copied()).toBe('purlieu account rename Elsewhere')
    expect(await copy.evaluate(el => el === document.activeElement)).toBe(true)
    await button(v, 'Copied').waitFor({ state: 'detached' })

    await page.evaluate(() => { document.execCommand = () => false })
    await button(v, 'Copy as a command: Save').click()
    await page.getByRole('status').getByText('The text is selected').waitFor()
    expect(await chosen()).toBe('purlieu account rename Elsewhere')
    expect(await seriousOf(page)).toEqual([])
    await page.keyboard.press('Control+c')
    expect(await copied()).toBe('purlieu account rename Elsewhere')

    await button(v, 'Help').click()
    await page.getByRole('dialog', { name: 'Help' }).getByRole('button', { name: 'Copy', exact: true }).click()
    await page.getByRole('dialog', { name: 'Help' }).getByText('The text is selected').waitFor()
    expect(await chosen()).toBe('purlieu --help')
    expect(v.wrong).toEqual([])
    await v.end()
  })
})

