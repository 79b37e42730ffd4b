// A copy of one resource, fed by one etcd watch; it answers lists and feeds all clients' watches.
// Models apiserver pkg/storage/cacher (cacher.go, watch_cache.go, reflector's list and watch of etcd).
// Left out: snapshots for paging (a further page is read from etcd), the consistency checker.
import { MS, SECOND, type SimTime } from '../../../base/brand';
import { isObject, type JsonObject } from '../../../base/json';
import { SortedMap } from '../../../base/sorted-map';
import type { ResourceInfo } from '../../../machinery/resources';
import type { Failure, StreamItem } from '../../../sim/network';
import type { Ctx } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import { suspend } from '../../../sim/task';
import { ETCD } from '../../../wire/names';
import type { EtcdWatchDelivery } from '../../../wire/payload';
import { Refusal } from '../refusal';
import { type Etcd3, headerRevision, type KeyValue } from './etcd3';
import { decode, type Versioned, withResourceVersion } from './versioner';

export interface CacheEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly revision: number;
  readonly key: string;
  /** As it is now; of a deletion as it last was, with the deletion's version. */
  readonly object: Versioned;
  readonly previous: Versioned | null;
}
/** Somebody who hears of events: see watcher.ts. */
export interface Listener {
  /** The one value of the cache's trigger field that it wants, or null for all. */
  readonly trigger: string | null;
  hear(event: CacheEvent): void;
  /** The cache begins anew; the client must ask again. */
  terminate(): void;
}

const PAGE = 10_000; // reflector's page size of etcd reads, see real-traces etcdOps
/** watch_cache.go eventFreshDuration: younger events are always kept; at least this many are. */
const FRESH_US = 75 * SECOND;
const LEAST_HISTORY = 100;
/** How long a request waits for a version that is not there yet: blockTimeout. */
const FRESH_ENOUGH_US = 3 * SECOND;
const RETRY_US = 1 * SECOND;
const REOPEN_US = 10 * MS;
const BROKEN: ReadonlySet<string> = new Set<Failure>(['refused', 'reset', 'unreachable', 'lost']);
/** After so many failures in a row trying again does not keep a run awake. */
const PATIENT_FAILURES = 20;

/** Fields by which watchers are found without asking all of them. registry/core/{pod,secret,configmap}. */
const TRIGGERS: { readonly [resource: string]: (object: Versioned) => string } = {
  pods: (object) => (object.spec as { readonly nodeName?: string } | undefined)?.nodeName ?? '',
  secrets: (object) => object.metadata.name,
  configmaps: (object) => object.metadata.name,
};
export const TRIGGER_FIELDS: { readonly [resource: string]: string } = {
  pods: 'spec.nodeName',
  secrets: 'metadata.name',
  configmaps: 'metadata.name',
};

export class WatchCache {
  readonly objects = new SortedMap<Versioned>();
  /** Everything up to this revision is in. */
  revision = 0;
  ready = false;
  /** Hears of every change, before the watchers do: indexes of authorizers and the like. */
  onChange: ((event: CacheEvent) => void) | null = null;
  /** The copy is about to be made anew. */
  onReset: (() => void) | null = null;
  private history: { readonly event: CacheEvent; readonly at: SimTime }[] = [];
  private firstMissed = 0;
  private readonly everybody = new Set<Listener>();
  private readonly byTrigger = new Map<string, Set<Listener>>();
  private readonly waiting: { readonly revision: number; readonly resume: () => void }[] = [];
  private readonly trigger: ((object: Versioned) => string) | null;

  constructor(
    private readonly ctx: Ctx,
    private readonly etcd: Etcd3,
    readonly info: ResourceInfo,
  ) {
    this.trigger = TRIGGERS[info.resource] ?? null;
  }

  get(key: string): Versioned | null {
    return this.objects.get(key) ?? null;
  }

  /** Objects whose keys start with `prefix`, in the order of keys. */
  list(prefix: string): Versioned[] {
    return this.objects.keys(prefix, endOf(prefix)).map((key) => this.objects.get(key) as Versioned);
  }

  // ---- Listeners

  add(listener: Listener): void {
    this.setOf(listener).add(listener);
  }

  remove(listener: Listener): void {
    this.setOf(listener).delete(listener);
  }

  /** Events after `revision`; null if some of them are forgotten. */
  since(revision: number): CacheEvent[] | null {
    if (revision < this.firstMissed) return null;
    return this.history.filter(({ event }) => event.revision > revision).map(({ event }) => event);
  }

  /** The oldest version from which a watch can start. */
  get oldest(): number {
    return this.firstMissed;
  }

  private setOf({ trigger }: Listener): Set<Listener> {
    if (trigger === null || this.trigger === null) return this.everybody;
    let set = this.byTrigger.get(trigger);
    if (set === undefined) this.byTrigger.set(trigger, (set = new Set()));
    return set;
  }

  // ---- How far it is

  /** Waits until everything up to `revision` is in, asking etcd for the watch's progress if need be; false
   *  if it did not come in time, which means that the revision lies in the future. */
  *waitFor(revision: number): Task<boolean> {
    if (!this.ready) yield* this.until(0, null);
    if (this.revision >= revision) return true;
    const body = yield* this.etcd.call('Watch', { progress_request: {} });
    // Answers and watch events share one connection: what the answer counts has been delivered before it.
    if (!(body instanceof Refusal) && this.ready) this.advance(headerRevision(body));
    return this.revision >= revision || (yield* this.until(revision, FRESH_ENOUGH_US));
  }

  private *until(revision: number, timeoutUs: number | null): Task<boolean> {
    return yield* suspend<boolean>((resume) => {
      const timer = timeoutUs === null ? null : this.ctx.after(timeoutUs, () => resume(false));
      this.waiting.push({
        revision,
        resume: () => {
          timer?.cancel();
          resume(true);
        },
      });
    });
  }

