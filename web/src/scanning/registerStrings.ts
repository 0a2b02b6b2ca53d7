// What is said while a source is registered: who can read it, and how a test goes before it is scanned. Apart from the others, for its wizard alone shows it.

export const words = {
  registerAbout: 'Nothing is read, and nothing leaves the network, before a scan runs.',
  registerDone: 'Register',
  registeredNotice: (name: string) => `${name} is registered`,
  registeredText: 'Next: a scan that reads it.',
  chooseKind: 'What is it?',
  filterKinds: 'Filter by name',
  sourceNameHint: 'Letters, digits and single dashes, 3 to 63. It can’t be changed later.',
  knownBy: (authority: string) => `What the account knows it by: ${authority || 'its address'}`,
  authorityHint: 'Empty: its assets are named after its address, which is right for most servers. Where that address means something else elsewhere (a private or loopback address, a name without a dot) write a name here; it stands for the server in the whole account, and can’t be changed later.',
  authorityLocal: 'What this source is depends on the machine that reads it, so its assets are named after this name. Empty: its name in the map, which is right for most. It can’t be changed later.',
  whoReads: 'Who can read it',
  nobodyReads: (kind: string) => `No runtime can read ${kind} now.`,
  nobodyReadsText: 'The source can be registered all the same; it can be scanned once a runtime reads it.',
  askForRuntime: 'Only data source administrators of the root collection set up runtimes: ask one of them.',
  othersRead: (n: number) => (n === 1 ? 'Why one other runtime can’t' : `Why ${n} other runtimes can’t`),
  testRegisters: 'A node of the runtime tries it now, step by step. For that the account registers the source first; it stays, and can be changed here or on its page.',
  logins: 'Credentials',
  testNoRuntime: 'A test takes a runtime that can read it: see the step before.',
  testNoLogin: 'A test takes a login, and none that is there fits. The steps of the first scan ask for one, and test it before anything is read.',
}
