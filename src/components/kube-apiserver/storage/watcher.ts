// One client's open watch: what it hears, when it is told a bookmark, when it ends.
// Models apiserver pkg/storage/cacher/cache_watcher.go. Left out: buffers that fill up and cut a slow client.
import { SECOND, type SimTime } from '../../../base/brand';
import type { JsonObject } from '../../../base/json';
import type { Ctx } from '../../../sim/process';
import type { Timer } from '../../../sim/simulation';
import type { WatchType } from '../../../wire/payload';
import { matches, type Predicate } from './predicate';
import { type Versioned, withResourceVersion } from './versioner';
import type { CacheEvent, Listener } from './watch-cache';

/** Where a watcher's events go. */
export interface Sink {
  push(type: WatchType, object: JsonObject): void;
  end(reason: string): void;
}
export interface WatcherOptions {
  readonly predicate: Predicate;
  /** Keys that it is about start with this. */
  readonly prefix: string;
  readonly trigger: string | null;
  readonly bookmarks: boolean;
  /** Ends by itself at this time. */
  readonly deadline: SimTime;
  /** `{kind, apiVersion}` of bookmarks. */
  readonly kind: { readonly kind: string; readonly apiVersion: string };
  /** The version that a bookmark tells. */
  readonly revision: () => number;
  readonly onEnd: () => void;
}

const BOOKMARK_US = 60 * SECOND; // cacher.go bookmarkFrequency
const BOOKMARK_BEFORE_END_US = 2 * SECOND;
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

export class Watcher implements Listener {
  readonly trigger: string | null;
  private open = true;
  private timers: Timer[] = [];

  constructor(
    private readonly ctx: Ctx,
    private readonly options: WatcherOptions,
    private readonly sink: Sink,
  ) {
    this.trigger = options.trigger;
    this.timers.push(ctx.after(options.deadline - ctx.now(), () => this.finish('timeout'), { idle: true }));
    if (options.bookmarks) this.scheduleBookmark();
  }

  /** The present state, as ADDED events. */
  initial(objects: readonly Versioned[]): void {
    for (const object of objects) if (matches(this.options.predicate, object)) this.sink.push('ADDED', object);
  }

  initialEventsEnd(revision: number): void {
    const resourceVersion = String(revision);
    this.sink.push('BOOKMARK', {
      ...this.options.kind,
      metadata: { resourceVersion, annotations: { [INITIAL_EVENTS_END]: 'true' } },
    });
  }

  hear(event: CacheEvent): void {
    if (!this.open || !event.key.startsWith(this.options.prefix)) return;
    const { predicate } = this.options;
    const { previous, object } = event;
    if (predicate.everything) return this.sink.push(event.type, object);
    const before = previous !== null && matches(predicate, previous);
    const now = event.type !== 'DELETED' && matches(predicate, object);
    if (now) this.sink.push(before ? 'MODIFIED' : 'ADDED', object);
    else if (before)
      this.sink.push('DELETED', event.type === 'DELETED' ? object : withResourceVersion(previous as Versioned, String(event.revision)));
  }

  fail(status: JsonObject): void {
    this.sink.push('ERROR', status);
    this.finish('closed');
  }

  terminate(): void {
    this.finish('closed');
  }

  /** The client went away. */
  closed(): void {
    if (!this.open) return;
    this.open = false;
    for (const timer of this.timers) timer.cancel();
    this.options.onEnd();
  }

  private finish(reason: string): void {
    if (!this.open) return;
    this.closed();
    this.sink.end(reason);
  }

  private scheduleBookmark(): void {
    const now = this.ctx.now();
    const last = this.options.deadline - BOOKMARK_BEFORE_END_US;
    if (now >= last) return;
    const at = Math.min(now + BOOKMARK_US, last);
    this.timers[1] = this.ctx.after(at - now, () => this.bookmark(), { idle: true });
  }

  private bookmark(): void {
    if (!this.open) return;
    const { kind, revision } = this.options;
    this.sink.push('BOOKMARK', { ...kind, metadata: { resourceVersion: String(revision()) } });
    this.scheduleBookmark();
  }
}
