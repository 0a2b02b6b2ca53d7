// What whoever is signed in may do: pages leave out what would be refused. The account decides all the same.
import { useQuery } from '@tanstack/react-query'
import type { components } from './generated/manage'
import { rest } from './rest'

type WhoAmI = components['schemas']['Whoami']
export type Action = WhoAmI['actions'][string][number]

export const whoQuery = { queryKey: ['whoami'], queryFn: ({ signal }: { signal: AbortSignal }) => rest<WhoAmI>('/manage/v1/whoami', { signal }), staleTime: Infinity }

/** useMay gives a judge: may an action be done in a collection, or in any when none is named? */
export function useMay(): (action: Action, collection?: string) => boolean {
  const { data } = useQuery(whoQuery)
  return (action, collection) => {
    const actions: WhoAmI['actions'] = data?.actions ?? {}
    return collection === undefined ? Object.values(actions).some(list => list.includes(action)) : (actions[collection] ?? []).includes(action)
  }
}
