// Names as people read them.

/** nodeName is a node's name without its runtime's, which its id begins with. */
export const nodeName = (id: string) => id.slice(id.indexOf('--') < 0 ? 0 : id.indexOf('--') + 2)

/** decoded is one name of a qualified name as people read it; what is not well escaped stays as it is. */
export function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
