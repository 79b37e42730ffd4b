// What a Service and changes of its pods make the two endpoint controllers send, as in real-traces
// expose-clusterip.json and delete-deployment-background.json.
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../base/json';
import { ControlPlane } from '../../../cluster/testing/control-plane';
import type { EndpointSlice, KubeObject, Pod } from '../../../machinery/types';
import { ENDPOINT_SLICES, ENDPOINTS, PODS, SERVICES } from '../refs';

const SLICES = 'endpointslice-controller';
const OLD = 'endpoint-controller';
const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';
const pod = (name: string, app = 'web'): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels: { app } },
  spec: { containers: [{ name: 'c', image: 'c' }] },
});
const service = (spec: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default', labels: { team: 'a' } },
  spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
});
const slicesOf = (world: ControlPlane): readonly EndpointSlice[] =>
  world.list<EndpointSlice>(ENDPOINT_SLICES).filter(({ metadata }) => metadata.generateName === 'web-');
const ready = (world: ControlPlane): unknown =>
  slicesOf(world).map(({ endpoints }) => (endpoints ?? []).map(({ targetRef, conditions }) => [targetRef?.name, conditions.ready]));
const short = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/\/\S*default\/(\w+)\S*/, '$1'));
const exposed = (...pods: string[]): ControlPlane => {
  const world = new ControlPlane(['node-1']);
  for (const name of pods) world.create(PODS, pod(name));
  return world.rest().mark().create(SERVICES, service()).rest();
};

describe('a new Service with pods', () => {
  const world = exposed('a', 'b');
  test('gets one slice and one Endpoints object', () => {
    expect(short(world.lines(SLICES))).toEqual(['POST endpointslices 201']);
    expect(short(world.lines(OLD))).toEqual(['POST endpoints 201']);
    expect(ready(world)).toEqual([
      [
        ['a', true],
        ['b', true],
      ],
    ]);
  });
  test('has them carry its labels and the time of its creation', () => {
    const time = world.get<KubeObject>(SERVICES, 'web')?.metadata.creationTimestamp;
    const [slice] = slicesOf(world);
    expect(slice?.metadata.annotations).toEqual({ [TRIGGER_TIME]: time });
    expect(slice?.metadata.labels).toMatchObject({ team: 'a', 'kubernetes.io/service-name': 'web' });
    const endpoints = world.get<KubeObject>(ENDPOINTS, 'web')?.metadata;
    expect(endpoints?.annotations).toEqual({ [TRIGGER_TIME]: time });
    expect(endpoints?.labels).toEqual({ team: 'a', 'endpoints.kubernetes.io/managed-by': OLD });
    expect(world.sent(SLICES)[0]?.body?.['metadata']).not.toHaveProperty('name');
  });
  test('has its slice written again when a pod is asked to end, and when it has ended', () => {
    world.mark().delete(PODS, 'a').rest();
    expect(short(world.lines(SLICES))).toEqual(['PUT endpointslices 200', 'PUT endpointslices 200']);
    expect(short(world.lines(OLD))).toEqual(['PUT endpoints 200']);
    const [first] = world.sent(SLICES);
    expect(first?.body?.['endpoints']).toContainEqual(
      expect.objectContaining({ conditions: { ready: false, serving: true, terminating: true } }),
    );
    // A pod that is asked to end is no new trigger.
    expect(first?.body?.['metadata']).not.toHaveProperty(['annotations', TRIGGER_TIME]);
    expect(ready(world)).toEqual([[['b', true]]]);
  });
  test('has a pod join it when its label makes it one of its pods', () => {
    world.create(PODS, pod('c', 'other')).rest().mark();
    world.ask((api) => api.patch(PODS, { namespace: 'default', name: 'c' }, 'strategic', { metadata: { labels: { app: 'web' } } }));
    world.rest();
    expect(ready(world)).toEqual([
      [
        ['b', true],
        ['c', true],
      ],
    ]);
  });
  test('leaves nothing when it goes', () => {
    world.mark().delete(SERVICES, 'web').rest();
    expect(slicesOf(world)).toEqual([]);
    expect(world.get(ENDPOINTS, 'web')).toBeNull();
    expect(short(world.lines(OLD))[0]).toBe('DELETE endpoints 200');
    expect(short(world.lines(SLICES))).toEqual([]);
  });
});

describe('a pod of a Service', () => {
  const world = exposed('a');
  const patched = (body: JsonObject, subresource?: string): number => {
    world
      .mark()
      .ask((api) => api.patch<Pod>(PODS, { namespace: 'default', name: 'a' }, 'strategic', body, subresource ? { subresource } : {}));
    world.rest();
    return world.lines(SLICES).length + world.lines(OLD).length;
  };
  test('that changes in what endpoints do not tell asks for nothing', () => {
    expect(patched({ metadata: { annotations: { a: 'b' } } })).toBe(0);
  });
  test('that loses its readiness is marked in both', () => {
    const conditions = [{ type: 'Ready', status: 'False', lastTransitionTime: '2026-01-01T01:00:00Z' }];
    expect(patched({ status: { conditions } }, 'status')).toBe(2);
    expect(ready(world)).toEqual([[['a', false]]]);
    expect(slicesOf(world)[0]?.metadata.annotations).toEqual({ [TRIGGER_TIME]: '2026-01-01T01:00:00Z' });
    expect(world.get<KubeObject>(ENDPOINTS, 'web')).toMatchObject({ subsets: [{ notReadyAddresses: [{ nodeName: 'node-1' }] }] });
  });
});

test('a Service without a selector is left to others', () => {
  const world = new ControlPlane()
    .mark()
    .create(SERVICES, service({ selector: {} }))
    .rest();
  expect([world.lines(SLICES), world.lines(OLD)]).toEqual([[], []]);
});

test('a hundred and fifty pods make two slices, and a slice that somebody deletes is made again a second later', () => {
  const world = new ControlPlane(['node-1']);
  for (let i = 0; i < 150; i++) world.create(PODS, pod(`p${i}`));
  world.rest().mark().create(SERVICES, service()).rest();
  const sizes = (): number[] =>
    slicesOf(world)
      .map(({ endpoints }) => endpoints?.length ?? 0)
      .sort((a, b) => a - b);
  expect(sizes()).toEqual([50, 100]);
  world.delete(ENDPOINT_SLICES, slicesOf(world)[0]?.metadata.name ?? '').rest();
  expect(sizes()).toEqual([50, 100]);
});
