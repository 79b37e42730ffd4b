// The multi-version store: every key's versions by revision, and the log of commits that watches read.
// Models etcd server/mvcc (kvstore.go, kvstore_txn.go, index.go, key_index.go). Values are kept by
// reference. Left out: the bolt backend, physical compaction in the background, hashes, defragmentation.
import { assert } from '../../base/assert';
import type { Json } from '../../base/json';
import { SortedMap } from '../../base/sorted-map';
import { FROM_KEY, type Span } from './fields';
import type { Lessor } from './lease';

/** mvccpb.KeyValue; zero values absent. Immutable, shared by answers and events. */
export type KeyValue = {
  readonly key: string;
  readonly create_revision: number;
  readonly mod_revision: number;
  readonly version: number;
  readonly value?: Json;
  readonly lease?: number;
};

/** One change of a commit. `kv` of a deletion has the key and the revision only. */
export interface Change {
  readonly type: 'PUT' | 'DELETE';
  readonly kv: KeyValue | Tombstone;
  /** As it was before the commit, if it was there. */
  readonly before: KeyValue | null;
}
export type Tombstone = { readonly key: string; readonly mod_revision: number };
export interface Commit {
  readonly revision: number;
  readonly changes: readonly Change[];
}

/** A key's value from revision `main` on; null: deleted there. */
interface Version {
  readonly main: number;
  readonly kv: KeyValue | null;
}
export interface ReadResult {
  readonly kvs: KeyValue[];
  readonly count: number;
}

/** An empty store is at revision 1, so that the first commit makes 2. */
const FIRST_REVISION = 1;

export class Mvcc {
  /** Of the last commit. */
  revision = FIRST_REVISION;
  /** Reads below it are refused; -1 before the first compaction. */
  compactRevision = -1;
  /** Told of each commit once it is complete. */
  onCommit: (commit: Commit) => void = () => {};

  private readonly histories = new SortedMap<Version[]>();
  /** Without gaps: one per revision. */
  private log: Commit[] = [];
  private pending: Change[] = [];

  constructor(readonly leases: Lessor) {}

  /** The revision that a read sees now: inside a write, that write's own once it has changed something. */
  get readRevision(): number {
    return this.pending.length > 0 ? this.revision + 1 : this.revision;
  }

  /** A key's value at a revision (default: now). */
  get(key: string, revision = this.readRevision): KeyValue | null {
    const versions = this.histories.get(key);
    return versions === undefined ? null : valueAt(versions, revision);
  }

  /** Keys that exist at `revision`, in byte order, at most `limit` of them (0: all); `count` counts all. */
  read({ key, end }: Span, revision: number, limit: number): ReadResult {
    if (end === '') {
      const kv = this.get(key, revision);
      return kv === null ? { kvs: [], count: 0 } : { kvs: [kv], count: 1 };
    }
    const kvs: KeyValue[] = [];
    let count = 0;
    for (const candidate of this.histories.keys(key, end === FROM_KEY ? null : end)) {
      const kv = this.get(candidate, revision);
      if (kv === null) continue;
      count++;
      if (limit === 0 || count <= limit) kvs.push(kv);
    }
    return { kvs, count };
  }

  // ---- Writing: any number of these, then one commit()

  put(key: string, value: Json, lease: number): void {
    const before = this.get(key);
    const main = this.revision + 1;
    const kv = keyValue(key, before?.create_revision ?? main, main, (before?.version ?? 0) + 1, value, lease);
    if (before?.lease !== undefined) this.leases.detach(before.lease, key);
    if (lease !== 0) this.leases.attach(lease, key);
    this.append(key, main, kv, { type: 'PUT', kv, before: this.beforeCommit(key) });
  }

  /** Deletes what exists in the span and returns it. */
  delete(span: Span): readonly KeyValue[] {
    const { kvs } = this.read(span, this.readRevision, 0);
    const main = this.revision + 1;
    for (const { key, lease } of kvs) {
      if (lease !== undefined) this.leases.detach(lease, key);
      this.append(key, main, null, { type: 'DELETE', kv: { key, mod_revision: main }, before: this.beforeCommit(key) });
    }
    return kvs;
  }

  /** Ends a write. If it changed something, that is one new revision. */
  commit(): void {
    if (this.pending.length === 0) return;
    const commit: Commit = { revision: ++this.revision, changes: this.pending };
    this.pending = [];
    this.log.push(commit);
    this.onCommit(commit);
  }

  // ---- The past

  /** Commits from `revision` on, which must not be below the compacted one. */
  since(revision: number): readonly Commit[] {
    const first = this.log[0];
    return first === undefined ? [] : this.log.slice(Math.max(0, revision - first.revision));
  }

  /** Forgets what no read at `revision` or later can see. */
  compact(revision: number): void {
    assert(revision > this.compactRevision && revision <= this.revision, 'compaction moves forward to a known revision');
    this.compactRevision = revision;
    this.log = this.since(revision).slice();
    for (const key of this.histories.keys()) {
      const versions = this.histories.get(key) as Version[];
      const last = lastAt(versions, revision);
      if (last < 0) continue;
      const alive = versions[last]?.kv === null ? last + 1 : last;
      if (alive === versions.length) this.histories.delete(key);
      else if (alive > 0) versions.splice(0, alive);
    }
  }

  private beforeCommit(key: string): KeyValue | null {
    return this.get(key, this.revision);
  }

  private append(key: string, main: number, kv: KeyValue | null, change: Change): void {
    const versions = this.histories.get(key);
    if (versions === undefined) this.histories.set(key, [{ main, kv }]);
    else versions.push({ main, kv });
    this.pending.push(change);
  }
}

/** Index of the last version at or before `revision`, -1 if there is none. Reads mostly want the newest. */
function lastAt(versions: readonly Version[], revision: number): number {
  let i = versions.length - 1;
  while (i >= 0 && (versions[i] as Version).main > revision) i--;
  return i;
}

const valueAt = (versions: readonly Version[], revision: number): KeyValue | null => versions[lastAt(versions, revision)]?.kv ?? null;

const keyValue = (key: string, create_revision: number, mod_revision: number, version: number, value: Json, lease: number): KeyValue => ({
  key,
  create_revision,
  mod_revision,
  version,
  ...(value === '' ? {} : { value }),
  ...(lease === 0 ? {} : { lease }),
});
