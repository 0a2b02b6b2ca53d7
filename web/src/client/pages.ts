// Lists of the account that are read page by page, as far as somebody wants to see.
import { infiniteQueryOptions, type InfiniteData } from '@tanstack/react-query'
import { rest } from './rest'

/** Page is a part of a list. nextLink is the address of the next one; null, or nothing, at the end. */
export interface Page<T> {
  value: T[]
  nextLink?: string | null
}

/** onward is where a list goes on, as a path of the account; undefined at its end. */
export function onward(page: Page<unknown>): string | undefined {
  if (!page.nextLink) return undefined
  const next = new URL(page.nextLink, location.href)
  return next.pathname + next.search
}

/** pages is the question for a list, a page at a time. */
export const pages = <T>(key: readonly unknown[], path: string, query: Record<string, string | number | undefined> = {}) =>
  infiniteQueryOptions({
    queryKey: [...key, 'pages', query],
    queryFn: ({ pageParam, signal }) => filled<T>(path, query, pageParam, signal),
    initialPageParam: '', getNextPageParam: onward, select: all<T>,
  })

/** all are the members of the pages that were read so far. */
const all = <T>(data: InfiniteData<Page<T>, string>): T[] => data.pages.flatMap(page => page.value)

/** filled reads a page, and goes on while it is empty: the account leaves out what the reader may not see. */
async function filled<T>(path: string, query: Record<string, string | number | undefined>, from: string, signal: AbortSignal): Promise<Page<T>> {
  for (let at: string | undefined = from; ; ) {
    const page: Page<T> = at === '' ? await rest<Page<T>>(path, { query, signal }) : await rest<Page<T>>(at, { signal })
    at = onward(page)
    if (page.value.length > 0 || at === undefined) return page
  }
}
