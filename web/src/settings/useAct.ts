// Doing one thing and telling how it went; what it changed is asked for again.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNotices } from '../ui/Notices'
import { sayFailure } from '../ui/States'

interface Act {
  run: () => Promise<unknown>
  said: string
  undo?: { run: () => Promise<unknown>; said: string }
}

export function useAct(...stale: (readonly unknown[])[]) {
  const queries = useQueryClient()
  const { tell } = useNotices()
  const act = useMutation({
    mutationFn: ({ run }: Act) => run(),
    onSuccess: (_, { said, undo }) => tell({ kind: 'done', title: said, ...(undo && { undo: () => act.mutate(undo) }) }),
    onError: error => { const f = sayFailure(error); tell({ kind: 'failed', title: f.title, text: f.text }) },
    onSettled: () => Promise.all(stale.map(queryKey => queries.invalidateQueries({ queryKey }))),
  })
  return act
}
