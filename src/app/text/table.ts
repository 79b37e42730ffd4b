// What the record table says; it comes with it.
export const table = {
  title: 'Records',
  filter: 'Filter',
  example: 'from:kubelet verb:patch object:pod/test-* status:409 -kind:response "some text"',
  previous: 'Previous match',
  next: 'Next match',
  found: (found: number, total: number) => `${found.toLocaleString('en')} of ${total.toLocaleString('en')}`,
  all: (total: number) => `${total.toLocaleString('en')} messages`,
  empty: 'Nothing is recorded yet. Run a command, and each message gets a row here.',
  nothing: 'No message matches. More are told at the levels Messages and Wire.',
  problems: {
    'unknown-field':
      'There are from, to, actor, protocol, kind, verb, object, status, cause and text. The last good filter is still applied: ',
    'no-value': 'Something must follow the colon: ',
    'open-quote': 'A quote is not closed: ',
    'not-a-number': 'A cause is the number of a record: ',
    'too-long': 'A filter has at most 1,000 characters: ',
  },
} as const;
