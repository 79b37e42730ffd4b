// Two recordings laid side by side. Up to where they part they are the same, record by record; after it two messages
// are the same if they say the same thing about the same object between the same two places, the n-th time here and
// there: sequence numbers, times, versions and the random ends of names tell nothing. Told messages only: what happens
// inside, heartbeats and polls are left out.
import { fnv32a } from '../base/hash';
import { canonicalJson, isObject, type Json } from '../base/json';
import type { Payload } from '../wire/payload';
import type { TraceRecord } from '../wire/record';
import { summaryOf } from '../wire/summary';
import { MESSAGES, WIRE } from './levels';
import { keyOfRequest, subjectOf, subjectText } from './subject';
import type { Trace } from './trace';

export interface Difference {
  /** Both have the same records before this one. */
  readonly forkSeq: number;
  /** How many told messages after that both have. */
  readonly both: number;
  /** Records that only the one, and only the other has, in order. */
  readonly only: readonly [a: readonly number[], b: readonly number[]];
}

/** Records looked at between two rests. */
const AT_ONCE = 256;

/** Compares in small portions: goes on whenever it is asked to. Both recordings were taken in by their traces. */
export function* compare(a: Trace, b: Trace): Generator<undefined, Difference> {
  let forkSeq = 0;
  const end = Math.min(a.levels.length, b.levels.length);
  while (forkSeq < end && sameRecord(a.records[forkSeq] as TraceRecord, b.records[forkSeq] as TraceRecord))
    if (++forkSeq % AT_ONCE === 0) yield;
  const there = yield* countsFrom(b, forkSeq);
  let both = 0;
  const matched = new Map<number, number>();
  const onlyA: number[] = [];
  for (let seq = forkSeq; seq < a.levels.length; seq++) {
    if (seq % AT_ONCE === 0) yield;
    if (!isCompared(a, seq)) continue;
    const identity = hashOf(identityOf(a.records[seq] as TraceRecord, a));
    const used = matched.get(identity) ?? 0;
    if (used >= (there.get(identity) ?? 0)) onlyA.push(seq);
    else {
      matched.set(identity, used + 1);
      both++;
    }
  }
  const onlyB: number[] = [];
  for (let seq = forkSeq; seq < b.levels.length; seq++) {
    if (seq % AT_ONCE === 0) yield;
    if (!isCompared(b, seq)) continue;
    const identity = hashOf(identityOf(b.records[seq] as TraceRecord, b));
    const left = matched.get(identity) ?? 0;
    if (left > 0) matched.set(identity, left - 1);
    else onlyB.push(seq);
  }
  return { forkSeq, both, only: [onlyA, onlyB] };
}

function* countsFrom(trace: Trace, forkSeq: number): Generator<undefined, ReadonlyMap<number, number>> {
  const counts = new Map<number, number>();
  for (let seq = forkSeq; seq < trace.levels.length; seq++) {
    if (seq % AT_ONCE === 0) yield;
    if (!isCompared(trace, seq)) continue;
    const identity = hashOf(identityOf(trace.records[seq] as TraceRecord, trace));
    counts.set(identity, (counts.get(identity) ?? 0) + 1);
  }
  return counts;
}

const isCompared = (trace: Trace, seq: number): boolean =>
  (trace.levels[seq] as number) <= MESSAGES && !trace.isBoot(seq) && !isOfHeartbeat(trace, trace.records[seq] as TraceRecord);

const MAX_STEPS = 8;

/** News of what a heartbeat wrote comes as often as that. */
function isOfHeartbeat(trace: Trace, { payload, cause }: TraceRecord): boolean {
  if (payload.kind !== 'watch-delivery') return false;
  for (let seq = cause, steps = 0; seq !== null && steps < MAX_STEPS; steps++) {
    const record = trace.records[seq] as TraceRecord;
    if (record.payload.kind === 'request') return trace.levels[seq] === WIRE;
    seq = record.cause;
  }
  return false;
}

