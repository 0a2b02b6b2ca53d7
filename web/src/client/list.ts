// Lists of the account that are read to their end, shared by key over all pages. What stands here has hundreds of members,
// not millions; of longer ones pages.ts reads as much as somebody wants to see.
import { queryOptions, useQuery } from '@tanstack/react-query'
import { onward, type Page } from './pages'
import { rest } from './rest'

/** whole reads a list to its end. */
export async function whole<T>(path: string, query: Record<string, string>, signal: AbortSignal): Promise<T[]> {
  let page = await rest<Page<T>>(path, { query, signal })
  const all = page.value
  for (let next = onward(page); next !== undefined; next = onward(page)) {
    page = await rest<Page<T>>(next, { signal })
    all.push(...page.value)
  }
  return all
}

export const list = <T>(path: string, query: Record<string, string>) =>
  queryOptions({ queryKey: ['list', path, query], queryFn: ({ signal }) => whole<T>(path, query, signal) })

/** collectionsOf is the question for all collections that the reader may see. */
export const collectionsOf = <T>() => list<T>('/account/collections', { 'api-version': '2019-11-01-preview' })

/** useTitles gives what a collection is called, by its name; the name itself where it may not be seen, or is not known: that
 * says what was asked. */
export function useTitles() {
  const asked = useQuery({ ...collectionsOf<{ name: string; friendlyName?: string }>(), staleTime: 60_000 })
  const data = asked.data
  return Object.assign((name: string) => data?.find(c => c.name === name)?.friendlyName || name, { asked })
}
