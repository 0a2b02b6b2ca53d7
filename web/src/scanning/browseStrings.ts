// What a look at what a source has says. Apart from the others, for one step of a scan shows it.

export const words = {
  browse: 'See what is there', browseText: 'A node of the runtime lists the names level by level, with the login of this scan. Nothing is stored.', browseKeeps: 'A node of the runtime lists the names level by level. For that the account keeps the new credential first, references only; it stays, also without a scan.', browseWay: 'Where one looks', browseBelow: (name: string) => `Look into ${name}`,
  browseNothing: 'Nothing is below it', browseNothingText: 'Or this login may not see it.', browseMore: 'There is more than this shows. Write the path by hand.',
  includeShort: 'Only this', includeThis: (name: string) => `Scan only ${name}`, excludeThis: (name: string) => `Leave out ${name}`, isIncluded: 'Is scanned', isExcluded: 'Is left out',
}
