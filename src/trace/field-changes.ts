// What a message changed in the object it is about: each field before and after, taken from etcd's history.
import { isObject, type Json, jsonEqual } from '../base/json';
import type { TraceRecord } from '../wire/record';
import { type Commit, groupOfKey, revisionTold, type Stored } from './changes';
import type { Trace } from './trace';

export interface FieldChange {
  readonly path: string;
  readonly before: Json | null;
  readonly after: Json | null;
}

const MAX_CHANGES = 200;
/** A write, its transaction and etcd's commit follow each other closely in the chain of causes. */
const MAX_DEPTH = 16;

/** One write to an etcd key. */
export interface KeyChange {
  readonly key: string;
  /** The revision that it had; null if it was not there. */
  readonly before: number | null;
  readonly revision: number;
  readonly deleted: boolean;
  readonly changes: readonly FieldChange[];
}

/** What a write, its answer, or the delivery of it tells changed. Null for what wrote nothing. */
export function keyChangeOf(record: TraceRecord, trace: Trace): KeyChange | null {
  const commit = commitTold(record, trace);
  if (commit === undefined) return null;
  const { key, revision, deleted, seq } = commit;
  const { history } = trace;
  const before = history.before(groupOfKey(key), key, seq) as Stored | null;
  const after = history.at(groupOfKey(key), key, seq);
  const changes = diff(before?.object ?? null, objectIn(after));
  const ordered = [...changes.filter((change) => !isBookkeeping(change)), ...changes.filter(isBookkeeping)];
  return { key, before: before?.revision ?? null, revision, deleted, changes: ordered };
}

const isBookkeeping = ({ path }: FieldChange): boolean => path.startsWith('metadata.managedFields');

const objectIn = (value: Json | null): Json => (value as Stored | null)?.object ?? null;

function commitTold(record: TraceRecord, trace: Trace): Commit | undefined {
  const { payload } = record;
  if (payload.kind === 'watch-delivery')
    return trace.commitOfRevision(revisionTold(payload.protocol === 'http' ? payload.object : payload.body));
  if (payload.kind === 'inside') return payload.topic === 'commit' ? trace.commitAt(record.seq) : undefined;
  const request = trace.requestOf(record);
  if (request?.payload.kind !== 'request') return undefined;
  if (request.payload.protocol !== 'etcd' && (request.payload.protocol !== 'http' || request.payload.method === 'GET')) return undefined;
  return commitBelow(request, trace, MAX_DEPTH);
}

/** The last write that a request led to before it was answered: a conflict is tried again. */
function commitBelow(record: TraceRecord, trace: Trace, depth: number): Commit | undefined {
  if (depth === 0) return undefined;
  for (const effect of [...trace.effects(record.seq)].reverse()) {
    const found = trace.commitAt(effect.seq) ?? (servesFurther(effect) ? commitBelow(effect, trace, depth - 1) : undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

const servesFurther = ({ payload }: TraceRecord): boolean =>
  payload.protocol === 'etcd' && (payload.kind === 'request' || payload.kind === 'response');

/** The leaves that differ, in the order of the new object, then those that are gone. Lists whose length
 *  changed differ as a whole; a member that only one side has counts as a whole. */
export function diff(before: Json, after: Json): FieldChange[] {
  const changes: FieldChange[] = [];
  compare('', before, after, changes);
  return changes;
}

function compare(path: string, before: Json | undefined, after: Json | undefined, changes: FieldChange[]): void {
  if (changes.length >= MAX_CHANGES || jsonEqual(before, after)) return;
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(after), ...Object.keys(before)]);
    for (const name of names) compare(path === '' ? name : `${path}.${name}`, before[name], after[name], changes);
    return;
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    for (let i = 0; i < after.length; i++) compare(`${path}[${i}]`, before[i] as Json, after[i] as Json, changes);
    return;
  }
  if (path === '' && isObject(after)) for (const [name, value] of Object.entries(after)) compare(name, undefined, value, changes);
  else if (path === '' && isObject(before)) for (const [name, value] of Object.entries(before)) compare(name, value, undefined, changes);
  else changes.push({ path, before: before ?? null, after: after ?? null });
}
