// What one record changes, as group, path, value. The only place where facts are made from records.
//   object/RESOURCE     KEY        {object, revision}                    what etcd holds
//   etcd                revision   n
//   etcd                keys       n
//   running             COMPONENT  true
//   watch               SEQ        {client, server, actor, resource}     an open watch
//   interior/COMPONENT  PATH       value                                 what a component said of its inside
//   told/COMPONENT      PATH       {seq, detail}                         what it said when it set a path, or last decided
//   fed                 SEQ        {count, revision}                     what a watch has delivered; count null if not known
//   last-watch          WHOSE      SEQ                                   the last one of a client, its part and a resource
//   queue               NAME       n                                     keys waiting or being worked on
//   rules               NODE       n                                     service rules in its kernel
//   load                WHOSE      {from, to, ok, failed}                requests of a load that are over
//   clock               NODE       µs                                    how far its clock was set ahead, if it is wrong
//   trouble             SEQ        {kind, from, to, bothWays, untilUs}   what was broken on purpose between two places, by its fault

import type { Seq } from '../base/brand';
import { isObject, type Json, type JsonObject } from '../base/json';
import { parsePath } from '../machinery/resources';
import { binaryOf, type ComponentId, nodeOf } from '../wire/names';
import type { Fault, HttpRequest, Inside } from '../wire/payload';
import type { TraceRecord } from '../wire/record';
import type { Trace } from './trace';

export type Change = readonly [group: string, path: string, value: Json | null];

/** What etcd holds under a key. */
export interface Stored {
  readonly object: Json;
  readonly revision: number;
}

/** `/registry/pods/default/web-1` -> `object/pods`. */
export const groupOfKey = (key: string): string => `object/${key.split('/')[2] ?? ''}`;

/** `trace` gives the other records of the exchange and, for what is to be forgotten, the facts so far. */
export function changesOf(record: TraceRecord, trace: Trace): Iterable<Change> {
  const { payload } = record;
  switch (payload.kind) {
    case 'inside':
      return insideChanges(record, payload, trace);
    case 'response':
      return payload.protocol === 'iptables' ? rulesWritten(record, trace) : watchOpened(record, trace);
    case 'watch-delivery':
      return fed(record, trace);
    case 'stream-end':
      return record.exchange === null ? [] : [['watch', String(record.exchange), null]];
    case 'fault':
      return payload.fault === 'heal' ? healed(payload, record, trace) : troubled(payload, record);
    default:
      return [];
  }
}

const LASTING: ReadonlySet<string> = new Set(['partition', 'stall', 'delay']);

/** Each for itself: a later one does not end an earlier one. */
function troubled({ fault, detail }: Fault, { seq, atUs }: TraceRecord): Change[] {
  const { from, to, oneWay, forUs, refused } = detail;
  if (fault === 'clock' && refused === undefined) return [['clock', String(detail.node), detail.aheadUs || null]];
  if (!LASTING.has(fault) || refused !== undefined) return [];
  const bothWays = fault !== 'stall' && oneWay !== true;
  const trouble = { kind: fault, from: from ?? null, to: to ?? null, bothWays, untilUs: atUs + Number(forUs) };
  return [['trouble', String(seq), trouble]];
}

function healed({ detail }: Fault, { seq }: TraceRecord, trace: Trace): Change[] {
  const { from, to, refused } = detail;
  if (refused !== undefined) return [];
  const over = ([, trouble]: readonly [string, Json]): boolean =>
    isObject(trouble) && ((trouble.from === from && trouble.to === to) || (trouble.from === to && trouble.to === from));
  return trace.history
    .group('trouble', seq)
    .filter(over)
    .map(([path]) => ['trouble', path, null]);
}

function* insideChanges(record: TraceRecord, inside: Inside, trace: Trace): Generator<Change> {
  const { from, seq } = record;
  if (inside.topic === 'started') yield ['running', from, true];
  if (inside.topic === 'stopped') {
    yield ['running', from, null];
    yield* forgotten(from, seq, trace);
  }
  yield* committed(record, trace);
  // A client that closes its watch sends nothing; its server notices.
  if (inside.topic === 'watch-cache' && typeof inside.detail.closed === 'number') yield ['watch', String(inside.detail.closed), null];
  const told = toldPath(inside);
  if (told !== undefined) yield [`told/${from}`, told, inside.set[told] === null ? null : { seq, detail: inside.detail }];
  for (const [path, value] of Object.entries(inside.set)) yield* interiorChange(from, path, value ?? null, seq, trace);
}

const TELLING: ReadonlySet<string> = new Set(['commit', 'container', 'image', 'volume', 'pod-worker']);