/** Enough to tell where two runs of the same model part: the first that differs is an input, or follows from one. */
const sameRecord = (a: TraceRecord, b: TraceRecord): boolean =>
  a.atUs === b.atUs &&
  a.receivedUs === b.receivedUs &&
  a.from === b.from &&
  a.to === b.to &&
  a.exchange === b.exchange &&
  a.cause === b.cause &&
  a.payload.kind === b.payload.kind &&
  a.payload.protocol === b.payload.protocol &&
  outcomeOf(a.payload) === outcomeOf(b.payload) &&
  (a.payload.kind !== 'input' || canonicalJson(a.payload as unknown as Json) === canonicalJson(b.payload as unknown as Json));

const outcomeOf = (payload: Payload): string | number => {
  if (payload.kind !== 'response') return '';
  return payload.protocol === 'http' ? payload.status : (payload.error?.code ?? 'ok');
};

/** 53 bits of a text: a million different ones are told apart. */
const hashOf = (text: string): number => fnv32a(text) * 0x200000 + (fnv32a(`2${text}`) & 0x1fffff);

// ---- What a message is, whenever it is sent

/** The random end that Kubernetes gives to a name that it makes (apimachinery pkg/util/rand), and that of an Event. */
const RANDOM_END = /(-[bcdfghjklmnpqrstvwxz2456789]{5}|\.[0-9a-f]{16})(?=$|\/)/g;
const alike = (name: string): string => name.replace(RANDOM_END, '-*');

/** Who says what to whom about which object. */
export function identityOf(record: TraceRecord, trace: Trace): string {
  const subject = subjectOf(record, trace);
  const about = subject === null ? '' : `${alike(subjectText(subject))} ${subject.subresource ?? ''} ${subject.container ?? ''}`;
  const { from, to, actor, payload } = record;
  const said = `${saidIn(record, trace, payload)}${record.receivedUs === null ? ', lost' : ''}`;
  return [alike(from), alike(to), actor ?? '', payload.protocol, payload.kind, said, about].join('|');
}

function saidIn(record: TraceRecord, trace: Trace, payload: Payload): string {
  switch (payload.kind) {
    case 'request':
      return requestText(payload);
    case 'response': {
      const asked = trace.requestOf(record)?.payload;
      const request = asked?.kind === 'request' ? requestText(asked) : '';
      return `${request} ${outcomeOf(payload)}`;
    }
    case 'watch-delivery':
      return payload.protocol === 'http' ? payload.type : eventType(payload.body);
    case 'stream':
      return payload.rpc;
    case 'stream-end':
      return payload.reason;
    case 'inside':
      return payload.topic;
    case 'output':
      return `${payload.exit ?? ''}`;
    default:
      return summaryOf(payload);
  }
}

function requestText(payload: Extract<Payload, { kind: 'request' }>): string {
  if (payload.protocol === 'http') return `${payload.method}${/[?&]watch=(1|true)/.test(payload.path) ? ' watch' : ''}`;
  if (payload.protocol !== 'etcd') return payload.rpc;
  const { success } = payload.body;
  const operation = Array.isArray(success) ? (success as readonly Json[])[0] : undefined;
  return `${payload.rpc} ${isObject(operation) ? Object.keys(operation).join() : ''} ${keyOfRequest(payload.body) === null ? 'none' : ''}`;
}

function eventType({ events }: { readonly events?: Json | undefined }): string {
  const first = Array.isArray(events) ? (events as readonly Json[])[0] : undefined;
  return isObject(first) ? String(first.type ?? 'PUT') : '';
}

// ---- Why

/** From a record back to the first cause that both recordings have, or to the input; itself left out. `fork`: see
 *  Difference. */
export function causesUpTo(
  trace: Trace,
  seq: number,
  only: ReadonlySet<number>,
  fork: number,
): readonly { readonly seq: number; readonly shared: boolean }[] {
  const chain: { seq: number; shared: boolean }[] = [];
  for (const cause of trace.causes(seq, MAX_CHAIN)) {
    if (cause.payload.kind === 'inside' && cause.seq >= fork) continue;
    const shared = cause.seq < fork || (isCompared(trace, cause.seq) && !only.has(cause.seq));
    chain.push({ seq: cause.seq, shared });
    if (shared) break;
  }
  return chain;
}

const MAX_CHAIN = 60;
