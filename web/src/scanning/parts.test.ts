// What parts of these pages put into a page, looked at without a browser.
import { createElement, type ReactElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import '@fluentui/react-components' // while there is no document: it writes no styles then
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { Credential, Field, Kind, Proposal, Run, Source } from './types'

/** inPage is what a part puts into a page, where these answers are there. */
const inPage = (part: ReactElement, queries = new QueryClient()) => renderToStaticMarkup(createElement(QueryClientProvider, { client: queries }, part))

beforeAll(() => {
  vi.stubGlobal('document', { querySelector: () => null })
  vi.stubGlobal('location', { href: 'http://account/' })
})

it('the help of a switch describes its box', async () => {
  const { Fields } = await import('./Fields')
  const field = { name: 'sampleViews', type: 'switch', title: 'Sample views', help: 'Read rows of views, too.' } as Field
  const page = inPage(createElement(Fields, { of: [field], values: {}, onChange: () => undefined }))
  const id = /<input[^>]*type="checkbox"[^>]*aria-describedby="([^"]+)"/.exec(page)?.[1]
  expect(page).toMatch(new RegExp(`id="${id}"[^>]*>Read rows of views, too\\.<`))
}, 60_000)

it('a scan that may go without a login can be left without one, whichever is chosen', async () => {
  const [{ LoginStep }, { begin }] = await Promise.all([import('./LoginStep'), import('./draft')])
  const kind = { name: 'Lake', credentials: [{ kind: 'AccountKey', title: 'Key' }] } as Kind
  const step = (login: 'none' | 'old' | 'new', mayNone: boolean) => inPage(createElement(LoginStep, {
    source: { name: 'lake' } as Source, kind, credentials: [{ name: 'key', kind: 'AccountKey' } as Credential], mayNew: true, mayNone, draft: { ...begin(kind, [], [], []), login }, onChange: () => undefined,
  }))
  for (const login of ['none', 'old', 'new'] as const) expect(step(login, true), login).toContain('No login')
  expect(step('old', false)).not.toContain('No login')
}, 60_000)

it('a run that brings very much asks whether it may go on, and offers no list of what would be deleted', async () => {
  const [{ RunProposal }, { proposalQuery }] = await Promise.all([import('./RunProposal'), import('./rest')])
  const queries = new QueryClient()
  queries.setQueryData(proposalQuery('7-growth').queryKey, { id: '7-growth', kind: 'growth', state: 'open', assets: 1201, last: 120, collection: 'root' } as Proposal)
  const page = await inPage(createElement(RunProposal, { run: { id: 'r1', source: 'files', scan: 'nightly', proposal: '7-growth' } as Run }), queries)
  for (const said of ['May this run go on?', '1,201 assets', 'held 120 before']) expect(page).toContain(said)
  expect(page).not.toContain('gone')
}, 60_000)

describe('a run that asks which source answers', () => {
  const run = { id: 'r1', source: 'files', scan: 'nightly', proposal: 'p1' } as Run

  /** shown is the question, with what answered before. */
  async function shown(before: string): Promise<string> {
    const [{ RunProposal }, { proposalQuery }] = await Promise.all([import('./RunProposal'), import('./rest')])
    const queries = new QueryClient()
    queries.setQueryData(proposalQuery('p1').queryKey, { id: 'p1', kind: 'identity', state: 'open', before, now: 'system-2', collection: 'root' } as Proposal)
    return inPage(createElement(RunProposal, { run }), queries)
  }

  it('says which one answered until now', async () => {
    const page = await shown('system-1')
    for (const said of ['Another server answers at this address', 'Until now', 'system-1', 'Answers now', 'system-2']) expect(page).toContain(said)
  }, 60_000)

  it('says where none was known that it is the first time, and shows no empty one', async () => {
    const page = await shown('')
    for (const said of ['The source says for the first time which one it is', 'Answers now', 'system-2']) expect(page).toContain(said)
    for (const said of ['Until now', 'Another server']) expect(page).not.toContain(said)
  }, 60_000)
})
