// What a login needs at a source, as commands to run there.
import { Command } from '../ui/Command'
import { Card, Soft } from '../ui/Parts'
import { words } from './strings'
import type { CredentialUse } from './types'

export function Grants({ of: use }: { of: CredentialUse }) {
  if (!use.grants?.length) return null
  return <Card title={words.needs}><p><Soft>{words.needsText(use.title)}</Soft></p><Command>{use.grants.join('\n')}</Command></Card>
}
