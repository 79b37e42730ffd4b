// What the ladder says; it comes with it.
export const ladder = {
  title: 'Ladder',
  empty: 'Nothing is recorded yet. Run a command, and each message becomes a rung.',
  later: (span: string) => `${span} later`,
  row: (seq: number) => `Record ${seq}`,
} as const;
