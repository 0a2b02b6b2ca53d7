// What the settings say.
import { plural } from '../ui/format'

export const words = {
  title: 'Settings',
  tabs: { collections: 'Collections and roles', people: 'People and apps', network: 'Network', account: 'Account' },
  mayNotPeople: 'People and apps are seen to by collection administrators of the root collection. Ask one of them.',
  mayNotNetwork: 'The network rules are seen to by network administrators. Ask a collection administrator of the root collection for that role.',
  name: 'Name', state: 'State', actions: 'Actions', since: 'Since', changed: 'Changed', by: 'by', edit: 'Edit', delete: 'Delete', remove: 'Remove', description: 'Description',

  collections: 'Collections', addCollection: 'Add a collection', addBelow: (title: string) => `A collection below ${title}`,
  collectionTitle: 'Title', collectionTitleHint: 'Its name for people. It can be changed.',
  collectionName: 'Name', collectionNameHint: 'Its name for scripts: letters, digits and single dashes, 3 to 63. It can’t be changed later.',
  badName: 'Use letters, digits and single dashes between them, 3 to 63 in all.', takenName: 'A collection of this name exists.',
  parent: 'Stands below', moveHint: 'Another one moves it, with all that is below it.',
  collectionAdded: (title: string) => `The collection ${title} is there`, collectionChanged: (title: string) => `The collection ${title} is changed`,
  deleteCollection: (title: string) => `Delete the collection ${title}?`, deleteCollectionText: 'It must be empty: no collection below it, and no source, scan or asset in it. The roles held on it go with it.', collectionDeleted: (title: string) => `The collection ${title} is deleted`,

  roles: 'Who may do what', who: 'Person or app', role: 'Role', heldOn: 'Held on', here: 'Here', takeAway: 'Take away', takeAwayFrom: (who: string, role: string) => `Take ${role} away from ${who}`, fromAbove: 'Is seen to there', give: 'Give',
  notKnown: 'Nobody in the account is called so yet.',
  mayNotRoles: (title: string) => `To see and give roles, it takes the role collection administrator on ${title}.`,
  roleTitles: { 'collection-administrator': 'Collection administrator', 'data-source-administrator': 'Data source administrator', 'data-curator': 'Data curator', 'purview-reader': 'Data reader', 'network-administrator': 'Network administrator' },
  roleTexts: {
    'collection-administrator': 'Makes collections and gives roles.', 'data-source-administrator': 'Registers sources and runs scans; on the root also runtimes and their keys.',
    'data-curator': 'Reads and writes what is known of assets.', 'purview-reader': 'Reads what is known of assets.', 'network-administrator': 'Sets from where the account may be reached.',
  },
  granted: (who: string, role: string, title: string) => `${who} is ${role} on ${title} now`, withdrawn: (who: string, role: string, title: string) => `${who} is not ${role} on ${title} any more`,
  inherits: 'Roles held above count here', inheritsText: 'Cut off, only roles held here count, here and below, and those of collection administrators above.',
  cut: (title: string) => `Roles held above ${title} count no more on it`, joined: (title: string) => `Roles held above ${title} count on it again`,

  people: 'People', you: 'You', states: { active: 'Active', invited: 'Has no password yet', disabled: 'Disabled' },
  inviteName: 'Invite a person', inviteHint: 'The name that they sign in with. They have no role until you give one.', invite: 'Invite',
  invited: (name: string) => `The link for ${name}`, invitedText: 'It works once, for 15 minutes, and sets a password. Whoever has it can use it: send it the way you would send a password. It is not shown again.',
  newLink: 'New link', linkFor: (name: string) => `Make a new link for ${name}`,
  disable: 'Disable', enable: 'Enable', disabled: (name: string) => `${name} may not sign in any more`, enabled: (name: string) => `${name} may sign in again`,
  removeNamed: (name: string) => `Remove ${name}?`, removeUserText: 'All roles and sessions end. What they wrote stays.', removed: (name: string) => `${name} is removed`,
  apps: 'Apps', noApps: 'No app is registered', noAppsText: 'A script signs in with the client id and the secret of an app, and may do what the app’s roles allow.',
  appName: 'Register an app', appHint: 'For a script or a service. It has no role until you give one.', addApp: 'Register', clientId: 'Client id',
  secretOf: (name: string) => `The secret of ${name}`, secretText: 'It is not shown again. Keep it where the script reads it.', newSecret: 'New secret', secretFor: (name: string) => `Make a new secret for ${name}?`, secretEnds: 'The old one ends at once, with the tokens that were got with it.',
  removeAppText: 'Its tokens and roles end at once.',

  rules: 'From where the account may be reached', access: 'Public network access',
  modes: { enabled: 'Open: from everywhere that the rules allow', disabledForIngestion: 'Open to people; nodes come through private ways only', disabled: 'Closed: private ways only' },
  portalPages: 'The portal’s pages themselves stay public while all else is private',
  ruleList: 'Rules', ruleListText: 'The first that matches decides. Where a door has rules, what matches none is refused. The door on 127.0.0.1 of the server stays open in any case.',
  effects: { allow: 'Allow', refuse: 'Refuse' }, effectOf: (n: number) => `Effect of rule ${n}`, doorOf: (n: number) => `Door of rule ${n}`, rangeOf: (n: number) => `Addresses of rule ${n}`,
  earlier: (n: number) => `Put rule ${n} earlier`, dropRule: (n: number) => `Take rule ${n} out`, addRule: 'Add a rule',
  doors: { '': 'Every door', account: 'REST', portal: 'Portal', ingestion: 'Nodes' } as Record<string, string>, door: 'Door',
  tryFirst: 'Try it', rulesSaved: 'The rules are in force', locksOut: 'This would shut you out', allTheSame: 'Save it all the same',
  youIn: (why: string) => `You would still come in: ${why}`, youOut: (why: string) => `You would be refused: ${why}`,
  outcome: (refused: number, closed: number) => `Of those who came lately and come in now, ${refused} would be refused; ${plural(closed, 'connection', 'connections')} would be closed.`,
  visitors: 'Those who came lately', from: 'From', then: 'Then', comesIn: 'Comes in', isRefused: 'Refused', why: 'Why', lately: 'Last', when: 'When',
  writtenBy: (who: string) => `Written by ${who}`,
  blocked: 'Who was blocked lately', nobodyBlocked: 'Nobody was blocked lately', nobodyBlockedText: 'Arrivals that the rules refuse are listed here, with the reason.', blockedText: 'As this server saw it since it started.', newest: (n: number) => `The newest ${n} are shown.`,

  accountId: 'Id', publicAccess: 'Public network access', publicAccessIs: { Enabled: 'Open', Disabled: 'Closed' }, endpoint: (plane: string) => `Address for clients: ${plane}`, accountRenamed: (name: string) => `The account is called ${name} now`,
  kept: 'What is kept how long',
  days: (n: number) => plural(n, 'day', 'days'), forEver: 'For ever', keptPeople: 'What people wrote', keptChanges: 'Changes made by scans', keptMeasures: 'Daily measures', keptRuns: 'Ended runs, with units and gaps', keptDeleted: 'Deleted assets, to bring them back',
}
