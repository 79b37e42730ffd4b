// What the view of objects says; it comes with it.
export const objects = {
  title: 'Objects at this moment',
  hint: 'What etcd holds, under what owns it. Choose one to go to the message that wrote it last.',
  cluster: 'Without a namespace',
  revision: (revision: number) => `rev ${revision}`,
  fresh: 'just written',
  freshAmong: 'one just written',
  go: (name: string, revision: number) => `${name}, written at revision ${revision}: go to the message`,
  loading: 'Looking through etcd…',
} as const;
