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

/** fitName says whether something that people name can be called so: the rule of the account (model.FitName). */
export const fitName = (name: string) => /^(?=.{3,63}$)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/.test(name)

/** piecesOf are the pieces of a long name between which it may be broken: behind dots, slashes and underscores. */
export const piecesOf = (name: string) => name.split(/(?<=[._/])(?!\/)/)
