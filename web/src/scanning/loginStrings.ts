// What the step of a scan says that is about its login. Apart from the others, for it alone shows it.

export const words = {
  required: 'To go on, choose a credential, or fill in all fields that are marked.',
  loginText: 'The account keeps a reference only. The secret stays in the vault that a node of the runtime reads.',
  noLogin: 'No login',
  oldLogin: 'An existing credential',
  newLogin: 'A new credential',
  noneFits: 'No credential here fits this kind. Only data source administrators of the root collection add one.',
  removeCredentialText: 'It is a reference: the secret itself stays in its vault. One that a scan uses is not removed.',
  credentialName: 'Name of the credential',
  vault: 'vault',
  vaultHint: 'Where the node finds the secret: a file below its vault folder, or an environment variable.',
  secretName: 'name in the vault',
  secretHint: 'The file’s or variable’s name, never the secret itself.',
  testKeeps: 'A node of the runtime tries it now, step by step. For that the account keeps the new credential first, references only; it stays, also without a scan, and can be removed where credentials are chosen.',
}
