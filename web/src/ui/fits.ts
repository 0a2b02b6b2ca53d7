/** fits says that each word of what is wanted is in one of the texts, in capitals or not. Nothing wanted fits all. */
export function fits(wanted: string, ...texts: (string | undefined)[]): boolean {
  const have = texts.map(t => t?.toLowerCase() ?? '')
  return wanted.toLowerCase().split(/\s+/).filter(Boolean).every(word => have.some(t => t.includes(word)))
}
