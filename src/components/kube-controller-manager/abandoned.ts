// A way out of a reconcile from wherever a request was refused, so that the steps themselves read as what is wanted.
// Thrown and caught within one controller: a refusal is never an exception to anybody else.

import type { Reply } from '../../client/api-client';
import { type Outcome, retry } from '../../client/controller';
import type { Task } from '../../sim/task';
import { whyNot } from './controller';

/** `again`: the key is to be tried again. */
export class Abandoned extends Error {
  constructor(
    readonly why: string,
    readonly again = true,
  ) {
    super(why);
  }
}

/** The answer's body, or the end of this reconcile. */
export function granted<T>(reply: Reply<T>): T {
  if (!reply.ok) throw new Abandoned(whyNot(reply));
  return reply.body;
}

/** What `task` comes to, be it abandoned or not. */
export function* outcomeOf(task: Task<Outcome>): Task<Outcome> {
  try {
    return yield* task;
  } catch (error) {
    if (!(error instanceof Abandoned)) throw error;
    return error.again ? retry(error.why) : { type: 'done', detail: { why: error.why } };
  }
}