/** Where the words of an inside record are kept: with what it set, or by what was decided on. */
function toldPath({ topic, detail, set }: Inside): string | undefined {
  if (topic === 'reconcile') return `reconcile/${String(detail.queue ?? '')}`;
  if (topic === 'schedule') return `schedule/${String(detail.pod ?? '')}`;
  if (topic === 'packet') return detail.hooks === undefined ? undefined : `packet/${detail.flags === 'SYN' ? 'first' : 'later'}`;
  return TELLING.has(topic) ? Object.keys(set)[0] : undefined;
}

/** How many objects a watch has told of, if it or one before began with all of them, and its last version. */
function fed({ exchange, payload, seq }: TraceRecord, { history }: Trace): Change[] {
  if (payload.kind !== 'watch-delivery' || exchange === null) return [];
  const revision = revisionTold(payload.protocol === 'http' ? payload.object : payload.body);
  if (Number.isNaN(revision)) return [];
  const count = (history.at('fed', String(exchange), seq) as { readonly count: number | null } | null)?.count ?? null;
  const step = payload.protocol !== 'http' ? 0 : payload.type === 'ADDED' ? 1 : payload.type === 'DELETED' ? -1 : 0;
  return [['fed', String(exchange), { count: count === null ? null : count + step, revision }]];
}

/** The version of an object, or of the first event of an etcd watch. */
export function revisionTold(told: { readonly [key: string]: Json | undefined }): number {
  if (isObject(told.metadata)) return Number(told.metadata.resourceVersion);
  const [first] = Array.isArray(told.events) ? (told.events as readonly Json[]) : [];
  return isObject(first) && isObject(first.kv) ? Number(first.kv.mod_revision) : Number.NaN;
}

/** A process that stops takes its memory and its connections with it. */
function* forgotten(component: ComponentId, seq: number, trace: Trace): Generator<Change> {
  for (const [path] of trace.history.group(`interior/${component}`, seq)) yield* interiorChange(component, path, null, seq, trace);
  for (const [path] of trace.history.group(`told/${component}`, seq)) yield [`told/${component}`, path, null];
  for (const [path, watch] of trace.history.group('watch', seq)) {
    if (isObject(watch) && (watch.client === component || watch.server === component)) yield ['watch', path, null];
  }
  const node = nodeOf(component);
  if (node !== null && binaryOf(component) === 'kernel') yield ['rules', node, null];
}

function* interiorChange(component: ComponentId, path: string, value: Json | null, seq: number, { history }: Trace): Generator<Change> {
  const group = `interior/${component}`;
  const queue = queueOf(component, path);
  const was = queue === null ? null : history.at(group, path, seq);
  if (queue !== null && (was === null) !== (value === null)) {
    const length = history.at('queue', queue, seq);
    yield ['queue', queue, (typeof length === 'number' ? length : 0) + (value === null ? -1 : 1)];
  }
  if (path.startsWith('load/')) yield ['load', `${component} ${path}`, isObject(value) ? { ...value, from: component } : null];
  yield [group, path, value];
}

/** Interiors tell of queues as `queue/NAME/KEY`; the scheduler, which has one, as `queue/KEY`. */
function queueOf(component: ComponentId, path: string): string | null {
  if (!path.startsWith('queue/')) return null;
  const binary = binaryOf(component);
  if (binary === 'kube-scheduler') return 'scheduling';
  const name = path.slice(6, path.indexOf('/', 6));
  return binary === 'kube-controller-manager' ? name : `${component} ${name}`;
}

function watchOpened(record: TraceRecord, trace: Trace): Change[] {
  const { payload } = record;
  const request = trace.requestOf(record);
  if (payload.kind !== 'response' || request?.payload.kind !== 'request') return [];
  const resource =
    request.payload.protocol === 'http' && payload.protocol === 'http' && payload.status < 400
      ? watchedResource(request.payload)
      : request.payload.protocol === 'etcd' && request.payload.rpc === 'Watch'
        ? watchedPrefix(request.payload.body)
        : null;
  if (resource === null) return [];
  const { seq, from: client, to: server, actor } = request;
  const path = String(seq);
  const name = `${client} ${actor} ${resource}`;
  return [
    ['watch', path, { client, server, actor, resource }],
    ['fed', path, fedAtStart(request, name, record.seq, trace)],
    ['last-watch', name, seq],
  ];
}

/** A watch that begins with all there is has told of nothing yet; another goes on where the last one ended. */
function fedAtStart({ payload }: TraceRecord, name: string, seq: number, { history }: Trace): Json {
  if (payload.kind === 'request' && payload.protocol === 'http' && payload.path.includes('sendInitialEvents=true'))
    return { count: 0, revision: null };
  const last = history.at('last-watch', name, seq);
  return (last === null ? null : history.at('fed', String(last), seq)) ?? { count: null, revision: null };
}

