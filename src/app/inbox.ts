// What the cluster tells, handed on so that the page renders once for all that was told at once, and at most once in a
// frame's time.
import type { Clock } from './player';

const FRAME_MS = 16;

export interface Inbox<M> {
  take(message: M): void;
  /** What waits is not handed on any more. */
  forget(): void;
}

export function createInbox<M>(clock: Clock, hear: (message: M) => void): Inbox<M> {
  let waiting: M[] = [];
  let timer: number | null = null;
  let heardAt = Number.NEGATIVE_INFINITY;

  function handOn(): void {
    timer = null;
    const messages = waiting;
    waiting = [];
    for (const message of messages) hear(message);
    heardAt = clock.now();
  }
  return {
    take(message) {
      waiting.push(message);
      if (timer !== null) return;
      timer = clock.setTimer(handOn, Math.max(0, FRAME_MS - (clock.now() - heardAt)));
    },
    forget() {
      waiting = [];
      if (timer !== null) clock.clearTimer(timer);
      timer = null;
    },
  };
}
