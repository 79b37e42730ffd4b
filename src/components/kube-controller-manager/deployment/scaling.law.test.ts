// Whatever the sizes and bounds: a plan stays within them, and a rollout of healthy pods comes to its end.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Deployment, ReplicaSet } from '../../../machinery/types';
import { maxSurgeOf, maxUnavailableOf } from './bounds';
import { isActive, replicasOf, specReplicas } from './replica-sets';
import { replicasNotes } from './revisions';
import { growNew, mayShrinkOldBy, type Resize, scale, shrinkOld, shrinkUnhealthy } from './scaling';

const count = fc.nat({ max: 40 });
const deploymentOf = (replicas: number, maxSurge: number, maxUnavailable: number): Deployment => ({
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
const setOf = (i: number, replicas: number, available: number, max: number): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: `s${i}`, annotations: replicasNotes(max, max) },
  spec: { replicas, selector: {}, template: { spec: { containers: [] } } },
  status: { replicas, availableReplicas: Math.min(available, replicas) },
});
const apply = (sets: readonly ReplicaSet[], plan: readonly Resize[]): ReplicaSet[] =>
  sets.map((set) => {
    const to = plan.find((step) => step.set === set)?.to;
    return to === undefined ? set : { ...set, spec: { ...set.spec, replicas: to } };
  });
/** All pods that are wanted run and are available. */
const healed = (set: ReplicaSet): ReplicaSet => ({ ...set, status: { replicas: replicasOf(set), availableReplicas: replicasOf(set) } });

test('a change of size in the middle of a rollout gives what may be, to nobody less than nothing', () => {
  fc.assert(
    fc.property(count, count, fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 5 }), (wanted, surge, sizes) => {
      const before = sizes.reduce((total, size) => total + size, 0);
      const sets = sizes.map((size, i) => setOf(i, size, 0, before));
      const deployment = deploymentOf(wanted, surge, 0);
      const after = apply(sets, scale(deployment, sets[0] ?? null, sets.slice(1)));
      expect(after.every((set) => replicasOf(set) >= 0)).toBe(true);
      expect(specReplicas(after)).toBe(wanted === 0 ? 0 : wanted + surge);
    }),
  );
});

test('a rollout never asks for more pods than may be, nor takes available ones that are needed, and ends', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), count, count, (wanted, surge, unavailable) => {
      const deployment = deploymentOf(wanted, surge, unavailable);
      let sets = [healed(setOf(0, wanted, wanted, wanted)), setOf(1, 0, 0, wanted)];
      for (let step = 0; step < 200; step++) {
        const [old, current] = sets as [ReplicaSet, ReplicaSet];
        if (replicasOf(current) === wanted && replicasOf(old) === 0) return;
        const grown = growNew(deployment, sets, current);
        if (grown.to !== replicasOf(current)) sets = apply(sets, [grown]);
        else {
          const active = [old].filter(isActive);
          const most = mayShrinkOldBy(deployment, active, current);
          const cleaned = apply(active, most === 0 ? [] : shrinkUnhealthy(active, most));
          const left = apply(cleaned, most === 0 ? [] : shrinkOld(deployment, cleaned, current));
          sets = [left[0] ?? old, current];
        }
        expect(specReplicas(sets)).toBeLessThanOrEqual(wanted + maxSurgeOf(deployment));
        const available = sets.reduce((total, set) => total + Math.min(replicasOf(set), set.status?.availableReplicas ?? 0), 0);
        expect(available).toBeGreaterThanOrEqual(wanted - maxUnavailableOf(deployment));
        sets = sets.map(healed);
      }
      throw new Error('it does not end');
    }),
  );
});
