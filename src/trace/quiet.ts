// What goes on all the time and says nothing new: which of it a record is, for lists that count it instead.
import type { TraceRecord } from '../wire/record';
import { WIRE } from './levels';
import type { Quiet } from './quiet-kinds';
import { keyOfRequest } from './subject';
import type { Trace } from './trace';

/** How far the occasion of a record may lie back. */
const MAX_DEPTH = 8;
const LEASE_KEY = /^\/registry\/(leases|masterleases)\//;

/** Null for what is told at another level than the wire, and for what happens once, as opening a watch does. */
export function quietOf(record: TraceRecord, trace: Trace, depth = MAX_DEPTH): Quiet | null {
  if (trace.levels[record.seq] !== WIRE || depth === 0) return null;
  const { payload } = record;
  if (payload.kind === 'packet') return 'load';
  if (payload.kind === 'watch-delivery') {
    if (payload.protocol !== 'http') return Array.isArray(payload.body.events) && payload.body.events.length > 0 ? 'lease' : 'bookmark';
    return payload.type === 'BOOKMARK' ? 'bookmark' : payload.object.kind === 'Lease' ? 'lease' : null;
  }
  const asked = trace.requestOf(record)?.payload;
  if (asked?.kind !== 'request') return null;
  if (asked.protocol === 'http') return ofPath(asked.path);
  if (asked.protocol === 'probe') return 'heartbeat';
  if (asked.protocol === 'cri') return 'poll';
  if (asked.protocol === 'etcd' && (/^Lease/.test(asked.rpc) || LEASE_KEY.test(keyOfRequest(asked.body) ?? ''))) return 'lease';
  return ofOccasion(record, trace, depth);
}

function ofPath(path: string): Quiet | null {
  if (/[?&]watch=(true|1)/.test(path)) return null;
  if (/\/leases(\/|\?|$)/.test(path)) return 'lease';
  return /^\/(healthz|livez|readyz)|\/nodes\/[^/?]+(\/status)?(\?|$)/.test(path) ? 'heartbeat' : 'poll';
}

/** What is asked of etcd, runc or CNI is what the first message that led to it is. */
function ofOccasion(record: TraceRecord, trace: Trace, depth: number): Quiet | null {
  let cause = trace.requestOf(record)?.cause ?? null;
  for (let steps = 0; cause !== null && steps < MAX_DEPTH; steps++) {
    const before = trace.get(cause);
    if (before === undefined) return null;
    if (before.payload.kind !== 'inside') return quietOf(before, trace, depth - 1);
    cause = before.cause;
  }
  return null;
}
