// Who hears of a record: 0 story (inputs and outputs; the steps are chosen by narration), 1 messages,
// 2 wire (heartbeats, leases, bookmarks, polls, health probes), 3 inside (nothing travels).

import { binaryOf } from '../wire/names';
import type { Payload } from '../wire/payload';
import type { TraceRecord } from '../wire/record';
import { keyOfRequest } from './subject';
import type { Trace } from './trace';

export const STORY = 0;
export const MESSAGES = 1;
export const WIRE = 2;
export const INSIDE = 3;

/** CRI calls by which the kubelet only looks. */
const POLLS = new Set([
  'ListPodSandbox',
  'ListContainers',
  'Status',
  'Version',
  'ListImages',
  'ImageFsInfo',
  'RuntimeConfig',
  'GetContainerEvents',
  'UpdateRuntimeConfig',
  'ListPodSandboxStats',
  'ListContainerStats',
]);
const NODE_STATUS_PATH = /\/nodes\/[^/?]+\/status/;
const HEARTBEAT_PATH = /\/leases(\/|\?|$)|^\/(healthz|livez|readyz)|\/namespaces\/default\/(endpoints|endpointslices)\/kubernetes/;
const HEARTBEAT_KEY = /^\/registry\/(leases|masterleases|peerserverleases|ranges)\//;

/** The level of a record; the levels of those before it are known. */
export function levelOf(record: TraceRecord, trace: Trace): number {
  const { payload, exchange, seq } = record;
  if (payload.kind === 'inside') return INSIDE;
  if (payload.kind === 'input' || payload.kind === 'output' || payload.kind === 'fault') return STORY;
  if (payload.kind === 'packet') return levelOfPacket(record, trace);
  if (payload.kind === 'watch-delivery') return isQuietDelivery(payload) ? WIRE : MESSAGES;
  if (exchange !== null && exchange !== seq) return trace.levels[exchange] ?? MESSAGES;
  if (isHeartbeat(record)) return WIRE;
  // What etcd, runc or CNI is asked for is as quiet as what it is asked for. A kubelet acts on what it polls.
  return payload.protocol === 'http' || payload.protocol === 'cri' ? MESSAGES : levelOfOccasion(record, trace);
}

/** Packets of a load are as many as seconds: they are counted. */
function levelOfPacket({ cause }: TraceRecord, trace: Trace): number {
  const before = cause === null ? undefined : trace.get(cause);
  if (before?.payload.kind === 'input') return before.payload.input.type === 'load' ? WIRE : MESSAGES;
  return before?.payload.kind === 'packet' ? (trace.levels[before.seq] ?? MESSAGES) : MESSAGES;
}

function isHeartbeat({ payload, from }: TraceRecord): boolean {
  if (payload.kind !== 'request') return payload.kind === 'stream-end';
  if (payload.protocol === 'http') {
    if (HEARTBEAT_PATH.test(payload.path) || isWatchRequest(payload.path)) return true;
    return binaryOf(from) === 'kubelet' && NODE_STATUS_PATH.test(payload.path);
  }
  if (payload.protocol === 'etcd') {
    return /^Lease|^Watch$|^Status$|^Compact$/.test(payload.rpc) || HEARTBEAT_KEY.test(keyOfRequest(payload.body) ?? '');
  }
  if (payload.protocol === 'probe') return true;
  return payload.protocol === 'cri' && POLLS.has(payload.rpc);
}

/** Opening a watch on a whole collection is plumbing; on one named object it is a Pod's own need. */
const isWatchRequest = (path: string): boolean => /[?&]watch=(true|1)/.test(path) && !/metadata\.name/.test(path);

function isQuietDelivery(payload: Extract<Payload, { kind: 'watch-delivery' }>): boolean {
  if (payload.protocol === 'http') return payload.type === 'BOOKMARK' || payload.object.kind === 'Lease';
  const { events } = payload.body;
  if (!Array.isArray(events) || events.length === 0) return true;
  return events.every((event: { kv?: { key?: string } }) => HEARTBEAT_KEY.test(event.kv?.key ?? ''));
}

function levelOfOccasion(record: TraceRecord, trace: Trace): number {
  for (let cause = record.cause, steps = 0; cause !== null && steps < 8; steps++) {
    const level = trace.levels[cause];
    if (level !== undefined && level !== INSIDE) return level === WIRE ? WIRE : MESSAGES;
    cause = trace.get(cause)?.cause ?? null;
  }
  return MESSAGES;
}
