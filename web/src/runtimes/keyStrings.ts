// What is said of the limits of keys, and of what a runtime says of itself. Apart from the others, for few ask for it.

export const words = {
  limit: 'Limit', limitOf: (n: number) => `Limit key ${n}`, limited: (n: number) => `The limits of key ${n} were changed`, limitBack: (n: number) => `The limits of key ${n} are as before`,
  nodes: 'Nodes that it may enrol in all', nodesHint: 'Those that it has enrolled already count. Empty: any number.', badNodes: 'Write a whole number from 1, or nothing.',
  until: 'Valid until', untilHint: 'By your clock. Nodes that have enrolled go on; a key that is regenerated has no limits. Empty: without end.',
  describe: 'Change the description', described: (runtime: string) => `The description of ${runtime} was changed`, describedBack: (runtime: string) => `The description of ${runtime} is as before`,
}
