// Long lists: a database of 130 tables, of which a second scan missed 125. Nothing of a list is left out without a word.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run, sql } from './hand'
import { seriousOf } from './looks'
import { idsOf, type Ids } from './pages'
import { open, Visit } from './world'

let browser: Browser
let v: Visit
let ids: Ids
beforeAll(async () => {
  browser = await open()
  v = await Visit.begin(browser)
  ids = await idsOf(v)
})
afterAll(() => browser.close())

/** more goes on to the end of the list that is shown, by key. */
async function more(first: string, all: string | RegExp) {
  await v.page.getByText(first).waitFor()
  await v.page.getByRole('button', { name: 'Show more' }).press('Enter')
  await v.page.getByText(all).waitFor()
  expect(await v.page.evaluate(() => document.activeElement?.textContent), 'the focus stays where it was').toBe('Show more')
}

/** askAgain leaves the archive as it was found: its tables come back and go, and the run asks. */
async function askAgain() {
  const each = (what: string) => `do $$ begin for n in 6 .. 130 loop execute format('${what}', to_char(n, 'FM000')); end loop; end $$;`
  await sql('archive', each('create table sheet_%s (id bigint primary key, noted text)') + 'grant select on all tables in schema public to scanner;')
  await run('purlieu scan run archive all --watch')
  await sql('archive', each('drop table sheet_%s'))
  await run('purlieu scan run archive all --watch || [ $? -eq 23 ]') // 23: it asks
}

describe('a list that is longer than a page', () => {
  it('is shown to its end: what a schema holds', async () => {
    await v.go(`/asset/${ids.many}`)
    const rows = v.page.getByRole('table', { name: 'Holds' }).getByRole('row')
    expect(await rows.count()).toBe(101)
    await more('The first 100 are shown.', 'All 130 are shown.')
    expect(await rows.count()).toBe(131)
    await v.page.getByRole('link', { name: 'sheet_130', exact: true }).waitFor()
    expect(v.questions(/children/)).toHaveLength(2)
  })

  it('is shown to its end: what a run changed', async () => {
    await v.go('/sources/archive?tab=runs')
    await v.page.locator('main a[href^="/runs/"]').last().click()
    await v.page.getByRole('tab', { name: /What changed/ }).click()
    await more('The first 100 are shown.', /All 13\d are shown/)
  })

  it('is shown to its end: what a run would delete, which a person answers and takes back', async () => {
    await v.go('/')
    await v.page.getByRole('link', { name: /A run asks whether 125 assets are really gone/ }).click()
    await v.page.getByText('Are these 125 assets really gone?').waitFor()
    const gone = v.page.getByRole('list', { name: 'What would be deleted' }).getByRole('listitem')
    await gone.first().waitFor()
    const first = await gone.count()
    expect(first).toBeLessThanOrEqual(125)
    if (first < 125) await more(`The first ${first} are shown.`, 'All 125 are shown.')
    expect(await gone.count()).toBe(125)
    await v.page.getByRole('button', { name: 'They are gone: delete them', exact: true }).click()
    await v.page.getByText('This run deleted 125 assets').waitFor()
    await v.page.getByRole('button', { name: 'Bring them back', exact: true }).click()
    await v.page.getByText('125 assets are back').waitFor()
    await v.go(`/asset/${ids.many}`)
    await v.page.getByText('The first 100 are shown.').waitFor()
    await askAgain()
  })
})

describe('a search that finds much', () => {
  it('says what it leaves out, and shows more of what narrows it', async () => {
    // What the account answers, with more sources and hits than the demo has.
    await v.page.route('**/search/query*', async route => {
      const answer = await route.fetch()
      const most: number = route.request().postDataJSON().facets[1].count
      const sources = Array.from({ length: most }, (_, i) => ({ value: `source-${i + 1}`, count: 60 - i }))
      const body = await answer.json()
      await route.fulfill({ response: answer, json: { ...body, '@search.count': 1200, '@search.facets': { ...body['@search.facets'], purlieuSource: sources } } })
    })
    await v.go('/search?q=sheet&most=1000')
    await v.page.getByText('The first 1,000 are shown.').waitFor()
    const sources = v.page.getByRole('group', { name: 'Source' }).getByRole('checkbox')
    expect(await sources.count()).toBe(12)
    await v.page.getByRole('button', { name: 'Show more: Source' }).press('Enter')
    await v.page.waitForURL(/all=/)
    await v.page.getByText('The 50 most frequent.').waitFor()
    expect(await sources.count()).toBe(50)
    await v.page.getByLabel('Find in: Source').fill('-37')
    expect(await sources.count()).toBe(1)
    await sources.check()
    await v.page.waitForURL(/source=.*source-37/)
    await v.page.unrouteAll({ behavior: 'wait' })
  })
})

