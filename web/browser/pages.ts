// All pages, one line each: the tests of pages.test.ts and states.test.ts walk this list, and so do the pictures.
import type { Visit } from './world'

/** Ids are those of things in the filled account. */
export interface Ids {
  table: string
  view: string
  schema: string
  file: string
  run: string
  same: string // a run that changed nothing
  many: string // holds more than one page of a list
  held: string // a run that asks a person
  partly: string // a run that could not read everything
}

export interface PageOf {
  name: string
  path: string | ((ids: Ids) => string)
  /** A text of its main path: what stands there when the account has something. */
  shows: string | RegExp
  /** The requests without whose answers the page, or a part of it, is nothing; the failure of each must be told. */
  asks?: string | string[]
  /** What it says in an account with nothing in it. */
  empty?: string | RegExp
  /** What is done before it is looked at: for what no address shows. */
  open?: (v: Visit) => Promise<void>
  /** What somebody is told who may not see it: a reader of assets, or who sees to the sources of one collection. */
  refused?: string | RegExp
  to?: 'reader' | 'keeper' // the reader
  /** Why it can't have one of these states. It has each, or says that. */
  not?: Partial<Record<State, string>>
}

export const states = ['empty', 'asks', 'refused'] as const
type State = (typeof states)[number]

const before = 'the page before it in this list asks for it'
const nothing = 'it asks nothing of its own'
const ofOne = { empty: 'it is about one thing, which an empty account has not: that is asset-gone' }
const side = { ...ofOne, asks: 'it shows what the page of the thing asked for' }
const state = 'it is a state of another page of this list'
const itself = { empty: state, asks: state, refused: state }
const still = { empty: nothing, asks: nothing, refused: 'whoever is signed in may see it' }

