// The records of a run with the indexes that questions need. Follows a run as it grows.

import type { Seq } from '../base/brand';
import { firstWhere } from '../base/first-where';
import { isObject, type Json, type JsonObject } from '../base/json';
import type { WatchDelivery } from '../wire/payload';
import type { TraceRecord } from '../wire/record';
import { type Commit, changesOf, commitOf, groupOfKey, revisionTold, type Stored } from './changes';
import { History } from './history';
import { levelOf } from './levels';
import { podTile } from './pod-tile';
import { RuntimeNames } from './runtime-names';

export class Trace {
  readonly history = new History();
  /** Index into LEVELS of the lowest level at which a record is told; 3 = inside. */
  readonly levels: number[] = [];
  readonly runtimeNames = new RuntimeNames();
  private readonly answers = new Map<number, Seq>();
  private readonly commits: Commit[] = [];
  private readonly effectLists = new Map<number, Seq[]>();
  /** The first record that is not boot: the first input, or the first after time 0. */
  private bootEnd: number | null = null;

  constructor(readonly records: readonly TraceRecord[]) {}

  /** Takes in the records that are new. */
  follow(): void {
    for (let i = this.levels.length; i < this.records.length; i++) {
      const record = this.records[i] as TraceRecord;
      const { exchange, cause, payload } = record;
      if (exchange !== null && exchange !== record.seq && payload.kind === 'response') this.answers.set(exchange, record.seq);
      if (cause !== null) {
        const effects = this.effectLists.get(cause);
        if (effects === undefined) this.effectLists.set(cause, [record.seq]);
        else effects.push(record.seq);
      }
      if (this.bootEnd === null && (payload.kind === 'input' || record.atUs > 0)) this.bootEnd = i;
      this.runtimeNames.take(payload, this.requestOf(record)?.payload);
      const commit = commitOf(record);
      if (commit !== null) this.commits.push(commit);
      this.levels.push(levelOf(record, this));
      for (const [group, path, value] of changesOf(record, this)) {
        this.history.set(group, path, record.seq, value);
        if (group === 'object/pods' && isObject(value) && isObject(value.object)) podTile(value.object);
      }
    }
  }

  isBoot(seq: number): boolean {
    return this.bootEnd === null || seq < this.bootEnd;
  }

  get(seq: number): TraceRecord | undefined {
    return this.records[seq];
  }

  /** The request of the exchange that a record belongs to; itself if it is one. */
  requestOf(record: TraceRecord): TraceRecord | undefined {
    return record.exchange === null ? undefined : this.records[record.exchange];
  }

  /** The answer of a request, if it was sent. */
  answerOf(request: TraceRecord): TraceRecord | undefined {
    const seq = this.answers.get(request.seq);
    return seq === undefined ? undefined : this.records[seq];
  }

  /** etcd's last writes up to record `seq`, oldest first. */
  lastCommits(seq: number, count: number): readonly Commit[] {
    const end = this.firstCommit((commit) => commit.seq > seq);
    return this.commits.slice(Math.max(0, end - count), end);
  }

  /** The place of the first write for which `holds`, which holds for all after it, too. */
  private firstCommit(holds: (commit: Commit) => boolean): number {
    return firstWhere(0, this.commits.length, (place) => holds(this.commits[place] as Commit));
  }

  commitAt(seq: number): Commit | undefined {
    const commit = this.commits[this.firstCommit((candidate) => candidate.seq >= seq)];
    return commit?.seq === seq ? commit : undefined;
  }

  /** The write that made an etcd revision; of several keys the first. */
  commitOfRevision(revision: number): Commit | undefined {
    const commit = this.commits[this.firstCommit((candidate) => candidate.revision >= revision)];
    return commit?.revision === revision ? commit : undefined;
  }

  /** What an object was before it got its version; null if it was not there. */
  objectBefore(object: JsonObject): Json | null {
    const commit = this.commitOfRevision(revisionTold(object));
    if (commit === undefined) return null;
    return (this.history.before(groupOfKey(commit.key), commit.key, commit.seq) as Stored | null)?.object ?? null;
  }

  /** What a delivery of kube-apiserver tells of: of a table, which has but a row of it, the object as it was written. */
  objectTold({ object }: WatchDelivery): JsonObject {
    const commit = object.kind === 'Table' ? this.commitOfRevision(revisionTold(object)) : undefined;
    if (commit === undefined) return object;
    const group = groupOfKey(commit.key);
    const written = this.history.at(group, commit.key, commit.seq) ?? this.history.before(group, commit.key, commit.seq);
    return ((written as Stored | null)?.object ?? object) as JsonObject;
  }

  /** What a record caused directly, in order. */
  effects(seq: number): readonly TraceRecord[] {
    return (this.effectLists.get(seq) ?? []).map((effect) => this.records[effect] as TraceRecord);
  }

  /** From a record's direct cause back to the input, or to the start of boot; at most `max`. */
  causes(seq: number, max = Number.POSITIVE_INFINITY): TraceRecord[] {
    const chain: TraceRecord[] = [];
    for (let at = this.records[seq]?.cause ?? null; at !== null && chain.length < max; at = this.records[at]?.cause ?? null) {
      chain.push(this.records[at] as TraceRecord);
    }
    return chain;
  }
}
