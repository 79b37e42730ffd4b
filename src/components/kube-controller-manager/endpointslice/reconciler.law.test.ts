// Whatever pods come, go and change: the slices hold exactly them, none is too full, and a second look changes nothing.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EndpointSlice, Node, Pod, Service } from '../../../machinery/types';
import { reconcile, type SliceChanges } from './reconciler';

const MAX = 4;
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'ns', uid: 'service' },
  spec: {
    selector: { app: 'web' },
    clusterIP: '10.96.0.9',
    ipFamilies: ['IPv4'],
    ports: [{ port: 80, targetPort: 'web', protocol: 'TCP' }],
  },
} as unknown as Service;
const node = { metadata: { name: 'n' } } as Node;

interface PodState {
  readonly name: number;
  readonly ready: boolean;
  readonly port: number;
}
const podOf = ({ name, ready, port }: PodState): Pod =>
  ({
    metadata: { name: `p${name}`, namespace: 'ns', uid: `p${name}` },
    spec: { nodeName: 'n', containers: [{ ports: [{ name: 'web', containerPort: port, protocol: 'TCP' }] }] },
    status: {
      podIP: `10.0.0.${name}`,
      podIPs: [{ ip: `10.0.0.${name}` }],
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  }) as unknown as Pod;

let names = 0;
function apply(slices: readonly EndpointSlice[], { create, update, remove }: SliceChanges): EndpointSlice[] {
  const kept = slices.filter((slice) => !remove.some(({ metadata }) => metadata.name === slice.metadata.name));
  const updated = kept.map((slice) => update.find(({ metadata }) => metadata.name === slice.metadata.name) ?? slice);
  return [...updated, ...create.map((slice) => ({ ...slice, metadata: { ...slice.metadata, name: `web-${names++}` } }))];
}
const told = (slices: readonly EndpointSlice[]): string[] =>
  slices
    .flatMap(({ endpoints, ports }) =>
      (endpoints ?? []).map(({ targetRef, conditions }) => `${targetRef?.name} ${conditions.ready} ${ports?.[0]?.port}`),
    )
    .sort();

const state = fc.record({ name: fc.nat(30), ready: fc.boolean(), port: fc.constantFrom(80, 81) });
const pods = fc.uniqueArray(state, { selector: ({ name }) => name, maxLength: 20 });

test('slices hold exactly the pods', () => {
  fc.assert(
    fc.property(fc.array(pods, { maxLength: 6 }), (looks) => {
      let slices: EndpointSlice[] = [];
      for (const look of looks) {
        const changes = reconcile(service, look.map(podOf), slices, () => node, MAX);
        slices = apply(slices, changes);
        expect(told(slices)).toEqual(look.map(({ name, ready, port }) => `p${name} ${ready} ${port}`).sort());
        expect(slices.length).toBeGreaterThan(0);
        for (const { endpoints } of slices) expect(endpoints?.length ?? 0).toBeLessThanOrEqual(MAX);
        const again = reconcile(service, look.map(podOf), slices, () => node, MAX);
        expect([again.create, again.update, again.remove]).toEqual([[], [], []]);
      }
    }),
    { numRuns: 150 },
  );
});
