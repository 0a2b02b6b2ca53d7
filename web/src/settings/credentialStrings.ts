// What the settings say of credentials, and of where secrets lie. Apart from the others, for their tab alone shows it.
import { plural } from '../ui/format'

export const words = {
  credentials: 'Credentials',
  about: 'How scans sign in: a kind, a user, and references to secrets. The secrets themselves stay in the vaults that nodes read, and never come here.',
  none: 'No credential yet', noneText: 'A scan of a source that asks for a login names a credential. The first is made here, or in the steps of a scan.',
  onlyRoot: 'Only data source administrators of the root collection add, change and remove them.',
  name: 'Name', nameHint: 'Letters, digits and single dashes, 3 to 63. It can’t be changed later.', kind: 'Kind', description: 'Description', descriptionHint: 'For people: whose login it is, and what for.',
  secrets: 'Secrets lie in', lies: (part: string, vault: string, name: string) => `${part}: ${vault}, ${name}`, usedBy: 'Used by', unused: 'No scan', hundred: 'The first 100 are shown.', scanOf: (source: string, scan: string) => `${source} / ${scan}`,
  add: 'Add a credential', addTitle: 'A new credential', change: 'Change', changeNamed: (name: string) => `Change ${name}`, added: (name: string) => `The credential ${name} was added`, changed: (name: string) => `The credential ${name} was changed`, back: (name: string) => `The credential ${name} is as before`,
  addedText: 'A node sends its secrets to a source only when the owner of the node’s machine has allowed it there: purlieu-runtime policy allow.',
  remove: 'Remove', removeNamed: (name: string) => `Remove the credential ${name}?`, removeText: 'It is a reference: the secret itself stays in its vault. One that a scan uses is not removed.', removed: (name: string) => `${name} was removed`,
  usedNow: (n: number) => `${plural(n, 'scan signs', 'scans sign')} in with it, and with what is written here from the next run on.`,
  vault: (part: string) => `${part}: vault`, vaultHint: 'Where the node finds the secret.', secret: (part: string) => `${part}: name in the vault`, secretHint: 'The file’s or variable’s name, never the secret itself.',
  standing: { file: 'A file on the node', env: 'An environment variable of the node' } as Record<string, string>,
  taken: 'A credential of this name exists.', takenVault: 'A vault connection of this name exists.', reserved: 'This one is always there: use another name.',
  vaults: 'Vault connections', vaultsAbout: 'Files and environment variables of nodes need no connection. Add one to give such a place a name that says what its secrets are for.', noVaults: 'No vault connection',
  addVault: 'Add a vault connection', vaultKind: 'Where its secrets lie', vaultAdded: (name: string) => `The vault connection ${name} was added`,
  removeVault: (name: string) => `Remove the vault connection ${name}?`, removeVaultText: 'The secrets stay where they are. One that a credential names is not removed.', noCredential: 'No credential', keyVault: 'Azure Key Vault, which no node of this build reads',
}
