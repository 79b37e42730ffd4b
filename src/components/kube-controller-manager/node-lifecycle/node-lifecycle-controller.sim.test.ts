// A node that loses its power: what is said of it, when, and what becomes of its pods; as in real-traces
// node-notready.json.
import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../base/brand';
import type { JsonObject } from '../../../base/json';
import { ControlPlane, type Sent } from '../../../cluster/testing/control-plane';
import type { Node, Pod } from '../../../machinery/types';
import { NODES, PODS } from '../refs';

const ACTOR = 'node-controller';
const NODE_NAMES = ['node-1', 'node-2', 'node-3'];
const pod = (name: string, nodeName: string, tolerationSeconds: number): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: {
    nodeName,
    containers: [{ name: 'c', image: 'c' }],
    tolerations: [{ key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds }],
  },
});
const lines = (sent: readonly Sent[]): string[] =>
  sent.map(({ line }) => line.replace('/api/v1/', '')).filter((line) => !line.includes('/events'));
const taints = (world: ControlPlane, name: string): string[] =>
  (world.get<Node>(NODES, name, null)?.spec.taints ?? []).map(({ key, effect }) => `${key.split('/').at(-1)}:${effect}`);

describe('a node without power', () => {
  const world = new ControlPlane(NODE_NAMES)
    .create(PODS, pod('p', 'node-3', 15))
    .rest()
    .mark();
  const since = world.sim.now;
  world.kubelets.silence('node-3');
  world.run(80);
  const sent = world.sent(ACTOR);
  const seconds = (part: string): number => ((sent.find(({ line }) => line.includes(part))?.atUs ?? 0) - since) / SECOND;

  test('is called unknown 50 seconds after its last sign of life, at the next look', () => {
    expect(seconds('nodes/node-3/status')).toBeGreaterThan(40);
    expect(seconds('nodes/node-3/status')).toBeLessThanOrEqual(60);
    expect(sent[0]?.body).toMatchObject({
      status: {
        conditions: expect.arrayContaining([
          expect.objectContaining({
            type: 'Ready',
            status: 'Unknown',
            reason: 'NodeStatusUnknown',
            message: 'Kubelet stopped posting node status.',
          }),
        ]),
      },
    });
  });
  test('gets its pod not ready and both taints, with a request to the cache before each', () => {
    const of = lines(sent).slice(0, 6);
    expect(of[0]).toBe('PUT nodes/node-3/status 200');
    expect(of.filter((line) => line.includes('pods'))).toEqual(['PUT namespaces/default/pods/p/status 200']);
    expect(of.filter((line) => line.includes('node-3?') || line.startsWith('PATCH'))).toEqual([
      'GET nodes/node-3?resourceVersion=0 200',
      'PATCH nodes/node-3 200',
      'GET nodes/node-3?resourceVersion=0 200',
      'PATCH nodes/node-3 200',
    ]);
    expect(taints(world, 'node-3')).toEqual(['unreachable:NoSchedule', 'unreachable:NoExecute']);
    const patches = sent.filter(({ line }) => line.startsWith('PATCH /api/v1/nodes'));
    expect(((patches[1]?.atUs ?? 0) - seconds('nodes/node-3/status') * SECOND - since) / SECOND).toBeCloseTo(0.1, 1);
  });
  test('has its pod driven away after the time that it tolerates', () => {
    expect(seconds('DELETE') - seconds('nodes/node-3/status')).toBeCloseTo(15.1, 1);
    expect(lines(sent).slice(-3)).toEqual([
      'GET namespaces/default/pods/p 200',
      'PATCH namespaces/default/pods/p/status 200',
      'DELETE namespaces/default/pods/p 200',
    ]);
    const { metadata, status } = world.get<Pod>(PODS, 'p') ?? {};
    expect(metadata?.deletionTimestamp).toBeDefined();
    expect(status?.conditions).toContainEqual(expect.objectContaining({ type: 'DisruptionTarget', reason: 'DeletionByTaintManager' }));
  });
  test('is told about in Events with the real texts', () => {
    expect(world.told(ACTOR)).toEqual([
      'NodeNotReady: Node node-3 status is now: NodeNotReady',
      'NodeNotReady: Node is not ready',
      'TaintManagerEviction: Marking for deletion Pod default/p',
    ]);
  });
  test('loses its taints when it is back: one at once, the other at the next look', () => {
    world.mark();
    world.kubelets.wake('node-3');
    world.run(0.05);
    expect(taints(world, 'node-3')).toEqual(['unreachable:NoExecute']);
    world.run(6);
    expect(taints(world, 'node-3')).toEqual([]);
    expect(lines(world.sent(ACTOR))).toEqual([
      'GET nodes/node-3?resourceVersion=0 200',
      'PATCH nodes/node-3 200',
      'GET nodes/node-3?resourceVersion=0 200',
      'PATCH nodes/node-3 200',
    ]);
  });
});

