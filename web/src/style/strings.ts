export const words = {
  title: 'How pages are built',
  about: 'Four patterns and the parts that they are made of. docs/portal.md says when to take which.',
  tabs: { list: 'List', detail: 'Detail', wizard: 'Wizard', picture: 'Picture', states: 'States', parts: 'Parts' },
  listText: 'What there is of one kind. What narrows it stands at its side and in the address; each row leads to one thing.',
  facets: 'Narrowed by',
  pictureText: 'A canvas takes all room; what it draws can be read as words, too.',
  asPicture: 'Picture',
  asList: 'List',
  feeds: 'Feeds',
  wizardDone: 'Register',
  steps: ['Kind', 'Place', 'Check'],
}

export const sample = [
  { name: 'customers', kind: 'Table', columns: 24, state: 'good', word: 'Seen in the last run' },
  { name: 'orders', kind: 'Table', columns: 131, state: 'warn', word: 'Two columns could not be read' },
  { name: 'orders_by_region', kind: 'Materialized view', columns: 9, state: 'busy', word: 'Being read' },
  { name: 'legacy_invoices', kind: 'Table', columns: 58, state: 'bad', word: 'Not seen since 3 May' },
] as const

/** Sample is one of the things that the picture draws. */
export interface Sample {
  name: string
  state: 'good' | 'warn' | 'busy' | 'bad'
  word: string
}

export const drawn: (Sample & { x: number; y: number })[] = [
  { name: 'customers', state: 'good', word: 'Seen in the last run', x: 0, y: 0 },
  { name: 'orders', state: 'warn', word: 'Partly read', x: 0, y: 110 },
  { name: 'order_lines', state: 'good', word: 'Seen in the last run', x: 0, y: 220 },
  { name: 'open_invoices', state: 'good', word: 'Seen in the last run', x: 300, y: 55 },
  { name: 'orders_by_region', state: 'busy', word: 'Being read', x: 300, y: 165 },
  { name: 'yearly_report', state: 'bad', word: 'Not seen any more', x: 600, y: 110 },
]

/** feeds are its edges. */
export const feeds = [['customers', 'open_invoices'], ['orders', 'open_invoices'], ['orders', 'orders_by_region'], ['order_lines', 'orders_by_region'], ['open_invoices', 'yearly_report'], ['orders_by_region', 'yearly_report']] as const
