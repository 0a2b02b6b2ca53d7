// Lists of the account that are read to their end, shared by key over all pages.
import { queryOptions } from '@tanstack/react-query'
import { rest } from './rest'

interface Page<T> {
  value: T[]
  nextLink?: string | null
}

const mostPages = 50

/** whole reads a list to its end: what stands here has hundreds of members, not millions. */
async function whole<T>(path: string, query: Record<string, string>, signal: AbortSignal): Promise<T[]> {
  let page = await rest<Page<T>>(path, { query, signal })
  const all = page.value
  for (let i = 1; page.nextLink && i < mostPages; i++) {
    const next = new URL(page.nextLink, location.href)
    page = await rest<Page<T>>(next.pathname + next.search, { signal })
    all.push(...page.value)
  }
  return all
}

export const list = <T>(path: string, query: Record<string, string>) =>
  queryOptions({ queryKey: ['list', path, query], queryFn: ({ signal }) => whole<T>(path, query, signal) })

/** collectionsOf is the question for all collections that the reader may see. */
export const collectionsOf = <T>() => list<T>('/account/collections', { 'api-version': '2019-11-01-preview' })
