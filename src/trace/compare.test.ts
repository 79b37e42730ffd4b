import { describe, expect, it } from 'vitest';
import { causesUpTo, compare, type Difference } from './compare';
import { Records } from './testing/records';
import { Trace } from './trace';

const traceOf = (records: Records): Trace => {
  const trace = new Trace(records.list);
  trace.follow();
  return trace;
};
function differenceOf(a: Records, b: Records): Difference {
  const walk = compare(traceOf(a), traceOf(b));
  for (;;) {
    const step = walk.next();
    if (step.done) return step.value;
  }
}
const PODS = '/api/v1/namespaces/default/pods';
const pod = (name: string, version: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'default', name, resourceVersion: version },
});

/** A command, then Pods made one after another and answered. */
function run(line: string, ...pods: readonly string[]): Records {
  const records = new Records();
  const typed = records.typed(line);
  pods.forEach((name, i) => {
    const request = records.request('kube-controller-manager', typed, 'POST', PODS, pod(name, ''), 'replicaset-controller');
    records.answer(request, 201, pod(name, String(i)));
  });
  return records;
}

describe('two recordings side by side', () => {
  it('that are the same do not differ', () => {
    expect(differenceOf(run('a', 'x'), run('a', 'x'))).toEqual({ forkSeq: 3, both: 0, only: [[], []] });
  });

  it('part at the input that differs; what follows is the same by what it says, not by its number', () => {
    const b = run('a', 'web');
    const later = new Records();
    later.typed('a');
    later.typed('b');
    const request = later.request('kube-controller-manager', 0, 'POST', PODS, pod('web', ''), 'replicaset-controller');
    later.answer(request, 201, pod('web', '7'));
    expect(differenceOf(b, later)).toEqual({ forkSeq: 1, both: 2, only: [[], [1]] });
  });

  it('know the random end of a name from a name', () => {
    const only = (a: string, b: string) => differenceOf(run('a', a), run('b', b)).only.map(({ length }) => length);
    expect(only('web-5d4f8c7b96-x2v4b', 'web-5d4f8c7b96-zq7lm')).toEqual([1, 1]);
    expect(only('web-1', 'web-2')).toEqual([3, 3]);
  });

  it('have the n-th of the same in both; the rest is in one only', () => {
    const { both, only } = differenceOf(run('a', 'w-bbbbb', 'w-ccccc'), run('b', 'w-ddddd', 'w-fffff', 'w-ggggg'));
    expect(both).toBe(4);
    expect(only).toEqual([[0], [0, 5, 6]]);
  });

  it('differ where an answer does', () => {
    const refused = run('a', 'web');
    const other = new Records();
    const request = other.request('kube-controller-manager', other.typed('a'), 'POST', PODS, pod('web', ''), 'replicaset-controller');
    other.answer(request, 409);
    expect(differenceOf(refused, other).only).toEqual([[2], [2]]);
  });

  it('tell why: back to what both have, or to the input', () => {
    const records = run('b', 'web');
    const trace = traceOf(records);
    expect(causesUpTo(trace, 2, new Set([0, 1, 2]), 0)).toEqual([
      { seq: 1, shared: false },
      { seq: 0, shared: false },
    ]);
    expect(causesUpTo(trace, 2, new Set([2]), 0)).toEqual([{ seq: 1, shared: true }]);
  });
});
