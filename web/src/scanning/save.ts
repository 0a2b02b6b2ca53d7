// Writing a part of a source: how it went is told, with what takes it back, and what the source is now is asked for anew.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { still } from '../client/rest'
import { useNotices } from '../ui/Notices'
import { useAct, type Act } from '../ui/useAct'
import { getSource, sourceQuery, sourcesQuery } from './rest'
import type { Source } from './types'

interface Saving {
  write: () => Promise<Source>
  part: string // what of the source: 'settings'
  parts: string[] // its properties that this writes
  said: string
  text?: string
  undo?: Act<unknown>
  onDone: () => void
}

/** same refuses where parts of a source are no longer as they were written. */
async function same(written: Source, parts: string[]): Promise<void> {
  const said = (of: Source) => JSON.stringify(parts.map(part => (part === 'collection' ? of.properties.collection?.referenceName : (of.properties as Record<string, unknown>)[part]) ?? null))
  await still(() => getSource(written.name), now => said(now) === said(written))
}

/** useSave gives what writes. What the account says against it is its error, for the form to show. */
export function useSave(source: string, { write, part, parts, said, text, undo, onDone }: Saving) {
  const queries = useQueryClient()
  const { tell } = useNotices()
  const stale = [sourceQuery(source).queryKey, sourcesQuery().queryKey]
  const act = useAct(...stale)
  return useMutation({
    mutationFn: write,
    onSuccess: async written => {
      const about = `source ${source} ${part}`
      const back = undo && { about, ...undo, run: async () => { await same(written, parts); return undo.run() } }
      tell({ kind: 'done', title: said, ...(text && { text }), about, ...(back && { undo: () => act.wait(back) }) })
      await Promise.all(stale.map(queryKey => queries.invalidateQueries({ queryKey })))
      onDone()
    },
  })
}
