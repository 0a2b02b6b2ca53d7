// The figures of the portal's speed, into the file $PORTAL_FIGURES: ratios and counts, so that they mean the same on
// every machine. test/bench puts them beside what was promised.
import { writeFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { open, Visit } from './world'

const rounds = 7
const figures: Record<string, number> = {}

let browser: Browser
let v: Visit
beforeAll(async () => {
  browser = await open()
  v = await Visit.begin(browser)
  await v.context.addInitScript(() => {
    const w = window as unknown as { tasks: { at: number; took: number }[] }
    w.tasks = []
    new PerformanceObserver(list => { for (const e of list.getEntries()) w.tasks.push({ at: e.startTime, took: e.duration }) }).observe({ type: 'longtask', buffered: true })
  })
})
afterAll(async () => {
  await browser.close()
  writeFileSync(process.env.PORTAL_FIGURES!, JSON.stringify(figures))
})

const median = (of: number[]) => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)]!

/** timed opens an address and gives how long it took until what is waited for was painted, and the longest task after the first paint. */
async function timed(path: string, there: string): Promise<{ took: number; longest: number }> {
  await v.page.goto(v.base + path)
  const took = await v.page.evaluate(selector => new Promise<number>(done => {
    const look = () => (document.querySelector(selector) ? requestAnimationFrame(() => done(performance.now())) : requestAnimationFrame(look))
    look()
  }), there)
  await v.settled()
  const longest = await v.page.evaluate(() => {
    const first = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0
    return Math.max(0, ...(window as unknown as { tasks: { at: number; took: number }[] }).tasks.filter(t => t.at > first).map(t => t.took))
  })
  return { took, longest }
}

/** against times a small and a large page in turn. */
async function against(name: string, small: string, large: string, there: string) {
  const pairs: { ratio: number; longest: number }[] = []
  for (let i = 0; i <= rounds; i++) {
    const a = await timed(small, there)
    const b = await timed(large, there)
    if (i > 0) pairs.push({ ratio: b.took / a.took, longest: b.longest }) // the first warms up
  }
  figures[`${name}.ratio`] = median(pairs.map(p => p.ratio))
  figures[`${name}.longest`] = median(pairs.map(p => p.longest))
}

it('an asset of 5,000 columns against one of 50', async () => {
  const [small, large] = [await v.guid('columns_50.csv'), await v.guid('columns_5000.csv')]
  await v.go(`/asset/${large}?tab=schema`)
  await v.page.getByText('5,000 columns').waitFor()
  await against('columns', `/asset/${small}?tab=schema`, `/asset/${large}?tab=schema`, '[role=option][aria-posinset="1"]')
}, 300_000)

it('a lineage of 1,000 nodes against one of 50', async () => {
  const [small, large] = [await v.guid('hub_50'), await v.guid('hub_1000')]
  const [answer] = await Promise.all([v.page.waitForResponse(/\/lineage\//), v.go(`/asset/${large}?tab=lineage`)])
  expect(Object.keys((await answer.json()).guidEntityMap).length).toBeGreaterThan(990)
  await against('lineage', `/asset/${small}?tab=lineage`, `/asset/${large}?tab=lineage`, '.react-flow__node')
}, 300_000)

it('a key stroke in search against one in an empty page', async () => {
  const strokes: { stands: number; shown: number; keyless: number }[] = []
  const bare = await emptyPage()
  for (let i = 0; i <= rounds; i++) {
    await v.go('/search')
    await v.page.keyboard.press('/')
    for (const letter of 'orders') {
      await v.page.bringToFront()
      await v.page.evaluate(watchStroke)
      const [request] = await Promise.all([v.page.waitForRequest(/search\/query/), v.page.keyboard.press(letter)])
      const took = await v.page.evaluate(() => (window as unknown as { stroke: Promise<Stroke> }).stroke)
      await v.settled()
      const question = { url: request.url(), authorization: (await request.allHeaders()).authorization!, body: request.postData()! }
      await bare.bringToFront()
      const keyed: Bare[] = []
      const alone: number[] = []
      for (let n = 0; n < 3; n++) {
        await bare.evaluate(watchBare, question)
        await bare.keyboard.press(letter)
        keyed.push(await bare.evaluate(() => (window as unknown as { stroke: Promise<Bare> }).stroke))
        alone.push(await bare.evaluate(ask, question))
      }
      const answered = median(keyed.map(k => k.answered))
      if (i > 0) strokes.push({ stands: took.stands / answered, shown: took.painted / median(keyed.map(k => k.shown)), keyless: took.stands / median(alone) })
    }
  }
  for (const name of ['stands', 'shown', 'keyless'] as const) figures[`stroke.${name}`] = median(strokes.map(s => s[name]))
}, 300_000)

interface Stroke { stands: number; painted: number } // ms since the key went down

/**
 * watchStroke times the next key stroke until its hits stand in the page, and until the next frame may show them. Runs in
 * the page.
 */
function watchStroke() {
  addEventListener('keydown', () => {
    const began = performance.now()
    const before = document.querySelector('main h1')!.textContent
    ;(window as unknown as { stroke: Promise<Stroke> }).stroke = new Promise(done => {
      const look = () => {
        if (document.querySelector('main h1')!.textContent === before || document.querySelector('main [aria-busy=true]')) return
        seen.disconnect()
        const stands = performance.now() - began
        requestAnimationFrame(() => done({ stands, painted: performance.now() - began }))
      }
      const seen = new MutationObserver(look)
      seen.observe(document.querySelector('main')!, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['aria-busy'] })
    })
  }, { once: true, capture: true })
}

/** emptyPage opens a page of the account that has a box and nothing else. */
async function emptyPage() {
  const page = await v.context.newPage()
  await page.route('**/empty', r => r.fulfill({ contentType: 'text/html', body: '<!doctype html><input autofocus><pre style="position: fixed; inset: 40px auto auto 0; width: 300px; height: 300px; contain: strict"></pre>' }))
  await page.goto(v.base + '/empty')
  await page.unrouteAll()
  await page.focus('input')
  return page
}

interface Question { url: string; authorization: string; body: string }
interface Bare { answered: number; shown: number } // ms since the key went down

/**
 * watchBare times the next key stroke of an empty page, which asks the question: until the answer is read, and until the names
 * in it may stand on the screen as plain text. Runs in the page.
 */
function watchBare({ url, authorization, body }: Question) {
  const plain = document.querySelector('pre')!
  plain.textContent = ''
  addEventListener('keydown', () => {
    const began = performance.now()
    ;(window as unknown as { stroke: Promise<Bare> }).stroke = new Promise(done => addEventListener('input', async () => {
      const answer = (await (await fetch(url, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body })).json()) as { value: { name: string }[] }
      const answered = performance.now() - began
      plain.textContent = answer.value.map(h => h.name).join('\n') || '-'
      requestAnimationFrame(() => done({ answered, shown: performance.now() - began }))
    }, { once: true }))
  }, { once: true, capture: true })
}

/** ask asks the question when no key was hit, and gives how many ms it took until the answer was read. Runs in the page. */
async function ask({ url, authorization, body }: Question): Promise<number> {
  await new Promise(done => setTimeout(done, 30 + Math.random() * 17)) // anywhere between two frames, as a stroke
  const began = performance.now()
  await (await fetch(url, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body })).json()
  return performance.now() - began
}
