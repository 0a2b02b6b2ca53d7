import { plural, portion } from '../ui/format'

/** Evidence is why a classification was given: counts, never a value. */
interface Evidence {
  matches: string
  tried: string
  distinct: string
  checks: string | undefined // with a right checksum, of those that match
  hint: boolean // the column's name speaks for it
  rule: string
  version: string
}

export const words = {
  because: ({ matches, tried, distinct, checks, hint, rule, version }: Evidence) =>
    `${[`${matches} of ${tried} values match, ${distinct} different`, ...(checks === undefined ? [] : [`${checks} with a right checksum`]), ...(hint ? ['the name speaks for it'] : [])].join(', ')} (${rule} ${version})`,
  edit: 'Edit', add: 'Add', saveKey: 'Ctrl+Enter', editing: (name: string) => `What people say about ${name}`,
  descriptionHint: 'What it is and what it is for. It stays, whatever scans see later.', sourceSays: (said: string) => `The source says: ${said}`,
  owners: 'Owners', ownersHint: 'Who answers for it.', experts: 'Experts', expertsHint: 'Who knows it.',
  addPerson: (to: string) => `Add to: ${to}`, dropPerson: (who: string, from: string) => `Take ${who} out of: ${from}`,
  written: (name: string) => `${name} was saved`, undone: 'Undone',
  deletedMeanwhile: 'It was deleted meanwhile. Bring it back first.',
  clash: (who: string) => `${who} wrote meanwhile`, theirs: { description: 'Their description', owners: 'Their owners', experts: 'Their experts' }, nothing: 'none',
  keepMine: 'Write mine over it', takeTheirs: 'Take theirs',
  mayNotWrite: (collection: string) => `Changing this takes the role Data curator on the collection ${collection}. Ask a collection administrator.`,
  addClass: 'Add a classification', take: (name: string) => `Take away ${name}`, given: (name: string, of: string) => `${of} has ${name} now`, taken: (name: string, of: string) => `${name} was taken from ${of}`, takenText: 'The rule that gave it does not give it here again.',
  refused: (name: string) => `${name} was taken away by a person`, giveBack: 'Give back', giveBackNamed: (name: string) => `Give back ${name}`,
  restore: 'Bring it back', restored: (name: string) => `${name} is back`,
  columnNamed: (name: string) => `Column ${name}`, openHint: 'Arrow keys go through the columns, Enter opens one.',
  tabs: { overview: 'Overview', schema: 'Schema', lineage: 'Lineage', history: 'History' },
  assets: 'Assets', asset: 'Asset',
  about: 'About', description: 'Description', noDescription: 'No description: neither the source nor a person gave one.',
  type: 'Type', sourceOwner: 'Owner in the source', name: 'Qualified name', source: 'Source', collection: 'Collection', changed: 'Changed', created: 'First seen', byWhom: (who: string) => `by ${who}`, names: 'Names of people', known: 'Classifications',
  where: 'Where it stands', seen: 'Last seen', byRunOf: (scan: string) => `by a run of ${scan}`, notSeen: 'No run that has ended saw it.', byHand: 'None: no scan made it.',
  seenLatest: 'at the latest', seenLatestWhy: 'That run did not see all that its scan had seen before: what it did not see, an older one saw last.',
  status: 'State', deleted: 'Deleted',
  classifications: 'Classifications', noClassifications: 'None here. Scans of the level Classification look for them in columns.',
  byPerson: 'Given by a person', onColumns: 'Classifications of columns', moreClasses: (n: number) => `The schema has ${plural(n, 'more classified column', 'more classified columns')}.`,
  measures: 'Measures', noMeasures: 'No run has measured this yet.',
  children: 'Holds', child: 'Name', noChildren: 'Nothing below it is in the map.',
  more: 'More of what the source says',
  definition: 'Definition',
  column: 'Column', columnType: 'Type', nullable: 'Null', default: 'Default', comment: 'Comment', position: '#',
  key: 'key', yes: 'yes', no: 'no',
  find: 'Find a column', shown: (n: number, of: number) => portion(n, of, 'column', 'columns'), noColumn: 'No column has this in its name', allColumns: 'Show all columns', noColumns: 'No columns are known', noColumnsText: 'Scans of the level Structure or Classification read them, where the login may see them.',
  keys: 'Keys', indexes: 'Indexes',
  asPicture: 'Picture', asList: 'List', upstream: 'Comes from', downstream: 'Goes to', noneKnown: 'Nothing is known.',
  noLineage: 'No lineage', noLineageText: 'Nothing is known to feed this asset or to be fed by it. Views and procedures carry lineage when they are scanned at the level Structure or Classification.',
  way: 'Which way', bothWays: 'Both', oneWayNone: 'Nothing is known that way.',
  stepsShown: (n: number) => `There is more beyond ${plural(n, 'step', 'steps')}.`, mostSteps: (n: number) => `There is more beyond ${plural(n, 'step', 'steps')}. Go on from what stands at the end.`, wholeLineage: 'This is all of it.',
  many: 'There is more than the 1,000 that are shown. Look one way only, or go on from what stands at the end.', manyOneWay: 'There is more than the 1,000 that are shown. Go on from what stands at the end.',
  zoomIn: 'Closer', zoomOut: 'Farther', fit: 'All of it', wider: 'A wider view',
  verbs: { created: 'Created', updated: 'Changed', deleted: 'Deleted', revived: 'Seen again', renamed: 'Renamed', restored: 'Brought back' },
  moreDifferences: (shown: string, all: string) => `${shown} of ${all} differences are shown. Show more`, noDifferences: 'Nothing that is shown here differed.',
  noHistory: 'No history',
}
