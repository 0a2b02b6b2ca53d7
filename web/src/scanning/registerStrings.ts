// What is said while a source is registered: who can read it, and how a test goes before it is scanned. Apart from the others, for its wizard alone shows it.

export const words = {
  whoReads: 'Who can read it',
  nobodyReads: (kind: string) => `No runtime can read ${kind} now.`,
  nobodyReadsText: 'The source can be registered all the same; it can be scanned once a runtime reads it.',
  askForRuntime: 'Runtimes are set up by data source administrators of the root collection: ask one of them.',
  othersRead: (n: number) => (n === 1 ? 'One other runtime can’t, and why' : `${n} other runtimes can’t, and why`),
  testRegisters: 'A node of the runtime tries it now, step by step. For that the account registers the source first; it stays, and can be changed here or on its page.',
  testNoRuntime: 'A test takes a runtime that can read it: see the step before.',
  testNoLogin: 'A test takes a login, and none that is there fits. The steps of the first scan ask for one, and test it before anything is read.',
}
