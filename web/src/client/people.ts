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

/** Answered is what is known of ids that were asked for: the names of those that somebody has. */
export interface Answered {
  of: readonly string[]
  names: Readonly<Record<string, string>>
}

/** called is how somebody is called, by what is known so far: the id itself where nobody is called so, or where it will not be known;
 * “…” while it may come, for an id is longer than most lines, and what is below would move. */
export const called = (id: string, answered: Answered | undefined, coming: boolean) =>
  answered?.names[id] ?? (coming && known.test(id) && !answered?.of.includes(id) ? '…' : id)

/** useNames gives the name of each id, as called says it, and what was asked, which says whether it is known. */
export function useNames(ids: readonly (string | null | undefined)[]) {
  const of = [...new Set(ids.filter(id => !!id && known.test(id)))].sort() as string[]
  const asked = useQuery({
    queryKey: ['names', of],
    queryFn: async ({ signal }): Promise<Answered> => {
      const { value } = await rest<Page<Principal>>('/manage/v1/principals', { query: { id: of }, signal })
      return { of, names: Object.fromEntries(value.map(p => [p.id, p.name])) }
    },
    enabled: of.length > 0, staleTime: 60_000, placeholderData: keepPreviousData, // more ids: what is known stays
  })
  return Object.assign((id: string) => called(id, asked.data, asked.isLoading || asked.isPlaceholderData), { asked })
}
