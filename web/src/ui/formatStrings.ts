// What numbers and times are said with. Apart from the other words, which are said with these.
export const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
export const sized = (n: string, unit: string) => `${n} ${unit}`
export const justNow = 'just now'
export const lasting = {
  ms: (ms: number) => `${ms} ms`,
  s: (s: number) => `${s} s`,
  min: (min: number, s: number) => `${min} min ${s} s`,
  h: (h: number, min: number) => `${h} h ${min} min`,
}