export const pages: PageOf[] = [
  { name: 'overview', path: '/', shows: 'Recent runs', asks: '**/manage/v1/overview*', empty: 'The map is empty', refused: 'Nothing is in the map that you may see', to: 'keeper' },
  { name: 'search', path: '/search?q=order', shows: /[1-9]\d* assets/, asks: '**/search/query*', empty: 'Nothing found', not: { refused: 'nobody of the world may read no asset at all: states.test.ts makes one' } },
  { name: 'search-all', path: '/search', shows: /[1-9]\d* assets/, empty: 'No asset is in the map that you may see', not: { asks: state, refused: state } },
  { name: 'search-none', path: '/search?q=nothingofthekind', shows: 'Nothing found', not: itself },
  { name: 'asset', path: ids => `/asset/${ids.table}`, shows: 'Everyone with an account in the shop', asks: ['**/entity/guid/*', '**/assets/*/measures*'], refused: 'Not found', to: 'keeper', not: ofOne },
  { name: 'asset-schema', path: ids => `/asset/${ids.table}?tab=schema`, shows: 'first_name', refused: 'Not found', to: 'keeper', not: side },
  { name: 'asset-column', path: ids => `/asset/${ids.table}?tab=schema&column=email`, shows: 'MICROSOFT.PERSONAL.EMAIL', refused: 'Not found', to: 'keeper', not: side },
  { name: 'asset-lineage', path: ids => `/asset/${ids.view}?tab=lineage`, shows: 'payments', asks: '**/v2/lineage/*', refused: 'Not found', to: 'keeper', not: ofOne },
  { name: 'asset-lineage-list', path: ids => `/asset/${ids.view}?tab=lineage&as=list`, shows: 'Comes from', refused: 'Not found', to: 'keeper', not: side },
  { name: 'asset-history', path: ids => `/asset/${ids.table}?tab=history`, shows: 'Created', asks: '**/assets/*/history*', refused: 'Not found', to: 'keeper', not: ofOne },
  { name: 'asset-alone', path: ids => `/asset/${ids.file}?tab=lineage`, shows: 'No lineage', not: itself },
  { name: 'asset-holds', path: ids => `/asset/${ids.schema}`, shows: 'Holds', asks: '**/entity/guid/*', refused: 'Not found', to: 'keeper', not: ofOne },
  { name: 'asset-holds-many', path: ids => `/asset/${ids.many}`, shows: 'The first 100 are shown.', asks: '**/children*', refused: 'Not found', to: 'keeper', not: ofOne },
  { name: 'asset-file', path: ids => `/asset/${ids.file}?tab=schema`, shows: 'customer_id', refused: 'Not found', to: 'keeper', not: side },
  { name: 'asset-gone', path: '/asset/00000000-0000-8000-8000-00000000ffff', shows: 'Not found', not: itself },
  { name: 'map', path: '/map', shows: 'shop', asks: '**/scan/datasources?*', empty: 'No sources yet', refused: 'Only data source administrators manage sources' },
  { name: 'sources', path: '/sources', shows: 'PostgreSQL', asks: '**/scan/datasources?*', empty: 'No sources yet', refused: 'Only data source administrators manage sources' },
  { name: 'source', path: '/sources/shop', shows: 'Test the connection', asks: ['**/scan/datasources/shop?*', '**/manage/v1/kinds*', '**/datasources/shop/scans?*'], refused: 'Not found', not: ofOne },
  { name: 'source-scans', path: '/sources/shop?tab=scans', shows: 'nightly', asks: '**/datasources/shop/scans?*', refused: 'Not found', not: ofOne },
  { name: 'source-schedule', path: '/sources/shop?tab=scans&scan=nightly', shows: 'The schedule of nightly', asks: '**/triggers/default*', refused: 'Not found', not: ofOne },
  { name: 'source-bare', path: '/sources/blank', shows: 'A test takes a runtime and a login', not: itself },
  { name: 'source-bare-scans', path: '/sources/blank?tab=scans', shows: 'No scans yet', not: itself },
  { name: 'source-bare-runs', path: '/sources/blank?tab=runs', shows: 'Nothing has run yet', not: itself },
  { name: 'source-runs', path: '/sources/shop?tab=runs', shows: 'Succeeded', asks: '**/manage/v1/runs?*', refused: 'Not found', not: ofOne },
  { name: 'register', path: '/sources/_new', shows: 'PostgreSQL', asks: ['**/manage/v1/kinds*', '**/account/collections?*'], refused: 'Only data source administrators manage sources', not: { empty: 'each build has kinds' } },
  { name: 'register-settings', path: '/sources/_new?step=settings&kind=PostgreSql', shows: 'Name in the map', refused: 'Only data source administrators manage sources', not: { empty: 'a form begins so', asks: before } },
  { name: 'scan', path: '/sources/shop/scan', shows: 'Integration runtime', asks: '**/scan/datasources/shop?*', refused: 'Not found', not: ofOne },
  { name: 'scan-login', path: '/sources/shop/scan?step=login', shows: 'An existing credential', asks: '**/scan/credentials?*', refused: 'Not found', not: ofOne },
  { name: 'scan-scope', path: '/sources/shop/scan?step=scope', shows: 'Classification', asks: ['**/kinds/*/runtimes*', '**/datasources/shop/scans?*'], refused: 'Not found', not: ofOne },
  { name: 'scan-change', path: '/sources/shop/scan?of=nightly&step=scope', shows: 'Classification', asks: '**/scans/nightly/filters/*', refused: 'Not found', not: ofOne },
  { name: 'scan-browse', path: '/sources/shop/scan?step=scope', open: look, shows: 'PostgreSQL database', asks: '**/datasources/shop/browse', refused: 'Not found', not: ofOne },
  { name: 'runs', path: '/runs', shows: /nightly/, asks: '**/manage/v1/runs*', empty: 'Nothing has run yet', refused: 'Only data source administrators manage scans and runs' },
  { name: 'run', path: ids => `/runs/${ids.run}`, shows: 'Discovery', asks: '**/manage/v1/runs/*', refused: 'Not found', not: ofOne },
  { name: 'run-units', path: ids => `/runs/${ids.run}?tab=units`, shows: 'edge-1', asks: '**/runs/*/units*', refused: 'Not found', not: ofOne },
  { name: 'run-whole', path: ids => `/runs/${ids.run}?tab=gaps`, shows: 'Nothing was left out', not: itself },
  { name: 'run-gaps', path: ids => `/runs/${ids.partly}?tab=gaps`, shows: /^grant usage on schema "board"/, asks: '**/runs/*/gaps*', refused: 'Not found', not: ofOne },
  { name: 'run-changes', path: ids => `/runs/${ids.run}?tab=changes`, shows: 'order_lines', asks: '**/runs/*/changes*', refused: 'Not found', not: ofOne },
  { name: 'run-same', path: ids => `/runs/${ids.same}?tab=changes`, shows: 'Nothing changed', not: itself },
  { name: 'run-held', path: ids => `/runs/${ids.held}`, shows: 'Are these 125 assets really gone?', asks: '**/manage/v1/proposals/*', refused: 'Not found', not: ofOne },
  { name: 'runtimes', path: '/runtimes', shows: 'edge', asks: '**/manage/v1/runtimes', refused: 'You may not see this', not: { empty: 'each account begins with a runtime: states.test.ts empties the list' } },
  { name: 'runtime', path: '/runtimes/edge', shows: 'edge-1', asks: '**/runtimes/edge/nodes*', refused: 'You may not see this', not: ofOne },
  { name: 'runtime-keys', path: '/runtimes/edge?tab=keys', shows: 'Show the keys', asks: '**/runtimes/edge/keys*', refused: 'Changing runtimes, or seeing their keys', to: 'keeper', not: ofOne },
  { name: 'runtime-setup', path: '/runtimes/edge?tab=setup', shows: 'Enrol it', refused: 'Changing runtimes, or seeing their keys', to: 'keeper', not: { ...ofOne, asks: nothing } },
  { name: 'runtime-new', path: '/runtimes/_new', shows: 'Letters, digits and single dashes', refused: 'Changing runtimes, or seeing their keys', to: 'keeper', not: { empty: 'a form begins so', asks: nothing } },
  { name: 'runtime-new-check', path: '/runtimes/_new?step=check&name=plant-7', shows: 'Self-hosted', refused: 'Changing runtimes, or seeing their keys', to: 'keeper', not: { empty: 'a form begins so', asks: nothing } },
  { name: 'settings', path: '/settings', shows: 'Held on', asks: ['**/account/collections?*', '**/collections/root/access'], refused: /^Seeing and giving roles takes the role/, not: { empty: 'each account has its root collection' } },
  { name: 'settings-people', path: '/settings?tab=people', shows: 'Invite a person', empty: 'No app is registered', asks: ['**/manage/v1/users*', '**/manage/v1/apps'], refused: 'Only collection administrators of the root collection manage people and apps' },
  { name: 'settings-credentials', path: '/settings?tab=credentials', shows: 'shop-scanner', empty: 'No credential yet', asks: '**/scan/credentials*', refused: 'Only data source administrators see credentials' },
  { name: 'settings-credential', path: '/settings?tab=credentials&login=shop-scanner', shows: 'never the secret itself', refused: 'Only data source administrators see credentials', not: { ...ofOne, asks: before } },
  { name: 'settings-kinds', path: '/settings?tab=kinds', shows: 'Kinds that nodes announced', empty: 'No node has announced a kind', asks: '**/manage/v1/announcedKinds', refused: 'Only data source administrators see what nodes announce' },
  { name: 'settings-kind', path: '/settings?tab=kinds', open: v => v.page.getByRole('button', { name: /^Look: dBASE/ }).press('Enter'), shows: 'Leave out empty tables', asks: '**/announcedKinds/*', refused: 'Only data source administrators see what nodes announce', not: { empty: before } },
  { name: 'settings-network', path: '/settings?tab=network', shows: 'Public network access', empty: 'Nobody was blocked lately', asks: ['**/manage/v1/network', '**/network/refusals*'], refused: 'Only network administrators manage the network rules' },
  { name: 'settings-account', path: '/settings?tab=account', shows: 'What is kept how long', asks: ['**/manage/v1/retention', '**/account/?*'], not: { empty: 'each account has a name', refused: 'whoever is signed in may see it' } },
  { name: 'no-such-page', path: '/no-such-page', shows: 'There is no such page', not: itself },
  { name: 'style', path: '/style', shows: 'Add one', not: still },
  { name: 'style-detail', path: '/style?tab=detail', shows: 'Detail', not: still },
  { name: 'style-wizard', path: '/style?tab=wizard', shows: 'Wizard', not: still },
  { name: 'style-picture', path: '/style?tab=picture', shows: 'orders_by_region', not: still },
  { name: 'style-picture-list', path: '/style?tab=picture&as=list', shows: 'open_invoices', not: still },
  { name: 'style-states', path: '/style?tab=states', shows: 'You may not see this', not: still },
]

