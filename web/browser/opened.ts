// What opens on a page and no address shows, one line each: dialogs, panels, forms, what is said once. opened.test.ts walks
// this list as pages.test.ts walks the pages, and so do the pictures. Nothing of it changes the account.
import type { Locator, Page } from 'playwright-core'
import type { Ids } from './pages'
import type { Visit } from './world'

type Text = string | RegExp

export interface Opened {
  name: string
  path: string | ((ids: Ids) => string)
  /** What the account answers instead, for what a world that stays as it is can't show. */
  answers?: (v: Visit) => Promise<unknown>
  /** What is done before. */
  first?: (v: Visit) => Promise<unknown>
  /** The button that opens it, by its whole name or by how that begins. */
  by?: Text
  /** A text of it: what stands there then. */
  shows: Text
  /** It stands over the page: the focus goes in, Escape closes it, and the focus comes back. */
  over?: 'dialog' | 'panel'
  /** Behind which word it is folded away on a phone. */
  folded?: Text
}

const button = (page: Page, name: Text) => page.getByRole('button', { name, ...(typeof name === 'string' && { exact: true }) }).first()
const fill = (v: Visit, label: Text, text: string) => v.page.getByLabel(label).first().fill(text)
const press = (v: Visit, name: Text) => button(v.page, name).click()

/** changed answers as the account does, but for a part of it. */
export const changed = (at: string, to: (body: any) => object) => (v: Visit) =>
  v.page.route(at, async r => { const answer = await r.fetch(); const body = await answer.json(); return r.fulfill({ response: answer, json: { ...body, ...to(body) } }) })
/** told answers without the account. */
export const told = (at: string, json: object) => (v: Visit) => v.page.route(at, r => r.fulfill({ json }))

const ask = (name: string, path: string, by: Text, shows: Text, more: Partial<Opened> = {}): Opened => ({ name: `ask-${name}`, path, by, shows, over: 'dialog', ...more })

const apps = told('**/manage/v1/apps', { value: [{ id: 'app-1', clientId: '0b6d7a1e-9d0c-4c1b-8a57-2f2f0c9f5d11', name: 'nightly', created: '2026-05-04T09:00:00Z' }] })
const kindIs = (state: string, current: boolean) => changed('**/manage/v1/announcedKinds', body => ({ value: body.value.map((k: object) => ({ ...k, state, current })) }))
const asks = (of: object) => changed('**/manage/v1/proposals/*', () => of)
const manySources = changed('**/search/query*', body => ({ '@search.facets': { ...body['@search.facets'], purlieuSource: Array.from({ length: 50 }, (_, i) => ({ value: `source-${i + 1}`, count: 60 - i })) } }))
const revoked = changed('**/runtimes/edge/nodes*', body => ({ value: body.value.map((n: object) => ({ ...n, revoked: true, status: 'Revoked' })) }))
const everyNight = told('**/triggers/default*', { name: 'default', properties: { recurrence: { frequency: 'Day', interval: 1, startTime: '2026-05-04T03:00:00Z', timezone: 'UTC' }, scanLevel: 'Incremental', state: 'Enabled' } })
/** goes makes a run one that goes on. */
export const goes = changed('**/manage/v1/runs/*', body => ({
  state: 'InProgress', ended: null, discoveryEnded: null, assetsPerSecond: 420, units: { queued: 12, leased: 3, done: 2, closed: 24, failed: 1, void: 0 }, counts: { ...body.counts, discovered: 125_400, created: 80_000, batches: 1200, bytes: 48_000_000 },
}))

const register = async (v: Visit) => { await fill(v, 'Name in the map', 'orders'); await fill(v, /^Server/, 'db.example.com'); await press(v, 'Next') }
const scan = async (v: Visit) => { await fill(v, /^Database/, 'shop'); await press(v, 'Next') }

