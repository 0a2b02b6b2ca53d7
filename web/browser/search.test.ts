// The search: in which order, by what it narrows, and what it says of a hit.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from './hand'
import { open, Visit } from './world'

let browser: Browser
beforeAll(async () => { browser = await open() })
afterAll(() => browser.close())

const asked = (v: Visit) => JSON.parse(/\{.*$/.exec(v.questions(/search\/query/).at(-1)!)![0]) as { orderby?: unknown; filter: unknown }

it('puts hits in the order that is asked for, and keeps it in the address while one types', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  await v.go('/search?q=o')
  expect(asked(v).orderby).toBeUndefined()
  const hits = page.locator('[data-hits] li a')
  await page.getByLabel('In order of').selectOption('Name')
  await page.waitForURL(/order=name/)
  await v.settled()
  const names = await hits.allInnerTexts()
  expect(names.length).toBeGreaterThan(3)
  const letters = names.filter(n => /^[a-z]+$/.test(n)) // where signs stand among letters is the account's affair
  expect(letters).toEqual(letters.toSorted())
  await page.keyboard.press('/')
  await page.keyboard.type('or')
  await v.settled()
  expect(page.url()).toMatch(/order=name/)
  expect(asked(v).orderby).toEqual([{ name: 'ASC' }])
  await page.getByLabel('In order of').selectOption('Last change')
  await page.waitForURL(/order=changed/)
  await v.settled()
  expect(asked(v).orderby).toEqual([{ updateTime: 'DESC' }])
  await page.getByLabel('In order of').selectOption('Relevance')
  await page.waitForURL(u => !u.search.includes('order='))
  expect(v.wrong).toEqual([])
  await v.end()
})

it('narrows by whom an asset names, and by its labels', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  const edit = (owner: string) => run(`purlieu asset edit postgresql://shop/shop/sales/people --owner=${owner}`)
  await edit("'Lee of the shop'")
  try {
    await expect.poll(async () => { await v.go('/search?q=people'); return page.getByRole('checkbox', { name: /Lee of the shop/ }).count() }, { timeout: 20_000 }).toBe(1)
    await page.getByRole('checkbox', { name: /Lee of the shop/ }).click()
    await page.waitForURL(/contact=/)
    await v.settled()
    expect(await page.locator('[data-hits] li a').allInnerTexts()).toEqual(['people'])
    await v.go('/search?q=people&label=%5B%22gold%22%5D')
    expect(asked(v).filter).toEqual({ and: [{ or: [{ label: 'gold' }] }] })
    await page.getByText('Nothing found').waitFor()
    expect(await page.getByRole('checkbox', { name: /gold/ }).isChecked()).toBe(true)
    await page.getByRole('button', { name: 'Clear all' }).first().click()
    await page.waitForURL(u => !u.search.includes('label'))
  } finally {
    await edit("''")
  }
  await v.end()
})

it('says in which columns it found the words, and is gone through by the arrow keys', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  await v.go('/search?q=email')
  await page.getByRole('listitem').filter({ hasText: 'open_invoices' }).getByText('Column email', { exact: true }).waitFor()
  await v.go('/search?q=people')
  expect(await page.getByText(/^Columns? /).count(), 'a hit whose name has them needs no reason').toBe(0)
  await v.go('/search?q=order')
  const at = () => page.evaluate(() => document.activeElement?.textContent || document.activeElement?.getAttribute('aria-label'))
  const names = await page.locator('[data-hits] li a').allInnerTexts()
  await page.keyboard.press('/')
  await page.keyboard.press('ArrowDown')
  expect(await at()).toBe(names[0])
  await page.keyboard.press('ArrowDown')
  expect(await at()).toBe(names[1])
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  expect(await at()).toBe('Search the map')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: names[0]!, exact: true }).waitFor()
  expect(v.wrong).toEqual([])
  await v.end()
})

it('goes on where one was, one step back: the words in the box, and the hit that was opened', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  const box = page.getByRole('searchbox', { name: 'Search the map' })
  const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('sheet')
  await heading('“sheet”')
  await v.settled()
  const main = page.getByRole('main')
  await main.evaluate(m => { m.scrollTop = 900 })
  const hit = page.locator('[data-hits] li a').nth(15)
  const name = await hit.innerText()
  await hit.click()
  await heading(name)
  await v.settled()
  expect(await main.evaluate(m => m.scrollTop)).toBe(0)
  await page.keyboard.press('/')
  await page.keyboard.type('people')
  await heading('“people”')
  await v.settled()
  await page.goBack() // the focus stays in the box
  await heading(name)
  await expect.poll(() => box.inputValue()).toBe('')
  await page.goBack()
  await heading('“sheet”')
  await v.settled()
  await expect.poll(() => box.inputValue()).toBe('sheet')
  await expect.poll(() => main.evaluate(m => m.scrollTop)).toBe(900)
  await box.press('End')
  await page.keyboard.type('_00') // and what is typed there goes on from there
  await heading('“sheet_00”')
  expect(await box.inputValue()).toBe('sheet_00')
  expect(v.wrong).toEqual([])
  await v.end()
})

