// Waiting for one object to change: a watch that begins with the object as it is (WatchList).
// Models client-go tools/watch (UntilWithSync, ListWatchUntil) as kubectl wait, delete and rollout status use it.
import type { JsonObject } from '../../base/json';
import { metaOf } from '../../machinery/object';
import { type ResourceInfo, resourcePath } from '../../machinery/resources';
import type { Task } from '../../sim/task';
import { ApiError, CommandError } from './errors';
import { JSON_ONLY } from './http';
import type { Session } from './session';

export type Change = { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: JsonObject };
export type Outcome = 'done' | 'timeout';
/** What is watched, and for how long. */
export interface Watched {
  readonly mapping: ResourceInfo;
  readonly namespace: string | null;
  readonly name: string;
  readonly deadlineUs: number | null;
  /** Typed clients accept protobuf and say their timeout twice. */
  readonly accept?: string;
  readonly typed?: boolean;
}

/** Tells `hear` of the object as it is and of every change, until it says that it has heard enough. */
export function* until(session: Session, watched: Watched, hear: (change: Change) => boolean): Task<Outcome> {
  for (let rounds = 0; rounds < 100; rounds++) {
    const outcome = yield* oneWatch(session, watched, hear);
    if (outcome !== 'ended') return outcome;
    if (session.http.interrupted) throw new CommandError('', 1);
  }
  return 'timeout';
}

function* oneWatch(session: Session, watched: Watched, hear: (change: Change) => boolean): Task<Outcome | 'ended'> {
  const seconds = session.http.ctx.random(`watch of ${watched.mapping.resource}/${watched.name}`).between(300, 599);
  const watch = session.http.watch(resourcePath(watched.mapping, watched.namespace), watched.accept ?? JSON_ONLY, {
    allowWatchBookmarks: true,
    fieldSelector: `metadata.name=${watched.name}`,
    resourceVersionMatch: 'NotOlderThan',
    sendInitialEvents: true,
    timeoutSeconds: seconds,
    timeout: watched.typed ? `${Math.floor(seconds / 60)}m${seconds % 60}s` : undefined,
  });
  try {
    // What is there already is heard of only when the server has said that this was all.
    let initial: Change[] | null = [];
    for (;;) {
      const item = yield* watch.next(watched.deadlineUs);
      if (item.type === 'timeout') return 'timeout';
      if (item.type === 'end') return 'ended';
      if (item.type === 'refused') throw item.error;
      const { type, object } = item.event;
      if (type === 'ERROR') throw new ApiError(object as never);
      let changes: readonly Change[];
      if (type === 'BOOKMARK') {
        if (initial === null || metaOf(object).annotations?.['k8s.io/initial-events-end'] !== 'true') continue;
        changes = initial;
        initial = null;
      } else if (initial !== null) {
        initial.push({ type, object });
        continue;
      } else changes = [{ type, object }];
      for (const change of changes) if (hear(change)) return 'done';
    }
  } finally {
    watch.close();
  }
}
