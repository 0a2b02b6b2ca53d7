/** quote makes one word of a shell from a text. Names come from people and sources: whoever copies a command runs it. */
export function quote(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
