// A ReplicaSet that grows, shrinks and is refused its pods.
import { describe, expect, test } from 'vitest';
import { SECOND, simTime } from '../../../base/brand';
import { conditions, template, Workloads, workload } from '../../../cluster/testing/workloads';
import type { Pod, ReplicaSet } from '../../../machinery/types';
import { PODS, REPLICA_SETS, SERVICE_ACCOUNTS } from '../refs';

describe('a ReplicaSet', () => {
  test('makes pods slowly at first, and takes those away first that are of least use', () => {
    const world = new Workloads();
    world.create(REPLICA_SETS, workload('ReplicaSet', { replicas: 7 }));
    world.rest();
    expect(world.sent('replicaset-controller').slice(0, 7)).toEqual(Array(7).fill('POST pods 201'));
    const before = world.list<Pod>(PODS);
    world.mark().change<ReplicaSet>(REPLICA_SETS, 'd', (set) => ({ ...set, spec: { ...set.spec, replicas: 4 } }));
    world.rest();
    const left = world.list<Pod>(PODS).map(({ spec }) => spec.nodeName);
    expect(before.length - left.length).toBe(3);
    // The node with most of its pods gives first, and is not counted again: 3, 2, 2 become 0, 2, 2.
    expect(['node-1', 'node-2', 'node-3'].map((node) => left.filter((name) => name === node).length).sort()).toEqual([0, 2, 2]);
  });

  test('does not count twice what it has asked for and not yet seen', () => {
    const world = new Workloads();
    world.create(REPLICA_SETS, workload('ReplicaSet', { replicas: 40 }));
    world.rest();
    expect(world.sent('replicaset-controller').filter((line) => line.startsWith('POST pods'))).toHaveLength(40);
  });

  test('says why it has too few pods, and stops saying it', () => {
    const world = new Workloads();
    world.create(REPLICA_SETS, workload('ReplicaSet', { replicas: 1, template: template('nginx:1', { serviceAccountName: 'late' }) }));
    world.sim.runUntil(simTime(world.sim.now + SECOND));
    const refused = world.get<ReplicaSet>(REPLICA_SETS, 'd');
    expect(conditions(refused.status)).toEqual(['ReplicaFailure=True FailedCreate']);
    expect(world.told('replicaset-controller')[0]).toMatch(
      /^FailedCreate: Error creating: pods "d-\w{5}" is forbidden: error looking up service account/,
    );
    world.rest();
    expect(world.sent('replicaset-controller').filter((line) => line === 'POST pods 403').length).toBeGreaterThan(10);
    world.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'late' } });
    // It tries again for ever, by now with long pauses that keep no run awake.
    world.sim.runUntil(simTime(world.sim.now + 60 * SECOND));
    expect(world.get<ReplicaSet>(REPLICA_SETS, 'd').status).toMatchObject({ readyReplicas: 1 });
    expect(conditions(world.get<ReplicaSet>(REPLICA_SETS, 'd').status)).toEqual([]);
  });
});
