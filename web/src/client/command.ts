// The same as a command of the client. Names come from people and sources, and whoever copies a command runs it: what is
// put into one is one word of a shell, whatever is in it.

/** quote makes one word of a shell from a text. */
export function quote(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** line is a command, written as a template: each value in it becomes one word. Flags that may be missing come from flag. */
export function line(parts: TemplateStringsArray, ...values: (string | number | Flag)[]): string {
  return parts.map((part, i) => part + (i < values.length ? said(values[i]!) : '')).join('')
}

const said = (value: string | number | Flag) => (value instanceof Flag ? value.text : quote(String(value)))

class Flag {
  constructor(readonly text: string) {}
}

/** flag is a flag with the space before it; nothing where the value is empty or false. */
export function flag(name: string, value: string | boolean | undefined): Flag {
  if (value === undefined || value === '' || value === false) return new Flag('')
  return new Flag(value === true ? ` --${name}` : ` --${name}=${quote(value)}`)
}

/** Deed is something that a person does to the account, and the same as a command. */
export interface Deed<A extends unknown[], T> {
  (...of: A): Promise<T>
  command: (...of: A) => string
}

/** deed joins the two. Each deed of a plane is made here, so that none can be added without its command. */
export const deed = <A extends unknown[], T>(act: (...of: A) => Promise<T>, command: (...of: NoInfer<A>) => string): Deed<A, T> => Object.assign((...of: A) => act(...of), { command })
