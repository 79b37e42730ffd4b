// How endpoints are put into slices, and what of them is written again.
import { describe, expect, test } from 'vitest';
import type { EndpointSlice, Node, Pod, Service } from '../../../machinery/types';
import { reconcile, type SliceChanges } from './reconciler';

const service = (more: object = {}, labels?: { [name: string]: string }): Service =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'ns', uid: 'service', ...(labels ? { labels } : {}) },
    spec: {
      selector: { app: 'web' },
      clusterIP: '10.96.0.9',
      ipFamilies: ['IPv4'],
      ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }],
      ...more,
    },
  }) as Service;
const pod = (i: number, ready = true, more: object = {}): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p${i}`, namespace: 'ns', uid: `p${i}`, ...more },
    spec: { containers: [], nodeName: 'node-1' },
    status: { podIP: `10.0.0.${i}`, podIPs: [{ ip: `10.0.0.${i}` }], conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  }) as unknown as Pod;
const pods = (count: number, from = 0): Pod[] => Array.from({ length: count }, (_, i) => pod(from + i));
const node = { metadata: { name: 'node-1', labels: { 'topology.kubernetes.io/zone': 'z' } } } as unknown as Node;
const plan = (wanted: readonly Pod[], existing: readonly EndpointSlice[] = [], max = 3, of = service()): SliceChanges =>
  reconcile(of, wanted, existing, () => node, max);
/** The slices as the server would keep them. */
const stored = ({ create }: SliceChanges): EndpointSlice[] =>
  create.map((slice, i) => ({ ...slice, metadata: { ...slice.metadata, name: `web-${i}`, uid: `s${i}` } }));
const summary = (changes: SliceChanges): object => {
  const names = (slices: readonly EndpointSlice[]): string[] =>
    slices.map(({ metadata, endpoints }) => `${metadata.name}: ${(endpoints ?? []).map(({ targetRef }) => targetRef?.name).join(' ')}`);
  return { create: names(changes.create), update: names(changes.update), remove: names(changes.remove) };
};
const NOTHING = { create: [], update: [], remove: [] };

describe('slices', () => {
  test('say where the pods are, in the form of the real ones', () => {
    const [slice] = plan([pod(1)], [], 3, service({}, { app: 'web' })).create;
    expect(slice).toEqual({
      kind: 'EndpointSlice',
      apiVersion: 'discovery.k8s.io/v1',
      metadata: {
        name: '',
        generateName: 'web-',
        namespace: 'ns',
        labels: {
          app: 'web',
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
          'kubernetes.io/service-name': 'web',
        },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'web', uid: 'service', controller: true, blockOwnerDeletion: true }],
      },
      addressType: 'IPv4',
      endpoints: [
        {
          addresses: ['10.0.0.1'],
          conditions: { ready: true, serving: true, terminating: false },
          targetRef: { kind: 'Pod', namespace: 'ns', name: 'p1', uid: 'p1' },
          nodeName: 'node-1',
          zone: 'z',
        },
      ],
      ports: [{ name: '', protocol: 'TCP', port: 8080 }],
    });
  });
  test('of a headless Service say so', () => {
    expect(plan([], [], 3, service({ clusterIP: 'None' })).create[0]?.metadata.labels).toHaveProperty(['service.kubernetes.io/headless']);
  });
  test('are filled one after another', () => {
    expect(summary(plan(pods(7)))).toEqual({ create: [': p0 p1 p2', ': p3 p4 p5', ': p6'], update: [], remove: [] });
  });
  test('are left alone if nothing changed', () => {
    expect(summary(plan(pods(7), stored(plan(pods(7)))))).toEqual(NOTHING);
  });
});

describe('what is written again', () => {
  const existing = stored(plan(pods(5)));
  test('is only the slice whose pod changed its readiness', () => {
    const changed = [pod(0), pod(1), pod(2), pod(3, false), pod(4)];
    expect(summary(plan(changed, existing))).toEqual({ ...NOTHING, update: ['web-1: p3 p4'] });
  });
  test('takes new pods in before an untouched slice does', () => {
    expect(summary(plan([pod(0), pod(2), pod(3), pod(4), pod(9)], existing))).toEqual({ ...NOTHING, update: ['web-0: p0 p2 p9'] });
  });
  test('is an untouched slice with room, if that is enough', () => {
    expect(summary(plan(pods(6), existing))).toEqual({ ...NOTHING, update: ['web-1: p3 p4 p5'] });
  });
  test('is a new slice if no slice has room for all', () => {
    expect(summary(plan(pods(7), existing))).toEqual({ create: [': p5 p6'], update: [], remove: [] });
  });
  test('is nothing more of a slice that lost all its pods', () => {
    expect(summary(plan(pods(3), existing))).toEqual({ ...NOTHING, remove: ['web-1: p3 p4'] });
  });
  test('are all slices if labels of the Service changed', () => {
    expect(summary(plan(pods(5), existing, 3, service({}, { app: 'web' })))).toEqual({
      ...NOTHING,
      update: ['web-0: p0 p1 p2', 'web-1: p3 p4'],
    });
  });
});

describe('a Service without pods', () => {
  test('keeps one empty slice, which replaces the last full one', () => {
    expect(summary(plan([]))).toEqual({ ...NOTHING, create: [': '] });
    const [update] = plan([], stored(plan(pods(1)))).update;
    expect(update).toMatchObject({ metadata: { name: 'web-0' }, endpoints: [], ports: [] });
    expect(update?.metadata).not.toHaveProperty('uid');
    expect(summary(plan([], stored(plan([]))))).toEqual(NOTHING);
  });
  test('has its slice filled when a pod comes', () => {
    expect(summary(plan(pods(1), stored(plan([]))))).toEqual({ ...NOTHING, update: ['web-0: p0'] });
  });
});

describe('pods', () => {
  test('that are asked to end still serve, but are not ready', () => {
    const [slice] = plan([pod(1, true, { deletionTimestamp: '2026-01-01T00:00:00Z' })]).create;
    expect(slice?.endpoints?.[0]?.conditions).toEqual({ ready: false, serving: true, terminating: true });
  });
  test('on a node that is not known are left out and told', () => {
    const changes = reconcile(service(), pods(2), [], () => undefined, 3);
    expect(changes.skipped).toEqual(['p0', 'p1']);
    expect(summary(changes)).toEqual({ ...NOTHING, create: [': '] });
  });
  test('of a slice that another Service of this name left are not mixed with it', () => {
    const foreign = stored(plan(pods(1))).map((slice) => ({ ...slice, metadata: { ...slice.metadata, ownerReferences: [] } }));
    expect(summary(plan(pods(1), foreign))).toEqual({ create: [': p0'], update: [], remove: ['web-0: p0'] });
  });
});
