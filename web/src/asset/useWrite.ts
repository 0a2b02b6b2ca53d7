// Writing over an asset, or over a column of it: what happened is told with a way to take it back.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { entity as entityQuery, type Entity } from '../client/api'
import { classify, declassify, readEntity, writeEntity } from '../client/edit'
import { Failure } from '../client/rest'
import { useNotices } from '../ui/Notices'
import { sayFailure } from '../ui/States'
import { draftOf, merge, writingOf, type Draft, type Part } from './draft'
import { words } from './strings'

/** Clash is what another person wrote meanwhile, where it can't be brought together with one's own. */
export interface Clash {
  now: Entity
  draft: Draft
  parts: Part[]
}

const tries = 4
const overtaken = (error: unknown) => error instanceof Failure && error.status === 409

/** Saved is what stands there now, and what stood there just before: with what others wrote meanwhile. */
interface Saved {
  now: Entity
  before: Entity
}

const account = { write: writeEntity, read: readEntity }

/** save writes what mine changed of the entity, and brings it together with what others wrote meanwhile. */
export async function save(was: Entity, mine: Draft, { write, read } = account): Promise<Clash | Saved> {
  let base = was
  let draft = mine
  for (let n = 1; ; n++) {
    try {
      await write(base, writingOf(draftOf(base), draft))
      return { now: await read(was.guid), before: base }
    } catch (error) {
      if (!overtaken(error) || n === tries) throw error
    }
    const now = await read(was.guid)
    if (now.status === 'DELETED') throw new Failure(409, 'EntityDeleted', words.deletedMeanwhile, '')
    const both = merge(draftOf(base), draft, draftOf(now))
    if (both.clashes.length > 0) return { now, draft: both.draft, parts: both.clashes }
    base = now
    draft = both.draft
  }
}

/** useSave gives what writes a draft over an entity of the asset's page. */
export function useSave(asset: string, called: string) {
  const queries = useQueryClient()
  const { tell } = useNotices()
  const renew = () => Promise.all([queries.invalidateQueries({ queryKey: entityQuery(asset).queryKey }), queries.invalidateQueries({ queryKey: ['history', asset] })])
  const failed = (error: unknown) => { const f = sayFailure(error); tell({ kind: 'failed', title: f.title, text: f.text }) }
  const takeBack = async (written: Entity, was: Draft) => {
    try {
      await writeEntity(written, writingOf(draftOf(written), was))
      tell({ kind: 'done', title: words.undone })
    } catch (error) {
      if (overtaken(error)) tell({ kind: 'failed', title: words.notUndone, text: words.notUndoneText })
      else failed(error)
    }
    await renew()
  }
  return useMutation({
    mutationFn: ({ was, mine }: { was: Entity; mine: Draft }) => save(was, mine),
    onSuccess: async got => {
      if ('parts' in got) return
      await renew()
      tell({ kind: 'done', title: words.written(called), undo: () => void takeBack(got.now, draftOf(got.before)) })
    },
  })
}

/** useClassify gives what gives and takes classifications of an asset or column. */
export function useClassify(asset: string) {
  const queries = useQueryClient()
  const { tell } = useNotices()
  const act = useMutation({
    mutationFn: ({ guid, name, give }: Classifying) => (give ? classify(guid, name) : declassify(guid, name)),
    onSuccess: async (_, one) => {
      await Promise.all([queries.invalidateQueries({ queryKey: entityQuery(asset).queryKey }), queries.invalidateQueries({ queryKey: ['history', asset] })])
      const back = { ...one, give: !one.give, isUndo: true }
      const undo = () => act.mutate(back)
      tell({ kind: 'done', title: one.give ? words.given(one.name, one.called) : words.taken(one.name, one.called), ...(one.give || one.isUndo ? {} : { text: words.takenText }), ...(one.isUndo ? {} : { undo }) })
    },
    onError: error => { const f = sayFailure(error); tell({ kind: 'failed', title: f.title, text: f.text }) },
  })
  return act
}

export interface Classifying {
  guid: string
  name: string
  called: string // the asset's or column's name
  give: boolean
  isUndo?: boolean
}
