import { fitName } from '../ui/names'
import { words } from '../ui/strings'

/** nameProblem says what is wrong with a runtime's name; '' is nothing. */
export function nameProblem(name: string): string {
  return name === '' || fitName(name) ? '' : words.badName
}
