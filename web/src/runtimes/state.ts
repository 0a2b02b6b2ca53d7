import { words } from './strings'

/** nameProblem says what is wrong with a runtime's name; '' is nothing. */
export function nameProblem(name: string): string {
  if (name === '') return ''
  return /^[A-Za-z0-9](?:-?[A-Za-z0-9])+$/.test(name) && name.length >= 3 && name.length <= 63 ? '' : words.badName
}