/** look asks a node what is in a source. */
export async function look(v: Visit) {
  await v.page.getByRole('button', { name: 'See what is there', exact: true }).click()
  await v.settled()
}

/** at is the address of a page. */
export const at = (page: PageOf, ids: Ids) => (typeof page.path === 'string' ? page.path : page.path(ids))

/** idsOf finds what the pages need, as a person would: by searching. */
export async function idsOf(v: Visit): Promise<Ids> {
  const guids = { table: await v.guid('people'), view: await v.guid('open_invoices'), schema: await v.guid('warehouse'), file: await v.guid('2026-05.csv') }
  await v.go('/sources/shop?tab=runs')
  const run = await v.page.locator('main a[href^="/runs/"]').last().getAttribute('href')
  await v.go('/sources/archive?tab=runs')
  const held = await v.page.locator('main a[href^="/runs/"]').first().getAttribute('href')
  const partly = await v.page.getByRole('main').getByRole('link', { name: 'partly', exact: true }).getAttribute('href')
  await v.go('/sources/files?tab=runs')
  const same = await v.page.locator('main a[href^="/runs/"]').first().getAttribute('href')
  const many = await v.guidOf('public', 'archive')
  return { ...guids, run: run!.split('/').pop()!, same: same!.split('/').pop()!, held: held!.split('/').pop()!, partly: partly!.split('/').pop()!, many }
}
