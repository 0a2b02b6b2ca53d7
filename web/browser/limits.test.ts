// What is written of a runtime once it is there: how many nodes a key enrols and until when, and what the runtime says of itself.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from './hand'
import { seriousOf, sideways } from './looks'
import { open, Visit } from './world'

let browser: Browser
beforeAll(async () => { browser = await open() })
afterAll(() => browser.close())

const button = (v: Visit, name: string) => v.page.getByRole('button', { name, exact: true })
const onButton = (v: Visit, name: string) => expect.poll(() => button(v, name).evaluate(el => el === document.activeElement)).toBe(true)
const keys = async () => JSON.parse(await run('purlieu runtime limit cellar --output json')) as Record<string, { maxNodes: number; expires: string | null }>

it('a key is limited, which can be undone, and a runtime described', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  try {
    await run('purlieu runtime add cellar --description "In the cellar"')
    await v.go('/runtimes/cellar?tab=keys')
    await button(v, 'Limit key 2').click()
    const form = page.getByRole('form', { name: 'Limit key 2' })
    await form.locator('input:focus').waitFor()
    await page.keyboard.type('0')
    await form.getByText('Write a whole number from 1, or nothing.').waitFor()
    expect(await button(v, 'Save').isDisabled()).toBe(true)
    await page.keyboard.press('Control+A')
    await page.keyboard.type('3')
    await form.getByLabel('Valid until').fill('2030-01-31T18:00')
    await form.getByText(/^purlieu runtime limit cellar --key 2 --nodes=3 --expires=2030-/).waitFor()
    expect(await seriousOf(page)).toEqual([])
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await sideways(page)).toBeLessThanOrEqual(0)
    await page.keyboard.press('Enter')
    await page.getByText('The limits of key 2 were changed').waitFor()
    await v.rest()
    await page.getByText('0 of 3 nodes enrolled with it').waitFor()
    expect((await keys()).authKey2).toMatchObject({ maxNodes: 3, expires: expect.stringMatching(/^2030-/) as string })
    expect((await keys()).authKey1!.maxNodes).toBe(0)
    await onButton(v, 'Limit key 2')
    await button(v, 'Undo').click()
    await page.getByText('The limits of key 2 are as before').waitFor()
    expect((await keys()).authKey2!.maxNodes).toBe(0)

    await button(v, 'Limit key 1').click()
    await page.getByRole('form', { name: 'Limit key 1' }).getByLabel(/Nodes/i).fill('7')
    await button(v, 'Limit key 2').click()
    await page.getByRole('form', { name: 'Limit key 2' }).waitFor()
    expect(await page.getByRole('form', { name: 'Limit key 1' }).getByLabel(/Nodes/i).inputValue()).toBe('7')
    for (const n of [2, 1]) {
      await page.getByRole('form', { name: `Limit key ${n}` }).getByRole('button', { name: 'Cancel' }).click()
      await onButton(v, `Limit key ${n}`)
    }

    await button(v, 'Change the description').click()
    await page.getByLabel('Description').fill('In the attic')
    await page.getByRole('tab', { name: /^Nodes/ }).click() // the form stands above all tabs
    await page.waitForURL(/cellar$/)
    await page.getByLabel('Description').press('Enter')
    await page.getByText('The description of cellar was changed').waitFor()
    await v.rest()
    await page.getByRole('main').getByText('In the attic').waitFor()
    await onButton(v, 'Change the description')

    await run('purlieu runtime delete cellar') // by somebody else, meanwhile
    await page.getByRole('status').getByRole('button', { name: 'Undo' }).last().click()
    await page.getByRole('status').getByText('Not undone').waitFor()
    expect(await run('purlieu runtime list')).not.toContain('cellar')
    expect(v.wrong).toEqual([])
  } finally {
    await run('purlieu runtime delete cellar').catch(() => undefined)
    await v.end()
  }
}, 60_000)

it('a scan runs several times a day, until a day that is taken back', async () => {
  const v = await Visit.begin(browser)
  const { page } = v
  const recurrence = async () => JSON.parse(await run('purlieu trigger show blank often --output json')).properties.recurrence
  try {
    await run('purlieu scan add blank often --runtime edge --level L1')
    await v.go('/sources/blank?tab=scans&scan=often')
    await page.getByLabel('At', { exact: true }).fill('06:30')
    await page.getByLabel('Also at these hours').fill('25')
    await page.getByText('Hours of the day are 0 to 23.').waitFor()
    await page.getByLabel('Also at these hours').fill('12, 18')
    await page.getByLabel('Not after').fill('2030-06-01T12:00')
    await page.getByText(/^Every day at 06:30, 12:30,? and 18:30, .*, until .*2030/).waitFor()
    expect(await seriousOf(page)).toEqual([])
    await button(v, 'Save').click()
    await page.getByText('The schedule of often was saved', { exact: true }).waitFor()
    expect(await recurrence()).toMatchObject({ endTime: expect.stringMatching(/^2030-/) as string, schedule: { hours: [6, 12, 18], minutes: [30] } })
    await v.go('/sources/blank?tab=scans&scan=often')
    expect(await page.getByLabel('Also at these hours').inputValue()).toBe('12, 18')
    expect(await page.getByText('This schedule says more than this form can write').count()).toBe(0)
    await page.getByLabel('Not after').fill('')
    await page.getByText(/^purlieu trigger set blank often .*--end=''/).waitFor()
    await button(v, 'Save').click()
    await page.getByText('The schedule of often was saved', { exact: true }).first().waitFor()
    expect((await recurrence()).endTime ?? null).toBeNull()
    expect(v.wrong).toEqual([])
  } finally {
    await run('purlieu scan delete blank often').catch(() => undefined)
    await v.end()
  }
}, 60_000)