function watchedResource(request: HttpRequest): string | null {
  if (!/[?&]watch=(true|1)/.test(request.path)) return null;
  const path = parsePath(request.path);
  if (path === null) return null;
  const selectors = ['fieldSelector', 'labelSelector'].filter((name) => path.query[name]).map((name) => `${name}=${path.query[name]}`);
  return [path.resource, ...(path.namespace ? [`namespace=${path.namespace}`] : []), ...selectors].join(' ');
}

const watchedPrefix = (body: JsonObject): string | null =>
  isObject(body.create_request) && typeof body.create_request.key === 'string' ? body.create_request.key : null;

/** kube-proxy writes the chain KUBE-SERVICES as a whole: each of its rules is for one port of a Service. */
function rulesWritten(record: TraceRecord, trace: Trace): Change[] {
  const request = trace.requestOf(record);
  const node = nodeOf(record.from);
  if (node === null || request?.payload.protocol !== 'iptables' || request.payload.kind !== 'request') return [];
  const { rpc, body } = request.payload;
  if (rpc !== 'iptables-restore' || typeof body.stdin !== 'string' || binaryOf(request.from) !== 'kube-proxy') return [];
  return [['rules', node, body.stdin.split('\n').filter((line) => SERVICE_RULE.test(line)).length]];
}
const SERVICE_RULE = /^-A KUBE-SERVICES .*-m comment --comment "?[a-z0-9-]+\//;

/** A key that etcd wrote or deleted, and the record that says so. */
export interface Commit {
  readonly seq: Seq;
  readonly revision: number;
  readonly key: string;
  readonly deleted: boolean;
}

export function commitOf({ seq, payload }: TraceRecord): Commit | null {
  if (payload.kind !== 'inside' || payload.topic !== 'commit') return null;
  const { key, revision, type } = payload.detail;
  return { seq, revision: Number(revision), key: String(key), deleted: type === 'DELETE' };
}

/** etcd applied a write. */
function* committed(record: TraceRecord, { history, records }: Trace): Generator<Change> {
  const commit = commitOf(record);
  if (commit === null) return;
  const { key, revision, seq, deleted } = commit;
  const group = groupOfKey(key);
  const was = history.at(group, key, seq);
  const stored = deleted ? null : { object: valueWritten(record, key, records), revision };
  yield [group, key, stored];
  yield ['etcd', 'revision', revision];
  const keys = history.at('etcd', 'keys', seq);
  const added = (stored === null ? 0 : 1) - (was === null ? 0 : 1);
  if (added !== 0) yield ['etcd', 'keys', (typeof keys === 'number' ? keys : 0) + added];
}

/** The value stands in the request that caused the commit; null for a key whose lease ended. */
export function valueWritten({ cause }: TraceRecord, key: string, records: readonly TraceRecord[]): Json {
  const request = cause === null ? undefined : records[cause]?.payload;
  return (request?.protocol === 'etcd' && request.kind === 'request' ? valueIn(request.body, key) : null) ?? null;
}

/** The value that a Put, or one in a transaction, gives a key. */
function valueIn(body: JsonObject, key: string): Json | undefined {
  if (body.key === key) return body.value;
  for (const branch of [body.success, body.failure]) {
    for (const operation of Array.isArray(branch) ? (branch as readonly Json[]) : []) {
      if (!isObject(operation)) continue;
      for (const inner of [operation.request_put, operation.request_txn]) {
        const value = isObject(inner) ? valueIn(inner, key) : undefined;
        if (value !== undefined) return value;
      }
    }
  }
  return undefined;
}

export interface EtcdWrite {
  readonly key: string;
  /** Null for a deletion. */
  readonly value: Json | null;
}

/** The keys that a request wrote, given its answer. Ranges of deletions and nested branches are followed. */
export function writesOf(rpc: string, body: JsonObject, answer: JsonObject): EtcdWrite[] {
  if (rpc === 'Put' && typeof body.key === 'string') return [{ key: body.key, value: body.value ?? null }];
  if (rpc === 'DeleteRange' && typeof body.key === 'string') return answer.deleted ? [{ key: body.key, value: null }] : [];
  if (rpc !== 'Txn') return [];
  const branch = answer.succeeded === true ? body.success : body.failure;
  const results = Array.isArray(answer.responses) ? (answer.responses as readonly Json[]) : [];
  if (!Array.isArray(branch)) return [];
  return (branch as readonly Json[]).flatMap((operation, i) => {
    if (!isObject(operation)) return [];
    const result = isObject(results[i]) ? (results[i] as JsonObject) : {};
    if (isObject(operation.request_put)) return writesOf('Put', operation.request_put, {});
    if (isObject(operation.request_delete_range)) {
      const deleted = isObject(result.response_delete_range) ? result.response_delete_range : {};
      return writesOf('DeleteRange', operation.request_delete_range, deleted);
    }
    if (isObject(operation.request_txn)) {
      return writesOf('Txn', operation.request_txn, isObject(result.response_txn) ? result.response_txn : {});
    }
    return [];
  });
}
