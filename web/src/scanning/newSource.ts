// A source that is being put together in the wizard.
import { flag, flags, line, settings } from '../client/command'
import { bearsFlags, bearsIn } from './bears'
import { spoken, type Values } from './form'
import type { Kind, Window } from './types'
import { spokenWindow } from './windows'

export interface NewSource {
  name: string
  collection: string
  authority: string
  values: Values // of the kind's own settings
  windows: Window[] // in which it may be read; none: at any time
  units: string // of it that are read at once, as it is typed: nothing is as many as usual
  strict: boolean
}

/** noSource is the beginning: in the root collection, or in the first of those where sources may be written. */
export const noSource = (writable: readonly { name: string }[]): NewSource =>
  ({ name: '', collection: (writable.find(c => c.name === 'root') ?? writable[0])?.name ?? '', authority: '', values: {}, windows: [], units: '', strict: false })

/** authorityOf is what names the source in the account, '' where its address does: of what lives on one machine that says nothing. */
export const authorityOf = (kind: Pick<Kind, 'nodeLocal'>, { name, authority }: NewSource) => authority.trim() || (kind.nodeLocal ? name : '')

/** commandOf says the same as a command. */
export function commandOf(kind: Pick<Kind, 'name' | 'settings' | 'nodeLocal'>, draft: NewSource): string {
  const { name, collection, values, windows } = draft
  const [connections, strict] = bearsFlags(bearsIn(draft) ?? {})
  return line`purlieu source add ${kind.name} ${name}${settings('set', spoken(kind.settings ?? [], values))}${flag('collection', collection === 'root' ? '' : collection)}${flag('authority', authorityOf(kind, draft))}${flags('window', windows.map(spokenWindow))}${connections}${strict}`
}
