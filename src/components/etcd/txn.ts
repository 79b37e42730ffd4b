// Transactions: comparisons choose one branch, its operations are applied as one revision. Models etcd
// server/api/v3rpc/key.go (checkTxnRequest, checkIntervals) and server/etcdserver/apply.go (Txn).
import { canonicalJson, type Json, type JsonObject } from '../../base/json';
import { compareBytes } from '../../base/order';
import { ok } from '../../base/result';
import { DUPLICATE_KEY, EMPTY_KEY, KEY_NOT_FOUND, type Outcome, TOO_MANY_OPS } from './errors';
import { FROM_KEY, messageOf, messagesOf, numberOf, type Span, spanOf, textOf, valueOf } from './fields';
import { applyDelete, applyPut, applyRange, checkKey, checkLease, checkPrevious, checkPut, checkRevision, type Refusal } from './kv';
import type { KeyValue, Mvcc } from './mvcc';

const MAX_OPS = 128;

export function txn(store: Mvcc, request: JsonObject): Outcome {
  const malformed = checkTxn(request, MAX_OPS) ?? checkOverlaps(request);
  if (malformed) return malformed;
  // Every comparison, also of nested transactions, sees the store as it is before the first write.
  const plan = choose(store, request);
  const refused =
    checkPlan(plan, (op) => (op.type === 'put' ? (checkPrevious(store, op.request) ?? checkLease(store, op.request)) : null)) ??
    checkPlan(plan, (op) => (op.type === 'range' ? checkRevision(store, op.request) : null));
  if (refused) return refused;
  const answer = applyPlan(store, plan);
  const revision = store.readRevision;
  store.commit();
  return ok({ header: { revision }, ...answer });
}

/** Nothing but ranges: answered as a read, without a place in the log of writes. */
export const isReadOnly = (request: JsonObject): boolean =>
  ['success', 'failure'].every((branch) => messagesOf(request, branch).every((op) => op.request_range !== undefined));

// ---- Operations

interface Op {
  readonly type: 'range' | 'put' | 'delete' | 'txn';
  readonly request: JsonObject;
}

function opOf(message: JsonObject): Op | null {
  const put = messageOf(message, 'request_put');
  if (put) return { type: 'put', request: put };
  const range = messageOf(message, 'request_range');
  if (range) return { type: 'range', request: range };
  const remove = messageOf(message, 'request_delete_range');
  if (remove) return { type: 'delete', request: remove };
  const nested = messageOf(message, 'request_txn');
  return nested ? { type: 'txn', request: nested } : null;
}

const opsOf = (request: JsonObject, branch: 'success' | 'failure'): Op[] =>
  messagesOf(request, branch)
    .map(opOf)
    .filter((op) => op !== null);

// ---- Malformed requests

function checkTxn(request: JsonObject, maxOps: number): Refusal | null {
  const compares = messagesOf(request, 'compare');
  const success = messagesOf(request, 'success');
  const failure = messagesOf(request, 'failure');
  const ops = Math.max(compares.length, success.length, failure.length);
  if (ops > maxOps) return TOO_MANY_OPS;
  for (const compare of compares) if (textOf(compare, 'key') === '') return EMPTY_KEY;
  for (const message of [...success, ...failure]) {
    const op = opOf(message);
    const refused = op === null ? KEY_NOT_FOUND : checkOp(op, maxOps - ops);
    if (refused) return refused;
  }
  return null;
}

function checkOp(op: Op, maxOps: number): Refusal | null {
  if (op.type === 'txn') return checkTxn(op.request, maxOps);
  return op.type === 'put' ? checkPut(op.request) : checkKey(op.request);
}

/** A key may be put once in a branch, and not deleted in the same. */
function checkOverlaps(request: JsonObject): Refusal | null {
  const overlaps = (branch: 'success' | 'failure'): boolean => {
    const ops = opsOf(request, branch);
    return (ops.length > 1 || ops[0]?.type === 'txn') && touched(ops) === null;
  };
  return overlaps('success') || overlaps('failure') ? DUPLICATE_KEY : null;
}

interface Touched {
  readonly puts: ReadonlySet<string>;
  readonly deletes: readonly Span[];
}

