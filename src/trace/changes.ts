// What one record changes, as group, path, value. The only place where facts are made from records.
//   object              KEY        {object, revision}                    what etcd holds
//   etcd                revision   n
//   running             COMPONENT  true
//   watch               SEQ        {client, server, actor, resource}     an open watch
//   interior/COMPONENT  PATH       value                                 what a component said of its inside
import { isObject, type Json, type JsonObject } from '../base/json';
import { parsePath } from '../machinery/resources';
import type { EtcdResponse, Inside } from '../wire/payload';
import type { TraceRecord } from '../wire/record';
import type { Trace } from './trace';

export type Change = readonly [group: string, path: string, value: Json | null];

/** `trace` gives the other records of the exchange and, for a restart, what is to be forgotten. */
export function changesOf(record: TraceRecord, trace: Trace): readonly Change[] {
  const { payload } = record;
  switch (payload.kind) {
    case 'inside':
      return insideChanges(record, payload, trace);
    case 'response':
      if (payload.protocol === 'etcd') return etcdChanges(record, payload, trace);
      if (payload.protocol === 'http') return watchOpened(record, payload.status, trace);
      return [];
    case 'stream-end':
      return record.exchange === null ? [] : [['watch', String(record.exchange), null]];
    default:
      return [];
  }
}

function insideChanges(record: TraceRecord, inside: Inside, trace: Trace): Change[] {
  const { from } = record;
  const changes: Change[] = [];
  if (inside.topic === 'started') changes.push(['running', from, true]);
  if (inside.topic === 'stopped') changes.push(['running', from, null], ...forgotten(from, record.seq, trace));
  for (const [path, value] of Object.entries(inside.set)) changes.push([`interior/${from}`, path, value ?? null]);
  return changes;
}

/** A process that stops takes its memory and its connections with it. */
function* forgotten(component: string, seq: number, trace: Trace): Generator<Change> {
  for (const [path] of trace.history.group(`interior/${component}`, seq)) yield [`interior/${component}`, path, null];
  for (const [path, watch] of trace.history.group('watch', seq)) {
    if (isObject(watch) && (watch.client === component || watch.server === component)) yield ['watch', path, null];
  }
}

function watchOpened(record: TraceRecord, status: number, trace: Trace): Change[] {
  const request = trace.requestOf(record);
  if (status >= 400 || request?.payload.protocol !== 'http' || request.payload.kind !== 'request') return [];
  if (!/[?&]watch=(true|1)/.test(request.payload.path)) return [];
  const path = parsePath(request.payload.path);
  if (path === null) return [];
  const selectors = ['fieldSelector', 'labelSelector'].filter((name) => path.query[name]).map((name) => `${name}=${path.query[name]}`);
  const resource = [path.resource, ...(path.namespace ? [`namespace=${path.namespace}`] : []), ...selectors].join(' ');
  return [['watch', String(request.seq), { client: request.from, server: request.to, actor: request.actor, resource }]];
}

function etcdChanges(record: TraceRecord, response: EtcdResponse, trace: Trace): Change[] {
  const request = trace.requestOf(record);
  if (response.error !== null || request?.payload.protocol !== 'etcd' || request.payload.kind !== 'request') return [];
  const revision = isObject(response.body.header) ? response.body.header.revision : undefined;
  if (typeof revision !== 'number') return [];
  const changes: Change[] = [];
  for (const write of writesOf(request.payload.rpc, request.payload.body, response.body)) {
    changes.push(['object', write.key, write.value === null ? null : { object: write.value, revision }]);
  }
  if (changes.length > 0) changes.push(['etcd', 'revision', revision]);
  return changes;
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
