// GET of one object, lists and watches. Models apiserver pkg/endpoints/handlers/{get,watch}.go and
// pkg/storage/cacher (GetList, Watch, their delegation to etcd).
import { SECOND, type SimTime, simTime } from '../../../base/brand';
import type { JsonObject } from '../../../base/json';
import { groupVersion, type ResourceInfo, storageKey } from '../../../machinery/resources';
import { badRequest, expired, invalid, notFound, timeout } from '../../../machinery/status';
import { tableFor } from '../../../machinery/table/table';
import type { Ctx } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import { suspend } from '../../../sim/task';
import { ETCD } from '../../../wire/names';
import type { EtcdWatchDelivery, HttpRequest, WatchType } from '../../../wire/payload';
import { Refusal, refuse } from '../refusal';
import { fromStorage } from '../registry/events';
import type { RequestInfo } from '../request-info';
import { type Etcd3, headerRevision, type KeyValue } from '../storage/etcd3';
import { preparedKey } from '../storage/key';
import { matches, type Predicate, predicateOf, requiredValue } from '../storage/predicate';
import { decode, parseResourceVersion, type Versioned, withResourceVersion } from '../storage/versioner';
import { endOf, TRIGGER_FIELDS, type WatchCache } from '../storage/watch-cache';
import { type Sink, Watcher } from '../storage/watcher';
import {
  decodeContinue,
  encodeContinue,
  type ListOptions,
  listOptionsOf,
  pageLimit,
  validateListOptions,
  watchStartRevision,
} from './list-options';
import { type Form, formOf, includeOf, metadataOnly, presented, presentedList } from './negotiation';

/** An open watch as the server's front sees it: it is started once the head was sent. */
export interface OpenWatch {
  readonly resource: string;
  readonly selector: string;
  start(sink: Sink): void;
  /** The client went away. */
  stop(): void;
}

/** `minRequestTimeout`: a watch without timeoutSeconds lasts from this to twice this. */
const MIN_REQUEST_US = 1_800 * SECOND;

export class Reader {
  constructor(
    private readonly ctx: Ctx,
    private readonly etcd: Etcd3,
    private readonly cacheOf: (info: ResourceInfo) => WatchCache | null,
  ) {}

  // ---- One object

  /** As stored. `resourceVersion` 0 is any version, so the cache's. */
  *object(info: ResourceInfo, namespace: string, name: string, resourceVersion = ''): Task<Versioned | Refusal> {
    const key = preparedKey(info.etcdPrefix, storageKey(info, namespace, name));
    if (key === null) return refuse(badRequest(`Name parameter invalid: ${JSON.stringify(name)}: may not be '${name}'`)); // NamespaceKeyFunc
    const cache = this.cacheOf(info);
    if (resourceVersion !== '' && cache !== null) {
      const wanted = parseResourceVersion(resourceVersion);
      if (!wanted.ok) return refuse(badRequest(invalidVersion(resourceVersion, wanted.error)));
      if (!(yield* cache.waitFor(wanted.value))) return tooLarge(wanted.value, cache.revision);
      return cache.get(key) ?? refuse(notFound(info, name));
    }
    const kv = yield* this.etcd.get(key);
    if (kv instanceof Refusal) return kv;
    return kv === null ? refuse(notFound(info, name)) : decode(kv.value, kv.mod_revision);
  }

  *get(request: HttpRequest, { namespace, name, query }: RequestInfo, info: ResourceInfo): Task<JsonObject | Refusal> {
    const form = formOf(request.headers);
    if (form instanceof Refusal) return form;
    const object = yield* this.object(info, namespace, name, query.resourceVersion);
    return object instanceof Refusal ? object : presented(info, object, form, this.ctx.now(), includeOf(query.includeObject));
  }

  // ---- Lists

  *list(request: HttpRequest, { namespace, query }: RequestInfo, info: ResourceInfo): Task<JsonObject | Refusal> {
    const form = formOf(request.headers);
    if (form instanceof Refusal) return form;
    const parsed = parseListRequest(query, info);
    if (parsed instanceof Refusal) return parsed;
    const page = yield* this.page(info, namespace, parsed.options, parsed.predicate);
    if (page instanceof Refusal) return page;
    return presentedList(info, page.objects, page.metadata, form, this.ctx.now(), includeOf(query.includeObject));
  }