it('shows what an address says to who comes back to it, however quickly it was left behind two keys', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  const box = page.getByRole('searchbox', { name: 'Search the map' })
  await page.keyboard.press('/')
  await page.keyboard.type('order')
  await page.getByRole('heading', { level: 1, name: '“order”', exact: true }).waitFor()
  await v.settled()
  let answer = () => {}
  const held = new Promise<void>(done => { answer = done })
  await page.route('**/search/query*', async r => { // the second key's is slow
    if (r.request().postData()!.includes('orders_')) await held
    await r.continue().catch(() => undefined)
  })
  await page.evaluate(() => new Promise<void>(left => {
    const type = (text: string) => {
      const box = document.querySelector<HTMLInputElement>('input[type=search]')!
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(box, text)
      box.dispatchEvent(new Event('input', { bubbles: true }))
    }
    const seen = new MutationObserver(() => {
      if (document.querySelector('h1')?.textContent !== '“orders”') return
      seen.disconnect()
      type('orders_')
      requestAnimationFrame(() => setTimeout(() => setTimeout(() => { history.back(); left() }))) // the first key's is on the screen by now
    })
    seen.observe(document.body, { subtree: true, childList: true, characterData: true })
    type('orders')
  }))
  await page.waitForURL(u => u.pathname === '/')
  await page.goForward()
  await page.waitForURL(u => u.pathname === '/search')
  answer()
  await v.settled()
  const words = new URL(page.url()).searchParams.get('q')!
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(`“${words}”`)
  expect(await box.inputValue()).toBe(words)
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await v.end()
})

it('keeps both what is typed and what narrows it, where one comes right behind the other', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  await v.go('/search?q=order')
  let answer = () => {}
  const held = new Promise<void>(done => { answer = done })
  await page.route('**/search/query*', async r => { await held; await r.continue().catch(() => undefined) })
  await page.evaluate(() => { // in one moment, as a quick hand on a slow network
    const box = document.querySelector<HTMLInputElement>('input[type=search]')!
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(box, 'orders')
    box.dispatchEvent(new Event('input', { bubbles: true }))
    document.querySelector<HTMLElement>('fieldset input[type=checkbox]')!.click()
  })
  await page.waitForURL(u => u.searchParams.get('q') === 'orders' && u.searchParams.has('type'))
  answer()
  await page.getByRole('heading', { level: 1, name: '“orders”', exact: true }).waitFor()
  await v.settled()
  expect(await page.getByRole('searchbox', { name: 'Search the map' }).inputValue()).toBe('orders')
  expect(await page.locator('fieldset input[type=checkbox]').first().isChecked()).toBe(true)
  expect(asked(v).filter).not.toBeNull()
  await v.end()
})

it('calls nobody back who went elsewhere before the answer came', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  await v.go('/search?q=order')
  let answer = () => {}
  const held = new Promise<void>(done => { answer = done })
  await page.route('**/search/query*', async r => { await held; await r.continue().catch(() => undefined) })
  await page.evaluate(() => { // in one moment, as a quick hand on a slow network
    const box = document.querySelector<HTMLInputElement>('input[type=search]')!
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(box, 'orders')
    box.dispatchEvent(new Event('input', { bubbles: true }))
    document.querySelector<HTMLElement>('nav a[href="/sources"]')!.click()
  })
  await page.waitForURL('**/sources')
  answer()
  await v.settled()
  await page.waitForTimeout(300) // longer than an answer is waited for
  expect(new URL(page.url()).pathname).toBe('/sources')
  await v.end()
})

it('finds nothing for marks alone, the first of a quoted phrase too, and goes on with the letters behind them', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  await page.keyboard.press('/')
  for (const mark of ['"', '/', '(']) {
    await page.keyboard.press(mark)
    await page.getByRole('heading', { level: 1, name: `“${mark}”`, exact: true }).waitFor()
    await page.getByText('Letters and digits are looked for').waitFor()
    expect(await page.getByRole('main').getByRole('alert').count()).toBe(0)
    await page.keyboard.press('Backspace')
    await page.locator('[data-hits] li a').first().waitFor()
  }
  await page.keyboard.type('"order')
  await page.getByRole('heading', { level: 1, name: '“"order”', exact: true }).waitFor()
  await page.locator('[data-hits] li a').first().waitFor()
  await v.end()
})