  private advance(revision: number): void {
    if (revision > this.revision) this.revision = revision;
    if (!this.ready || this.waiting.length === 0) return;
    const now = this.waiting.filter((waiter) => waiter.revision <= this.revision);
    if (now.length === 0) return;
    const later = this.waiting.filter((waiter) => waiter.revision > this.revision);
    this.waiting.splice(0, this.waiting.length, ...later);
    for (const waiter of now) waiter.resume();
  }

  // ---- Feeding

  /** Lists, then watches, for ever. `onReady` is called after each complete list. */
  *run(onReady: () => void): Task<void> {
    for (let failures = 0; ; failures++) {
      const listed = yield* this.relist();
      if (!listed) {
        yield* this.ctx.sleep(RETRY_US, { idle: failures > PATIENT_FAILURES });
        continue;
      }
      failures = 0;
      onReady();
      yield* this.follow();
      this.reset();
      yield* this.ctx.sleep(10 * MS);
    }
  }

  private *relist(): Task<boolean> {
    const { etcdPrefix } = this.info;
    let from = etcdPrefix;
    let revision = 0;
    this.objects.clear();
    this.onReset?.();
    for (;;) {
      const page = yield* this.etcd.range(from, { end: endOf(etcdPrefix), limit: PAGE, revision });
      if (page instanceof Refusal) return false;
      revision ||= page.revision;
      for (const kv of page.kvs) this.objects.set(kv.key, decode(kv.value, kv.mod_revision));
      if (!page.more) break;
      from = `${page.kvs[page.kvs.length - 1]?.key}\0`;
    }
    this.firstMissed = revision;
    this.ready = true;
    for (const [key, object] of this.objects.entries()) this.onChange?.({ type: 'ADDED', revision, key, object, previous: null });
    this.advance(revision);
    return true;
  }

  /** Returns when the revision that it stands at is gone. A watch whose connection broke is opened again where it
   *  stood, as etcd's client does by itself (clientv3/watch.go). */
  private *follow(): Task<void> {
    for (let failures = 0; ; failures++) {
      const end = yield* this.watch();
      if (!BROKEN.has(end)) return;
      yield* this.ctx.sleep(end === 'reset' ? REOPEN_US : RETRY_US, { idle: failures > PATIENT_FAILURES });
    }
  }

  /** One watch; why it ended. */
  private *watch(): Task<string> {
    const { etcdPrefix: key } = this.info;
    const create_request = { key, range_end: endOf(key), start_revision: this.revision + 1, prev_kv: true, progress_notify: true };
    return yield* suspend<string>((resume) => {
      this.ctx.open(ETCD, { protocol: 'etcd', kind: 'request', rpc: 'Watch', body: { create_request } }, (item: StreamItem) => {
        if (item.type === 'delivery') this.deliver((item.payload as EtcdWatchDelivery).body);
        else if (item.type === 'end') resume(item.reason, this.ctx.cause());
      });
    });
  }

  private reset(): void {
    this.ready = false;
    this.history = [];
    for (const listener of this.listeners()) listener.terminate();
  }

  private listeners(): Listener[] {
    return [...this.everybody, ...[...this.byTrigger.values()].flatMap((set) => [...set])];
  }

  private deliver(body: JsonObject): void {
    for (const event of (body.events as readonly EtcdEvent[] | undefined) ?? []) this.apply(event);
    this.advance(headerRevision(body));
  }

  private apply({ type, kv, prev_kv }: EtcdEvent): void {
    const { key, mod_revision: revision } = kv;
    const previous = this.objects.get(key) ?? (prev_kv && isObject(prev_kv.value) ? decode(prev_kv.value, prev_kv.mod_revision) : null);
    let event: CacheEvent;
    if (type === 'DELETE') {
      if (previous === null) return;
      this.objects.delete(key);
      event = { type: 'DELETED', revision, key, object: withResourceVersion(previous, String(revision)), previous };
    } else {
      const object = decode(kv.value, revision);
      this.objects.set(key, object);
      event = { type: previous === null ? 'ADDED' : 'MODIFIED', revision, key, object, previous };
    }
    this.revision = revision;
    this.remember(event);
    this.onChange?.(event);
    this.dispatch(event);
  }

  private remember(event: CacheEvent): void {
    const at = this.ctx.now();
    this.history.push({ event, at });
    // Pruned by halves, so that forgetting costs nothing per event.
    if (this.history.length < 2 * LEAST_HISTORY || (this.history[LEAST_HISTORY]?.at ?? at) > at - FRESH_US) return;
    const keep = this.history.findIndex((entry) => entry.at > at - FRESH_US);
    const cut = Math.min(keep < 0 ? this.history.length : keep, this.history.length - LEAST_HISTORY);
    this.firstMissed = this.history[cut - 1]?.event.revision ?? this.firstMissed;
    this.history = this.history.slice(cut);
  }

  private dispatch(event: CacheEvent): void {
    for (const listener of this.everybody) listener.hear(event);
    if (this.trigger === null || this.byTrigger.size === 0) return;
    const now = this.trigger(event.object);
    const before = event.previous === null ? now : this.trigger(event.previous);
    for (const listener of this.byTrigger.get(now) ?? []) listener.hear(event);
    if (before !== now) for (const listener of this.byTrigger.get(before) ?? []) listener.hear(event);
  }
}

interface EtcdEvent {
  readonly type?: 'PUT' | 'DELETE';
  readonly kv: KeyValue;
  readonly prev_kv?: KeyValue;
}

/** The end of the range of keys that start with `prefix`. */
export const endOf = (prefix: string): string => prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
