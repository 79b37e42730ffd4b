// Why something was sent: the nearest cause that a person would name.
import { subjectOf } from '../trace/subject';
import type { Trace } from '../trace/trace';
import type { TraceRecord } from '../wire/record';
import { callReason } from './call-phrases';
import { speaker } from './naming';
import { newsOf } from './news';

const MAX_STEPS = 12;
const JUST_NOW_US = 1_000_000;

/** A clause to follow `because`; null if there is nothing to say. */
export function whyOf(record: TraceRecord, trace: Trace): string | null {
  const { payload } = record;
  if (payload.kind === 'response' || payload.kind === 'stream-end' || payload.kind === 'input') return null;
  if (payload.kind === 'watch-delivery' && payload.protocol === 'http') return whyDelivered(record, trace);
  for (let seq = record.cause, steps = 0; seq !== null && steps < MAX_STEPS; steps++) {
    const cause = trace.get(seq);
    if (cause === undefined) return null;
    const reason = reasonOf(cause, record, trace);
    if (reason !== null) return reason;
    seq = cause.cause;
  }
  return null;
}

/** The watch is open, and somebody wrote: who? */
function whyDelivered(record: TraceRecord, trace: Trace): string {
  const { payload } = record;
  if (payload.kind !== 'watch-delivery' || payload.protocol !== 'http') return '';
  if (payload.type === 'BOOKMARK') return 'a watch wants to know how far it is';
  for (let seq = record.cause, steps = 0; seq !== null && seq !== record.exchange && steps < MAX_STEPS; steps++) {
    const cause = trace.get(seq);
    if (cause?.payload.kind === 'request' && cause.payload.protocol === 'http' && cause.payload.method !== 'GET') {
      return `its watch is open and ${speaker(cause.from, cause.actor)} ${WROTE[cause.payload.method] ?? 'changed'} it`;
    }
    seq = cause?.cause ?? null;
  }
  return 'its watch is open';
}
const WROTE: { readonly [method: string]: string } = { POST: 'wrote', PUT: 'changed', PATCH: 'changed', DELETE: 'deleted' };

function reasonOf(cause: TraceRecord, record: TraceRecord, trace: Trace): string | null {
  const { payload } = cause;
  switch (payload.kind) {
    case 'input':
      return payload.input.type === 'kubectl' ? 'you typed the command' : 'you broke something';
    case 'fault':
      return 'you broke something';
    case 'watch-delivery':
      if (cause.to !== record.from) return null;
      return payload.protocol === 'http' ? `its watch said: ${newsTold(cause, trace)}` : 'etcd told it of the change';
    case 'request':
      return cause.to === record.from && cause.from !== cause.to ? `${speaker(cause.from, cause.actor)} asked` : null;
    case 'response':
      if (cause.to !== record.from || payload.protocol === 'http' || payload.protocol === 'etcd') return null;
      return payload.error === null ? callReason(payload.rpc, subjectOf(cause, trace)) : `${payload.rpc} failed`;
    case 'stream':
      return cause.to === record.from && cause.from !== cause.to ? 'a container ended' : null;
    case 'inside':
      if (payload.topic !== 'started' || cause.from !== record.from) return null;
      return record.atUs - cause.atUs < JUST_NOW_US ? 'it has just started' : 'its timer fired';
    default:
      return null;
  }
}

/** What a delivery told, against what its object was before. */
export function newsTold(delivery: TraceRecord, trace: Trace): string {
  const { payload } = delivery;
  if (payload.kind !== 'watch-delivery' || payload.protocol !== 'http') return '';
  return newsOf(payload.type, payload.object, trace.objectBefore(payload.object));
}
