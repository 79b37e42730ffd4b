// Both sides in one thread: for tests, and for frames where workers are forbidden.
import type { Run } from '../wire/run';
import { type Carrier, connect } from './connection';
import { Host } from './host';
import type { Playable } from './playing';
import type { ClusterLink, FromWorker } from './protocol';

type Play = (run: Run) => Playable;

/** A host in this thread, with that way to play a run; `ahead` as a worker's has it. Messages take a turn of the event loop each way, as they do with a worker. */
export function hostIn(hear: (message: FromWorker) => void, play: Play, ahead = false): Carrier {
  let open = true;
  const later = (action: () => void, pauseMs?: number): void => {
    setTimeout(() => {
      if (open) action();
    }, pauseMs);
  };
  const host = new Host({ play, post: (message) => later(() => hear(message)), later, now: () => performance.now(), ahead });
  return {
    post: (message) => later(() => host.hear(message)),
    end() {
      open = false;
    },
  };
}

export const createInProcessLink = (play: Play, ahead = false): ClusterLink => connect((hear) => hostIn(hear, play, ahead));
