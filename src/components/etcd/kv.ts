// The KV service over the store: Range, Put, DeleteRange, Compact. Models etcd server/api/v3rpc/key.go
// (what is refused at once) and server/etcdserver/apply.go (what is refused or done when applied).
import { canonicalJson, type Json, type JsonObject } from '../../base/json';
import { compareBytes } from '../../base/order';
import { ok } from '../../base/result';
import {
  COMPACTED,
  EMPTY_KEY,
  FUTURE_REVISION,
  KEY_NOT_FOUND,
  LEASE_NOT_FOUND,
  LEASE_PROVIDED,
  type Outcome,
  VALUE_PROVIDED,
} from './errors';
import { flagOf, numberOf, spanOf, textOf, valueOf } from './fields';
import type { KeyValue, Mvcc } from './mvcc';

export type Refusal = Extract<Outcome, { readonly ok: false }>;
const header = (revision: number): JsonObject => ({ revision });

// ---- Checks that need no store

export const checkKey = (request: JsonObject): Refusal | null => (textOf(request, 'key') === '' ? EMPTY_KEY : null);

export function checkPut(request: JsonObject): Refusal | null {
  if (textOf(request, 'key') === '') return EMPTY_KEY;
  if (flagOf(request, 'ignore_value') && valueOf(request) !== '') return VALUE_PROVIDED;
  if (flagOf(request, 'ignore_lease') && numberOf(request, 'lease') !== 0) return LEASE_PROVIDED;
  return null;
}

// ---- Checks against the store

export function checkRevision(store: Mvcc, request: JsonObject): Refusal | null {
  const revision = numberOf(request, 'revision');
  if (revision > store.revision) return FUTURE_REVISION;
  return revision > 0 && revision < store.compactRevision ? COMPACTED : null;
}

export const checkLease = (store: Mvcc, request: JsonObject): Refusal | null => {
  const lease = numberOf(request, 'lease');
  return lease !== 0 && !store.leases.has(lease) ? LEASE_NOT_FOUND : null;
};

export const checkPrevious = (store: Mvcc, request: JsonObject): Refusal | null =>
  (flagOf(request, 'ignore_value') || flagOf(request, 'ignore_lease')) && store.get(textOf(request, 'key')) === null ? KEY_NOT_FOUND : null;

// ---- Whole requests

export const range = (store: Mvcc, request: JsonObject): Outcome =>
  checkKey(request) ?? checkRevision(store, request) ?? ok(applyRange(store, request));

export function put(store: Mvcc, request: JsonObject): Outcome {
  const refused = checkPut(request) ?? checkLease(store, request) ?? checkPrevious(store, request);
  if (refused) return refused;
  const answer = applyPut(store, request);
  store.commit();
  return ok(answer);
}

export function deleteRange(store: Mvcc, request: JsonObject): Outcome {
  const refused = checkKey(request);
  if (refused) return refused;
  const answer = applyDelete(store, request);
  store.commit();
  return ok(answer);
}

export function compact(store: Mvcc, request: JsonObject): Outcome {
  const revision = numberOf(request, 'revision');
  if (revision <= store.compactRevision) return COMPACTED;
  if (revision > store.revision) return FUTURE_REVISION;
  store.compact(revision);
  return ok({ header: header(store.revision) });
}

// ---- Doing, once nothing is refused; also the operations of a transaction

export function applyRange(store: Mvcc, request: JsonObject): JsonObject {
  const limit = numberOf(request, 'limit');
  const order = textOf(request, 'sort_order');
  const keeps = bounds(request);
  const revision = numberOf(request, 'revision');
  // One more than asked for tells whether there are more. What is to be filtered or sorted is read whole;
  // an order by another field than the key that leaves out the direction is not (as in etcd).
  const wanted = keeps !== null || (order !== '' && order !== 'NONE') || limit === 0 ? 0 : limit + 1;
  const { kvs: found, count } = store.read(spanOf(request), revision > 0 ? revision : store.readRevision, wanted);
  let kvs = flagOf(request, 'count_only') ? [] : keeps === null ? found : found.filter(keeps);
  sortKvs(kvs, order, textOf(request, 'sort_target'));
  const more = limit > 0 && kvs.length > limit;
  if (more) kvs = kvs.slice(0, limit);
  if (flagOf(request, 'keys_only')) kvs = kvs.map(({ value: _, ...rest }) => rest);
  return {
    header: header(store.readRevision),
    ...(kvs.length > 0 ? { kvs } : {}),
    ...(more ? { more } : {}),
    ...(count > 0 ? { count } : {}),
  };
}

export function applyPut(store: Mvcc, request: JsonObject): JsonObject {
  const key = textOf(request, 'key');
  const before = store.get(key);
  const value = flagOf(request, 'ignore_value') ? (before?.value ?? '') : valueOf(request);
  const lease = flagOf(request, 'ignore_lease') ? (before?.lease ?? 0) : numberOf(request, 'lease');
  store.put(key, value, lease);
  const answer = { header: header(store.readRevision) };
  return flagOf(request, 'prev_kv') && before !== null ? { ...answer, prev_kv: before } : answer;
}

export function applyDelete(store: Mvcc, request: JsonObject): JsonObject {
  const deleted = store.delete(spanOf(request));
  return {
    header: header(store.readRevision),
    ...(deleted.length > 0 ? { deleted: deleted.length } : {}),
    ...(flagOf(request, 'prev_kv') && deleted.length > 0 ? { prev_kvs: deleted } : {}),
  };
}

/** The request's least and greatest revisions as a filter, null if it has none. */
function bounds(request: JsonObject): ((kv: KeyValue) => boolean) | null {
  const [minMod, maxMod] = [numberOf(request, 'min_mod_revision'), numberOf(request, 'max_mod_revision')];
  const [minCreate, maxCreate] = [numberOf(request, 'min_create_revision'), numberOf(request, 'max_create_revision')];
  if (minMod === 0 && maxMod === 0 && minCreate === 0 && maxCreate === 0) return null;
  return ({ mod_revision: mod, create_revision: create }) =>
    (minMod === 0 || mod >= minMod) &&
    (maxMod === 0 || mod <= maxMod) &&
    (minCreate === 0 || create >= minCreate) &&
    (maxCreate === 0 || create <= maxCreate);
}

const compareValues = (a: Json, b: Json): number =>
  typeof a === 'string' && typeof b === 'string' ? compareBytes(a, b) : compareBytes(canonicalJson(a), canonicalJson(b));

const COMPARATORS: { readonly [target: string]: (a: KeyValue, b: KeyValue) => number } = {
  KEY: (a, b) => compareBytes(a.key, b.key),
  VERSION: (a, b) => a.version - b.version,
  CREATE: (a, b) => a.create_revision - b.create_revision,
  MOD: (a, b) => a.mod_revision - b.mod_revision,
  VALUE: (a, b) => compareValues(a.value ?? '', b.value ?? ''),
};

/** Sorts in place; the store's order is by key. A target without an order means ascending. */
function sortKvs(kvs: KeyValue[], order: string, target: string): void {
  const byKey = target === '' || target === 'KEY';
  if (order !== 'DESCEND' && byKey) return;
  const compare = COMPARATORS[byKey ? 'KEY' : target] as (a: KeyValue, b: KeyValue) => number;
  kvs.sort(order === 'DESCEND' ? (a, b) => compare(b, a) : compare);
}
