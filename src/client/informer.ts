// A local copy of a collection, kept by one open watch. Handlers hear what changed; readers read the
// copy and never the server.
// Models k8s.io/client-go/tools/cache (reflector.go, shared_informer.go) with WatchList, on by default
// since 1.35. Left out: resync (it sends nothing), paging, the list-then-watch fallback.
import { MS, SECOND } from '../base/brand';
import { isObject } from '../base/json';
import { compareBytes } from '../base/order';
import type { Random } from '../base/random';
import { queryEscape, resourcePath } from '../machinery/resources';
import type { KubeObject, ObjectMeta } from '../machinery/types';
import type { Failure, Stream, StreamItem } from '../sim/network';
import type { Ctx } from '../sim/process';
import type { WatchDelivery } from '../wire/payload';
import type { ApiClient, ResourceRef } from './api-client';

export interface InformerOptions {
  readonly resource: ResourceRef;
  readonly namespace?: string;
  /** Unescaped: `spec.nodeName=node-1`. */
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  /** kubelet's pod watch sends no `timeout` besides `timeoutSeconds`. */
  readonly plainTimeout?: boolean;
  /** In what form objects are wanted; default as the client always asks. */
  readonly accept?: string;
  /** Between how many seconds the server ends the watch; default 300 and 599. */
  readonly timeoutSeconds?: readonly [number, number];
}
export interface Handler<T> {
  add?(object: T): void;
  update?(object: T, old: T): void;
  delete?(object: T): void;
}

/** `namespace/name`, or `name` for what has no namespace. */
export const keyOf = (object: { readonly metadata: Pick<ObjectMeta, 'name' | 'namespace'> }): string =>
  object.metadata.namespace ? `${object.metadata.namespace}/${object.metadata.name}` : object.metadata.name;

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';
const FIRST_BACKOFF_US = 800 * MS; // reflector.go: 800 ms, doubled up to 30 s
const MAX_BACKOFF_US = 30 * SECOND;
/** Ends after which a reflector asks for the whole state again; after any other it goes on where it stood. */
const RELIST: ReadonlySet<string> = new Set<Failure>(['unreachable', 'lost']);
/** After so many failures in a row trying again no longer counts as work that keeps a run awake. */
const PATIENT_FAILURES = 8;

export class Informer<T extends KubeObject> {
  private readonly store = new Map<string, T>();
  private readonly handlers: Handler<T>[] = [];
  private readonly indexes = new Map<string, { of: (object: T) => readonly string[]; entries: Map<string, Map<string, T>> }>();
  private readonly waiting: (() => void)[] = [];
  private readonly random: Random;
  private initial: Map<string, T> | null = null;
  private resourceVersion: string | null = null;
  /** The next watch begins with the whole state. */
  private relist = true;
  /** The watch that ends next told of an error first. */
  private refusedVersion = false;
  private failures = 0;
  private stream: Stream | null = null;
  private stopped = false;
  synced = false;

  constructor(
    private readonly ctx: Ctx,
    private readonly client: ApiClient,
    private readonly options: InformerOptions,
  ) {
    const { resource, namespace, fieldSelector } = options;
    this.random = ctx.random(`watch/${resource.group}/${resource.resource}/${namespace ?? ''}/${fieldSelector ?? ''}`);
  }

  // ---- Reading

  get(key: string): T | undefined {
    return this.store.get(key);
  }
  get size(): number {
    return this.store.size;
  }
  /** The version that the copy has come to: of the last change or bookmark that was heard. */
  get version(): number {
    return Number(this.resourceVersion ?? 0);
  }
  /** All objects, by key in byte order. */
  list(): T[] {
    return [...this.store.entries()].sort((a, b) => compareBytes(a[0], b[0])).map(([, object]) => object);
  }
  /** All objects, in no order that anything may depend on. */
  values(): IterableIterator<T> {
    return this.store.values();
  }
  /** Objects that the index `name` filed under `value`, in the order in which they came. */
  byIndex(name: string, value: string): T[] {
    return [...(this.indexes.get(name)?.entries.get(value)?.values() ?? [])];
  }

  // ---- Setting up

  /** Files each object under the texts that `of` gives. Before start. */
  addIndex(name: string, of: (object: T) => readonly string[]): this {
    this.indexes.set(name, { of, entries: new Map() });
    return this;
  }
  addHandler(handler: Handler<T>): this {
    this.handlers.push(handler);
    for (const object of this.store.values()) handler.add?.(object);
    return this;
  }
  /** Called once the copy is complete, at once if it is. */
  whenSynced(action: () => void): void {
    if (this.synced) action();
    else this.waiting.push(action);
  }
  start(): this {
    this.watch();
    return this;
  }
  /** Closes the watch; the copy stays as it is. */
  stop(): void {
    this.stopped = true;
    this.stream?.close();
  }

  // ---- Watching

  private watch(): void {
    if (this.stopped) return;
    this.initial = this.relist ? new Map() : null;
    this.stream = this.client.open(this.path(), (item) => this.hear(item), {
      idle: this.failures > PATIENT_FAILURES,
      ...(this.options.accept === undefined ? {} : { headers: { accept: this.options.accept } }),
    });
  }

