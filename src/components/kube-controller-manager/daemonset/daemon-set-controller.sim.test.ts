// A DaemonSet on nodes that come, change and fail.
import { describe, expect, test } from 'vitest';
import { SECOND, simTime } from '../../../base/brand';
import type { JsonObject } from '../../../base/json';
import { template, Workloads, withImage, workload } from '../../../cluster/testing/workloads';
import type { DaemonSet, Node, Pod } from '../../../machinery/types';
import { CONTROLLER_REVISIONS, DAEMON_SETS, NODES, PODS } from '../refs';
import type { ControllerRevision } from './revisions';

describe('a DaemonSet', () => {
  const running = (spec: JsonObject = {}): Workloads => {
    const world = new Workloads();
    world.create(DAEMON_SETS, workload('DaemonSet', spec));
    return world.rest();
  };
  const placed = (world: Workloads): string[] =>
    world
      .list<Pod>(PODS)
      .map(({ spec }) => spec.nodeName ?? '')
      .sort();

  test('keeps its template, then makes a pod for every node, first one, then two at once', () => {
    const world = running();
    expect(world.sent('daemon-set-controller').slice(0, 4)).toEqual(['POST controllerrevisions 201', ...Array(3).fill('POST pods 201')]);
    expect(placed(world)).toEqual(['node-1', 'node-2', 'node-3']);
    expect(world.get<DaemonSet>(DAEMON_SETS, 'd').status).toEqual({
      currentNumberScheduled: 3,
      numberMisscheduled: 0,
      desiredNumberScheduled: 3,
      numberReady: 3,
      updatedNumberScheduled: 3,
      numberAvailable: 3,
      observedGeneration: 1,
    });
    expect(world.told('daemon-set-controller')).toHaveLength(3);
  });

  test('its pods tolerate what befalls a node', () => {
    const [pod] = running().list<Pod>(PODS);
    expect(pod?.spec.tolerations?.map(({ key }) => key?.replace('node.kubernetes.io/', ''))).toEqual([
      'not-ready',
      'unreachable',
      'disk-pressure',
      'memory-pressure',
      'pid-pressure',
      'unschedulable',
    ]);
    expect(pod?.metadata.labels?.['controller-revision-hash']).toMatch(/^[a-z0-9]+$/);
  });

  test('follows nodes that come, and leaves out those that it does not fit', () => {
    const world = running();
    world.addNode('node-4', [{ key: 'dedicated', value: 'x', effect: 'NoSchedule' }]);
    world.addNode('node-5');
    world.rest();
    expect(placed(world)).toEqual(['node-1', 'node-2', 'node-3', 'node-5']);
    expect(world.get<DaemonSet>(DAEMON_SETS, 'd').status).toMatchObject({ desiredNumberScheduled: 4, numberReady: 4 });
  });

  test('takes its pod from a node that no longer fits', () => {
    const world = running({ template: template('nginx:1', { nodeSelector: { disk: 'ssd' } }) });
    world.change<Node>(NODES, 'node-2', (node) => ({ ...node, metadata: { ...node.metadata, labels: { disk: 'hdd' } } }), null);
    world.rest();
    expect(placed(world)).toEqual(['node-1', 'node-3']);
  });

  test('replaces pods one after another when its template changes', () => {
    const world = running().mark();
    world.change<DaemonSet>(DAEMON_SETS, 'd', (d) => withImage(d, 'nginx:2'));
    world.rest();
    const sent = world
      .sent('daemon-set-controller')
      .filter((line) => /^(POST|DELETE)/.test(line))
      .map((line) => line.replace(/d-\w+/, 'X'));
    expect(sent).toEqual(['POST controllerrevisions 201', ...Array(3).fill(['DELETE pods/X 200', 'POST pods 201']).flat()]);
    expect(world.list<Pod>(PODS).map(({ spec }) => spec.containers[0]?.image)).toEqual(Array(3).fill('nginx:2'));
    expect(
      world
        .list<ControllerRevision>(CONTROLLER_REVISIONS)
        .map(({ revision }) => revision)
        .sort(),
    ).toEqual([1, 2]);
    expect(Math.min(...world.statuses('daemon-set-controller', 'status').map((status) => Number(status['numberAvailable'])))).toBe(2);
  });

  test('with a surge never has a node without an available pod', () => {
    const world = running({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } });
    // Pods of one second are told apart by their names alone.
    world.sim.runUntil(simTime(world.sim.now + 2 * SECOND));
    world.mark();
    world.change<DaemonSet>(DAEMON_SETS, 'd', (d) => withImage(d, 'nginx:2'));
    world.rest();
    expect(world.list<Pod>(PODS).map(({ spec }) => spec.containers[0]?.image)).toEqual(Array(3).fill('nginx:2'));
    for (const status of world.statuses('daemon-set-controller', 'status')) expect(status['numberUnavailable']).toBeUndefined();
  });

  test('waits longer each time before it replaces a pod that failed', () => {
    const world = running().mark();
    const fail = (): void => {
      const [pod] = world.list<Pod>(PODS);
      world.ask((api) => api.update(PODS, { ...pod, status: { ...pod?.status, phase: 'Failed' } } as Pod, { subresource: 'status' }));
    };
    fail();
    world.rest();
    expect(world.told('daemon-set-controller')[0]).toMatch(
      /^FailedDaemonPod: Found failed daemon pod default\/d-\w+ on node node-\d, will try to kill it$/,
    );
    expect(placed(world)).toEqual(['node-1', 'node-2', 'node-3']);
  });
});
