// Doing one thing and telling how it went; what it changed is asked for again.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNotices } from './Notices'

/** Act is one thing to do. */
export interface Act<T> {
  run: () => Promise<T>
  said: string | ((got: T) => string)
  text?: string
  then?: (got: T) => void
  about?: string // what it changes: of two acts about one thing only the later can be undone
  undo?: Act<unknown> // what takes it back
}

/** useAct gives what does acts, one at a time; wait ends when one is done. stale are the beginnings of the keys of what they change. */
export function useAct(...stale: (readonly unknown[])[]) {
  const queries = useQueryClient()
  const { tell, fail } = useNotices()
  const mutation = useMutation({
    mutationFn: (act: Act<unknown>) => act.run(),
    onSuccess: (got, { said, text, then, about, undo }) => {
      tell({ kind: 'done', title: typeof said === 'string' ? said : said(got), ...(text && { text }), ...(about && { about }), ...(undo && { undo: () => mutation.mutateAsync({ ...(about && { about }), ...undo }) }) })
      then?.(got)
    },
    onError: fail,
    onSettled: () => Promise.all(stale.map(queryKey => queries.invalidateQueries({ queryKey }))),
  })
  return { busy: mutation.isPending, go: <T,>(act: Act<T>) => mutation.mutate(act as Act<unknown>), wait: (act: Act<unknown>) => mutation.mutateAsync(act) }
}
