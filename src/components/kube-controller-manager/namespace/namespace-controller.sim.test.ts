// How a namespace ends: pods first, then all else, then the namespace itself. The counts of requests are those of real
// 1.36.2 recordings (the `background` of real-traces/*.json).
import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../base/brand';
import type { JsonObject } from '../../../base/json';
import { ControlPlane } from '../../../cluster/testing/control-plane';
import type { Namespace } from '../../../machinery/types';
import { CONFIG_MAPS, NAMESPACES, PODS } from '../refs';

const ACTOR = 'namespace-controller';
const create = (world: ControlPlane): ControlPlane =>
  world.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } }, null).rest();
const pod: JsonObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'x' },
  spec: { containers: [{ name: 'c', image: 'c' }] },
};
const of = (world: ControlPlane, resource: string): string[] =>
  world
    .lines(ACTOR)
    .filter((line) => line.includes(resource))
    .map((line) => line.replace(/ \/api\/v1\/namespaces\/x/, ''));

describe('an empty namespace', () => {
  const world = create(new ControlPlane());
  const deletedAt = world.sim.now;
  world.mark().delete(NAMESPACES, 'x', null).rest();

  test('goes five seconds after it was deleted', () => {
    expect(world.get(NAMESPACES, 'x', null)).toBeNull();
    const [first] = world.sent(ACTOR);
    expect(Math.round(((first?.atUs ?? 0) - deletedAt) / SECOND)).toBe(5);
  });
  test('is read, discovered, emptied of each resource in two requests, told about and let go', () => {
    const lines = world.lines(ACTOR);
    expect(lines.slice(0, 3)).toEqual(['GET /api/v1/namespaces/x 200', 'GET /api 200', 'GET /apis 200']);
    expect(of(world, '/pods ')).toEqual(['GET/pods 200', 'DELETE/pods 200', 'GET/pods 200']);
    expect(of(world, '/secrets ')).toEqual(['DELETE/secrets 200', 'GET/secrets 200']);
    const emptied = lines.filter((line) => line.startsWith('DELETE')).length;
    expect(emptied).toBeGreaterThan(25);
    expect(lines.length).toBe(3 + 1 + 2 * emptied + 4);
    // Its own report of conditions makes the first try to finalize it a conflict.
    expect(lines.slice(-4)).toEqual([
      'PUT /api/v1/namespaces/x/status 200',
      'PUT /api/v1/namespaces/x/finalize 409',
      'GET /api/v1/namespaces/x 200',
      'PUT /api/v1/namespaces/x/finalize 200',
    ]);
  });
  test('gets no new certificate while it goes', () => {
    expect(world.lines('root-ca-cert-publisher')).toEqual(['POST /api/v1/namespaces/x/configmaps 403']);
  });
});

describe('a namespace with a pod', () => {
  const world = create(new ControlPlane(['node-1']))
    .create(PODS, pod, 'x')
    .rest()
    .mark();
  world.delete(NAMESPACES, 'x', null).rest();

  test('is emptied of all else only after the pod has ended, with the next look five seconds later', () => {
    expect(world.get(NAMESPACES, 'x', null)).toBeNull();
    expect(of(world, '/pods ')).toEqual([...Array(2).fill(['GET/pods 200', 'DELETE/pods 200', 'GET/pods 200'])].flat());
    const first = world.sent(ACTOR).find(({ line }) => line.startsWith('DELETE') && !line.includes('/pods '));
    const [pods, again] = world.sent(ACTOR).filter(({ line }) => line.startsWith('DELETE') && line.includes('/pods '));
    expect(first?.atUs ?? 0).toBeGreaterThan(again?.atUs ?? 0);
    expect(Math.round(((again?.atUs ?? 0) - (pods?.atUs ?? 0)) / SECOND)).toBe(5);
  });
  test('has its conditions told once, so that it is let go at the first try', () => {
    expect(of(world, '/x/').filter((line) => line.startsWith('PUT'))).toEqual(['PUT/status 200', 'PUT/finalize 200']);
  });
});

test('a namespace that somebody holds with a finalizer says so and does not keep the cluster awake for ever', () => {
  const world = create(new ControlPlane());
  world.create(
    CONFIG_MAPS,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', namespace: 'x', finalizers: ['example.com/hold'] } },
    'x',
  );
  world.delete(NAMESPACES, 'x', null).rest();
  const conditions = world.get<Namespace>(NAMESPACES, 'x', null)?.status?.conditions ?? [];
  expect(conditions.filter(({ status }) => status === 'True').map(({ message }) => message)).toEqual([
    'Some resources are remaining: configmaps. has 1 resource instances',
    'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
  ]);
  expect(world.sim.now).toBeLessThan(180 * SECOND);
});
