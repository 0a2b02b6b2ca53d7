// The page of an asset: where it leads, and what of it is heard.
import type { Browser, CDPSession } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { open, Visit, world } from './world'

let browser: Browser
beforeAll(async () => { browser = await open() })
afterAll(() => browser.close())

describe('an asset', () => {
  it('leads to its schema, its database, its source and the run that saw it, by one question', async () => {
    const v = await Visit.begin(browser)
    const guid = await v.guid('open_invoices')
    await v.go(`/asset/${guid}`)
    expect(v.questions(/\/origin/)).toHaveLength(1)
    const { page } = v
    const about = page.locator('section', { has: page.getByRole('heading', { name: 'About', exact: true }) })
    await about.getByRole('link', { name: 'a run of nightly' }).click()
    await page.waitForURL(/\/runs\//)
    await page.goBack()
    await about.getByRole('link', { name: 'shop', exact: true }).click()
    await page.waitForURL(v.base + '/sources/shop')
    await page.goBack()
    const where = page.getByRole('navigation', { name: 'Where it stands' })
    for (const [name, kind] of [['sales', 'PostgreSQL schema'], ['shop', 'PostgreSQL database'], ['shop', 'PostgreSQL server']] as const) {
      await where.getByRole('link', { name }).last().click()
      await page.locator('header').getByText(kind, { exact: true }).waitFor()
    }
    expect(await where.getByRole('link').allInnerTexts()).toEqual(['Assets'])
    expect(v.wrong).toEqual([])
    await v.end()
  })

  it('leads nobody to what they may not see', async () => {
    const v = await Visit.begin(browser, { as: world.keeper })
    const admin = await Visit.begin(browser)
    const guid = await admin.guid('open_invoices')
    await admin.end()
    // Of what the account leaves out, the names stay as text: they are in the asset's own.
    await v.page.route('**/entity/guid/*', r => r.fulfill({ json: entity(guid, 3) }))
    await v.page.route('**/origin', r => r.fulfill({ json: { source: 'shop', sourceOpen: false, above: [], seen: { at: new Date().toISOString(), scan: 'nightly', run: null, whole: false } } }))
    await v.go(`/asset/${guid}`)
    const where = v.page.getByRole('navigation', { name: 'Where it stands' })
    expect(await where.innerText()).toBe('Assets › db › a/b')
    expect(await where.getByRole('link').count()).toBe(1)
    const main = v.page.getByRole('main')
    await main.getByText('at the latest').waitFor()
    await main.getByText('a run of nightly').waitFor()
    expect(await main.locator('dl').getByRole('link').count()).toBe(0)
    await v.end()
  })
})

it('a row of the schema has one line, and all of its columns where the page is narrow; a measure stands beside its name', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  const guid = await v.guid('people')
  await v.go(`/asset/${guid}?tab=schema`)
  for (const width of [1280, 820, 640]) {
    await v.resize(width, 800)
    const rows = await page.getByRole('option').evaluateAll(all => all.flatMap(row => {
      const own = row.getBoundingClientRect()
      const high = [...row.querySelectorAll('span')].filter(part => part.getBoundingClientRect().height > own.height)
      const out = [...row.firstElementChild!.children].filter(cell => cell.getBoundingClientRect().right > own.right)
      return [...high, ...out].map(part => part.outerHTML)
    }))
    expect(rows, `at ${width}`).toEqual([])
  }
  await v.resize(1280, 800)
  await v.go(`/asset/${await v.guid('2026-05.csv')}`)
  for (const name of ['Bytes', 'Modified']) {
    const [of, value] = await page.getByText(name, { exact: true }).evaluate(e => [e, e.nextElementSibling!].map(part => { const range = document.createRange(); range.selectNodeContents(part); const { left, right } = range.getBoundingClientRect(); return { left, right } }))
    expect(of!.right, name).toBeLessThan(value!.left)
  }
  await v.end()
})

