// Runs that were started here, until they end or ask: that is told, wherever the person is by then.
import { queryOptions, useQueryClient } from '@tanstack/react-query'

/** watchedQuery is the list of their ids. It lives as long as the page does, as notices do. */
export const watchedQuery = () => queryOptions({ queryKey: ['watched'], queryFn: (): string[] => [], initialData: [] as string[], staleTime: Infinity, gcTime: Infinity })

/** useWatch gives what puts a run on the list. */
export function useWatch(): (run: string) => void {
  const queries = useQueryClient()
  return run => void queries.setQueryData(watchedQuery().queryKey, old => [...(old ?? []), run])
}
