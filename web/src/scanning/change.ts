// The deed that changes the settings of a source that is registered.
import { deed, flag, flags, line, settings } from '../client/command'
import { properties, spoken, type Values } from './form'
import { writeOver } from './over'
import type { Field, Source } from './types'

/** changedOf are the settings that a form says otherwise than it began, '' where one is taken back. A default that is written
 * out says nothing else. */
export const changedOf = (of: Field[], was: Values, now: Values): Values =>
  Object.fromEntries(of.filter(f => said(f, now) !== said(f, was)).map(f => [f.name, (now[f.name] ?? '').trim()]))

const said = (f: Field, values: Values) => (values[f.name] ?? '').trim() || f.default || ''

/** putSettings writes the settings that changed, and the collection where one is named. The authority stays while the address
 * says it; at an address that says another one it is named, to be the same source there. */
export const putSettings = deed(
  (source: Pick<Source, 'name' | 'kind'>, of: Field[], changed: Values, authority: string, collection: string) => writeOver(source, now => ({
    ...Object.fromEntries(Object.entries(now).filter(([name]) => !(name in changed))), ...properties(of, changed),
    ...(authority && { purlieuAuthority: authority }), ...(collection && { collection: { referenceName: collection, type: 'CollectionReference' } }),
  })),
  (source, of, changed, authority, collection) => {
    const back = Object.keys(changed).filter(name => changed[name] === '').map(name => `${name}=`)
    return line`purlieu source add ${source.kind} ${source.name}${settings('set', spoken(of, changed))}${flags('set', back)}${flag('collection', collection)}${flag('authority', authority)}`
  })
