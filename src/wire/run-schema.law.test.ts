import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clusterOf } from '../cluster/default-run';
import type { ClusterSpec } from './run';
import { isRun } from './run-schema';

const run = (cluster: unknown) => ({ seed: 1, cluster, inputs: [] });
const [plane, worker] = clusterOf(1).nodes;
const of = (...nodes: unknown[]) => run({ ...clusterOf(1), nodes });

test('any value is a run or not, never an exception', () => {
  fc.assert(fc.property(fc.anything(), (value) => !isRun(value)));
  const almost = fc.record({ seed: fc.nat(), cluster: fc.anything(), inputs: fc.array(fc.anything()) });
  fc.assert(fc.property(almost, (value) => typeof isRun(value) === 'boolean'));
});

test.each<[string, boolean, unknown]>([
  ['without a cluster', true, { seed: 1, inputs: [] }],
  ['with the default cluster written out', true, run(clusterOf(3))],
  ['with more than a run has', false, { ...run(null), more: 1 }],
  ['with two inputs, one not an input', false, { seed: 1, inputs: [{ when: 'rest', input: { type: 'interrupt' } }, null] }],
  ['without a control plane', false, of(worker)],
  ['with two nodes of one name', false, of(plane, worker, worker)],
  ['with a node on which no kubelet starts', false, of(plane, { ...worker, memory: '1' })],
  ['with the same taint twice', false, of(plane, { ...worker, taints: [0, 0].map(() => ({ key: 'a', effect: 'NoSchedule' })) })],
  [
    'with an image of unknown behaviour',
    false,
    run({ ...clusterOf(1), images: { a: { sizeBytes: 1, behaviour: { does: 'fly' } } } } satisfies Omit<ClusterSpec, 'images'> & {
      images: unknown;
    }),
  ],
])('a run %s: %s', (_name, good, value) => expect(isRun(value)).toBe(good));

test.each<[boolean, object]>([
  [true, { kind: 'reset', from: 'kube-scheduler', to: 'etcd', path: '' }],
  [true, { kind: 'delay', from: 'node-1', to: 'etcd', byUs: 1, forUs: 600_000_000 }],
  [true, { kind: 'clock', node: 'node-1', aheadUs: -1 }],
  [false, { kind: 'earthquake' }],
  [false, { kind: 'reset', from: 'kube-scheduler', path: '' }],
  [false, { kind: 'partition', from: 'node-1', to: 'etcd', forUs: 1 }],
  [false, { kind: 'stall', from: 'node-1', to: 'etcd', forUs: 600_000_001 }],
  [false, { kind: 'stall', from: 'node-1', to: 'etcd', forUs: 1.5 }],
  [false, { kind: 'disk', node: 'n'.repeat(257), full: true }],
])('%s: a run with the fault %o', (good, fault) =>
  expect(isRun({ seed: 1, inputs: [{ when: 'rest', input: { type: 'fault', fault } }] })).toBe(good),
);