test('a pod is not driven away if the node is back in time, and that is told', () => {
  const world = new ControlPlane(NODE_NAMES)
    .create(PODS, pod('p', 'node-3', 60))
    .rest()
    .mark();
  world.kubelets.silence('node-3');
  world.run(70).kubelets.wake('node-3');
  world.rest();
  expect(world.told(ACTOR).at(-1)).toBe('TaintManagerEviction: Cancelling deletion of Pod default/p');
  expect(world.get<Pod>(PODS, 'p')?.metadata.deletionTimestamp).toBeUndefined();
});

test('a pod is driven away once, whatever taints its node gets after that', () => {
  const world = new ControlPlane(NODE_NAMES).create(PODS, pod('p', 'node-3', 300)).rest();
  world.kubelets.silence('node-3');
  world.mark();
  for (const key of ['first', 'second']) {
    const taint = (found: readonly object[]) => ({ spec: { taints: [...found, { key, effect: 'NoExecute' }] } });
    const found = world.get<Node>(NODES, 'node-3', null)?.spec.taints ?? [];
    world.ask((api) => api.patch(NODES, { namespace: null, name: 'node-3' }, 'strategic', taint(found) as unknown as JsonObject));
    world.run(1);
  }
  expect(taints(world, 'node-3')).toHaveLength(2);
  expect(lines(world.sent(ACTOR)).filter((line) => line.startsWith('DELETE'))).toEqual(['DELETE namespaces/default/pods/p 200']);
});

test('a planned eviction keeps the cluster awake, 300 seconds by default', () => {
  const world = new ControlPlane(NODE_NAMES)
    .create(PODS, pod('p', 'node-3', 300))
    .rest()
    .mark();
  world.kubelets.silence('node-3');
  world.run(70);
  const since = world.sim.now;
  world.rest();
  expect(world.get<Pod>(PODS, 'p')?.metadata.deletionTimestamp).toBeDefined();
  expect((world.sim.now - since) / SECOND).toBeGreaterThan(280);
});

test('if all nodes are silent the fault is rather here: nobody is driven away', () => {
  const world = new ControlPlane(['node-1', 'node-2'])
    .create(PODS, pod('p', 'node-1', 5))
    .rest()
    .mark();
  for (const name of ['node-1', 'node-2']) world.kubelets.silence(name);
  world.run(120);
  expect([taints(world, 'node-1'), taints(world, 'node-2')]).toEqual([['unreachable:NoSchedule'], ['unreachable:NoSchedule']]);
  expect(world.get<Pod>(PODS, 'p')?.metadata.deletionTimestamp).toBeUndefined();
});

describe('a node that is deleted', () => {
  const world = new ControlPlane(NODE_NAMES)
    .create(PODS, pod('p', 'node-3', 300))
    .rest()
    .mark();
  world.kubelets.silence('node-3');
  world.delete(NODES, 'node-3', null);
  const since = world.sim.now;
  world.rest();

  test('has its pods failed and deleted once it was missed for 40 seconds', () => {
    expect(world.get(PODS, 'p')).toBeNull();
    expect(lines(world.sent('pod-garbage-collector'))).toEqual([
      'GET nodes/node-3 404',
      'PATCH namespaces/default/pods/p/status 200',
      'DELETE namespaces/default/pods/p 200',
    ]);
    const [first, failed, deleted] = world.sent('pod-garbage-collector');
    expect(((first?.atUs ?? 0) - since) / SECOND).toBeGreaterThan(40);
    expect(failed?.body).toMatchObject({
      status: {
        phase: 'Failed',
        conditions: [{ type: 'DisruptionTarget', reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' }],
      },
    });
    expect(deleted?.body).toMatchObject({ gracePeriodSeconds: 0 });
  });
  test('is told about', () => {
    expect(world.told(ACTOR)).toEqual(['RemovingNode: Node node-3 event: Removing Node node-3 from Controller']);
  });
});
