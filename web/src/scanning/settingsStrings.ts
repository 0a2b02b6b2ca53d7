// What is said of the settings of a source that is registered, and of how much of it is read at once. Apart from the others, for its page alone shows it.

import { plural } from '../ui/format'

export const words = {
  changing: (source: string) => `Settings of ${source}`, changed: (source: string) => `The settings of ${source} were changed`, back: (source: string) => `The settings of ${source} are as before`,
  changedText: 'A test of the connection tells whether it is reached with them.',
  stays: 'It stays: the assets of this source are known by it.',
  same: 'It is the same source at a new address: it keeps this authority',
  others: 'Other collections',
  moves: 'Whoever manages this collection manages the source. Its scans, and the assets that they found, stay where they are: the source’s page says so then, and moves them along where that is meant.',
  elsewhere: (n: number) => (n === 1 ? 'One of its scans stands in another collection.' : `${n} of its scans stand in another collection.`),
  elsewhereText: (title: string) => `The assets that a scan found stand where it stands, and are seen by who may see that. Moved along, they stand in ${title}.`,
  standsIn: (scan: string, title: string) => `${scan}: ${title}`,
  moveAlong: 'Move along', movedAlong: (n: number, title: string) => `${plural(n, 'scan', 'scans')} moved to ${title}, with what ${n === 1 ? 'it' : 'they'} found`, movedBack: (n: number) => `${plural(n, 'scan is', 'scans are')} where ${n === 1 ? 'it was' : 'they were'}`,
  share: 'Budget', usual: 'As many as usual',
  shareOf: ({ connections, strict }: { connections: number; strict: boolean }) =>
    connections === 0 ? 'As many units as usual.' : `At most ${plural(connections, 'unit', 'units')} at once, over all nodes${strict ? ', also where a node is lost or a run is cancelled' : ''}.`,
  sharing: (source: string) => `Budget of ${source}`, shareChanged: (source: string) => `The budget of ${source} was changed`, shareBack: (source: string) => `The budget of ${source} is as before`,
  connections: 'Units at once', connectionsHint: 'Over all nodes and scans. Empty: as many as usual.', badConnections: 'Write a whole number from 1, or nothing.',
  strict: 'Never more than that (strict)', strictHint: 'What a lost node held, or one that has not yet heard that its run was cancelled, counts until it is surely through: other units may wait for it.',
  pem: (size: string) => `PEM, ${size}`,
}