/** entity is a table with so many columns, as the account answers it. */
function entity(guid: string, columns: number) {
  const own = (name: string, of: string, attributes: object) => ({ guid: of, typeName: 'x', status: 'ACTIVE', version: 1, collectionId: 'root', createTime: 0, updateTime: 0, createdBy: 'x', updatedBy: 'x', classifications: [], labels: [], contacts: { Owner: [], Expert: [] }, attributes: { name, qualifiedName: `postgresql://db/a%2Fb/${name}`, ...attributes } })
  const names = Array.from({ length: columns }, (_, i) => ({ guid: `c${i}`, displayText: `column ${i}` }))
  return {
    entity: { ...own('wide', guid, { keys: [{ name: 'k', kind: 'primary', columns: ['column 0'] }] }), relationshipAttributes: { columns: names } },
    referredEntities: Object.fromEntries(names.map(n => [n.guid, own(n.displayText, n.guid, { data_type: 'text', comment: n.guid === 'c299' ? 'the last' : undefined })])),
  }
}

interface Heard {
  nodeId: string
  role?: { value: string }
  name?: { value: string }
  backendDOMNodeId?: number
  properties?: { name: string; value: { value?: unknown; relatedNodes?: { backendDOMNodeId: number }[] } }[]
}

/** heard is what is told of the list box: its name, how many rows are there, and the row that the focus is said to be at. */
async function heard(of: CDPSession) {
  const { nodes } = (await of.send('Accessibility.getFullAXTree' as never)) as { nodes: Heard[] }
  const property = (node: Heard | undefined, name: string) => node?.properties?.find(p => p.name === name)?.value
  const box = nodes.find(n => n.role?.value === 'listbox')
  const at = property(box, 'activedescendant')?.relatedNodes?.[0]?.backendDOMNodeId
  const row = nodes.find(n => n.backendDOMNodeId === at && at !== undefined)
  return { box: box?.name?.value, focused: property(box, 'focused')?.value, options: nodes.filter(n => n.role?.value === 'option').length, role: row?.role?.value, row: row?.name?.value }
}

it('the columns are heard while the arrow keys go through them, also those that were out of sight', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  const guid = await v.guid('open_invoices')
  await page.route('**/entity/guid/*', r => r.fulfill({ json: entity(guid, 300) }))
  await v.go(`/asset/${guid}?tab=schema`)
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Accessibility.enable' as never)
  const list = page.getByRole('listbox', { name: 'Schema' })
  await page.getByRole('searchbox', { name: 'Find a column' }).focus()
  await page.keyboard.press('Tab')
  expect(await heard(cdp)).toMatchObject({ box: 'Schema', focused: true, role: 'option', row: 'column 0, key, text' })
  await page.keyboard.press('ArrowDown')
  expect(await heard(cdp)).toMatchObject({ role: 'option', row: 'column 1, text' })
  await page.keyboard.press('End')
  await expect.poll(() => heard(cdp)).toMatchObject({ focused: true, role: 'option', row: 'column 299, text, the last' })
  const last = list.getByRole('option', { name: 'column 299' })
  expect([await last.getAttribute('aria-posinset'), await last.getAttribute('aria-setsize')]).toEqual(['300', '300'])
  await page.keyboard.press('PageUp')
  await expect.poll(() => heard(cdp)).toMatchObject({ row: 'column 283, text' })

  // Scrolled away, the row is heard all the same; and it is the one that opens.
  await list.evaluate(box => { box.scrollTop = 0 })
  await expect.poll(() => list.getByRole('option', { name: 'column 1, text' }).count()).toBe(1)
  const away = await heard(cdp)
  expect(away).toMatchObject({ row: 'column 283, text' })
  expect(away.options).toBeLessThan(60)
  await page.keyboard.press('Enter')
  await page.getByRole('region', { name: 'Column column 283' }).waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => heard(cdp)).toMatchObject({ focused: true, row: 'column 283, text' })

  // An address leads to a column, wherever it is.
  await v.go(`/asset/${guid}?tab=schema&column=column%20150`)
  expect(await list.getByRole('option', { name: 'column 150' }).getAttribute('aria-selected')).toBe('true')
  expect(v.wrong).toEqual([])
  await v.end()
})

