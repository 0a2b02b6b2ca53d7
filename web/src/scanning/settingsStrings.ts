// What is said of the settings of a source that is registered. Apart from the others, for its page alone shows it.

export const words = {
  changing: (source: string) => `Settings of ${source}`, changed: (source: string) => `The settings of ${source} are changed`,
  changedText: 'A test of the connection tells whether it is reached with them.',
  stays: 'It stays: the assets of this source are known by it.',
  same: 'It is the same source at a new address: it keeps this authority',
  pem: (size: string) => `PEM, ${size}`,
}
