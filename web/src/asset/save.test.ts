import { beforeAll, expect, it, vi } from 'vitest'
import type { Entity } from '../client/api'
import type { Writing } from '../client/edit'
import { draftOf, writingOf } from './draft'

beforeAll(() => vi.stubGlobal('document', { querySelector: () => null }))

const entity = (description: string, owners: string[]) =>
  ({ guid: 'g', status: 'ACTIVE', attributes: { userDescription: description }, contacts: { Owner: owners.map(id => ({ id, info: '' })), Expert: [] } }) as unknown as Entity

it('takes back what one wrote oneself, and not what another wrote meanwhile', async () => {
  const [{ Failure }, { save }] = await Promise.all([import('../client/rest'), import('./save')])
  const was = entity('', [])
  let there = entity('', ['user:lee']) // lee was quicker
  const sent: Writing[] = []
  const door = {
    write: async (base: Entity, writing: Writing) => {
      if (base === was) throw new Failure(409, 'VersionChanged', '', '')
      sent.push(writing)
      there = entity('orders', ['user:lee'])
    },
    read: async () => there,
  }
  const got = await save(was, { ...draftOf(was), description: 'orders' }, door as never)
  expect(sent).toEqual([{ description: 'orders' }])
  if ('parts' in got) throw new Error('they do not clash')
  expect(writingOf(draftOf(got.now), draftOf(got.before))).toEqual({ description: '' })
})
