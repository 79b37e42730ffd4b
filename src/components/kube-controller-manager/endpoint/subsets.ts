// What the Endpoints object of a Service says: pure.
// Models kubernetes pkg/controller/endpoint/endpoints_controller.go and pkg/api/v1/endpoints/util.go.
// Simplified: upstream orders ports and subsets by their hashes, we by their text.
import type { Json } from '../../../base/json';
import { canonicalJson } from '../../../base/json';
import { compareBytes, sortedBy } from '../../../base/order';
import { parseIp } from '../../../machinery/ip';
import type { KubeObject, Pod, Service, ServicePort } from '../../../machinery/types';
import { findPort, shouldBeInEndpoints, shouldSetHostname } from '../endpointslice/service-members';
import { isPodReady } from '../pods';

export interface EndpointAddress {
  readonly ip: string;
  readonly hostname?: string;
  readonly nodeName?: string;
  readonly targetRef?: { readonly kind: string; readonly namespace?: string; readonly name: string; readonly uid?: string };
}
export interface EndpointPort {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
  readonly appProtocol?: string;
}
export interface EndpointSubset {
  readonly addresses?: readonly EndpointAddress[];
  readonly notReadyAddresses?: readonly EndpointAddress[];
  readonly ports?: readonly EndpointPort[];
}
export interface Endpoints extends KubeObject {
  readonly subsets?: readonly EndpointSubset[];
}

const MAX_ADDRESSES = 1_000;

/** The addresses of `pods` by the ports that they share. */
export function subsetsOf(service: Service, pods: readonly Pod[]): readonly EndpointSubset[] {
  const byPort = new Map<string, { port: EndpointPort | null; addresses: Map<string, { address: EndpointAddress; ready: boolean }> }>();
  for (const pod of pods) {
    if (!shouldBeInEndpoints(pod, service.spec.publishNotReadyAddresses ?? false)) continue;
    const address = addressOf(service, pod);
    if (address === null) continue;
    const ready = (service.spec.publishNotReadyAddresses ?? false) || isPodReady(pod);
    for (const port of portsOf(service, pod)) {
      const key = canonicalJson(port as Json);
      const entry = byPort.get(key) ?? { port, addresses: new Map() };
      byPort.set(key, entry);
      const addressKey = `${address.ip} ${address.targetRef?.uid ?? ''}`;
      const known = entry.addresses.get(addressKey);
      if (known === undefined || ready) entry.addresses.set(addressKey, { address, ready });
    }
  }
  return repack([...byPort.values()]);
}

/** Ports with the same addresses become one subset. */
function repack(
  groups: readonly {
    readonly port: EndpointPort | null;
    readonly addresses: ReadonlyMap<string, { address: EndpointAddress; ready: boolean }>;
  }[],
): readonly EndpointSubset[] {
  const byAddresses = new Map<string, { ports: EndpointPort[]; ready: EndpointAddress[]; notReady: EndpointAddress[] }>();
  for (const { port, addresses } of groups) {
    const sorted = sortedBy(addresses, ([key]) => key);
    const key = sorted.map(([address, { ready }]) => `${address}/${ready}`).join(' ');
    const of = (wanted: boolean): EndpointAddress[] => sorted.flatMap(([, { address, ready }]) => (ready === wanted ? [address] : []));
    const group = byAddresses.get(key) ?? { ports: [], ready: of(true), notReady: of(false) };
    byAddresses.set(key, group);
    if (port !== null) group.ports.push(port);
  }
  const subsets = [...byAddresses.values()].map(({ ports, ready, notReady }): EndpointSubset => {
    const sorted = sortedBy(ports, (port) => canonicalJson(port as unknown as Json));
    return {
      ...(ready.length > 0 ? { addresses: ready } : {}),
      ...(notReady.length > 0 ? { notReadyAddresses: notReady } : {}),
      ...(sorted.length > 0 ? { ports: sorted } : {}),
    };
  });
  return subsets.sort((a, b) => compareBytes(canonicalJson(a as Json), canonicalJson(b as Json)));
}

/** A headless Service may have no ports; its addresses count all the same. */
function portsOf(service: Service, pod: Pod): readonly (EndpointPort | null)[] {
  const { ports = [], clusterIP } = service.spec;
  if (ports.length === 0) return clusterIP === 'None' ? [null] : [];
  return ports.flatMap((port) => {
    const number = findPort(pod, port);
    return number === null ? [] : [endpointPort(port, number)];
  });
}

export const endpointPort = ({ name, protocol, appProtocol }: ServicePort, number: number): EndpointPort => ({
  ...(name ? { name } : {}),
  port: number,
  ...(protocol ? { protocol } : {}),
  ...(appProtocol ? { appProtocol } : {}),
});

/** Null if the pod has no address of the Service's family. */
export function addressOf(service: Service, pod: Pod): EndpointAddress | null {
  const family = familyOf(service, pod);
  const found = (pod.status?.podIPs ?? []).find(({ ip }) => parseIp(ip)?.family === family);
  if (found === undefined) return null;
  const { namespace, name, uid } = pod.metadata;
  return {
    ip: found.ip,
    ...(shouldSetHostname(pod, service) ? { hostname: pod.spec.hostname as string } : {}),
    nodeName: pod.spec.nodeName ?? '',
    targetRef: { kind: 'Pod', ...(namespace ? { namespace } : {}), name, ...(uid ? { uid } : {}) },
  };
}

function familyOf({ spec: { ipFamilies, clusterIP } }: Service, pod: Pod): string {
  if (ipFamilies && ipFamilies.length > 0) return ipFamilies[0] as string;
  if (clusterIP && clusterIP !== 'None') return parseIp(clusterIP)?.family ?? 'IPv4';
  return parseIp(pod.status?.podIP ?? '')?.family ?? 'IPv4';
}

/** At most 1,000 addresses: ready ones come before others, and each subset gives its share. Null if there are not
 *  too many. */
export function truncated(subsets: readonly EndpointSubset[]): readonly EndpointSubset[] | null {
  const total = (of: 'addresses' | 'notReadyAddresses'): number => subsets.reduce((sum, subset) => sum + (subset[of]?.length ?? 0), 0);
  const ready = total('addresses');
  const notReady = total('notReadyAddresses');
  if (ready + notReady <= MAX_ADDRESSES) return null;
  if (ready > MAX_ADDRESSES) {
    const addresses = share(
      subsets.map((subset) => subset.addresses ?? []),
      MAX_ADDRESSES,
    );
    return subsets.map((subset, i) => without({ ...subset, addresses: addresses[i] ?? [], notReadyAddresses: [] }));
  }
  const others = share(
    subsets.map((subset) => subset.notReadyAddresses ?? []),
    MAX_ADDRESSES - ready,
  );
  return subsets.map((subset, i) => without({ ...subset, notReadyAddresses: others[i] ?? [] }));
}

/** `room` items of all lists, each list its part, rounded up as long as there is room. */
function share<T>(lists: readonly (readonly T[])[], room: number): readonly (readonly T[])[] {
  const total = lists.reduce((sum, { length }) => sum + length, 0);
  let left = room;
  return lists.map((list) => {
    const count = Math.min(Math.ceil((list.length * room) / total), left);
    left -= count;
    return list.slice(0, count);
  });
}

const without = ({ addresses = [], notReadyAddresses = [], ports }: EndpointSubset): EndpointSubset => ({
  ...(addresses.length > 0 ? { addresses } : {}),
  ...(notReadyAddresses.length > 0 ? { notReadyAddresses } : {}),
  ...(ports === undefined ? {} : { ports }),
});
