export const words = {
  title: 'Search',
  found: (n: string, about: boolean) => (about ? `About ${n} assets` : n === '1' ? '1 asset' : `${n} assets`),
  behind: 'What was scanned a moment ago may still be missing: the index follows in seconds.',
  facets: { entityType: 'Type', purlieuSource: 'Source', classification: 'Classification', collectionId: 'Collection' },
  narrow: 'Narrow',
  clear: 'Clear all',
  none: 'Nothing found',
  noneText: 'No asset that you may see has these words. Try fewer letters: the last word may be a beginning.',
  noneNarrowed: 'No asset fits all that it is narrowed to.',
}
