import type { Tone } from '../ui/Parts'

/** toneOf is how the state of a runtime or a node is shown. */
export function toneOf(state: string): Tone {
  switch (state) {
    case 'Online': return 'good'
    case 'Limited': case 'NeedRegistration': case 'Upgrading': case 'Initializing': return 'warn'
    case 'Offline': case 'Revoked': return 'bad'
    default: return 'idle'
  }
}

/** nameProblem says what is wrong with a runtime's name; '' is nothing. */
export function nameProblem(name: string): string {
  if (name === '') return ''
  return /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(name) ? '' : 'Letters, digits and hyphens, up to 63; it begins and ends with a letter or a digit.'
}
