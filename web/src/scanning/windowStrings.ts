// What is said of the times in which a source may be read. Apart from the others, for few pages show it.

export const words = {
  times: 'When it may be read', anyTime: 'At any time.',
  meaning: 'Outside of these times nothing of it is read: runs wait, and go on by themselves. What is being read when a window closes is read to its end.',
  everyDay: 'Every day', allDay: 'all day', fromTo: (from: string, to: string) => `${from} to ${to}`, intoNextDay: (from: string, to: string) => `${from} to ${to} of the next day`, whole: (days: string, times: string, zone: string) => `${days}, ${times} (${zone})`,
  changing: (source: string) => `When ${source} may be read`, changed: (source: string) => `${source} is read in these times`, changedAlways: (source: string) => `${source} is read at any time`,
  window: (n: number) => `Window ${n}`, from: 'From', until: 'To', days: 'On these days it begins', add: 'Add a window of time', another: 'Add another window',
  remove: (n: number) => `Remove window ${n}`,
}