/** What a branch puts and deletes, with the branches below it; null if that overlaps. */
function touched(ops: readonly Op[]): Touched | null {
  const puts = new Set<string>();
  const deletes = ops.filter((op) => op.type === 'delete').map((op) => spanOf(op.request));
  for (const op of ops) {
    if (op.type !== 'txn') continue;
    const then = touched(opsOf(op.request, 'success'));
    const otherwise = touched(opsOf(op.request, 'failure'));
    if (then === null || otherwise === null) return null;
    for (const key of then.puts) if (puts.has(key) || deletedBy(deletes, key)) return null;
    // Only one of the two branches is run: both may put the same key.
    for (const key of otherwise.puts) if (puts.has(key) || deletedBy(deletes, key)) return null;
    for (const key of then.puts) puts.add(key);
    for (const key of otherwise.puts) puts.add(key);
    deletes.push(...then.deletes, ...otherwise.deletes);
  }
  for (const op of ops) {
    if (op.type !== 'put') continue;
    const key = textOf(op.request, 'key');
    if (puts.has(key) || deletedBy(deletes, key)) return null;
    puts.add(key);
  }
  return { puts, deletes };
}

/** A deletion from a key on, without end, counts as an empty range here (as etcd's interval tree has it). */
const deletedBy = (deletes: readonly Span[], key: string): boolean =>
  deletes.some((span) =>
    span.end === '' ? span.key === key : span.end !== FROM_KEY && compareBytes(span.key, key) <= 0 && compareBytes(key, span.end) < 0,
  );

// ---- Which branches

type Step = { readonly op: Op; readonly nested: Plan | null };
interface Plan {
  readonly succeeded: boolean;
  readonly steps: readonly Step[];
}

function choose(store: Mvcc, request: JsonObject): Plan {
  const succeeded = messagesOf(request, 'compare').every((compare) => holds(store, compare));
  const ops = opsOf(request, succeeded ? 'success' : 'failure');
  return { succeeded, steps: ops.map((op) => ({ op, nested: op.type === 'txn' ? choose(store, op.request) : null })) };
}

function holds(store: Mvcc, compare: JsonObject): boolean {
  const { kvs } = store.read(spanOf(compare), store.readRevision, 0);
  if (kvs.length > 0) return kvs.every((kv) => holdsFor(compare, kv));
  // A value cannot be compared with that of a key that is not there; anything else is zero then.
  return textOf(compare, 'target') !== 'VALUE' && holdsFor(compare, null);
}

function holdsFor(compare: JsonObject, kv: KeyValue | null): boolean {
  const difference = differenceTo(compare, kv);
  switch (textOf(compare, 'result')) {
    case 'GREATER':
      return difference > 0;
    case 'LESS':
      return difference < 0;
    case 'NOT_EQUAL':
      return difference !== 0;
    default:
      return difference === 0;
  }
}

function differenceTo(compare: JsonObject, kv: KeyValue | null): number {
  switch (textOf(compare, 'target')) {
    case 'CREATE':
      return (kv?.create_revision ?? 0) - numberOf(compare, 'create_revision');
    case 'MOD':
      return (kv?.mod_revision ?? 0) - numberOf(compare, 'mod_revision');
    case 'LEASE':
      return (kv?.lease ?? 0) - numberOf(compare, 'lease');
    case 'VALUE':
      return compareBytes(valueText(kv?.value ?? ''), valueText(valueOf(compare)));
    default:
      return (kv?.version ?? 0) - numberOf(compare, 'version');
  }
}

const valueText = (value: Json): string => (typeof value === 'string' ? value : canonicalJson(value));

// ---- Doing it

function checkPlan(plan: Plan, check: (op: Op) => Refusal | null): Refusal | null {
  for (const { op, nested } of plan.steps) {
    const refused = nested === null ? check(op) : checkPlan(nested, check);
    if (refused) return refused;
  }
  return null;
}

function applyPlan(store: Mvcc, plan: Plan): JsonObject {
  const responses = plan.steps.map(({ op, nested }): JsonObject => {
    switch (op.type) {
      case 'range':
        return { response_range: applyRange(store, op.request) };
      case 'put':
        return { response_put: applyPut(store, op.request) };
      case 'delete':
        return { response_delete_range: applyDelete(store, op.request) };
      case 'txn':
        return { response_txn: applyPlan(store, nested as Plan) };
    }
  });
  return { ...(plan.succeeded ? { succeeded: true } : {}), ...(responses.length > 0 ? { responses } : {}) };
}
