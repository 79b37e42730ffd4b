// Hears the page that embeds ours, and nobody else, and tells it what happens.
import { err, type Result } from '../../base/result';
import { textOfAt } from '../../share/moment';
import type { Session } from '../session';
import { type Refusal, VERSION, type Wish, wishOf } from './words';

/** More wishes in a second than this, and somebody is not well. */
const MOST_PER_SECOND = 50;

export type Tell = (message: { readonly type: string; readonly [name: string]: unknown }) => void;

/** Says it to the embedding page. Nothing of it is secret: all comes from the link that this page gave. */
export const tellParent: Tell = (message) => {
  if (window.parent !== window) window.parent.postMessage({ watchloop: VERSION, ...message }, '*');
};

/** `grant` does what is wished. */
export function hearParent(grant: (wish: Wish) => void): void {
  let second = 0;
  let count = 0;
  function counted(wish: Result<Wish, Refusal>): Result<Wish, Refusal> {
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) [second, count] = [now, 0];
    return ++count > MOST_PER_SECOND ? err('too-many') : wish;
  }
  addEventListener('message', ({ source, data }) => {
    const heard = source === window.parent && source !== window ? wishOf(data) : null;
    if (heard === null) return;
    const wish = counted(heard);
    if (wish.ok) grant(wish.value);
    else tellParent({ type: 'refused', why: wish.error });
  });
}

/** Tells each moment as soon as its message arrived and its sentence is known. Returns a way to tell it once more. */
export function tellMoments(session: Session, tell: Tell): () => void {
  const { player } = session;
  let last = '';
  function follow(): void {
    const { seq, arrived } = player.cursor.get();
    const line = session.detail.get()?.line;
    const known = seq < 0 || line?.seq === seq;
    if (!arrived || !known || session.goal.get() !== null) return;
    const step = session.stepAt(seq);
    const list = session.list();
    const { state, digest } = session.status.get();
    const moment = {
      record: seq,
      chapter: step === null ? null : textOfAt(step),
      sentence: seq < 0 ? null : (line?.sentence ?? null),
      message: list.placeOf(seq) + 1,
      messages: list.length,
      playing: player.mode.get().playing,
      state,
      digest,
    };
    const text = JSON.stringify(moment);
    if (text === last) return;
    last = text;
    tell({ type: 'moment', ...moment });
  }
  for (const source of [player.cursor, player.mode, session.detail, session.status, session.goal]) source.subscribe(follow);
  follow();
  return () => {
    last = '';
    follow();
  };
}
