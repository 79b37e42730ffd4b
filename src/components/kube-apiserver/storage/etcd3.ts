// The one place that talks to etcd: single objects, conditional writes, lists by key range.
// Models apiserver pkg/storage/etcd3 (store.go: Create, GuaranteedUpdate, Delete; lease_manager.go).
// Left out: encryption, protobuf bytes (values are the objects themselves).
import { SECOND } from '../../../base/brand';
import { type JsonObject, jsonEqual } from '../../../base/json';
import { plainError } from '../../../machinery/status';
import type { Ctx } from '../../../sim/process';
import { suspend, type Task } from '../../../sim/task';
import { ETCD } from '../../../wire/names';
import type { EtcdResponse, EtcdRpc } from '../../../wire/payload';
import { Refusal, refuse } from '../refusal';
import { bare, decode, revisionOf, type Versioned } from './versioner';

export interface KeyValue {
  readonly key: string;
  readonly value: JsonObject;
  readonly mod_revision: number;
}
export interface Page {
  readonly revision: number;
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
  readonly count: number;
}
export interface RangeOptions {
  readonly end?: string;
  readonly limit?: number;
  readonly revision?: number;
}
/** From the object as it is (null: there is none) to what it shall be. Called again after a conflict. */
export type TryUpdate = (current: Versioned | null) => Task<Versioned | Refusal>;
export interface Updated {
  readonly object: Versioned;
  /** False if nothing had changed, so that nothing was written. */
  readonly written: boolean;
}

/** Bound of upstream's retries without end: more conflicts in a row than this are a wrong program. */
const MAX_ATTEMPTS = 100;
/** lease_manager.go: one lease serves the keys of this many seconds, at most this many of them. */
const LEASE_REUSE_SECONDS = 60;
const LEASE_MAX_KEYS = 1_000;

export class Etcd3 {
  /** Who waits for a lease that is asked for: one is asked for at a time. */
  private awaitLease: ((lease: number | Refusal) => void)[] | null = null;
  private lease: { id: number; endsAtSeconds: number; keys: number } | null = null;
  /** The newest revision that any answer told of. */
  revision = 0;

  constructor(
    private readonly ctx: Ctx,
    /** Called before the first write of a request. */
    private readonly options: { readonly idle?: boolean } = {},
  ) {}

  *get(key: string): Task<KeyValue | null | Refusal> {
    const body = yield* this.call('Range', { key, limit: 1 });
    if (body instanceof Refusal) return body;
    return (body.kvs as readonly KeyValue[] | undefined)?.[0] ?? null;
  }

  /** The store's present revision, asked as upstream asks it: with a read that finds nothing. */
  *currentRevision(prefix: string): Task<number | Refusal> {
    const body = yield* this.call('Range', { key: prefix.slice(0, -1), limit: 1 });
    return body instanceof Refusal ? body : headerRevision(body);
  }

  *range(key: string, { end, limit, revision }: RangeOptions): Task<Page | Refusal> {
    const body = yield* this.call('Range', {
      key,
      ...(end === undefined ? {} : { range_end: end }),
      ...(limit ? { limit } : {}),
      ...(revision ? { revision } : {}),
    });
    if (body instanceof Refusal) return body;
    const kvs = (body.kvs as readonly KeyValue[] | undefined) ?? [];
    return { revision: headerRevision(body), kvs, more: body.more === true, count: (body.count as number | undefined) ?? 0 };
  }

  /** A key that must not exist yet; null if it does. */
  *create(key: string, object: JsonObject, ttlSeconds = 0): Task<Versioned | null | Refusal> {
    const lease = ttlSeconds > 0 ? yield* this.leaseFor(ttlSeconds) : 0;
    if (lease instanceof Refusal) return lease;
    const value = bare(object);
    const body = yield* this.call('Txn', {
      compare: [{ target: 'MOD', key, mod_revision: 0 }],
      success: [{ request_put: lease ? { key, value, lease } : { key, value } }],
    });
    if (body instanceof Refusal) return body;
    return body.succeeded === true ? decode(value, headerRevision(body)) : null;
  }

