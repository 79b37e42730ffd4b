// What the record table says; it comes with it.
export const table = {
  title: 'Records',
  filter: 'Filter',
  example: 'from:kubelet verb:patch object:pod/test-* status:409 -kind:response "some text"',
  heads: ['Record', 'Time', 'From', 'To', 'What was sent'],
  previous: 'Previous match',
  next: 'Next match',
  found: (found: number, total: number) => `${found.toLocaleString('en')} of ${total.toLocaleString('en')}`,
  all: (total: number) => `${total.toLocaleString('en')} messages`,
  empty: 'Nothing is recorded yet. Run a command, and each message gets a row here.',
  nothing: 'No message matches.',
} as const;
