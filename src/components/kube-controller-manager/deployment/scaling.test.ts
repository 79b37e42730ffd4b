import { describe, expect, it, test } from 'vitest';
import type { Deployment, IntOrString, ReplicaSet } from '../../../machinery/types';
import { maxSurgeOf, maxUnavailableOf, newReplicaSetSize, resolveFenceposts } from './bounds';
import { replicasNotes } from './revisions';
import { growNew, isScalingEvent, mayShrinkOldBy, replicaSetFraction, scale, shrinkOld, shrinkUnhealthy } from './scaling';

const deployment = (replicas: number, maxSurge: IntOrString = 0, maxUnavailable: IntOrString = 0): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd' },
  spec: {
    replicas,
    selector: {},
    template: { spec: { containers: [] } },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
  },
});
const set = (name: string, replicas: number, options: { readonly available?: number; readonly madeFor?: number } = {}): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name,
    creationTimestamp: `2026-01-01T00:00:0${name.slice(1)}Z`,
    annotations: options.madeFor === undefined ? {} : replicasNotes(options.madeFor, options.madeFor),
  },
  spec: { replicas, selector: {}, template: { spec: { containers: [] } } },
  status: { replicas, availableReplicas: options.available ?? 0 },
});
const sizes = (plan: readonly { readonly set: ReplicaSet; readonly to: number }[]): { [name: string]: number } =>
  Object.fromEntries(plan.map((step) => [step.set.metadata.name, step.to]));

describe('bounds', () => {
  test.each([
    ['30%', '30%', 10, { surge: 3, unavailable: 3 }],
    ['25%', '25%', 1, { surge: 1, unavailable: 0 }],
    ['0%', '0%', 10, { surge: 0, unavailable: 1 }],
    [0, '5%', 10, { surge: 0, unavailable: 1 }],
    ['much', 1, 10, null],
  ] as const)('surge %s and unavailable %s of %i', (surge, unavailable, wanted, expected) => {
    expect(resolveFenceposts(surge, unavailable, wanted)).toEqual(expected);
  });

  it('no more pods may be away than there are', () => {
    expect(maxUnavailableOf(deployment(2, 0, 5))).toBe(2);
    expect(maxUnavailableOf(deployment(0, 0, 5))).toBe(0);
    expect(maxSurgeOf(deployment(3, '50%'))).toBe(2);
  });

  it('a new ReplicaSet grows into the room that the surge leaves', () => {
    expect(newReplicaSetSize(deployment(4, 1), [set('a1', 4)], 0)).toBe(1);
    expect(newReplicaSetSize(deployment(4, 1), [set('a1', 5)], 2)).toBe(2);
    expect(newReplicaSetSize(deployment(4, 9), [set('a1', 4)], 0)).toBe(4);
  });
});

describe('a rolling update', () => {
  it('shrinks a new ReplicaSet that is too large at once', () => {
    const [current, old] = [set('a2', 9), set('a1', 4)];
    expect(growNew(deployment(4, 1), [old, current], current).to).toBe(4);
  });

  it('takes no available old pod while new ones are not available', () => {
    const d = deployment(10, 2, 2);
    const old = set('a1', 8, { available: 8 });
    expect(mayShrinkOldBy(d, [old], set('a2', 4, { available: 0 }))).toBe(0);
    expect(mayShrinkOldBy(d, [old], set('a2', 4, { available: 3 }))).toBe(3);
  });

  it('takes old pods that are of no use first, from the oldest ReplicaSet on', () => {
    const [older, newer] = [set('a1', 4, { available: 1 }), set('a2', 4, { available: 2 })];
    expect(sizes(shrinkUnhealthy([newer, older], 4))).toEqual({ a1: 1, a2: 3 });
    expect(sizes(shrinkUnhealthy([newer, older], 0))).toEqual({});
  });

  it('then as many available ones as are over the least availability', () => {
    const [older, newer] = [set('a1', 2, { available: 2 }), set('a2', 6, { available: 6 })];
    expect(sizes(shrinkOld(deployment(8, 0, 3), [newer, older], null))).toEqual({ a1: 0, a2: 5 });
    expect(sizes(shrinkOld(deployment(8, 1, 0), [newer, older], null))).toEqual({});
  });
});

describe('a change of size', () => {
  it('is seen by what the ReplicaSets were made for', () => {
    expect(isScalingEvent(deployment(5), [set('a1', 3, { madeFor: 3 })])).toBe(true);
    expect(isScalingEvent(deployment(3), [set('a1', 3, { madeFor: 3 })])).toBe(false);
    expect(isScalingEvent(deployment(5), [set('a1', 0, { madeFor: 3 })])).toBe(false);
  });

  it('goes to the one ReplicaSet that runs pods, else to the newest', () => {
    expect(sizes(scale(deployment(5), set('a3', 0), [set('a2', 3), set('a1', 0)]))).toEqual({ a2: 5 });
    expect(sizes(scale(deployment(5), null, [set('a1', 0), set('a2', 0)]))).toEqual({ a2: 5 });
  });

  it('ends old ReplicaSets if the new one has all its pods', () => {
    const current = set('a2', 5, { available: 5, madeFor: 5 });
    expect(sizes(scale(deployment(5), current, [set('a1', 2)]))).toEqual({ a1: 0 });
  });

  test.each([
    [10, 5, { a1: 3, a2: 2 }, { a1: 6, a2: 4 }],
    [2, 3, { a1: 1, a2: 1, a3: 1 }, { a1: 0, a2: 1, a3: 1 }],
    [0, 6, { a1: 1, a2: 2, a3: 3 }, { a1: 0, a2: 0, a3: 0 }],
    [22, 12, { a1: 6, a2: 6 }, { a1: 11, a2: 11 }],
  ])('to %i from %i is shared: %o becomes %o', (wanted, before, from, to) => {
    const sets = Object.entries(from).map(([name, size]) => set(name, size, { madeFor: before }));
    expect(sizes(scale(deployment(wanted), sets.at(-1) ?? null, sets.slice(0, -1)))).toEqual(to);
  });

  it('a share is of what the Deployment was when the ReplicaSet got its size', () => {
    expect(replicaSetFraction(set('a1', 50, { madeFor: 100 }), deployment(120))).toBe(10);
    expect(replicaSetFraction(set('a1', 50), { ...deployment(120), status: { replicas: 100 } })).toBe(10);
    expect(replicaSetFraction(set('a1', 50), deployment(120))).toBe(0);
  });
});
