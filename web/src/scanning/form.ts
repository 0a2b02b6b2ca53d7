// What is typed into a form that a connector described: texts, until they are told to the account.
import { fitName } from '../ui/names'
import { words as shared } from '../ui/strings'
import { words } from './strings'
import type { Field } from './types'

export type Values = Record<string, string>

/** partsOf are fields as the account names them where it has something against one. */
export const partsOf = (of: Field[]) => of.map(f => `properties.${f.name}`)

/** authorityPart is the part of a source that says which one it is. */
export const authorityPart = 'properties.purlieuAuthority'

/** complete reports whether every field that is needed has a value, or a default. */
export const complete = (of: Field[], values: Values) => of.every(f => !f.required || (values[f.name] ?? f.default ?? '').trim() !== '')

/** properties turns texts into what the account takes: numbers and switches as such, empty ones left to their default. */
export function properties(of: Field[], values: Values): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const f of of) {
    const text = (values[f.name] ?? '').trim()
    if (text === '') continue
    if (f.type === 'number' && /^-?\d+$/.test(text)) out[f.name] = Number(text)
    else if (f.type === 'switch') out[f.name] = text === 'true'
    else if (f.type === 'list') out[f.name] = lines(text)
    else out[f.name] = text
  }
  return out
}

/** sayValue says the value of a field as people do. */
export const sayValue = (of: Field, value: unknown) => (of.type === 'switch' ? words.onOff(String(value) === 'true') : Array.isArray(value) ? value.join(', ') : String(value))

/** textsOf are properties that the account gives, as one types them: the other way round. */
export const textsOf = (of: Field[], properties: Record<string, unknown>): Values =>
  Object.fromEntries(of.map((f): [string, unknown] => [f.name, properties[f.name]]).filter(([, v]) => v !== undefined && v !== null).map(([name, v]) => [name, Array.isArray(v) ? v.join('\n') : String(v)]))

/** settingsOf turns texts into settings that a question to a node takes: those that say something. */
export const settingsOf = (of: Field[], values: Values): Values => Object.fromEntries(of.map(f => [f.name, (values[f.name] ?? '').trim()]).filter(([, v]) => v !== ''))

/** spoken turns texts into values of a command's settings: there the members of a list stand behind each other. */
export const spoken = (of: Field[], values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([name, text]) => [name, of.find(f => f.name === name)?.type === 'list' ? lines(text).join(',') : text]))

/** lines are the lines of a text that say something. */
export const lines = (text: string) => text.split('\n').map(l => l.trim()).filter(l => l !== '')

/** nameProblem says what is wrong with a name for a source, scan or credential; '' when nothing is. */
export function nameProblem(what: keyof typeof words.taken, text: string, taken: readonly string[]): string {
  if (text === '') return ''
  if (!fitName(text)) return shared.badName
  return taken.some(t => t.toLowerCase() === text.toLowerCase()) ? words.taken[what] : ''
}
