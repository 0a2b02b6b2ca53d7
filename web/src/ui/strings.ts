// What the portal says, of what all planes share. Each plane has its own beside its pages. A sentence says what is the
// matter and then what to do; no string is made up from halves, so that another language can order it otherwise.
import { plural } from './format'

export const words = {
  product: 'Purlieu',
  skip: 'Skip to the content',
  search: 'Search the map',
  searchKey: '/',
  nav: 'Main',
  notices: 'Notifications',
  help: 'Help',
  signOut: 'Sign out',
  signedInAs: (name: string) => `Signed in as ${name}`,
  retry: 'Try again',
  unknown: (what: string) => `Not known: ${what}`, unknownShort: 'Unknown. Try again', unknownOf: (what: string) => `${what}: unknown. Try again`, unseenShort: 'You may not see it', unseen: (what: string) => `${what}: you may not see this`,
  loading: 'Loading',
  late: 'This takes unusually long.',
  anew: 'Open the page anew',
  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'Not copied.',
  notCopiedText: 'The browser keeps the clipboard closed. The text is selected: copy it by hand.',
  asCommand: 'As a command',
  more: 'Show more',
  firstOf: (n: string) => `The first ${n} are shown.`,
  allOf: (n: string) => `All ${n} are shown.`,
  none: 'none',
  noneFits: 'Nothing in this list has these words', showAll: 'Show all',
  close: 'Close',
  cancel: 'Cancel',
  save: 'Save',
  undo: 'Undo',
  undoOf: (what: string) => `Undo: ${what}`,
  leave: 'Leave without saving?',
  leaveText: 'What you typed here is not saved, and is lost.',
  leaveIt: 'Leave',
  stay: 'Stay here',
  personName: 'Name of a person or app', people: 'People and apps',
  copyCommandOf: (what: string) => `Copy as a command: ${what}`,
  back: 'Back',
  next: 'Next',
  step: (n: number, of: number) => `Step ${n} of ${of}`,
  badName: 'Use letters, digits and single dashes between them, 3 to 63 in all.',
  gone: 'There is no such page',
  goneText: 'The address may be mistyped, or what it named was removed.',
  toHome: 'Go to the overview',
  noRole: 'You have no role here yet',
  noRoleText: (name: string) => `A collection administrator gives roles, and you see what they are for. Ask one, and say that you are signed in as ${name}.`,
  lookAgain: 'Look again',
}

/** What the ways of the shell are called. */
export const ways = { home: 'Overview', search: 'Search', map: 'Data map', sources: 'Sources', runs: 'Runs', runtimes: 'Runtimes', settings: 'Settings' }

/** How words of a type's name are written, where not as they are. */
export const typeWords: Record<string, string> = { postgresql: 'PostgreSQL', azure: 'Azure', aws: 'AWS', mysql: 'MySQL', mssql: 'SQL Server', amazon: 'Amazon', db: 'database' }

/** What the states of a run are called. */
export const runStates = { Accepted: 'Waiting', InProgress: 'Running', Succeeded: 'Succeeded', Failed: 'Failed', Canceled: 'Cancelled' }
export const runAsks = 'Waits for an answer'
export const runWithGaps = 'Succeeded, with gaps'

/** How a notice says that a run has ended. */
export const runEnds = {
  succeeded: (name: string) => `The run of ${name} succeeded`,
  failed: (name: string) => `The run of ${name} failed`,
  cancelled: (name: string) => `The run of ${name} was cancelled`,
  asks: (name: string) => `The run of ${name} waits for an answer`,
  answer: 'See what it asks',
  found: (assets: number, gaps: number) => [plural(assets, 'asset', 'assets') + ' found', gaps > 0 ? plural(gaps, 'gap', 'gaps') : ''].filter(Boolean).join(', '),
}

/** What a failure is called, and what can be done. */
export const failures = {
  refused: 'You may not see this',
  refusedToDo: 'You may not do this',
  refusedText: 'It needs a role that you do not have. Ask a collection administrator.',
  missing: 'Not found',
  missingText: 'It was removed, or you may not see it.',
  unreachable: 'The account can’t be reached',
  unreachableText: 'Check the network, and that the server is running. This page tries again by itself.',
  unreachableToDo: 'No answer came: it may have been done, or not. Check the network, and that the server is running; look, before you do it again.',
  partText: 'A part of this page does not load, though the account answers. Whoever runs it, or a proxy before it, may be in the middle of an upgrade.',
  broken: 'The account could not answer',
  signedOut: 'You are signed out',
  signedOutText: 'Sign in again, and try once more here.',
  signedOutToDo: 'Nothing was done. What you typed stays here: sign in again, and do it once more.',
  signInAgain: 'Sign in, in a new tab',
  asOf: (at: string) => `What is shown is as of ${at}.`,
  overtaken: 'Not undone',
  overtakenText: 'It was changed since. Look at it, and change it by hand.',
  notYet: 'This build does not serve this yet',
  other: 'That did not work',
  request: (id: string) => `For whoever runs the account: request ${id} in its log`,
}
