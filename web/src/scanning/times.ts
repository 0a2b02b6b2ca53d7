// The deed that writes when a source may be read.
import { deed, flags, line } from '../client/command'
import { getSource, putSource } from './rest'
import type { Source, Window } from './types'
import { spokenWindow } from './windows'

/** putWindows writes when a source may be read, and leaves all else of it as it is by then. Its authority stays by itself:
 * sent back it would be a name that a person gave. */
export const putWindows = deed(
  async (source: Pick<Source, 'name' | 'kind'>, windows: Window[]) => {
    const { purlieuAuthority: _, ...now } = (await getSource(source.name)).properties
    return putSource(source.name, source.kind, { ...now, purlieuWindows: windows })
  },
  (source, windows) => line`purlieu source add ${source.kind} ${source.name}${flags('window', windows.length > 0 ? windows.map(spokenWindow) : [''])}`)
