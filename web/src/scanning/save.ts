// Writing a part of a source: how it went is told, with what takes it back, and what the source is now is asked for anew.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNotices } from '../ui/Notices'
import { useAct, type Act } from '../ui/useAct'
import { sourceQuery, sourcesQuery } from './rest'

interface Saving {
  write: () => Promise<unknown>
  said: string
  text?: string
  undo?: Act<unknown>
  onDone: () => void
}

/** useSave gives what writes. What the account says against it is its error, for the form to show. */
export function useSave(source: string, { write, said, text, undo, onDone }: Saving) {
  const queries = useQueryClient()
  const { tell } = useNotices()
  const stale = [sourceQuery(source).queryKey, sourcesQuery().queryKey]
  const act = useAct(...stale)
  return useMutation({
    mutationFn: write,
    onSuccess: async () => {
      tell({ kind: 'done', title: said, ...(text && { text }), ...(undo && { undo: () => act.go(undo) }) })
      await Promise.all(stale.map(queryKey => queries.invalidateQueries({ queryKey })))
      onDone()
    },
  })
}