export const opened: Opened[] = [
  { name: 'help', path: '/', by: 'Help', shows: 'Search, from anywhere', over: 'panel' },
  { name: 'notifications', path: '/style?tab=parts', first: async v => { await press(v, 'Failed'); await press(v, 'Done') }, by: 'Notifications', shows: 'Somebody else changed it meanwhile.', over: 'panel' },
  { name: 'account', path: '/', by: /^Signed in as/, shows: 'High contrast', over: 'panel' },
  { name: 'notices', path: '/style?tab=parts', first: v => press(v, 'Failed'), by: 'Done', shows: 'Somebody else changed it meanwhile.' },

  { name: 'search-more', path: '/search?q=order', answers: manySources, by: 'Show more: Source', shows: 'The 50 most frequent.', folded: 'Narrow' },
  { name: 'asset-edit', path: ids => `/asset/${ids.table}`, by: 'Edit', shows: 'Experts' },
  { name: 'column-edit', path: ids => `/asset/${ids.table}?tab=schema&column=email`, by: 'Edit', shows: 'Cancel' },

  { name: 'source-settings', path: '/sources/blank', by: 'Change: Settings', shows: 'Collection' },
  { name: 'source-times', path: '/sources/blank', by: 'Change: When it may be read', shows: 'Time zone' },
  { name: 'source-share', path: '/sources/blank', by: 'Change: Budget', shows: 'Units at once' },
  { name: 'source-test', path: '/sources/shop', by: 'Test the connection', shows: /^edge-1 reached it and could sign in/ },
  { name: 'register-check', path: '/sources/_new?step=settings&kind=PostgreSql', first: register, shows: /^purlieu source add PostgreSql orders/ },
  { name: 'scan-login-new', path: '/sources/shop/scan?step=login', first: v => v.page.getByText('A new credential', { exact: true }).click(), shows: 'Name of the credential' },
  { name: 'scan-check', path: '/sources/shop/scan?step=scope', first: scan, shows: 'Priority' },
  { name: 'scan-change-check', path: '/sources/shop/scan?of=nightly&step=scope', by: 'Next', shows: 'Priority' },
  { name: 'run-live', path: ids => `/runs/${ids.run}`, answers: goes, shows: '420 assets a second' },
  { name: 'run-grows', path: ids => `/runs/${ids.held}`, answers: asks({ kind: 'growth', assets: 48_000, last: 130 }), shows: 'May this run go on?' },
  { name: 'run-another', path: ids => `/runs/${ids.held}`, answers: asks({ kind: 'identity', before: 'system 7433161234567890', now: 'system 7566020987654321' }), shows: 'Another server answers at this address' },

  { name: 'runtime-keys-shown', path: '/runtimes/edge?tab=keys', by: 'Show the keys', shows: 'Hide the keys' },
  { name: 'collection-add', path: '/settings', by: 'Add a collection', shows: 'A collection below Root' },
  { name: 'collection-edit', path: '/settings?collection=sales', by: 'Edit', shows: 'Another one moves it, with all that is below it.' },
  { name: 'secret-once', path: '/settings?tab=people', answers: told('**/manage/v1/signin-links', { link: 'http://127.0.0.1:8480/signin#0123456789abcdefghijklmnopqrstuvwxyzABCDEFG' }), by: 'Make a new link for sam', shows: 'The link for sam' },
  { name: 'credential-add', path: '/settings?tab=credentials', by: 'Add a credential', shows: 'A new credential' },
  { name: 'vault-add', path: '/settings?tab=credentials', by: 'Add a vault connection', shows: 'Where its secrets lie' },
  { name: 'network-try', path: '/settings?tab=network', first: async v => { await press(v, 'Add a rule'); await fill(v, 'Addresses of rule 1', '10.0.0.0/8') }, by: 'Try it', shows: /^You would still come in/ },

  ask('source-remove', '/sources/blank', /^Remove the source/, 'Remove the source blank?'),
  ask('scan-remove', '/sources/shop?tab=scans', /^Remove the scan/, 'Remove the scan nightly?'),
  ask('schedule-remove', '/sources/shop?tab=scans&scan=nightly', /^Remove the schedule/, 'Remove the schedule of nightly?', { answers: everyNight }),
  ask('credential-remove', '/sources/shop/scan?step=login', /^Remove the credential/, 'Remove the credential shop-scanner?'),
  ask('credential-remove-there', '/settings?tab=credentials', /^Remove the credential/, 'Remove the credential shop-scanner?'),
  ask('node-drain', '/runtimes/edge', 'Drain edge-1', 'Drain edge-1?'),
  ask('node-key', '/runtimes/edge', /^New key: /, 'Let edge-1 make a new key?'),
  ask('node-revoke', '/runtimes/edge', 'Revoke edge-1', 'Revoke edge-1?'),
  ask('node-remove', '/runtimes/edge', /^Remove edge-1/, 'Remove edge-1 from the list?', { answers: revoked }),
  ask('runtime-delete', '/runtimes/edge', 'Delete the runtime edge', 'Delete the runtime edge?'),
  ask('key-regenerate', '/runtimes/edge?tab=keys', 'Regenerate key 1', 'Regenerate key 1?'),
  ask('collection-delete', '/settings?collection=sales', 'Delete the collection Sales', 'Delete the collection Sales?'),
  ask('person-remove', '/settings?tab=people', 'Remove sam', 'Remove sam?'),
  ask('app-secret', '/settings?tab=people', 'New secret: Make a new secret for nightly?', 'Make a new secret for nightly?', { answers: apps }),
  ask('app-remove', '/settings?tab=people', 'Remove nightly', 'Remove nightly?', { answers: apps }),
  ask('kind-approve', '/settings?tab=kinds', /^Approve dBASE/, /^Approve dBASE folder/),
  ask('kind-reject', '/settings?tab=kinds', /^Reject dBASE/, /^Reject dBASE folder/),
  ask('kind-withdraw', '/settings?tab=kinds', /^Withdraw dBASE/, /^Withdraw dBASE folder/, { answers: kindIs('approved', true) }),
]

/** openIt opens one of the list, as somebody would by keyboard. It gives its button, where there is one, and where the page's
 * head stood before. */
export async function openIt(v: Visit, one: Opened, ids: Ids): Promise<{ by?: Locator; before: unknown }> {
  await one.answers?.(v)
  await v.go(typeof one.path === 'string' ? one.path : one.path(ids))
  await unfold(v, one)
  await one.first?.(v)
  const by = one.by === undefined ? undefined : button(v.page, one.by)
  await by?.focus()
  const before = await head(v)
  if (by) v.forget()
  await by?.press('Enter')
  await shown(v, one).waitFor()
  await v.settled()
  return { before, ...(by && { by }) }
}

/** head is where the head of a page stands. */
export const head = (v: Visit) => v.page.locator('h1').first().boundingBox()

/** shown is what one of the list says, where it says it. */
export const shown = (v: Visit, one: Opened) => place(v, one).getByText(one.shows).first()

/** place is where it stands. */
export const place = (v: Visit, one: Opened) => one.over ? v.page.getByRole('dialog') : v.page.locator('body')

/** unfold opens what a phone folds away. */
export async function unfold(v: Visit, one: Opened) {
  const folded = one.folded && v.page.getByText(one.folded, { exact: true })
  if (folded && await folded.isVisible()) await folded.click()
}

/** close takes back what was answered instead of the account. */
export const close = (v: Visit) => v.page.unrouteAll({ behavior: 'ignoreErrors' })