describe('lineage', () => {
  it('leads on as far as the account tells, with how far and which way in the address', async () => {
    const v = await Visit.begin(browser, { width: 390, height: 844 })
    const { page } = v
    const guid = await v.guid('open_invoices')
    await v.go(`/asset/${guid}?tab=lineage&as=list&depth=1`)
    expect(await page.getByRole('tablist').evaluate(tabs => tabs.clientHeight), 'the tabs are there, also where the page is full').toBeGreaterThan(30)
    const from = page.locator('section', { has: page.getByRole('heading', { name: 'Comes from' }) }).getByRole('link')
    const few = await from.count()
    await page.getByText('There is more beyond 1 step.').waitFor()
    const copy = page.getByRole('button', { name: 'Copy as a command: Lineage' })
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await copy.click()
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('purlieu asset show postgresql://shop/shop/sales/open_invoices --depth 1')
    const more = page.getByRole('main').getByRole('button', { name: 'Show more' })
    await more.click()
    await page.waitForURL(/depth=2/)
    await page.getByText('This is all of it.').waitFor()
    expect(await from.count()).toBeGreaterThan(few)
    await expect.poll(() => more.evaluate(b => b === document.activeElement), { message: 'who used it goes on there' }).toBe(true)
    await page.goBack()
    await page.getByText('There is more beyond 1 step.').waitFor()
    expect(await from.count()).toBe(few)

    // One way alone; and where nothing is that way, back.
    await page.getByRole('button', { name: 'Goes to' }).click()
    await page.waitForURL(/way=down/)
    await page.getByText('Nothing is known that way.').waitFor()
    await v.go(`/asset/${guid}?tab=lineage&as=list&way=down`)
    await page.getByText('Nothing is known that way.').waitFor()
    await page.getByRole('button', { name: 'Comes from' }).click()
    await page.waitForURL(/way=up/)
    await expect.poll(() => from.count()).toBeGreaterThan(few)
    expect(await page.getByRole('heading', { name: 'Goes to' }).count()).toBe(0)
    expect(v.wrong).toEqual([])
    await v.end()
  })

  it('says nothing of a way before its answer is there, and keeps the focus', async () => {
    const v = await Visit.begin(browser)
    const { page } = v
    const guid = await v.guid('open_invoices')
    await v.go(`/asset/${guid}?tab=lineage&as=list&way=down`)
    await page.getByText('Nothing is known that way.').waitFor()
    let answer = () => {}
    const held = new Promise<void>(done => { answer = done })
    await page.route('**/v2/lineage/*', async route => { await held; await route.continue() })
    const both = page.getByRole('main').getByRole('button', { name: 'Both', exact: true }).and(page.locator('[aria-pressed]'))
    await both.click()
    await page.waitForURL(url => !url.searchParams.has('way'))
    await page.getByRole('main').getByRole('status', { name: 'Loading' }).waitFor()
    expect(await page.getByText(/^No lineage|^None known|Nothing is known/).count()).toBe(0)
    await expect.poll(() => both.evaluate(b => b === document.activeElement)).toBe(true)
    answer()
    await page.getByRole('heading', { name: 'Comes from' }).waitFor()
    await expect.poll(() => both.evaluate(b => b === document.activeElement)).toBe(true)
    expect(v.wrong).toEqual([])
    await v.end()
  })

  it('has a head on each edge, where it arrives', async () => {
    const v = await Visit.begin(browser)
    const guid = await v.guid('open_invoices')
    await v.go(`/asset/${guid}?tab=lineage&depth=1`)
    const paths = await v.page.locator('.react-flow__viewport-portal path').evaluateAll(all => all.map(p => p.getAttribute('d')!.match(/M/g)!.length))
    expect(paths).toEqual([4, 4])
    await v.end()
  })
})
