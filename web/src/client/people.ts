// People and apps by name and id: ids stand in histories, contacts and roles.
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import type { components } from './generated/manage'
import type { Page } from './pages'
import { rest } from './rest'

export type Principal = components['schemas']['Principal']

/** principals finds people and apps by the beginning of their name. */
export const principals = (begins: string) =>
  queryOptions({ queryKey: ['principals', begins], queryFn: ({ signal }) => rest<Page<Principal>>('/manage/v1/principals', { query: { begins: begins || undefined }, signal }), staleTime: 60_000 })

const known = /^(user|app):/

/** useNames gives the name of each id: “…” while it is asked, a long id would move what is below; and the id itself where nobody is
 * called so, or it is not known: that says what was asked. */
export function useNames(ids: readonly (string | null | undefined)[]) {
  const of = [...new Set(ids.filter(id => !!id && known.test(id)))].sort() as string[]
  const asked = useQuery({
    queryKey: ['names', of], queryFn: ({ signal }) => rest<Page<Principal>>('/manage/v1/principals', { query: { id: of }, signal }),
    enabled: of.length > 0, staleTime: 60_000, placeholderData: keepPreviousData, // more ids: the names that are known stay
  })
  const names = new Map(asked.data?.value.map(p => [p.id, p.name]))
  const coming = asked.isLoading || asked.isPlaceholderData
  return Object.assign((id: string) => names.get(id) ?? (coming && known.test(id) ? '…' : id), { asked })
}
