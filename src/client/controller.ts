// The loop that all controllers share: take a key, reconcile it, forget it or try it again later.
// The only place where a controller's errors are handled. Models the worker loops of kubernetes
// pkg/controller/*: processNextWorkItem.
import type { Json, JsonObject } from '../base/json';
import type { Ctx } from '../sim/process';
import type { Task } from '../sim/task';
import type { WorkQueue } from './work-queue';

/** What came of a reconcile. `retry` says why it failed; the key comes again with back-off. `detail`
 *  is what was found and decided, for the viewer. */
export type Outcome =
  | { readonly type: 'done'; readonly detail?: JsonObject; readonly againAfterUs?: number; readonly idle?: boolean }
  | { readonly type: 'retry'; readonly why: string; readonly detail?: JsonObject };

export const done = (detail?: JsonObject): Outcome => (detail === undefined ? { type: 'done' } : { type: 'done', detail });
export const retry = (why: string): Outcome => ({ type: 'retry', why });

/** Starts `workers` workers that hand keys of `queue` to `sync`. `maxRetries` failures in a row drop the key. */
export function runWorkers(
  ctx: Ctx,
  queue: WorkQueue,
  sync: (key: string) => Task<Outcome>,
  options: { readonly workers: number; readonly actor: string; readonly maxRetries?: number },
): void {
  const worker = function* (): Task<void> {
    for (;;) {
      const key = yield* queue.next();
      const outcome = yield* sync(key);
      ctx.inside('reconcile', { queue: queue.name, key, outcome: outcome.type, ...why(outcome), ...(outcome.detail ?? {}) } as {
        [k: string]: Json;
      });
      if (outcome.type === 'retry' && queue.requeues(key) < (options.maxRetries ?? 15)) {
        queue.addRateLimited(key);
      } else {
        queue.forget(key);
        if (outcome.type === 'done' && outcome.againAfterUs !== undefined)
          queue.addAfter(key, outcome.againAfterUs, { idle: outcome.idle ?? false });
      }
      queue.done(key);
    }
  };
  for (let i = 0; i < options.workers; i++) ctx.spawn(worker(), options.actor);
}

const why = (outcome: Outcome): JsonObject => (outcome.type === 'retry' ? { why: outcome.why } : {});