describe('one of many', () => {
  const some = (what: string) => run(`for n in 01 02 03 04 05 06 07 08 09 10 11; do ${what}; done`)

  it('is found among sources by its words, which the address keeps; one may be called as a page might be', async () => {
    const { page } = v
    await v.go('/sources')
    const box = page.getByRole('searchbox', { name: 'Find a source' })
    expect(await box.count(), 'few are looked through').toBe(0)
    await some('purlieu source add FileSystem many-$n --authority many-$n --set folder=/srv/many-$n')
    await run('purlieu source add FileSystem new --authority new --set folder=/srv/new')
    try {
      await v.go('/sources')
      const rows = page.getByRole('table', { name: 'Sources' }).getByRole('row')
      const all = await rows.count() - 1
      await page.getByRole('status').getByText(`${all} sources`, { exact: true }).waitFor()
      await box.focus()
      await page.keyboard.type('MANY-07 file') // without a pause: no letter is lost
      expect(await box.inputValue()).toBe('MANY-07 file')
      await page.getByText(`1 of ${all} sources`).waitFor()
      expect(await rows.count()).toBe(2)
      await page.waitForURL(/find=MANY-07/)
      expect(await seriousOf(page)).toEqual([])
      await page.getByRole('link', { name: 'many-07', exact: true }).click()
      await page.getByRole('heading', { level: 1, name: 'many-07' }).waitFor()
      await page.goBack()
      await page.getByText(`1 of ${all} sources`).waitFor()
      expect(await box.inputValue()).toBe('MANY-07 file')
      await box.fill('no such source')
      await page.getByRole('heading', { name: 'Nothing in this list has these words' }).waitFor()
      await page.getByRole('button', { name: 'Show all' }).click()
      await rows.nth(all).waitFor()
      expect(await box.inputValue()).toBe('')
      await page.getByRole('link', { name: 'new', exact: true }).click()
      await page.getByRole('heading', { level: 1, name: 'new' }).waitFor()
    } finally {
      await some('purlieu source delete many-$n')
      await run('purlieu source delete new')
    }
  })

  it('is found among collections with those above it, and one after another can be chosen', async () => {
    const { page } = v
    await some('purlieu collection add many-$n --title "Plant $n" --parent sales')
    try {
      await v.go('/settings')
      const tree = page.getByRole('navigation', { name: 'Collections and roles' })
      await page.getByRole('searchbox', { name: 'Find a collection' }).fill('plant 1')
      await page.getByText(/^3 of \d+ collections$/).waitFor()
      expect((await tree.getByRole('link').allInnerTexts()).slice(-4)).toEqual(['Sales', 'Plant 01', 'Plant 10', 'Plant 11'])
      await tree.getByRole('link', { name: 'Plant 10' }).click()
      await page.getByRole('heading', { level: 2, name: 'Plant 10' }).waitFor()
      await tree.getByRole('link', { name: 'Plant 11' }).click()
      await page.getByRole('heading', { level: 2, name: 'Plant 11' }).waitFor()
      expect(page.url()).toMatch(/find=/)
      await page.getByRole('tab', { name: 'People and apps' }).click()
      await page.waitForURL(u => !u.search.includes('find='))
    } finally {
      await some('purlieu collection delete many-$n')
    }
  })

  it('is found among the columns of a table, however quickly its name is typed', async () => {
    await v.go(`/asset/${ids.table}?tab=schema`)
    const box = v.page.getByRole('searchbox', { name: 'Find a column' })
    await box.focus()
    await v.page.keyboard.type('first_name')
    expect(await box.inputValue()).toBe('first_name')
    await v.page.getByText(/^1 of \d+ columns$/).waitFor()
  })
})

it('a collection that is chosen at the end of many shows beside them', async () => {
  await v.page.route('**/account/collections?*', async r => {
    const answer = await r.fetch(), body = await answer.json()
    const one = body.value.find((c: { name: string }) => c.name === 'sales')
    return r.fulfill({ response: answer, json: { ...body, value: [...body.value, ...Array.from({ length: 200 }, (_, i) => ({ ...one, name: `many-${100 + i}`, friendlyName: `Many ${100 + i}` }))] } })
  })
  try {
    await v.go('/settings')
    await v.page.getByRole('link', { name: 'Many 299', exact: true }).click()
    const title = v.page.getByRole('heading', { level: 2, name: 'Many 299' })
    await title.waitFor()
    const box = (await title.boundingBox())!
    expect(box.y).toBeGreaterThan(48) // below the bar of the shell
    expect(box.y).toBeLessThan(800)
  } finally {
    await v.page.unrouteAll({ behavior: 'ignoreErrors' })
  }
})
