// Filters over the recording of a Deployment.
import { beforeAll, describe, expect, test } from 'vitest';
import { Play } from '../cluster/testing/play';
import type { TraceRecord } from '../wire/record';
import { filterRecords, like } from './filter';
import { parseFilter } from './filter-text';
import type { Trace } from './trace';

describe('a filter', () => {
  let trace: Trace;
  beforeAll(() => {
    const play = new Play();
    play.kubectl('kubectl create deployment test --image=nginx');
    trace = play.trace();
  });
  const find = (text: string): readonly TraceRecord[] => {
    const terms = parseFilter(text);
    if (!terms.ok) throw new Error(terms.error.why);
    return filterRecords(terms.value, trace, new Set())
      .filter((seq) => !trace.isBoot(seq))
      .map((seq) => trace.get(seq) as TraceRecord);
  };

  test('finds who sent what, of which verb, about what', () => {
    const patches = find('from:kubelet verb:patch object:pod/test-* kind:request');
    expect(patches.length).toBeGreaterThanOrEqual(3);
    for (const { from, payload } of patches) {
      expect(from).toMatch(/^kubelet\/node-/);
      expect(payload).toMatchObject({ method: 'PATCH' });
    }
    expect(find('verb:create object:pods/binding kind:request')).toHaveLength(1);
    expect(find('verb:watch from:kubelet/node-*').length).toBeGreaterThan(0);
  });

  test('finds a component as sender, as receiver and as the part of it that spoke', () => {
    const byOne = find('component:etcd');
    expect(new Set(byOne.map(({ from }) => from))).toContain('etcd');
    expect(new Set(byOne.map(({ to }) => to))).toContain('etcd');
    expect(byOne.length).toBe(find('from:etcd').length + find('to:etcd -from:etcd').length);
    expect(find('component:replicaset-controller kind:request').length).toBeGreaterThan(0);
  });

  test('finds a conflict by the code of its answer, as request and as answer', () => {
    const conflicts = find('status:409');
    expect(new Set(conflicts.map(({ payload }) => payload.kind))).toEqual(new Set(['request', 'response']));
    expect(find('status:409 -kind:request').every(({ payload }) => payload.kind === 'response')).toBe(true);
    expect(find('status:4*').length).toBeGreaterThanOrEqual(conflicts.length);
  });

  test('finds what a record caused, and nothing sent before', () => {
    const [create] = find('from:kubectl verb:post kind:request');
    const caused = find(`cause:${create?.seq}`);
    expect(caused.length).toBeGreaterThan(100);
    expect(caused.every(({ seq }) => seq > (create?.seq ?? 0))).toBe(true);
  });

  test('finds text in what was sent, with or without a wildcard', () => {
    expect(find('"put /registry/pods"').length).toBeGreaterThan(0);
    expect(find('put*/registry/pods*mod_revision').length).toBeGreaterThan(0);
    expect(find('nowhere-at-all')).toEqual([]);
  });

  test('without terms finds all that travels', () => {
    expect(find('').length).toBeGreaterThan(200);
  });
});

test.each([
  ['kubelet/node-1', 'kubelet*', true],
  ['kubelet', 'kubelet', true],
  ['kubelet/node-1', 'kubelet', false],
  ['abcabc', 'a*c', true],
  ['abc', 'abc*abc', false],
  ['aXbXc', 'a*b*c', true],
  ['ab', 'a*b*b', false],
  ['', '*', true],
])('like: %s, %s', (text, pattern, expected) => {
  expect(like(text, pattern)).toBe(expected);
});
