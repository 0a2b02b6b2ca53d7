// What the panels of the corner say when they are opened. Apart from the others, for a page shows without them.

export const words = {
  noNotices: 'Nothing to tell. What you do here, and how the runs that you start end, is listed in this place until you close or reload the page.',
  clear: 'Clear',
  helpKeys: 'Keys',
  goTo: (title: string) => `Go to: ${title}`,
  helpDocs: 'To read',
  helpDocsText: 'In the folder docs of this version’s source:',
  build: (version: string) => `Purlieu ${version}`,
  helpCommand: 'On the command line',
  helpCommandText: 'All that is here can be done with the client, too.',
  helpStyle: 'How pages are built',
  look: 'Look',
  looks: { system: 'As the system', light: 'Light', dark: 'Dark', contrast: 'High contrast' },
}

export const keys: { keys: string[]; what: string }[] = [
  { keys: ['/'], what: 'Search, from anywhere' },
  { keys: ['Ctrl', 'K'], what: 'Search, from anywhere, also while typing' },
  { keys: ['?'], what: 'This help' },
]

/** Where there is more to read: files that stand beside the source. */
export const docs: { file: string; what: string }[] = [
  { file: 'operate.md', what: 'Running the account and its nodes' },
  { file: 'policy.md', what: 'What a node may reach, and let out' },
  { file: 'classifications.md', what: 'The rules that classify, one by one' },
  { file: 'connectors.md', what: 'Writing a connector' },
  { file: 'names.md', what: 'How assets are named' },
  { file: 'glossary.md', what: 'The words' },
]
