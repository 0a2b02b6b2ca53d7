// Changing a part of a source that is registered, over what it is by then.
import { getSource, putSource } from './rest'
import type { Source } from './types'

/** writeOver writes what of a source becomes another, and leaves all else as it is by then. Its authority stays by itself: sent
 * back it would be a name that a person gave. */
export async function writeOver(source: Pick<Source, 'name' | 'kind'>, change: (now: Omit<Source['properties'], 'purlieuAuthority'>) => Record<string, unknown>) {
  const { purlieuAuthority: _, ...now } = (await getSource(source.name)).properties
  return putSource(source.name, source.kind, change(now))
}
