// Watches: each commit goes to the watchers of its keys; one that starts in the past first gets what it
// missed. Models etcd server/mvcc (watchable_store.go, watcher.go, watcher_group.go) and
// server/api/v3rpc/watch.go of 3.5. Left out: fragments, slow watchers (victims).

import type { JsonObject } from '../../base/json';
import { compareBytes } from '../../base/order';
import { FROM_KEY, flagOf, inSpan, messagesOf, numberOf, type Span, textOf } from './fields';
import type { Change, Commit, Mvcc } from './mvcc';

/** `synced` gets commits as they happen, `unsynced` waits for its backlog, `compacted` gets nothing more. */
type State = 'synced' | 'unsynced' | 'compacted';

class Watcher {
  state: State;
  constructor(
    readonly stream: WatchStream,
    readonly id: number,
    readonly order: number,
    readonly span: Span,
    readonly startRevision: number,
    /** Commits below it are not for this watcher. */
    readonly minRevision: number,
    readonly prevKv: boolean,
    readonly without: ReadonlySet<string>,
    state: State,
  ) {
    this.state = state;
  }

  /** The events that this watcher gets of these commits. */
  eventsOf(commits: readonly Commit[], compactRevision: number): JsonObject[] {
    const events: JsonObject[] = [];
    for (const { revision, changes } of commits) {
      if (revision < this.minRevision) continue;
      for (const change of changes) {
        if (this.wants(change)) events.push(eventOf(change, this.prevKv && revision > compactRevision));
      }
    }
    return events;
  }

  private wants(change: Change): boolean {
    return !this.without.has(change.type) && inSpan(this.span, change.kv.key);
  }
}

/** All watchers of a member. */
export class WatchHub {
  private readonly synced = new WatcherIndex();
  private unsynced: Watcher[] = [];
  private created = 0;

  constructor(readonly store: Mvcc) {}

  /** A stream on which watches can be created; `send` gets each WatchResponse but those of `create`. */
  stream(send: (response: JsonObject) => void): WatchStream {
    return new WatchStream(this, send);
  }

  get behind(): boolean {
    return this.unsynced.length > 0;
  }

  /** Tells the watchers of a commit that has just been made. */
  notify(commit: Commit): void {
    for (const watcher of this.synced.interestedIn(commit)) this.deliver(watcher, [commit]);
  }

  /** Gives those that started in the past what they missed. */
  sync(): void {
    const behind = this.unsynced;
    this.unsynced = [];
    for (const watcher of behind) {
      const { compactRevision } = this.store;
      if (watcher.minRevision < compactRevision) {
        watcher.state = 'compacted';
        // etcd leaves the revision of this header unset.
        watcher.stream.send({ header: {}, ...idOf(watcher.id), canceled: true, compact_revision: compactRevision });
      } else {
        watcher.state = 'synced';
        this.synced.add(watcher);
        this.deliver(watcher, this.store.since(watcher.minRevision));
      }
    }
  }

  add(stream: WatchStream, id: number, span: Span, request: JsonObject): Watcher {
    const start = numberOf(request, 'start_revision');
    const live = start === 0 || start > this.store.revision;
    const minRevision = live ? Math.max(start, this.store.revision + 1) : start;
    const filters = new Set((messagesOf(request, 'filters') as readonly unknown[]).map((f) => (f === 'NOPUT' ? 'PUT' : 'DELETE')));
    const watcher = new Watcher(
      stream,
      id,
      this.created++,
      span,
      start,
      minRevision,
      flagOf(request, 'prev_kv'),
      filters,
      live ? 'synced' : 'unsynced',
    );
    if (live) this.synced.add(watcher);
    else this.unsynced.push(watcher);
    return watcher;
  }

  remove(watcher: Watcher): void {
    if (watcher.state === 'synced') this.synced.remove(watcher);
    else this.unsynced = this.unsynced.filter((other) => other !== watcher);
  }

  private deliver(watcher: Watcher, commits: readonly Commit[]): void {
    const events = watcher.eventsOf(commits, this.store.compactRevision);
    if (events.length > 0) watcher.stream.send({ header: { revision: this.store.revision }, ...idOf(watcher.id), events });
  }
}

/** One gRPC stream with its watches. */
export class WatchStream {
  private readonly watchers = new Map<number, Watcher>();
  private nextId = 0;

  constructor(
    private readonly hub: WatchHub,
    readonly send: (response: JsonObject) => void,
  ) {}

