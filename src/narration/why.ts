// Why something was sent: the nearest cause that a person would name.
import { parsePath } from '../machinery/resources';
import { subjectOf } from '../trace/subject';
import type { Trace } from '../trace/trace';
import type { HttpRequest, InsideTopic, Kind, Payload } from '../wire/payload';
import type { TraceRecord } from '../wire/record';
import { callReason } from './call-phrases';
import { speaker } from './naming';
import { newsOf } from './news';
import { whyPacket } from './packet-phrases';

const MAX_STEPS = 40;
const JUST_NOW_US = 1_000_000;

/** What a component does inside for a reason of its own; the rest only follows. */
const DECISIONS: ReadonlySet<InsideTopic> = new Set<InsideTopic>(['schedule', 'queue', 'reconcile', 'pod-worker', 'volume', 'stopped']);

/** An answer follows from its request, which stands beside it; what a person does needs no reason. */
const SPEAK_FOR_THEMSELVES: ReadonlySet<Kind> = new Set<Kind>(['response', 'stream-end', 'input', 'output', 'fault']);

/** A clause to follow `because`; null if there is nothing to say. */
export function whyOf(record: TraceRecord, trace: Trace): string | null {
  const { payload } = record;
  if (SPEAK_FOR_THEMSELVES.has(payload.kind)) return null;
  if (payload.kind === 'inside' && !DECISIONS.has(payload.topic)) return null;
  if (payload.kind === 'watch-delivery' && payload.protocol === 'http') return whyDelivered(record, trace);
  if (payload.kind === 'packet') return whyPacket(record, payload, trace);
  return habitOf(payload) ?? causeOf(record, trace);
}

/** What is sent again and again says so itself. */
function habitOf(payload: Payload): string | null {
  if (payload.kind === 'watch-delivery') return 'its watch is open';
  if (payload.kind !== 'request') return null;
  if (payload.protocol === 'http')
    return payload.method === 'PUT' && /\/leases\//.test(payload.path) ? 'a Lease runs out unless renewed' : null;
  return payload.protocol === 'cri' && /^List(PodSandbox|Containers)$/.test(payload.rpc) ? 'it looks every second' : null;
}

function causeOf(record: TraceRecord, trace: Trace): string | null {
  let looked = false;
  for (let seq = record.cause, steps = 0; seq !== null && steps < MAX_STEPS; steps++) {
    const cause = trace.get(seq);
    if (cause === undefined) return null;
    const reason = reasonOf(cause, record, trace);
    if (reason !== null && !(looked && cause.payload.kind === 'inside')) return reason;
    looked ||= isLook(cause) && cause.to === record.from;
    seq = cause.cause;
  }
  return looked ? 'its look at the containers showed it' : null;
}
const isLook = ({ payload }: TraceRecord): boolean =>
  payload.kind === 'response' &&
  payload.protocol === 'cri' &&
  /^(ListPodSandbox|ListContainers|PodSandboxStatus|ContainerStatus)$/.test(payload.rpc);

/** The watch is open, and somebody wrote: who? */
function whyDelivered(record: TraceRecord, trace: Trace): string {
  const { payload } = record;
  if (payload.kind !== 'watch-delivery' || payload.protocol !== 'http') return '';
  if (payload.type === 'BOOKMARK') return 'a watch wants to know how far it is';
  for (let seq = record.cause, steps = 0; seq !== null && seq !== record.exchange && steps < MAX_STEPS; steps++) {
    const cause = trace.get(seq);
    if (
      cause?.payload.kind === 'request' &&
      cause.payload.protocol === 'http' &&
      cause.payload.method !== 'GET' &&
      cause.from !== cause.to
    ) {
      return `its watch is open and ${speaker(cause.from, cause.actor)} ${wroteBy(cause.payload)} it`;
    }
    seq = cause?.cause ?? null;
  }
  return 'its watch is open';
}
function wroteBy({ method, path }: HttpRequest): string {
  const subresource = parsePath(path)?.subresource;
  if (method === 'POST') return subresource === 'binding' ? 'bound' : subresource === 'eviction' ? 'evicted' : 'created';
  return method === 'DELETE' ? 'deleted' : 'changed';
}

function reasonOf(cause: TraceRecord, record: TraceRecord, trace: Trace): string | null {
  const { payload } = cause;
  switch (payload.kind) {
    case 'input':
      if (payload.input.type === 'interrupt') return 'you pressed Ctrl-C';
      return payload.input.type === 'fault' ? 'you broke something' : 'you typed the command';
    case 'fault':
      return 'you broke something';
    case 'watch-delivery':
      if (cause.to !== record.from) return null;
      if (payload.protocol === 'etcd') return 'etcd told it of a change';
      return payload.type === 'BOOKMARK' ? 'its cache is up to date' : `its watch said: ${newsTold(cause, trace)}`;
    case 'request':
      return cause.to === record.from && cause.from !== cause.to ? `${speaker(cause.from, cause.actor)} asked` : null;
    case 'response':
      if (cause.to !== record.from || payload.protocol === 'http' || payload.protocol === 'etcd') return null;
      if (payload.error !== null) return payload.protocol === 'iptables' ? null : `${payload.rpc} failed`;
      return callReason(payload.rpc, subjectOf(cause, trace));
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
  return newsOf(payload.type, trace.objectTold(payload), trace.objectBefore(payload.object));
}