  *page(
    info: ResourceInfo,
    namespace: string,
    options: ListOptions,
    predicate: Predicate,
  ): Task<{ readonly objects: readonly Versioned[]; readonly metadata: JsonObject } | Refusal> {
    const prefix = storageKey(info, namespace, null);
    const version = parseResourceVersion(options.resourceVersion);
    if (!version.ok) return refuse(badRequest(invalidVersion(options.resourceVersion, version.error)));
    const cache = this.cacheOf(info);
    const exact =
      options.resourceVersionMatch === 'Exact' || (options.limit > 0 && version.value > 0 && options.resourceVersionMatch === '');
    const limit = pageLimit(options);
    if (cache === null || options.continue !== '' || exact)
      return yield* this.pageFromEtcd(info, prefix, { ...options, limit }, version.value, predicate);
    let wanted = version.value;
    if (options.resourceVersion === '') {
      const current = yield* this.etcd.currentRevision(info.etcdPrefix);
      if (current instanceof Refusal) return current;
      wanted = current;
    }
    if (!(yield* cache.waitFor(wanted))) return tooLarge(wanted, cache.revision);
    const objects = this.select(cache, info, prefix, predicate);
    return cut(info, objects, limit, prefix, cache.revision, predicate);
  }

  private select(cache: WatchCache, info: ResourceInfo, prefix: string, predicate: Predicate): Versioned[] {
    const name = requiredValue(predicate, 'metadata.name');
    if (name !== null && (prefix !== info.etcdPrefix || !info.namespaced)) {
      const object = cache.get(prefix + name);
      return object !== null && matches(predicate, object) ? [object] : [];
    }
    const all = cache.list(prefix);
    return predicate.everything ? all : all.filter((object) => matches(predicate, object));
  }

  private *pageFromEtcd(
    info: ResourceInfo,
    prefix: string,
    options: ListOptions,
    version: number,
    predicate: Predicate,
  ): Task<{ objects: Versioned[]; metadata: JsonObject } | Refusal> {
    let from = prefix;
    let revision = version;
    if (options.continue !== '') {
      if (options.resourceVersion !== '' && options.resourceVersion !== '0')
        return refuse(badRequest('specifying resource version is not allowed when using continue'));
      const token = decodeContinue(options.continue, prefix);
      if (!token.ok) return refuse(badRequest(`invalid continue token: ${token.error}`));
      from = token.value.fromKey;
      revision = token.value.revision;
    } else if (options.resourceVersionMatch !== 'Exact' && !(options.limit > 0 && version > 0)) revision = 0;
    const objects: Versioned[] = [];
    for (;;) {
      const page = yield* this.etcd.range(from, { end: endOf(prefix), limit: options.limit, revision });
      if (page instanceof Refusal) return this.rangeRefused(page, revision);
      revision ||= page.revision;
      for (const { value, mod_revision } of page.kvs) {
        const object = decode(value, mod_revision);
        if (matches(predicate, object)) objects.push(object);
      }
      const last = page.kvs[page.kvs.length - 1]?.key;
      if (!page.more || last === undefined) return { objects, metadata: { resourceVersion: String(revision) } };
      from = `${last}\0`;
      if (objects.length >= options.limit)
        return cut(info, objects, options.limit, prefix, revision, predicate, page.count - page.kvs.length);
    }
  }

  private rangeRefused(refusal: Refusal, revision: number): Refusal {
    const { message = '' } = refusal.status;
    if (message.includes('compacted')) return refuse(expired('The resourceVersion for the provided list is too old.'));
    return message.includes('future revision') ? tooLarge(revision, this.etcd.revision) : refusal;
  }

  // ---- Watches

  *watch(request: HttpRequest, requested: RequestInfo, info: ResourceInfo): Task<OpenWatch | Refusal> {
    const { namespace, query, name } = requested;
    const form = formOf(request.headers);
    if (form instanceof Refusal) return form;
    const parsed = parseListRequest(query, info);
    if (parsed instanceof Refusal) return parsed;
    const { options, predicate } = parsed;
    const given = parseResourceVersion(options.resourceVersion);
    if (!given.ok) return refuse(badRequest(invalidVersion(options.resourceVersion, given.error)));
    const cache = this.cacheOf(info);
    const start = watchStartRevision(options, given.value);
    let revision = 0;
    if (start === 'current') {
      const current = yield* this.etcd.currentRevision(info.etcdPrefix);
      if (current instanceof Refusal) return current;
      revision = current;
    } else revision = start;
    if (cache !== null) yield* cache.waitFor(options.sendInitialEvents === true || start === 'current' ? revision : 0);
    const timeoutUs =
      options.timeoutSeconds !== null && options.timeoutSeconds > 0 ? options.timeoutSeconds * SECOND : this.longTimeout(requested.path);
    const plan: WatchPlan = {
      info,
      options,
      predicate,
      form,
      revision,
      include: includeOf(query.includeObject),
      prefix: storageKey(info, namespace, null),
      deadline: simTime(this.ctx.now() + timeoutUs),
    };
    const selector = [query.labelSelector, query.fieldSelector ?? (name === '' ? undefined : `metadata.name=${name}`)]
      .filter(Boolean)
      .join(' ');
    return cache === null ? this.watchEtcd(plan, selector) : this.watchCache(cache, plan, selector);
  }

