// What an embedded page plays: from the moment that its link names to the one where it ends. Knows no React.
import type { Desk } from '../desk';
import { recordOf } from '../goal';
import { type Signal, signal } from '../signal';
import type { Wish } from './words';

const NOWHERE: ReadonlySet<number> = new Set();

export interface Show {
  /** From where it is; from the link's moment, if it stands at the end. */
  play(): void;
  toggle(): void;
  next(by?: 'message' | 'exchange' | 'chapter'): void;
  readonly atEnd: Signal<boolean>;
  /** Does what the embedding page wishes. */
  grant(wish: Wish): void;
}

export function createShow({ session, address }: Desk, open: (hash: string) => void): Show {
  const { player, columns } = session;
  const atEnd = signal(false);
  let wanted = false;
  /** The message of the first moment is seen on its way, too. */
  let fromStart = false;

  /** The record at which play ends; -1 if it is not here yet, or the recording's own end. */
  function end(): number {
    const until = address.opened.get()?.until;
    if (until === undefined) return -1;
    const list = session.list();
    const seq = recordOf(until, { columns, list, steps: session.steps.get(), whole: !session.moving() });
    return seq >= 0 && seq < columns.count ? list.at(Math.max(0, list.placeOf(seq))) : -1;
  }

  function follow(): void {
    const last = end();
    player.stops.set(last < 0 ? NOWHERE : new Set([last]));
    const { seq, arrived } = player.cursor.get();
    atEnd.set(arrived && seq >= 0 && (last < 0 ? session.atEnd() && !session.moving() : seq >= last));
    if (!wanted || session.goal.get() !== null) return;
    wanted = false;
    if (fromStart) player.previous();
    player.play();
  }

  function play(): void {
    fromStart = atEnd.get() || session.goal.get() !== null;
    if (atEnd.get()) {
      const start = address.opened.get()?.moment.at ?? null;
      if (start === null) player.home();
      else session.goTo(start);
    }
    wanted = true;
    follow();
  }

  function next(by: 'message' | 'exchange' | 'chapter' = 'message'): void {
    if (!atEnd.get()) player.next(by);
  }

  function grant(wish: Wish): void {
    wanted = false;
    if (wish.type === 'play') play();
    else if (wish.type === 'pause') player.pause();
    else if (wish.type === 'next') next(wish.by);
    else if (wish.type === 'previous') player.previous(wish.by);
    else if (wish.type === 'open') open(wish.link);
    else if (wish.type === 'go') {
      player.pause();
      session.goTo(wish.at);
    }
  }

  for (const source of [player.cursor, session.goal, session.status, session.grown, address.opened]) source.subscribe(follow);
  follow();
  return { play, toggle: () => (player.mode.get().playing ? player.pause() : play()), next, atEnd, grant };
}
