// A real browser at a real account. test/portal starts the accounts and says in the environment where they are.
import { chromium, type Browser, type BrowserContext, type CDPSession, type Page } from 'playwright-core'
import { run } from './hand'

/** Person signs in with a name and a password. */
export interface Person {
  name: string
  password: string
}

function given(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: start the tests through go test ./test/portal`)
  return value
}

const person = (name: string): Person => ({ name, password: given('PORTAL_PASSWORD') })

export const world = {
  /** An account with a node, and a shop and its files scanned. */
  filled: given('PORTAL_FILLED'),
  /** An account to which nothing was done but that its first person signed in. */
  empty: given('PORTAL_EMPTY'),
  shopPort: given('PORTAL_SHOP_PORT'),
  admin: person('demo'), // may do all
  reader: person('rita'), // reads the whole map
  keeper: person('nora'), // sees to the sources of the collection Sales, and of no other
  stranger: person('sam'), // has no role anywhere
}

export const open = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })

export interface How {
  at?: string // an account's address; the filled one
  as?: Person // the administrator
  width?: number
  height?: number
  look?: Look
}

export type Look = 'light' | 'dark' | 'contrast'

/** Visit is the tab of a person that has signed in. What is wrong in it is written down. */
export class Visit {
  readonly wrong: string[] = []
  private asked: { what: string; at: number }[] = [] // at: ms, by the browser's clock
  private pending = new Map<string, { url: string; document: string }>() // by the browser's id
  private document = '' // the browser's id of the one that is open
  private left = new Set<string>()

  private constructor(readonly base: string, readonly context: BrowserContext, readonly page: Page) {
    page.on('pageerror', e => this.wrong.push(`threw ${e.message}`))
    page.on('console', m => { if (m.type() === 'error' && !/Failed to load resource/.test(m.text())) this.wrong.push(`console: ${m.text()}`) })
  }

  /**
   * listen takes down what the page asks. By the browser's own protocol, since that says which document asked: where a test
   * answers a request, one of a page that is being left can be told of late, and that it ended is never told.
   */
  private async listen(browser: CDPSession) {
    browser.on('Page.frameNavigated', ({ frame }) => {
      if (frame.parentId) return
      if (this.document) this.left.add(this.document)
      this.document = frame.loaderId
      this.asked = []
      for (const [id, one] of this.pending) if (this.left.has(one.document)) this.pending.delete(id)
    })
    browser.on('Network.requestWillBeSent', ({ requestId, loaderId, request, wallTime }) => {
      const { url, method, postData = '' } = request
      if (this.left.has(loaderId) || url.startsWith('data:')) return
      if (loaderId) this.pending.set(requestId, { url, document: loaderId }) // else a worker's: that it ended is told to the worker
      if (!url.startsWith(this.base + '/') && !url.startsWith('blob:')) this.wrong.push(`asked another host: ${url}`)
      if (isREST(url)) this.asked.push({ what: `${method} ${url.slice(this.base.length)} ${postData}`, at: wallTime * 1000 })
    })
    browser.on('Network.loadingFinished', ({ requestId }) => this.pending.delete(requestId))
    browser.on('Network.loadingFailed', ({ requestId }) => this.pending.delete(requestId))
    await browser.send('Page.enable')
    await browser.send('Network.enable')
  }

  /** begin opens a tab and signs a person in, through the sign-in page. */
  static async begin(browser: Browser, how: How = {}): Promise<Visit> {
    const v = await Visit.unknown(browser, how)
    await v.page.goto(v.base + '/')
    await v.signIn(how.as ?? world.admin)
    return v
  }

  /** unknown opens a tab in which nobody has signed in. */
  static async unknown(browser: Browser, how: How = {}): Promise<Visit> {
    const context = await browser.newContext({ viewport: { width: how.width ?? 1280, height: how.height ?? 800 }, reducedMotion: 'reduce' })
    await context.addInitScript(watch)
    const v = new Visit(how.at ?? world.filled, context, await context.newPage())
    await v.listen(await context.newCDPSession(v.page))
    await v.wear(how.look ?? 'light')
    return v
  }

  /** signIn fills the sign-in page, and waits for the portal. */
  async signIn(who: Person) {
    await this.page.fill('#known-name', who.name)
    await this.page.fill('#known-password', who.password)
    await this.page.click('#known button')
    await this.page.waitForURL(u => !/oauth2|signed-in|signin/.test(u.pathname))
    await this.settled()
  }

  /** wear takes a look, as a person's system would ask for it; the page follows at once. */
  async wear(look: Look) {
    await this.page.emulateMedia({ colorScheme: look === 'light' ? 'light' : 'dark', contrast: look === 'contrast' ? 'more' : 'no-preference', reducedMotion: 'reduce' })
    if (this.page.url().startsWith(this.base)) {
      await this.page.waitForFunction(l => document.documentElement.dataset.theme === l, look)
      await this.painted()
    }
  }

  /** resize makes the window another one, as turning a tablet does. */
  async resize(width: number, height: number) {
    await this.page.setViewportSize({ width, height })
    await this.settled()
  }

  /** see opens a page of the list. */
  async see(page: { open?: (v: Visit) => Promise<void> }, path: string) {
    await this.go(path)
    await page.open?.(this)
  }

  /** go opens an address as a deep link: the whole portal anew. */
  async go(path: string) {
    await this.page.goto(this.base + path)
    await this.settled()
  }

  /** settled waits until the page shows what it asked for. */
  async settled() {
    await this.page.waitForSelector('h1, h2')
    try {
      await this.page.waitForFunction(() => location.pathname === '/style' || !document.querySelector('[role=status][aria-label=Loading]'))
    } catch (error) {
      throw new Error(`${this.page.url()} is still loading; on its way: ${this.onItsWay()}; it shows:\n${await this.page.locator('body').innerText()}`, { cause: error })
    }
    // Quiet: nothing was on its way for a moment. The page is heard each time: one that is busy with an answer asks the next
    // thing only when it is through with it.
    const until = Date.now() + 30_000
    for (let quiet = 0, hears = false; quiet < 4; quiet = hears && this.pending.size === 0 ? quiet + 1 : 0) {
      if (Date.now() > until) throw new Error(`${this.page.url()} does not come to rest; on its way: ${this.onItsWay()}`)
      await this.page.waitForTimeout(40)
      hears = await this.page.evaluate(() => true).catch(() => false) // not where another page comes just then
    }
    await this.painted()
  }

  private onItsWay = () => [...this.pending.values()].map(r => r.url).join(', ') || 'nothing'

  private painted = () => this.page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))

  /** rest puts the pointer on the newest notice that can be undone: it stays while the pointer is there. */
  async rest() { await this.page.getByRole('status').getByRole('button', { name: 'Undo' }).last().hover() }

  /** questions are the REST requests of the page since it was opened, or those of one kind. */
  questions(like: RegExp = /./): string[] {
    return this.asked.filter(a => like.test(a.what)).map(a => a.what)
  }

  /** forget lets only what is asked from now on count. */
  forget() { this.asked = [] }

  /** twice are requests that were made again sooner than any page asks again by itself. */
  twice(): string[] {
    const period = 900
    return this.asked.filter((a, i) => this.asked.slice(0, i).some(b => b.what === a.what && Math.abs(a.at - b.at) < period)).map(a => a.what)
  }

  /** told is what the browser found wrong on the page that is open: its policy broken, things that moved. */
  async told(): Promise<{ policy: string[]; shifts: string[] }> {
    return this.page.evaluate(() => (window as unknown as { told: { policy: string[]; shifts: string[] } }).told)
  }

  /** guid finds an asset by its name, as a person would. */
  async guid(name: string): Promise<string> {
    await this.go(`/search?q=${encodeURIComponent(name)}`)
    const href = await this.page.locator('main').getByRole('link', { name, exact: true }).first().getAttribute('href')
    return href!.split('/').pop()!
  }

  /** indexed waits until the search knows an asset of a source: the index follows scans by a moment. */
  async indexed(name: string, source: string) {
    for (let i = 0; i < 40 && !(await run(`purlieu search ${name} --source ${source}`)).includes(name); i++) await this.page.waitForTimeout(250)
  }

  /** guidOf finds an asset of a source by its name. */
  async guidOf(name: string, source: string): Promise<string> {
    await this.go(`/search?q=${encodeURIComponent(name)}&source=${encodeURIComponent(JSON.stringify([source]))}`)
    const href = await this.page.locator('main').getByRole('link', { name, exact: true }).first().getAttribute('href')
    return href!.split('/').pop()!
  }

  async end() {
    await this.page.unrouteAll({ behavior: 'ignoreErrors' }).catch(() => undefined) // what is answered just now is for nobody
    await this.context.close()
  }
}

const isREST = (url: string) => /^https?:\/\/[^/]+\/(manage|datamap|scan|account|policyStore)\//.test(url)

/** watch runs in the page before all else. */
function watch() {
  const told = { policy: [] as string[], shifts: [] as string[] }
  ;(window as unknown as { told: typeof told }).told = told
  document.addEventListener('securitypolicyviolation', e => told.policy.push(`${e.violatedDirective} ${e.blockedURI}`))
  interface Shift extends PerformanceEntry { value: number; hadRecentInput: boolean; sources: { node: Node | null }[] }
  new PerformanceObserver(list => {
    for (const entry of list.getEntries() as Shift[]) {
      const moved = entry.sources.map(s => (s.node instanceof Element ? s.node.outerHTML.slice(0, 160) : (s.node?.textContent ?? '').slice(0, 80)))
      if (!entry.hadRecentInput) told.shifts.push(`${entry.value.toFixed(4)}: ${moved.join(' | ')}`)
    }
  }).observe({ type: 'layout-shift', buffered: true })
}
