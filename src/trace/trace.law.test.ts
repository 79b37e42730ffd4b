// Going back is a fold: what is told of a record depends on the records up to it and on nothing else.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../base/json';
import type { TraceRecord } from '../wire/record';
import { History } from './history';
import { objectsAt, sceneAt } from './scene';
import { Records } from './testing/records';
import { Trace } from './trace';
import { traceLine } from './trace-line';

const followed = (records: readonly TraceRecord[]): Trace => {
  const trace = new Trace(records);
  trace.follow();
  return trace;
};

type Act =
  | { readonly act: 'write' | 'delete' | 'watch' | 'close' | 'queue'; readonly which: number }
  | { readonly act: 'start' | 'stop'; readonly which: number };
const acts = fc.array(
  fc.record({ act: fc.constantFrom('write', 'delete', 'watch', 'close', 'queue', 'start', 'stop'), which: fc.nat(3) }) as fc.Arbitrary<Act>,
  { maxLength: 60 },
);
const COMPONENTS = ['kube-scheduler', 'kubelet/node-1', 'kube-controller-manager', 'kube-apiserver'];

/** A trace in which things come and go. */
function traceOf(plan: readonly Act[]): readonly TraceRecord[] {
  const r = new Records();
  const input = r.typed('kubectl get pods');
  const watches: ReturnType<Records['request']>[] = [];
  for (const { act, which } of plan) {
    const component = COMPONENTS[which] as string;
    const key = `/registry/${which < 2 ? 'pods/default' : 'minions'}/a-${which}`;
    if (act === 'write')
      r.store(key, { kind: which < 2 ? 'Pod' : 'Node', metadata: { name: `a-${which}`, namespace: 'default' } } as JsonObject, input);
    if (act === 'delete') r.store(key, null, input);
    if (act === 'queue')
      r.inside('kube-controller-manager', input, 'queue', {}, { [`queue/q/${which}`]: r.list.length % 3 === 0 ? null : 'waiting' });
    if (act === 'start' || act === 'stop') r.inside(component, input, act === 'start' ? 'started' : 'stopped', {});
    if (act === 'watch') {
      const watch = r.request(component, input, 'GET', `/api/v1/${which < 2 ? 'pods' : 'nodes'}?watch=true`);
      watches.push(watch);
      r.answer(watch, 200);
    }
    const open = watches[which];
    if (act === 'close' && open !== undefined)
      r.add('kube-apiserver', component, input, { protocol: 'http', kind: 'stream-end', reason: 'timeout' }, { exchange: open });
  }
  return r.list;
}

describe('what is told of a record', () => {
  test('is what a fold of the records up to it gives, whatever was asked before', () => {
    fc.assert(
      fc.property(acts, fc.array(fc.nat(1_000), { minLength: 1, maxLength: 6 }), (plan, places) => {
        const records = traceOf(plan);
        const whole = followed(records);
        for (const place of places) {
          const seq = place % records.length;
          const alone = followed(records.slice(0, seq + 1));
          expect(sceneAt(whole, seq)).toEqual(sceneAt(alone, seq));
          expect(objectsAt(whole, seq)).toEqual(objectsAt(alone, seq));
          expect(traceLine(records[seq] as TraceRecord, whole).object).toEqual(traceLine(records[seq] as TraceRecord, alone).object);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('does not depend on how often the trace was followed while it grew', () => {
    fc.assert(
      fc.property(acts, (plan) => {
        const records = traceOf(plan);
        const growing: TraceRecord[] = [];
        const trace = new Trace(growing);
        for (const record of records) {
          growing.push(record);
          trace.follow();
        }
        const last = records.length - 1;
        expect(sceneAt(trace, last)).toEqual(sceneAt(followed(records), last));
        expect(trace.levels).toEqual(followed(records).levels);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a history', () => {
  test('answers as a map that is written in order does', () => {
    const writes = fc.array(fc.record({ path: fc.constantFrom('a', 'b', 'c'), value: fc.option(fc.nat(9)), later: fc.nat(2) }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(writes, fc.nat(60), (list, seq) => {
        const history = new History();
        const plain = new Map<string, number>();
        let at = 0;
        for (const { path, value, later } of list) {
          at += later;
          history.set('g', path, at, value);
          if (at > seq) continue;
          if (value === null) plain.delete(path);
          else plain.set(path, value);
        }
        expect(new Map(history.group('g', seq))).toEqual(plain);
        for (const path of ['a', 'b', 'c']) expect(history.at('g', path, seq)).toBe(plain.get(path) ?? null);
      }),
    );
  });
});

test('what was broken on purpose lasts as long as it was said to, whatever is broken at the same place meanwhile', () => {
  const r = new Records();
  const cut = (forUs: number, oneWay: boolean): number =>
    r.add('user', 'kubelet/node-1', null, {
      protocol: 'fault',
      kind: 'fault',
      fault: 'partition',
      detail: { from: 'kubelet/node-1', to: 'kube-apiserver', oneWay, forUs },
    });
  cut(10_000, false);
  cut(2_000, true);
  for (let i = 0; i < 9; i++) r.inside('kube-scheduler', null, 'queue', {});
  const trace = followed(r.list);
  const ways = (seq: number) => sceneAt(trace, seq).troubles.map(({ bothWays }) => bothWays);
  expect([0, 1, 2, 3, 9, 10].map(ways)).toEqual([[true], [true, false], [true, false], [true], [true], []]);
});

test('what was broken on purpose is over once it is mended, whichever end is named first', () => {
  const r = new Records();
  const fault = (kind: string, detail: JsonObject): number =>
    r.add('user', 'etcd', null, { protocol: 'fault', kind: 'fault', fault: kind, detail });
  fault('stall', { from: 'etcd', to: 'kube-apiserver', forUs: 10_000 });
  fault('stall', { from: 'etcd', to: 'node-1', forUs: 10_000 });
  fault('heal', { from: 'kube-apiserver', to: 'etcd' });
  fault('heal', { from: 'node-1', to: 'etcd', refused: 'no' });
  const trace = followed(r.list);
  expect([1, 2, 3].map((seq) => sceneAt(trace, seq).troubles.map(({ to }) => to))).toEqual([
    ['kube-apiserver', 'node-1'],
    ['node-1'],
    ['node-1'],
  ]);
});
