// Forgets old revisions every 5 minutes: those that were the newest 5 minutes ago. Several servers agree by the
// version of one key, so that only one of them compacts. Models apiserver pkg/storage/etcd3/compact.go.
import { MINUTE } from '../../../base/brand';
import type { JsonObject } from '../../../base/json';
import type { Ctx } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import { Refusal } from '../refusal';
import { type Etcd3, headerRevision } from './etcd3';

const INTERVAL_US = 5 * MINUTE;
const KEY = 'compact_rev_key';

export function startCompactor(ctx: Ctx, etcd: Etcd3): void {
  /** How often the key was written, as far as this server knows; and the revision of that time. */
  let turn = 0;
  let revision = 0;

  function* compact(): Task<void> {
    const body = yield* etcd.call('Txn', {
      compare: [{ target: 'VERSION', key: KEY, version: turn }],
      success: [{ request_put: { key: KEY, value: String(revision) } }],
      failure: [{ request_range: { key: KEY } }],
    });
    if (body instanceof Refusal) return;
    const before = revision;
    revision = headerRevision(body);
    if (body.succeeded !== true) turn = versionIn(body);
    else {
      turn++;
      if (before > 0) yield* etcd.call('Compact', { revision: before });
    }
  }

  ctx.every(INTERVAL_US, () => ctx.spawn(compact(), 'compactor'));
}

function versionIn(body: JsonObject): number {
  const [first] = body.responses as readonly { readonly response_range?: { readonly kvs?: readonly { readonly version?: number }[] } }[];
  return first?.response_range?.kvs?.[0]?.version ?? 0;
}