  private path(): string {
    const { resource, namespace, fieldSelector, labelSelector, plainTimeout, timeoutSeconds: limits = [300, 599] } = this.options;
    const timeoutSeconds = this.random.between(...limits);
    const query: [string, string][] = [['allowWatchBookmarks', 'true']];
    if (fieldSelector !== undefined) query.push(['fieldSelector', fieldSelector]);
    if (labelSelector !== undefined) query.push(['labelSelector', labelSelector]);
    if (this.resourceVersion !== null) query.push(['resourceVersion', this.resourceVersion]);
    if (this.relist) query.push(['resourceVersionMatch', 'NotOlderThan'], ['sendInitialEvents', 'true']);
    if (!plainTimeout) query.push(['timeout', `${Math.floor(timeoutSeconds / 60)}m${timeoutSeconds % 60}s`]);
    query.push(['timeoutSeconds', String(timeoutSeconds)], ['watch', 'true']);
    const text = query.map(([name, value]) => `${name}=${queryEscape(value)}`).join('&');
    return `${resourcePath(resource, namespace ?? null, null, null)}?${text}`;
  }

  private hear(item: StreamItem): void {
    if (item.type === 'end') return this.ended(item.reason);
    if (item.type === 'delivery') return this.deliver(item.payload as WatchDelivery);
    if ('status' in item.payload && item.payload.status >= 400) {
      this.listAgain(true);
      this.again(true);
    } else this.failures = 0;
  }

  private ended(reason: string): void {
    const late = reason === 'refused' || RELIST.has(reason) || this.refusedVersion;
    this.refusedVersion = false;
    if (RELIST.has(reason)) this.listAgain(false);
    this.again(late, reason === 'reset');
  }

  /** A version that the server refused even for a list is given up. */
  private listAgain(refused: boolean): void {
    if (refused && this.relist) this.resourceVersion = null;
    this.relist = true;
  }

  private again(failed: boolean, pressing = failed): void {
    this.failures = failed ? this.failures + 1 : 0;
    const doubled = FIRST_BACKOFF_US * 2 ** Math.min(this.failures - 1, 6);
    const delayUs = failed ? Math.min(doubled, MAX_BACKOFF_US) : 0;
    const idle = !(failed || pressing) || this.failures > PATIENT_FAILURES;
    this.ctx.after(delayUs + this.random.below(100 * MS), () => this.watch(), { idle });
  }

  private deliver(delivery: WatchDelivery): void {
    if (delivery.type === 'ERROR') {
      this.refusedVersion = true;
      return this.listAgain(true); // 410: the version is too old
    }
    const object = withoutManagedFields(delivery.object as unknown as T);
    const version = object.metadata.resourceVersion ?? null;
    if (delivery.type === 'BOOKMARK') {
      this.resourceVersion = version;
      if (this.initial !== null && object.metadata.annotations?.[INITIAL_EVENTS_END] === 'true') this.replace(this.initial);
    } else if (this.initial !== null) {
      this.initial.set(keyOf(object), object);
    } else {
      this.resourceVersion = version;
      if (delivery.type === 'DELETED') this.remove(keyOf(object), object);
      else this.put(keyOf(object), object);
    }
  }

  private replace(objects: Map<string, T>): void {
    this.initial = null;
    this.relist = false;
    for (const [key, object] of objects) this.put(key, object);
    for (const [key, object] of [...this.store]) if (!objects.has(key)) this.remove(key, object);
    if (this.synced) return;
    this.synced = true;
    for (const action of this.waiting.splice(0)) action();
  }

  private put(key: string, object: T): void {
    const old = this.store.get(key);
    if (old !== undefined && old.metadata.resourceVersion === object.metadata.resourceVersion) return;
    this.store.set(key, object);
    this.file(key, object, old);
    for (const handler of this.handlers) {
      if (old === undefined) handler.add?.(object);
      else handler.update?.(object, old);
    }
  }

  private remove(key: string, last: T): void {
    const old = this.store.get(key);
    if (old === undefined) return;
    this.store.delete(key);
    this.file(key, undefined, old);
    for (const handler of this.handlers) handler.delete?.(last);
  }

  private file(key: string, object: T | undefined, old: T | undefined): void {
    for (const { of, entries } of this.indexes.values()) {
      const values = object === undefined ? [] : of(object);
      if (old !== undefined) for (const value of of(old)) if (!values.includes(value)) entries.get(value)?.delete(key);
      for (const value of values) {
        const entry = entries.get(value);
        if (entry === undefined) entries.set(value, new Map([[key, object as T]]));
        else entry.set(key, object as T);
      }
    }
  }
}

// Informers of one server drop managedFields to save memory; equal objects stay one object.
const stripped = new WeakMap<object, KubeObject>();
function withoutManagedFields<T extends KubeObject>(object: T): T {
  if (!isObject(object.metadata) || object.metadata.managedFields === undefined) return object;
  let bare = stripped.get(object);
  if (bare === undefined) {
    const { managedFields: _, ...metadata } = object.metadata;
    bare = { ...object, metadata };
    stripped.set(object, bare);
  }
  return bare as T;
}
