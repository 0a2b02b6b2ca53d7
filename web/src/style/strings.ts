export const words = {
  title: 'How pages are built',
  about: 'Four patterns and the parts that they are made of. docs/portal.md says when to take which.',
  tabs: { list: 'List', detail: 'Detail', wizard: 'Wizard', picture: 'Picture', states: 'States', parts: 'Parts' },
  listText: 'What there is of one kind. What narrows it stands at its side and in the address; each row leads to one thing.',
  facets: 'Narrowed by',
  pictureText: 'A canvas takes all room; what it draws can be read as words, too.',
  wizardDone: 'Register',
  steps: ['Kind', 'Place', 'Check'],
}

export const sample = [
  { name: 'customers', kind: 'Table', columns: 24, state: 'good', word: 'Seen in the last run' },
  { name: 'orders', kind: 'Table', columns: 131, state: 'warn', word: 'Two columns could not be read' },
  { name: 'orders_by_region', kind: 'Materialized view', columns: 9, state: 'busy', word: 'Being read' },
  { name: 'legacy_invoices', kind: 'Table', columns: 58, state: 'bad', word: 'Not seen since 3 May' },
] as const
