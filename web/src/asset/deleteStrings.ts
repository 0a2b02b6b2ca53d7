// What is said before an asset is deleted. Apart from the others, for it is asked on one page only.
import { plural } from '../ui/format'

export const words = {
  delete: 'Delete', sure: (name: string) => `Delete ${name} from the map?`, done: (name: string) => `${name} is deleted`, back: (name: string) => `${name} is back`,
  goes: 'With it go its columns, and the lineage that it tells itself, as a view does. What people wrote over it, and its history, are kept 180 days for the day when it is brought back.',
  below: (n: number, more: boolean) => `${more ? 'More than ' : ''}${plural(n, 'asset stands', 'assets stand')} below it. They stay in the map, and are found as before.`,
  noneBelow: 'No asset stands below it.', whatBelow: 'What stands below it',
  returns: 'The source is not touched: a scan that still sees it brings it back with its next run. What should stay away is left out of the scan.',
}