  /** Answers a WatchCreateRequest: `created`, and also `canceled` with a reason if it is refused. */
  create(request: JsonObject): JsonObject {
    const { revision } = this.hub.store;
    const span: Span = { key: textOf(request, 'key') || '\0', end: textOf(request, 'range_end') };
    const refuse = (cancel_reason: string): JsonObject => ({
      header: { revision },
      watch_id: -1,
      created: true,
      canceled: true,
      cancel_reason,
    });
    if (span.end !== '' && span.end !== FROM_KEY && compareBytes(span.key, span.end) >= 0) return refuse('mvcc: watcher range is empty');
    let id = numberOf(request, 'watch_id');
    if (id === 0) {
      while (this.watchers.has(this.nextId)) this.nextId++;
      id = this.nextId++;
    } else if (this.watchers.has(id)) return refuse('mvcc: duplicate watch ID provided on the WatchStream');
    this.watchers.set(id, this.hub.add(this, id, span, request));
    return { header: { revision }, ...idOf(id), created: true };
  }

  /** Answers a WatchCancelRequest; a watch that is not there is not answered. */
  cancel(id: number): void {
    if (this.remove(id)) this.send({ header: { revision: this.hub.store.revision }, ...idOf(id), canceled: true });
  }

  /** Answers a WatchProgressRequest: only if the stream has watches and each has got all there is. */
  progress(): void {
    const { revision } = this.hub.store;
    if (this.watchers.size === 0) return;
    for (const { state, startRevision } of this.watchers.values()) {
      if (state !== 'synced' || startRevision > revision) return;
    }
    this.send({ header: { revision }, watch_id: -1 });
  }

  /** The notification of a quiet stream whose creator asked for them: carries the watch's own id. */
  progressNotify(): void {
    const { revision } = this.hub.store;
    for (const { id, state } of this.watchers.values()) {
      if (state === 'synced') this.send({ header: { revision }, ...idOf(id) });
    }
  }

  close(): void {
    for (const id of [...this.watchers.keys()]) this.remove(id);
  }

  private remove(id: number): boolean {
    const watcher = this.watchers.get(id);
    if (watcher === undefined) return false;
    this.watchers.delete(id);
    this.hub.remove(watcher);
    return true;
  }
}

/** Finds the watchers of a key without asking each: those of one key, those of a `…/` prefix (all of
 *  Kubernetes'), and the rest. */
class WatcherIndex {
  private readonly keys = new Map<string, Set<Watcher>>();
  private readonly prefixes = new Map<string, Set<Watcher>>();
  private readonly others = new Set<Watcher>();

  add(watcher: Watcher): void {
    const map = this.mapOf(watcher.span);
    if (map === null) this.others.add(watcher);
    else {
      const set = map.get(watcher.span.key);
      if (set === undefined) map.set(watcher.span.key, new Set([watcher]));
      else set.add(watcher);
    }
  }

  remove(watcher: Watcher): void {
    const map = this.mapOf(watcher.span);
    if (map === null) this.others.delete(watcher);
    else map.get(watcher.span.key)?.delete(watcher);
  }

  /** Those that may want something of a commit, oldest first. */
  interestedIn(commit: Commit): readonly Watcher[] {
    const found = new Set<Watcher>(this.others);
    for (const { kv } of commit.changes) {
      this.keys.get(kv.key)?.forEach((watcher) => void found.add(watcher));
      for (let slash = kv.key.indexOf('/'); slash >= 0; slash = kv.key.indexOf('/', slash + 1)) {
        this.prefixes.get(kv.key.slice(0, slash + 1))?.forEach((watcher) => void found.add(watcher));
      }
    }
    return [...found].sort((a, b) => a.order - b.order);
  }

  private mapOf({ key, end }: Span): Map<string, Set<Watcher>> | null {
    if (end === '') return this.keys;
    // '0' follows '/': the end of the range of everything that starts with `key`.
    return key.endsWith('/') && end === `${key.slice(0, -1)}0` ? this.prefixes : null;
  }
}

/** The first id of a stream is 0, which protobuf leaves out. */
const idOf = (watch_id: number): JsonObject => (watch_id === 0 ? {} : { watch_id });

function eventOf({ type, kv, before }: Change, withPrevious: boolean): JsonObject {
  const created = 'create_revision' in kv && kv.create_revision === kv.mod_revision;
  return withPrevious && before !== null && !created ? { type, kv, prev_kv: before } : { type, kv };
}
