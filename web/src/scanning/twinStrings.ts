// What is said of sources that may be one. Apart from the others, for few pages show it.
import { plural } from '../ui/format'

export const most = 5 // told by name: whoever has more has been told

export const words = {
  title: (n: number) => (n === 1 ? 'This source may be registered twice' : 'This source may be registered more than once'),
  by: { identity: 'says of itself that it is the same system.', address: 'is reached at the same address.' },
  assets: 'Its assets', assetsOf: (source: string) => `Assets of ${source}`,
  remedy: 'What to do',
  more: (n: number) => `And ${plural(n, 'more source', 'more sources')}.`,
  unknown: 'Whether this source is registered twice could not be told.',
  noticed: (source: string) => `${source} may be registered twice`, noticedAs: (others: string[]) => `It may be the same as ${others.join(', ')}.`, see: 'See why, and what to do',
}
