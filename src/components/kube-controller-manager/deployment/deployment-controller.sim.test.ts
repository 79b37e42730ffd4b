// What a Deployment makes its controller send: as a real 1.36.2 cluster was recorded to get it.
import { describe, expect, test } from 'vitest';
import { SECOND, simTime } from '../../../base/brand';
import type { Json, JsonObject } from '../../../base/json';
import { conditions, MANAGER, settled, template, Workloads, withImage, workload } from '../../../cluster/testing/workloads';
import type { Deployment, ReplicaSet } from '../../../machinery/types';
import { DEPLOYMENTS, REPLICA_SETS } from '../refs';

const sizes = (world: Workloads): string[] =>
  world
    .list<ReplicaSet>(REPLICA_SETS)
    .map(({ metadata, spec }) => `${metadata.annotations?.['deployment.kubernetes.io/revision']}: ${spec.replicas}`);

describe('a new Deployment', () => {
  const world = new Workloads();
  world.create(DEPLOYMENTS, workload('Deployment'));
  world.rest();

  test('gets a ReplicaSet first, then its status in five writes of which the second meets a conflict', () => {
    const sent = world.sent('deployment-controller');
    expect(sent.slice(0, 3)).toEqual(['POST replicasets 201', 'PUT deployments/d/status 200', 'PUT deployments/d/status 409']);
    expect(settled(sent)).toEqual(['POST replicasets 201', ...Array(4).fill('PUT deployments/d/status 200')]);
    expect(world.told('deployment-controller')).toEqual([
      expect.stringMatching(/^ScalingReplicaSet: Scaled up replica set d-[bcdfghjklmnpqrstvwxz2456789]{6,10} from 0 to 1$/),
    ]);
  });

  test('tells its progress as the real one does', () => {
    const statuses = world.statuses('deployment-controller', 'status');
    const [created, counted, made, available] = statuses;
    expect(conditions(created)).toEqual(['Progressing=True NewReplicaSetCreated']);
    expect(counted).toMatchObject({ observedGeneration: 1, unavailableReplicas: 1, terminatingReplicas: 0 });
    expect(counted).not.toHaveProperty('replicas');
    expect(conditions(counted)).toEqual(['Progressing=True NewReplicaSetCreated', 'Available=False MinimumReplicasUnavailable']);
    expect(made).toMatchObject({ replicas: 1, updatedReplicas: 1, unavailableReplicas: 1 });
    expect(conditions(made)).toEqual(['Available=False MinimumReplicasUnavailable', 'Progressing=True ReplicaSetUpdated']);
    expect(available).toMatchObject({ replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1, terminatingReplicas: 0 });
    expect(conditions(available)).toEqual(['Available=True MinimumReplicasAvailable', 'Progressing=True NewReplicaSetAvailable']);
  });

  test('carries its revision, its ReplicaSet the sizes', () => {
    expect(world.get(DEPLOYMENTS, 'd').metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' });
    const [set] = world.list<ReplicaSet>(REPLICA_SETS);
    expect(set?.metadata.annotations).toEqual({
      'deployment.kubernetes.io/desired-replicas': '1',
      'deployment.kubernetes.io/max-replicas': '2',
      'deployment.kubernetes.io/revision': '1',
    });
    expect(set?.spec.selector.matchLabels?.['pod-template-hash']).toBe(set?.metadata.name.slice(2));
  });

  test('leaves nothing in any queue, and the interior is the fold of what was noted', () => {
    expect(world.manager.inspect()).toEqual({});
    const fold = new Map<string, Json>();
    for (const { from, payload } of world.sim.recorder.records) {
      if (from !== MANAGER || payload.kind !== 'inside') continue;
      for (const [path, value] of Object.entries(payload.set))
        value === null || value === undefined ? fold.delete(path) : fold.set(path, value);
    }
    expect(Object.fromEntries(fold)).toEqual({});
  });

  test('its ReplicaSet makes the pod and writes its status three times', () => {
    expect(settled(world.sent('replicaset-controller'))).toEqual(['POST pods 201', ...Array(3).fill('PUT replicasets/A/status 200')]);
  });
});

describe('a Deployment', () => {
  const running = (spec: JsonObject = {}): Workloads => {
    const world = new Workloads();
    world.create(DEPLOYMENTS, workload('Deployment', { replicas: 3, ...spec }));
    return world.rest().mark();
  };

  test('is scaled by one write to its ReplicaSet', () => {
    const world = running();
    world.change<Deployment>(DEPLOYMENTS, 'd', (d) => ({ ...d, spec: { ...d.spec, replicas: 5 } }));
    world.rest();
    const sent = settled(world.sent('deployment-controller'));
    expect(sent[0]).toBe('PUT replicasets/A 200');
    expect(sent.slice(1).every((line) => line === 'PUT deployments/d/status 200')).toBe(true);
    expect(world.told('deployment-controller')).toEqual([
      expect.stringMatching(/^ScalingReplicaSet: Scaled up replica set d-\w+ from 3 to 5$/),
    ]);
    expect(conditions(world.get<Deployment>(DEPLOYMENTS, 'd').status)).toContain('Progressing=True NewReplicaSetAvailable');
  });

  test('rolls: one more, one less, until all are new', () => {
    const world = running();
    world.change<Deployment>(DEPLOYMENTS, 'd', (d) => withImage(d, 'nginx:2'));
    world.rest();
    const sent = settled(world.sent('deployment-controller')).filter((line) => !line.includes('/status'));
    expect(sent).toEqual(['POST replicasets 201', ...['A', 'B', 'A', 'B', 'A'].map((name) => `PUT replicasets/${name} 200`)]);
    expect(world.told('deployment-controller').map((text) => text.replace(/set d-\w+ /, ''))).toEqual([
      'ScalingReplicaSet: Scaled up replica from 0 to 1',
      'ScalingReplicaSet: Scaled down replica from 3 to 2',
      'ScalingReplicaSet: Scaled up replica from 1 to 2',
      'ScalingReplicaSet: Scaled down replica from 2 to 1',
      'ScalingReplicaSet: Scaled up replica from 2 to 3',
      'ScalingReplicaSet: Scaled down replica from 1 to 0',
    ]);
    expect(sizes(world).sort()).toEqual(['1: 0', '2: 3']);
  });

  test('never has fewer available pods than it may, nor more than the surge', () => {
    const world = running({ replicas: 8 });
    world.change<Deployment>(DEPLOYMENTS, 'd', (d) => withImage(d, 'nginx:2'));
    world.rest();
    for (const status of world.statuses('deployment-controller', 'status')) {
      expect(Number(status['availableReplicas'] ?? 0)).toBeGreaterThanOrEqual(6);
      expect(Number(status['replicas'])).toBeLessThanOrEqual(10);
    }
  });

  test('goes back to an old template by its old ReplicaSet, which gets a new revision', () => {
    const world = running();
    for (const image of ['nginx:2', 'nginx:1']) {
      world.change<Deployment>(DEPLOYMENTS, 'd', (d) => withImage(d, image));
      world.rest();
    }
    expect(sizes(world).sort()).toEqual(['2: 0', '3: 3']);
    const back = world.list<ReplicaSet>(REPLICA_SETS).find(({ spec }) => spec.replicas === 3);
    expect(back?.metadata.annotations?.['deployment.kubernetes.io/revision-history']).toBe('1');
    expect(world.get(DEPLOYMENTS, 'd').metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
  });

  test('keeps no more old ReplicaSets than its history limit', () => {
    const world = running({ revisionHistoryLimit: 1 });
    for (const image of ['nginx:2', 'nginx:3', 'nginx:4']) {
      world.change<Deployment>(DEPLOYMENTS, 'd', (d) => withImage(d, image));
      world.rest();
    }
    expect(sizes(world).sort()).toEqual(['3: 0', '4: 3']);
  });

  test('that is paused takes a new size in shares and rolls on when resumed', () => {
    const world = running({ replicas: 4 });
    world.change<Deployment>(DEPLOYMENTS, 'd', (d) => withImage(d, 'bad:1'));
    world.rest();
    expect(sizes(world).sort()).toEqual(['1: 3', '2: 2']);
    world.change<Deployment>(DEPLOYMENTS, 'd', (d) => ({ ...d, spec: { ...d.spec, paused: true } }));
    world.rest();
    expect(conditions(world.get<Deployment>(DEPLOYMENTS, 'd').status)).toContain('Progressing=Unknown DeploymentPaused');
    world.change<Deployment>(DEPLOYMENTS, 'd', (d) => ({ ...d, spec: { ...d.spec, replicas: 8 } }));
    world.rest();
    expect(sizes(world).sort()).toEqual(['1: 6', '2: 4']);
    world.change<Deployment>(DEPLOYMENTS, 'd', (d) => ({
      ...withImage(d, 'nginx:3'),
      spec: { ...withImage(d, 'nginx:3').spec, paused: false },
    }));
    world.rest();
    expect(sizes(world).sort()).toEqual(['1: 0', '2: 0', '3: 8']);
  });

  test('that does not get on says so after its deadline, and an idle clock is enough for it', () => {
    const world = running({ progressDeadlineSeconds: 30 });
    world.change<Deployment>(DEPLOYMENTS, 'd', (d) => withImage(d, 'bad:1'));
    world.rest();
    const before = world.get<Deployment>(DEPLOYMENTS, 'd');
    expect(conditions(before.status)).toContain('Progressing=True ReplicaSetUpdated');
    world.sim.runUntil(simTime(world.sim.now + 33 * SECOND));
    expect(conditions(world.get<Deployment>(DEPLOYMENTS, 'd').status)).toContain('Progressing=False ProgressDeadlineExceeded');
  });

  test('by Recreate ends all old pods before it makes new ones', () => {
    const world = running({ strategy: { type: 'Recreate' } });
    world.change<Deployment>(DEPLOYMENTS, 'd', (d) => withImage(d, 'nginx:2'));
    world.rest();
    const sent = settled(world.sent('deployment-controller')).filter((line) => !line.includes('/status'));
    expect(sent).toEqual(['PUT replicasets/A 200', 'POST replicasets 201', ...Array(3).fill('GET replicasets?labelSelector=app%3Dd 200')]);
    expect(sizes(world).sort()).toEqual(['1: 0', '2: 3']);
  });

  test('takes over a ReplicaSet that nobody owns', () => {
    const world = new Workloads();
    const labels = { app: 'd', 'pod-template-hash': 'abc' };
    const set = workload('ReplicaSet', {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { ...template(), metadata: { labels } },
    });
    world.create(REPLICA_SETS, { ...set, metadata: { name: 'd-abc', namespace: 'default', labels } });
    world.rest().mark();
    world.create(DEPLOYMENTS, workload('Deployment'));
    world.rest();
    expect(world.sent('deployment-controller').slice(0, 2)).toEqual(['GET deployments/d 200', 'PATCH replicasets/d-abc 200']);
    expect(conditions(world.get<Deployment>(DEPLOYMENTS, 'd').status)).toContain('Progressing=True NewReplicaSetAvailable');
    expect(sizes(world)).toEqual(['1: 1']);
  });

  test('whose ReplicaSet has the name of another one takes another hash', () => {
    const world = running();
    const [set] = world.list<ReplicaSet>(REPLICA_SETS);
    const other = new Workloads();
    const labels = { app: 'other' };
    const foreign = workload('ReplicaSet', {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { ...template(), metadata: { labels } },
    });
    other.create(REPLICA_SETS, { ...foreign, metadata: { name: set?.metadata.name ?? '', namespace: 'default' } });
    other.rest();
    other.create(DEPLOYMENTS, workload('Deployment', { replicas: 3 }));
    other.rest();
    expect(other.get<Deployment>(DEPLOYMENTS, 'd').status).toMatchObject({ collisionCount: 1, availableReplicas: 3 });
  });
});
