// The deed that writes when a source may be read.
import { deed, flags, line } from '../client/command'
import { writeOver } from './over'
import type { Source, Window } from './types'
import { spokenWindow } from './windows'

/** putWindows writes when a source may be read. */
export const putWindows = deed(
  (source: Pick<Source, 'name' | 'kind'>, windows: Window[]) => writeOver(source, now => ({ ...now, purlieuWindows: windows })),
  (source, windows) => line`purlieu source add ${source.kind} ${source.name}${flags('window', windows.length > 0 ? windows.map(spokenWindow) : [''])}`)
