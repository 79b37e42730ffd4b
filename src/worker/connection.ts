// The page's side of the conversation, whatever carries it: numbers questions, hands out answers, and tells
// the rest to whoever listens.
import type { Answer, ClusterLink, FromWorker, Question, ToWorker } from './protocol';

export interface Carrier {
  post(message: ToWorker): void;
  end(): void;
}

/** A host in the thread that loaded the worker's file. */
export type HostHere = (hear: (message: FromWorker) => void) => Carrier;
/** The event by which that file hands it over. */
export const HOST_LOADED = 'watchloop-host-loaded';

/** A link over what `start` sets up. A question that is never answered (after a failure, or once closed)
 *  stays open: the failure itself is told to the listeners. */
export function connect(start: (hear: (message: FromWorker) => void) => Carrier): ClusterLink {
  const hearers = new Set<(message: Exclude<FromWorker, { type: 'answer' }>) => void>();
  const asked = new Map<number, (answer: Answer) => void>();
  let questions = 0;
  let open = true;
  const carrier = start((message) => {
    if (!open) return;
    if (message.type !== 'answer') {
      for (const hear of hearers) hear(message);
      return;
    }
    asked.get(message.id)?.(message.answer);
    asked.delete(message.id);
  });
  return {
    send(message) {
      if (open) carrier.post(message);
    },
    ask<Q extends Question['type']>(question: Extract<Question, { type: Q }>) {
      const id = questions++;
      return new Promise<Extract<Answer, { type: Q }>>((resolve) => {
        if (!open) return;
        asked.set(id, resolve as (answer: Answer) => void);
        carrier.post({ type: 'ask', id, question });
      });
    },
    subscribe(hear) {
      hearers.add(hear);
      return () => hearers.delete(hear);
    },
    close() {
      if (!open) return;
      open = false;
      hearers.clear();
      asked.clear();
      carrier.end();
    },
  };
}