  private longTimeout(path: string): number {
    return MIN_REQUEST_US + this.ctx.random(`watch timeout ${path} at ${this.ctx.now()}`).below(MIN_REQUEST_US);
  }

  private watchCache(cache: WatchCache, plan: WatchPlan, selector: string): OpenWatch {
    let watcher: Watcher | null = null;
    return {
      resource: plan.info.resource,
      selector,
      start: (sink) => {
        const created: Watcher = new Watcher(
          this.ctx,
          {
            predicate: plan.predicate,
            prefix: plan.prefix,
            deadline: plan.deadline,
            trigger:
              TRIGGER_FIELDS[plan.info.resource] === undefined
                ? null
                : requiredValue(plan.predicate, TRIGGER_FIELDS[plan.info.resource] as string),
            bookmarks: plan.options.allowWatchBookmarks,
            kind: bookmarkKind(plan),
            revision: () => cache.revision,
            onEnd: () => cache.remove(created),
          },
          this.formed(sink, plan),
        );
        watcher = created;
        this.begin(cache, plan, created);
      },
      stop: () => watcher?.closed(),
    };
  }

  /** What a new watcher hears first: the state, or the history since its version. */
  private begin(cache: WatchCache, { options, predicate, info, prefix, revision }: WatchPlan, watcher: Watcher): void {
    const { sendInitialEvents, allowWatchBookmarks } = options;
    const fromAny = revision === 0 && sendInitialEvents !== false;
    if (sendInitialEvents === true || (fromAny && sendInitialEvents === null)) {
      watcher.initial(this.select(cache, info, prefix, predicate));
      if (allowWatchBookmarks) watcher.initialEventsEnd(Math.max(cache.revision, revision));
    } else if (revision > 0 && revision < cache.revision) {
      const missed = cache.since(revision);
      if (missed === null) return watcher.fail(expired(`too old resource version: ${revision} (${cache.oldest})`) as unknown as JsonObject);
      for (const event of missed) watcher.hear(event);
    }
    cache.add(watcher);
  }

  /** Events are not cached: each watch of them is a watch of etcd. */
  private watchEtcd(plan: WatchPlan, selector: string): OpenWatch {
    let watcher: Watcher | null = null;
    return {
      resource: plan.info.resource,
      selector,
      start: (sink) => {
        let revision = plan.revision;
        let close = (): void => {};
        const created: Watcher = new Watcher(
          this.ctx,
          {
            predicate: plan.predicate,
            prefix: plan.prefix,
            deadline: plan.deadline,
            trigger: null,
            bookmarks: plan.options.allowWatchBookmarks,
            kind: bookmarkKind(plan),
            revision: () => revision,
            onEnd: () => close(),
          },
          this.formed(sink, plan),
        );
        watcher = created;
        this.ctx.spawn(
          this.followEtcd(
            plan,
            created,
            (seen) => (revision = seen),
            (closer) => (close = closer),
          ),
        );
      },
      stop: () => watcher?.closed(),
    };
  }

  private *followEtcd(
    plan: WatchPlan,
    watcher: Watcher,
    seen: (revision: number) => void,
    closer: (close: () => void) => void,
  ): Task<void> {
    let from = plan.revision;
    if (from === 0 || plan.options.sendInitialEvents === true) {
      const page = yield* this.etcd.range(plan.prefix, { end: endOf(plan.prefix) });
      if (page instanceof Refusal) return watcher.fail(page.body);
      from = page.revision;
      if (plan.options.sendInitialEvents !== false) watcher.initial(page.kvs.map(({ value, mod_revision }) => decode(value, mod_revision)));
      if (plan.options.sendInitialEvents === true && plan.options.allowWatchBookmarks) watcher.initialEventsEnd(from);
    }
    seen(from);
    const create_request = {
      key: plan.prefix,
      range_end: endOf(plan.prefix),
      start_revision: from + 1,
      prev_kv: true,
      progress_notify: true,
    };
    yield* suspend<void>((resume) => {
      const stream = this.ctx.open(ETCD, { protocol: 'etcd', kind: 'request', rpc: 'Watch', body: { create_request } }, (item) => {
        if (item.type === 'end') resume(undefined);
        if (item.type !== 'delivery') return;
        const { body } = item.payload as EtcdWatchDelivery;
        seen(headerRevision(body));
        for (const event of (body.events ?? []) as unknown as readonly EtcdEvent[]) watcher.hear(cacheEvent(event));
      });
      closer(() => stream.close());
    });
    watcher.terminate();
  }

