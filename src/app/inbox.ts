// What the cluster tells, handed on so that the page renders once for all that came within a frame's time: at once
// after a pause, else together a little later.
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
      const sinceMs = clock.now() - heardAt;
      if (sinceMs >= FRAME_MS) handOn();
      else timer = clock.setTimer(handOn, FRAME_MS - sinceMs);
    },
    forget() {
      waiting = [];
      if (timer !== null) clock.clearTimer(timer);
      timer = null;
    },
  };
}
