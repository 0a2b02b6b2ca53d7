// What is said before an asset is deleted. Apart from the others, for it is asked on one page only.
import { plural } from '../ui/format'

export const words = {
  delete: 'Delete', sure: (name: string) => `Delete ${name} from the map?`, done: (name: string) => `${name} was deleted`, back: (name: string) => `${name} is back`,
  goes: 'Its columns go with it, and the lineage of its own definition, such as a view’s. What people wrote about it, and its history, are kept for 180 days, in case it is brought back.',
  below: (n: number, more: boolean) => `${more ? 'More than ' : ''}${plural(n, 'asset stands', 'assets stand')} below it. They stay in the map, and are found as before.`,
  noneBelow: 'No asset stands below it.', whatBelow: 'What stands below it',
  returns: 'The source is not touched: a scan that still sees it brings it back with its next run. To keep it away, leave it out of the scan.',
}
