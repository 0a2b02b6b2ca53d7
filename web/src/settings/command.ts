// The command that writes network rules. The client writes all that refuses before all that allows: rules in another
// order can't be said as one command, and then the reader is told so.
import { quote } from '../ui/quote'
import type { Network } from './rest'
import { words } from './strings'

export function networkCommand(n: Network): string {
  const rules = n.rules ?? []
  const firstAllow = rules.findIndex(r => r.effect === 'allow')
  if (firstAllow >= 0 && rules.slice(firstAllow).some(r => r.effect === 'refuse')) return words.noCommand
  const flags = rules.map(r => ` --${r.effect}=${quote((r.door ? r.door + '=' : '') + r.range)}`).join('')
  return `purlieu network set --access ${n.publicNetworkAccess}${n.portalPages ? ' --portal-pages' : ''}${flags}`
}
