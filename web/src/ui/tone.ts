import type { Tone } from './Parts'

/** toneOf is how the state of a runtime or a node is shown. */
export function toneOf(state: string): Tone {
  switch (state) {
    case 'Online': case 'Started': return 'good'
    case 'Limited': case 'NeedRegistration': case 'Upgrading': case 'Initializing': return 'warn'
    case 'Offline': case 'Revoked': return 'bad'
    default: return 'idle'
  }
}
