// What lists say of messages that they fold; it comes with them.
import type { Quiet } from '../../worker/protocol';

const NAMES: { readonly [kind in Quiet]: string } = {
  heartbeat: 'heartbeats',
  lease: 'lease renewals',
  bookmark: 'bookmarks',
  poll: 'polls',
  load: 'packets of a load',
};

export const folds = {
  what: (count: number, kinds: ReadonlySet<Quiet>) =>
    `${count.toLocaleString('en')} messages: ${[...kinds].map((kind) => NAMES[kind]).join(', ')}`,
  here: (place: number) => `at number ${place.toLocaleString('en')}`,
  sameTime: (count: number) => `At the same time: ${count} messages`,
} as const;
