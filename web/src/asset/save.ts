// Saving a draft over an entity, together with what others wrote meanwhile.
import type { Entity } from '../client/api'
import { readEntity, writeEntity } from '../client/edit'
import { Failure } from '../client/rest'
import { draftOf, merge, writingOf, type Draft, type Part } from './draft'
import { words } from './strings'

/** Clash is what another person wrote meanwhile, where it can't be brought together with one's own. */
export interface Clash {
  now: Entity
  draft: Draft
  parts: Part[]
}

const tries = 4
/** overtaken says that somebody else wrote first. */
export const overtaken = (error: unknown) => error instanceof Failure && error.status === 409

/** Saved is what stands there now, and what stood there just before: with what others wrote meanwhile. */
export interface Saved {
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
