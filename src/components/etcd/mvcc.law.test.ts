// The store against a model that copies everything at every revision.
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { simTime } from '../../base/brand';
import type { JsonObject } from '../../base/json';
import { compareBytes } from '../../base/order';
import { answer, newDisk } from './member';
import type { Commit, KeyValue } from './mvcc';
import { WatchHub } from './watch';

type Snapshot = ReadonlyMap<string, KeyValue>;

class Model {
  readonly snapshots: Snapshot[] = [new Map(), new Map()];

  get now(): Map<string, KeyValue> {
    return new Map(this.snapshots[this.snapshots.length - 1]);
  }
  put(key: string, value: string): void {
    const next = this.now;
    const main = this.snapshots.length;
    const old = next.get(key);
    next.set(key, {
      key,
      create_revision: old?.create_revision ?? main,
      mod_revision: main,
      version: (old?.version ?? 0) + 1,
      ...(value ? { value } : {}),
    });
    this.snapshots.push(next);
  }
  delete(key: string, end: string): void {
    const next = this.now;
    const gone = [...next.keys()].filter((k) =>
      end === '' ? k === key : compareBytes(k, key) >= 0 && (end === '\0' || compareBytes(k, end) < 0),
    );
    for (const k of gone) next.delete(k);
    if (gone.length > 0) this.snapshots.push(next);
  }
}

const key = fc.constantFrom('a', 'a/1', 'a/2', 'a0', 'b', 'é', '\u{1f600}', '\uffee');
const end = fc.oneof(fc.constant(''), fc.constant('\0'), key);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ rpc: fc.constant('Put' as const), key, value: fc.constantFrom('', 'x', 'y') }) },
  { weight: 1, arbitrary: fc.record({ rpc: fc.constant('DeleteRange' as const), key, range_end: end }) },
);

it('a read at any revision sees what was there then, in byte order [M1, M2, M3]', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const disk = newDisk();
      const model = new Model();
      for (const one of steps) {
        const { rpc, ...body } = one;
        answer(disk, rpc, body as JsonObject, simTime(0));
        if (one.rpc === 'Put') model.put(one.key, one.value);
        else model.delete(one.key, one.range_end);
      }
      expect(disk.store.revision).toBe(model.snapshots.length - 1);
      model.snapshots.forEach((snapshot, revision) => {
        if (revision < 1) return;
        const kvs = [...snapshot.values()].sort((a, b) => compareBytes(a.key, b.key));
        expect(disk.store.read({ key: '\0', end: '\0' }, revision, 0)).toEqual({ kvs, count: kvs.length });
      });
    }),
  );
});

it('compaction takes away no read at its revision or later [C1]', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), fc.nat(), (steps, at) => {
      const [disk, twin] = [newDisk(), newDisk()];
      for (const { rpc, ...body } of steps) for (const one of [disk, twin]) answer(one, rpc, body as JsonObject, simTime(0));
      const compacted = (at % disk.store.revision) + 1;
      disk.store.compact(compacted);
      for (let revision = compacted; revision <= disk.store.revision; revision++) {
        const all = { key: '\0', end: '\0' };
        expect(disk.store.read(all, revision, 0)).toEqual(twin.store.read(all, revision, 0));
      }
      expect(disk.store.since(compacted)).toEqual(twin.store.since(compacted));
    }),
  );
});

it('a watch hears each change of its keys once and in order, whenever it begins [W1, W3]', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.nat(), key, end, (steps, begin, from, to) => {
      fc.pre(to === '' || to === '\0' || compareBytes(from, to) < 0);
      const disk = newDisk();
      const hub = new WatchHub(disk.store);
      const commits: Commit[] = [];
      disk.store.onCommit = (commit) => {
        commits.push(commit);
        hub.notify(commit);
      };
      const heard: JsonObject[] = [];
      const stream = hub.stream((response) => void heard.push(...((response.events ?? []) as JsonObject[])));
      const start = begin % (steps.length + 1);
      steps.forEach(({ rpc, ...body }, i) => {
        if (i === start) stream.create({ key: from, range_end: to, start_revision: Math.max(1, Math.ceil(start / 2)), prev_kv: true });
        if (i === start + 2) hub.sync();
        answer(disk, rpc, body as JsonObject, simTime(0));
      });
      hub.sync();
      const wanted =
        start === steps.length
          ? []
          : commits
              .filter(({ revision }) => revision >= Math.max(1, Math.ceil(start / 2)))
              .flatMap(({ changes }) => changes)
              .filter(({ kv }) =>
                to === '' ? kv.key === from : compareBytes(kv.key, from) >= 0 && (to === '\0' || compareBytes(kv.key, to) < 0),
              )
              .map(({ kv }) => kv);
      expect(heard.map((event) => event.kv)).toEqual(wanted);
      for (const { kv, prev_kv } of heard) {
        const before = disk.store.get((kv as KeyValue).key, (kv as KeyValue).mod_revision - 1);
        expect(prev_kv ?? null).toEqual(before);
      }
    }),
  );
});