  /**
   * Changes one object. The first attempt uses `cached`, which may be old: what is refused or unchanged on its
   * account is looked at again with the real one.
   */
  *guaranteedUpdate(key: string, cached: Versioned | null, tryUpdate: TryUpdate, ttlSeconds = 0): Task<Updated | Refusal> {
    let stale = cached !== null;
    let current = cached;
    if (!stale) {
      const fresh = yield* this.fresh(key);
      if (fresh instanceof Refusal) return fresh;
      current = fresh;
    }
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const next = yield* tryUpdate(current);
      const unchanged = !(next instanceof Refusal) && current !== null && sameObject(next, current);
      if (next instanceof Refusal || unchanged) {
        const settled = next instanceof Refusal ? next : { object: current as Versioned, written: false };
        if (!stale) return settled;
        const fresh = yield* this.fresh(key);
        if (fresh instanceof Refusal) return fresh;
        if (fresh !== null && revisionOf(fresh) === revisionOf(current)) return settled;
        current = fresh;
        stale = false;
        continue;
      }
      const lease = ttlSeconds > 0 ? yield* this.leaseFor(ttlSeconds) : 0;
      if (lease instanceof Refusal) return lease;
      const value = bare(next);
      const body = yield* this.call('Txn', {
        compare: [{ target: 'MOD', key, mod_revision: revisionOf(current) }],
        success: [{ request_put: lease ? { key, value, lease } : { key, value } }],
        failure: [{ request_range: { key } }],
      });
      if (body instanceof Refusal) return body;
      if (body.succeeded === true) return { object: decode(value, headerRevision(body)), written: true };
      current = foundInElse(body);
      stale = false;
    }
    return refuse(plainError('too many conflicts in a row'));
  }

  /** Deletes one object if `check` still agrees with it: the object as it last was, its version that of the deletion. */
  *delete(key: string, current: Versioned, check: (current: Versioned) => Refusal | null, gone: () => Refusal): Task<Versioned | Refusal> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const refusal = check(current);
      if (refusal !== null) return refusal;
      const body = yield* this.call('Txn', {
        compare: [{ target: 'MOD', key, mod_revision: revisionOf(current) }],
        success: [{ request_delete_range: { key } }],
        failure: [{ request_range: { key } }],
      });
      if (body instanceof Refusal) return body;
      if (body.succeeded === true) return decode(bare(current), headerRevision(body));
      const found = foundInElse(body);
      if (found === null) return gone();
      current = found;
    }
    return refuse(plainError('too many conflicts in a row'));
  }

  *call(rpc: EtcdRpc, body: JsonObject): Task<JsonObject | Refusal> {
    const answer = yield* this.ctx.call(ETCD, { protocol: 'etcd', kind: 'request', rpc, body }, this.options);
    if (!answer.ok) return refuse(plainError(UNAVAILABLE[answer.failure]));
    const response = answer.payload as EtcdResponse;
    if (response.error !== null) return refuse(plainError(response.error.message));
    this.revision = Math.max(this.revision, headerRevision(response.body));
    return response.body;
  }

  private *fresh(key: string): Task<Versioned | null | Refusal> {
    const kv = yield* this.get(key);
    if (kv === null || kv instanceof Refusal) return kv;
    return decode(kv.value, kv.mod_revision);
  }

  /** An etcd lease for a key that shall live `ttl` seconds; keys of the same minute share one. */
  private *leaseFor(ttl: number): Task<number | Refusal> {
    const now = Math.floor(this.ctx.now() / SECOND);
    const { lease } = this;
    if (lease !== null) {
      lease.keys++;
      const valid = now + ttl < lease.endsAtSeconds && now + ttl + LEASE_REUSE_SECONDS >= lease.endsAtSeconds;
      if (valid && lease.keys <= LEASE_MAX_KEYS) return lease.id;
    }
    if (this.awaitLease !== null) return yield* suspend<number | Refusal>((resume) => this.awaitLease?.push(resume));
    this.awaitLease = [];
    const granted = ttl + LEASE_REUSE_SECONDS;
    const body = yield* this.call('LeaseGrant', { TTL: granted });
    if (!(body instanceof Refusal)) this.lease = { id: body.ID as number, endsAtSeconds: now + granted, keys: 1 + this.awaitLease.length };
    const result = body instanceof Refusal ? body : (body.ID as number);
    const waiting = this.awaitLease;
    this.awaitLease = null;
    for (const resume of waiting) resume(result);
    return result;
  }
}

/** What grpc-go reports for these ends of a connection. */
const UNAVAILABLE = {
  refused:
    'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:2379: connect: connection refused"',
  reset: 'rpc error: code = Unavailable desc = error reading from server: EOF',
  timeout: 'context deadline exceeded',
  lost: 'rpc error: code = Unavailable desc = keepalive ping failed to receive ACK within timeout',
  unreachable:
    'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:2379: i/o timeout"',
};

export const headerRevision = (body: JsonObject): number => (body.header as { readonly revision?: number } | undefined)?.revision ?? 0;

function foundInElse(body: JsonObject): Versioned | null {
  const [first] = body.responses as readonly { readonly response_range?: { readonly kvs?: readonly KeyValue[] } }[];
  const kv = first?.response_range?.kvs?.[0];
  return kv === undefined ? null : decode(kv.value, kv.mod_revision);
}

/** Equal but for the version: writing it would change nothing. */
function sameObject(next: Versioned, current: Versioned): boolean {
  return next === current || jsonEqual(bare(next), bare(current));
}
