// What the transcript says about itself; it comes with it.
export const transcript = {
  title: 'Transcript',
  hint: 'Everything told at this level, as a document: search it, print it, hand it out. Choose a line to go there.',
  copy: 'Copy as Markdown',
  print: 'Print',
  empty: 'Nothing is recorded yet. Run a command, and its story is written here.',
  loading: 'Writing it down…',
  more: (count: number) => `The first ${count.toLocaleString('en')} lines are shown.`,
} as const;
