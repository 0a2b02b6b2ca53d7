// The same as a command of the client. Names come from people and sources, and whoever copies a command runs it: what is
// put into one is one word of a shell, whatever is in it.

/** quote makes one word of a shell from a text. What a terminal would act upon is spelt out. */
export function quote(text: string): string {
  if (/^[A-Za-z0-9_./:=@%+,-]+$/.test(text)) return text
  if (!/[\0-\x1f\x7f-\x9f]/.test(text)) return `'${text.replaceAll("'", `'\\''`)}'`
  return `$'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n').replace(/[\0-\x1f\x7f-\x9f]/g, c => `\\u00${c.charCodeAt(0).toString(16).padStart(2, '0')}`)}'`
}

/** line is a command, written as a template: each value in it becomes one word, and flags come from flag and flags. Where a
 * word could be taken for a flag, the flags come first, and `--` ends them. */
export function line(parts: TemplateStringsArray, ...values: (string | number | Flag)[]): string {
  const all: string[] = [], words: string[] = [], given: string[] = []
  let guarded = false
  parts.forEach((part, i) => {
    let to = words
    for (const word of part.split(' ').filter(Boolean)) {
      if (word.startsWith('--')) to = given // and what is written behind it
      to.push(word)
      all.push(word)
    }
    const value = values[i]
    if (value === undefined) return
    const said = value instanceof Flag ? value.words : [quote(String(value))]
    ;(value instanceof Flag ? given : words).push(...said)
    all.push(...said)
    guarded ||= !(value instanceof Flag) && String(value).startsWith('-')
  })
  const begun = parts[0]!.trim().split(' ').length
  return (guarded ? [...words.slice(0, begun), ...given, '--', ...words.slice(begun)] : all).join(' ')
}

class Flag {
  constructor(readonly words: string[]) {}
}

/** flag is a flag with its value; nothing where the value is empty or false. */
export function flag(name: string, value: string | boolean | undefined): Flag {
  if (value === undefined || value === '' || value === false) return new Flag([])
  return new Flag([value === true ? `--${name}` : `--${name}=${quote(value)}`])
}

/** flags is a flag once for each value, empty ones too. */
export const flags = (name: string, values: string[]) => new Flag(values.map(v => `--${name}=${v === '' ? "''" : quote(v)}`))

/** settings are flags that set fields by name; those without a value are left out. */
export const settings = (name: string, values: Record<string, string>) =>
  flags(name, Object.entries(values).filter(([, v]) => v.trim() !== '').map(([k, v]) => `${k}=${v.trim()}`))

/** Deed is something that a person does to the account, and the same as a command. */
export interface Deed<A extends unknown[], T> {
  (...of: A): Promise<T>
  command: (...of: A) => string
}

/** deed joins the two. Each deed of a plane is made here, so that none can be added without its command. */
export const deed = <A extends unknown[], T>(act: (...of: A) => Promise<T>, command: (...of: NoInfer<A>) => string): Deed<A, T> => Object.assign((...of: A) => act(...of), { command })
