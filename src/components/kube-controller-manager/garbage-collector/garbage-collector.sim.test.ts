// Deleting a Deployment three ways: the requests that a real 1.36.2 was recorded to send (real-traces
// delete-deployment-background.json, delete-deployment-foreground.json).
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../base/json';
import { ControlPlane } from '../../../cluster/testing/control-plane';
import type { Deployment, KubeObject, Pod, ReplicaSet } from '../../../machinery/types';
import { CONFIG_MAPS, DEPLOYMENTS, PODS, REPLICA_SETS } from '../refs';

const ACTOR = 'generic-garbage-collector';
const labels = { app: 'web' };
const deployment = (replicas: number): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'c' }] } },
  },
});
const withDeployment = (replicas: number): ControlPlane =>
  new ControlPlane(['node-1']).create(DEPLOYMENTS, deployment(replicas)).rest().mark();

/** `GET replicasets web 200`, with generated ends of names cut off. */
const requests = (world: ControlPlane): string[] =>
  world
    .lines(ACTOR)
    .map((line) => line.replace(/\/apis?\/(apps\/)?v1\/namespaces\/default\/(\w+)\/web[-a-z0-9]* /, '$2 '))
    .filter((line) => !line.endsWith(' 409'));
const counted = (lines: readonly string[]): { readonly [line: string]: number } => {
  const counts: { [line: string]: number } = {};
  for (const line of lines) counts[line] = (counts[line] ?? 0) + 1;
  return counts;
};
const bodies = (world: ControlPlane, method: string): readonly (JsonObject | null)[] =>
  world.sent(ACTOR).flatMap(({ line, body }) => (line.startsWith(method) ? [body] : []));

describe('in the background', () => {
  const world = withDeployment(3);
  const [set] = world.list<ReplicaSet>(REPLICA_SETS);
  world.mark().delete(DEPLOYMENTS, 'web').rest();

  test('each dependent is looked at once and deleted after its owner', () => {
    expect(requests(world)).toEqual([
      'GET replicasets 200',
      'DELETE replicasets 200',
      ...Array(3).fill('GET pods 200'),
      ...Array(3).fill('DELETE pods 200'),
    ]);
    expect([world.list(DEPLOYMENTS), world.list(REPLICA_SETS), world.list(PODS)]).toEqual([[], [], []]);
  });
  test('only the object that was looked at is deleted, and its metadata is all that is read', () => {
    const { uid, resourceVersion } = set?.metadata ?? {};
    expect(bodies(world, 'DELETE')[0]).toMatchObject({ preconditions: { uid }, propagationPolicy: 'Background' });
    expect(bodies(world, 'DELETE')[0]).toHaveProperty('preconditions.resourceVersion', resourceVersion);
    const reads = world.sim.recorder.records.filter(({ actor, payload }) => actor === ACTOR && payload.kind === 'request');
    const accepts = reads.flatMap(({ payload }) =>
      payload.protocol === 'http' && payload.kind === 'request' && payload.method === 'GET' && payload.path.includes('/web-')
        ? [payload.headers['accept'] ?? '']
        : [],
    );
    expect(accepts).toHaveLength(4);
    for (const accept of accepts) expect(accept).toContain('as=PartialObjectMetadata;');
  });
});

describe('in the foreground', () => {
  const world = withDeployment(2);
  world.delete(DEPLOYMENTS, 'web', 'default', 'Foreground').rest();

  test('dependents go first: pods, ReplicaSet, Deployment', () => {
    expect([world.list(DEPLOYMENTS), world.list(REPLICA_SETS), world.list(PODS)]).toEqual([[], [], []]);
    const ends = requests(world).filter((line) => !line.startsWith('GET'));
    expect(ends).toEqual([
      'DELETE replicasets 200',
      'DELETE pods 200',
      'DELETE pods 200',
      'PATCH replicasets 200',
      'PATCH deployments 200',
    ]);
    expect(bodies(world, 'DELETE').map((body) => body?.['propagationPolicy'])).toEqual(['Foreground', 'Background', 'Background']);
    expect(bodies(world, 'PATCH')[0]).toMatchObject({ metadata: { finalizers: null } });
  });
  test('owners are read for each dependent, and before they are let go', () => {
    const counts = counted(requests(world));
    expect(counts['GET pods 200']).toBeGreaterThanOrEqual(2);
    expect(counts['GET replicasets 200']).toBeGreaterThanOrEqual(5);
    expect(counts['GET deployments 200']).toBeGreaterThanOrEqual(4);
  });
});

describe('leaving orphans', () => {
  const world = withDeployment(2);
  world.delete(DEPLOYMENTS, 'web', 'default', 'Orphan').rest();

  test('the ReplicaSet loses its owner, and its pods stay', () => {
    expect(world.list<Deployment>(DEPLOYMENTS)).toEqual([]);
    expect(world.list<ReplicaSet>(REPLICA_SETS)[0]?.metadata.ownerReferences).toBeUndefined();
    expect(world.list<Pod>(PODS)).toHaveLength(2);
    expect(requests(world).filter((line) => !line.startsWith('GET'))).toEqual(['PATCH replicasets 200', 'PATCH deployments 200']);
  });
});

describe('an object', () => {
  const config = (name: string, ownerReferences: readonly JsonObject[]): JsonObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', ownerReferences },
  });
  const reference = (name: string, uid: string): JsonObject => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid });

  test('whose owner never was is deleted', () => {
    const world = new ControlPlane().create(CONFIG_MAPS, config('child', [reference('nobody', 'no-uid')])).rest();
    expect(world.get(CONFIG_MAPS, 'child')).toBeNull();
  });
  test('with one owner left keeps that one only', () => {
    const world = new ControlPlane().create(CONFIG_MAPS, config('owner', []));
    const uid = world.get<KubeObject>(CONFIG_MAPS, 'owner')?.metadata.uid ?? '';
    world.create(CONFIG_MAPS, config('child', [reference('owner', uid), reference('nobody', 'no-uid')])).rest();
    expect(world.get<KubeObject>(CONFIG_MAPS, 'child')?.metadata.ownerReferences).toEqual([reference('owner', uid)]);
  });
  test('of an unknown kind of owner stays, and does not keep the cluster awake for ever', () => {
    const owner = { apiVersion: 'example.com/v1', kind: 'Widget', name: 'w', uid: 'w' };
    const world = new ControlPlane().create(CONFIG_MAPS, config('child', [owner])).rest();
    expect(world.get(CONFIG_MAPS, 'child')).not.toBeNull();
    expect(world.sim.now).toBeLessThan(120_000_000);
  });
});
