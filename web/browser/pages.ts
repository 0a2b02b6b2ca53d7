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
  /** The request without whose answer the page is nothing; its failure must be told. */
  asks?: string
  /** What it says in an account with nothing in it. */
  empty?: string | RegExp
  /** What is done before it is looked at: for what no address shows. */
  open?: (v: Visit) => Promise<void>
  /** What somebody is told who may not see it: a reader of assets, or who sees to the sources of one collection. */
  refused?: string | RegExp
  to?: 'reader' | 'keeper' // the reader
}

export const pages: PageOf[] = [
  { name: 'overview', path: '/', shows: 'Recent runs', asks: '**/manage/v1/overview*', empty: 'The map is empty', refused: 'Nothing is in the map that you may see', to: 'keeper' },
  { name: 'search', path: '/search?q=order', shows: /[1-9]\d* assets/, asks: '**/search/query*', empty: 'Nothing found' },
  { name: 'search-none', path: '/search?q=nothingofthekind', shows: 'Nothing found' },
  { name: 'asset', path: ids => `/asset/${ids.table}`, shows: 'Everyone with an account in the shop', asks: '**/entity/guid/*', refused: 'Not found', to: 'keeper' },
  { name: 'asset-schema', path: ids => `/asset/${ids.table}?tab=schema`, shows: 'first_name', refused: 'Not found', to: 'keeper' },
  { name: 'asset-column', path: ids => `/asset/${ids.table}?tab=schema&column=email`, shows: 'MICROSOFT.PERSONAL.EMAIL', refused: 'Not found', to: 'keeper' },
  { name: 'asset-lineage', path: ids => `/asset/${ids.view}?tab=lineage`, shows: 'payments', asks: '**/v2/lineage/*', refused: 'Not found', to: 'keeper' },
  { name: 'asset-lineage-list', path: ids => `/asset/${ids.view}?tab=lineage&as=list`, shows: 'Comes from', refused: 'Not found', to: 'keeper' },
  { name: 'asset-history', path: ids => `/asset/${ids.table}?tab=history`, shows: 'Created', asks: '**/assets/*/history*', refused: 'Not found', to: 'keeper' },
  { name: 'asset-alone', path: ids => `/asset/${ids.file}?tab=lineage`, shows: 'No lineage' },
  { name: 'asset-holds', path: ids => `/asset/${ids.schema}`, shows: 'Holds', asks: '**/entity/guid/*', refused: 'Not found', to: 'keeper' },
  { name: 'asset-holds-many', path: ids => `/asset/${ids.many}`, shows: 'The first 100 are shown.', asks: '**/children*', refused: 'Not found', to: 'keeper' },
  { name: 'asset-file', path: ids => `/asset/${ids.file}?tab=schema`, shows: 'customer_id', refused: 'Not found', to: 'keeper' },
  { name: 'asset-gone', path: '/asset/00000000-0000-8000-8000-00000000ffff', shows: 'Not found' },
  { name: 'map', path: '/map', shows: 'shop', asks: '**/scan/datasources?*', empty: 'No sources yet', refused: 'Sources are seen to by' },
  { name: 'sources', path: '/sources', shows: 'PostgreSQL', asks: '**/scan/datasources?*', empty: 'No sources yet', refused: 'Sources are seen to by' },
  { name: 'source', path: '/sources/shop', shows: 'Test the connection', asks: '**/scan/datasources/shop?*', refused: 'Not found' },
  { name: 'source-scans', path: '/sources/shop?tab=scans', shows: 'nightly', asks: '**/datasources/shop/scans?*', refused: 'Not found' },
  { name: 'source-schedule', path: '/sources/shop?tab=scans&scan=nightly', shows: 'When nightly runs by itself', asks: '**/triggers/default*', refused: 'Not found' },
  { name: 'source-bare', path: '/sources/blank', shows: 'A test takes a runtime and a login' },
  { name: 'source-bare-scans', path: '/sources/blank?tab=scans', shows: 'No scans yet' },
  { name: 'source-bare-runs', path: '/sources/blank?tab=runs', shows: 'Nothing has run yet' },
  { name: 'source-runs', path: '/sources/shop?tab=runs', shows: 'Succeeded', asks: '**/manage/v1/runs?*', refused: 'Not found' },
  { name: 'register', path: '/sources/new', shows: 'PostgreSQL', asks: '**/manage/v1/kinds*', refused: 'Sources are seen to by' },
  { name: 'register-settings', path: '/sources/new?step=settings&kind=PostgreSql', shows: 'Name in the map', refused: 'Sources are seen to by' },
  { name: 'scan', path: '/sources/shop/scan', shows: 'Integration runtime', asks: '**/scan/datasources/shop?*', refused: 'Not found' },
  { name: 'scan-login', path: '/sources/shop/scan?step=login', shows: 'A credential that is there', refused: 'Not found' },
  { name: 'scan-scope', path: '/sources/shop/scan?step=scope', shows: 'Classification', refused: 'Not found' },
  { name: 'scan-change', path: '/sources/shop/scan?of=nightly&step=scope', shows: 'Classification', refused: 'Not found' },
  { name: 'scan-browse', path: '/sources/shop/scan?step=scope', open: look, shows: 'PostgreSQL database', asks: '**/datasources/shop/browse', refused: 'Not found' },
  { name: 'runs', path: '/runs', shows: /nightly/, asks: '**/manage/v1/runs*', empty: 'Nothing has run yet', refused: 'Scans and their runs are seen to by' },
  { name: 'run', path: ids => `/runs/${ids.run}`, shows: 'Discovery', asks: '**/manage/v1/runs/*', refused: 'Not found' },
  { name: 'run-units', path: ids => `/runs/${ids.run}?tab=units`, shows: 'edge-1', asks: '**/runs/*/units*', refused: 'Not found' },
  { name: 'run-whole', path: ids => `/runs/${ids.run}?tab=gaps`, shows: 'Nothing was left out' },
  { name: 'run-gaps', path: ids => `/runs/${ids.partly}?tab=gaps`, shows: /^grant usage on schema "board"/, asks: '**/runs/*/gaps*', refused: 'Not found' },
  { name: 'run-changes', path: ids => `/runs/${ids.run}?tab=changes`, shows: 'order_lines', asks: '**/runs/*/changes*', refused: 'Not found' },
  { name: 'run-same', path: ids => `/runs/${ids.same}?tab=changes`, shows: 'Nothing changed' },
  { name: 'run-held', path: ids => `/runs/${ids.held}`, shows: 'Are these 125 assets really gone?', asks: '**/manage/v1/proposals/*', refused: 'Not found' },
  { name: 'runtimes', path: '/runtimes', shows: 'edge', asks: '**/manage/v1/runtimes', refused: 'You may not see this' },
  { name: 'runtime', path: '/runtimes/edge', shows: 'edge-1', asks: '**/runtimes/edge/nodes*', refused: 'You may not see this' },
  { name: 'runtime-keys', path: '/runtimes/edge?tab=keys', shows: 'Show the keys', asks: '**/runtimes/edge/keys*', refused: 'To change runtimes, or to see their keys', to: 'keeper' },
  { name: 'runtime-setup', path: '/runtimes/edge?tab=setup', shows: 'Enrol it', refused: 'To change runtimes, or to see their keys', to: 'keeper' },
  { name: 'runtime-new', path: '/runtimes/new', shows: 'Letters, digits and hyphens', refused: 'To change runtimes, or to see their keys', to: 'keeper' },
  { name: 'runtime-new-check', path: '/runtimes/new?step=check&name=plant-7', shows: 'Self-hosted', refused: 'To change runtimes, or to see their keys', to: 'keeper' },
  { name: 'settings', path: '/settings', shows: 'Who may do what', asks: '**/account/collections?*' },
  { name: 'settings-people', path: '/settings?tab=people', shows: 'Invite a person', empty: 'No app is registered', asks: '**/manage/v1/users*', refused: 'People and apps are seen to by' },
  { name: 'settings-credentials', path: '/settings?tab=credentials', shows: 'shop-scanner', empty: 'No credential yet', asks: '**/scan/credentials*', refused: 'Credentials are seen to by' },
  { name: 'settings-credential', path: '/settings?tab=credentials&login=shop-scanner', shows: 'never the secret itself' },
  { name: 'settings-kinds', path: '/settings?tab=kinds', shows: 'Kinds that nodes announced', empty: 'No node has announced a kind', asks: '**/manage/v1/announcedKinds', refused: 'What nodes announce is seen to by' },
  { name: 'settings-network', path: '/settings?tab=network', shows: 'Public network access', empty: 'Nobody was blocked lately', asks: '**/manage/v1/network', refused: 'The network rules are seen to by' },
  { name: 'settings-account', path: '/settings?tab=account', shows: 'What is kept how long', asks: '**/manage/v1/retention' },
  { name: 'no-such-page', path: '/no-such-page', shows: 'There is no such page' },
  { name: 'style', path: '/style', shows: 'Add one' },
  { name: 'style-detail', path: '/style?tab=detail', shows: 'Detail' },
  { name: 'style-wizard', path: '/style?tab=wizard', shows: 'Wizard' },
  { name: 'style-picture', path: '/style?tab=picture', shows: 'orders_by_region' },
  { name: 'style-picture-list', path: '/style?tab=picture&as=list', shows: 'open_invoices' },
  { name: 'style-states', path: '/style?tab=states', shows: 'You may not see this' },
]

/** look asks a node what is in a source. */
async function look(v: Visit) {
  await v.page.getByRole('button', { name: 'Look what is there', exact: true }).click()
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
