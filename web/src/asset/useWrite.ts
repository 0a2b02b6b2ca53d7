// Writing over an asset, or over a column of it: what happened is told with a way to take it back.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { entity as entityQuery, type Entity } from '../client/api'
import { classify, declassify, writeEntity, type Target } from '../client/edit'
import { Overtaken } from '../client/rest'
import { useNotices } from '../ui/Notices'
import { draftOf, writingOf, type Draft } from './draft'
import { overtaken, save } from './save'
import { words } from './strings'

/** useSave gives what writes a draft over an entity of the asset's page. */
export function useSave(asset: string, called: string) {
  const queries = useQueryClient()
  const { tell, fail } = useNotices()
  const renew = () => Promise.all([queries.invalidateQueries({ queryKey: entityQuery(asset).queryKey }), queries.invalidateQueries({ queryKey: ['history', asset] })])
  const takeBack = async (written: Entity, was: Draft) => {
    try {
      await writeEntity(written, writingOf(draftOf(written), was))
      tell({ kind: 'done', about: written.guid, title: words.undone })
    } catch (error) {
      const why = overtaken(error) ? new Overtaken() : error
      fail(why)
      throw why
    } finally {
      await renew()
    }
  }
  return useMutation({
    mutationFn: ({ was, mine }: { was: Entity; mine: Draft }) => save(was, mine),
    onSuccess: async got => {
      if ('parts' in got) return
      await renew()
      tell({ kind: 'done', about: got.now.guid, title: words.written(called), undo: () => takeBack(got.now, draftOf(got.before)) })
    },
  })
}

/** useClassify gives what gives and takes classifications of an asset or column. */
export function useClassify(asset: string) {
  const queries = useQueryClient()
  const { tell, fail } = useNotices()
  const act = useMutation({
    mutationFn: ({ guid, name, give, target }: Classifying) => (give ? classify(guid, name, target) : declassify(guid, name, target)),
    onSuccess: async (_, one) => {
      await Promise.all([queries.invalidateQueries({ queryKey: entityQuery(asset).queryKey }), queries.invalidateQueries({ queryKey: ['history', asset] })])
      const back = { ...one, give: !one.give, isUndo: true }
      const undo = () => act.mutateAsync(back)
      tell({ kind: 'done', about: `${one.guid} ${one.name}`, title: one.give ? words.given(one.name, one.called) : words.taken(one.name, one.called), ...(one.give || one.isUndo ? {} : { text: words.takenText }), ...(one.isUndo ? {} : { undo }) })
    },
    onError: fail,
  })
  return act
}

export interface Classifying {
  guid: string
  name: string
  called: string // the asset's or column's name
  give: boolean
  target: Target // as the command line names it
  isUndo?: boolean
}