  /** Events in the form that the client asked for. */
  private formed(sink: Sink, { info, form, include }: WatchPlan): Sink {
    if (form === 'object' && info.resource !== 'events') return sink;
    let first = true;
    return {
      end: (reason) => sink.end(reason),
      push: (type: WatchType, object: JsonObject) => {
        if (type === 'BOOKMARK' || type === 'ERROR') return sink.push(type, object);
        const shown = fromStorage(info, object as Versioned);
        if (form === 'metadata') return sink.push(type, metadataOnly(shown));
        if (form === 'object') return sink.push(type, shown);
        sink.push(type, tableFor(info, [shown], { now: this.ctx.now(), includeObject: include, withoutColumns: !first }));
        first = false;
      },
    };
  }
}

interface WatchPlan {
  readonly info: ResourceInfo;
  readonly options: ListOptions;
  readonly predicate: Predicate;
  readonly form: Form;
  readonly include: ReturnType<typeof includeOf>;
  readonly revision: number;
  readonly prefix: string;
  readonly deadline: SimTime;
}

interface EtcdEvent {
  readonly type?: 'PUT' | 'DELETE';
  readonly kv: KeyValue;
  readonly prev_kv?: KeyValue;
}

function cacheEvent({ type, kv, prev_kv }: EtcdEvent): Parameters<Watcher['hear']>[0] {
  const previous = prev_kv === undefined ? null : decode(prev_kv.value, prev_kv.mod_revision);
  const { key, mod_revision: revision } = kv;
  if (type === 'DELETE' && previous !== null)
    return { type: 'DELETED', revision, key, previous, object: withResourceVersion(previous, String(revision)) };
  return { type: previous === null ? 'ADDED' : 'MODIFIED', revision, key, previous, object: decode(kv.value, revision) };
}

const bookmarkKind = ({ info, form }: WatchPlan): { kind: string; apiVersion: string } =>
  form === 'metadata'
    ? { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' }
    : { kind: info.kind, apiVersion: groupVersion(info) };

export function parseListRequest(
  query: RequestInfo['query'],
  info: ResourceInfo,
): { readonly options: ListOptions; readonly predicate: Predicate } | Refusal {
  const options = listOptionsOf(query);
  if (!options.ok) return refuse(badRequest(options.error));
  const predicate = predicateOf(info, query.labelSelector, query.fieldSelector);
  if (!predicate.ok) return refuse(badRequest(predicate.error));
  const errors = validateListOptions(options.value);
  if (errors.length > 0) return refuse(invalid('meta.k8s.io', 'ListOptions', '', errors));
  return { options: options.value, predicate: predicate.value };
}

const invalidVersion = (text: string, why: string): string =>
  `invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(text)}: ${why}`;

function tooLarge(wanted: number, current: number): Refusal {
  const status = timeout(`Too large resource version: ${wanted}, current: ${current}`, 1);
  const details = { ...status.details, causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }] };
  return new Refusal({ ...status, details }, { 'retry-after': '1' });
}

/** A page of at most `limit` objects with the token for the next; `remaining` beyond `objects`. */
function cut(
  info: ResourceInfo,
  objects: Versioned[],
  limit: number,
  prefix: string,
  revision: number,
  predicate: Predicate,
  remaining = 0,
): { objects: Versioned[]; metadata: JsonObject } {
  const resourceVersion = String(revision);
  const rest = objects.length - limit + remaining;
  if (limit <= 0 || rest <= 0) return { objects, metadata: { resourceVersion } };
  const page = objects.slice(0, limit);
  const last = page[page.length - 1] as Versioned;
  const lastKey = storageKey(info, last.metadata.namespace ?? null, last.metadata.name);
  const token = encodeContinue(`${lastKey}\0`, prefix.replace(/\/$/, ''), revision);
  return {
    objects: page,
    metadata: {
      resourceVersion,
      ...(token.ok ? { continue: token.value } : {}),
      ...(predicate.everything ? { remainingItemCount: rest } : {}),
    },
  };
}
