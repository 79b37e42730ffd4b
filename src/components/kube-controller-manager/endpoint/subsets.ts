// What the Endpoints object of a Service says: pure.
// Models kubernetes pkg/controller/endpoint/endpoints_controller.go and pkg/api/v1/endpoints/util.go.
// Simplified: upstream orders ports and subsets by their hashes, we by their text.
import type { Json } from '../../../base/json';
import { canonicalJson } from '../../../base/json';
import { sortedBy } from '../../../base/order';
import { parseIp } from '../../../machinery/ip';
import type { KubeObject, Pod, Service, ServicePort } from '../../../machinery/types';
import { remembered, rememberedPair } from '../endpointslice/remembered';
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

/** What a pod gives to a Service. */
interface Member {
  readonly address: EndpointAddress;
  readonly key: string;
  readonly ready: boolean;
  readonly ports: readonly { readonly key: string; readonly port: EndpointPort | null }[];
}
const memberOf = rememberedPair((service: Service, pod: Pod): Member | null => {
  const { publishNotReadyAddresses = false } = service.spec;
  const address = shouldBeInEndpoints(pod, publishNotReadyAddresses) ? addressOf(service, pod) : null;
  if (address === null) return null;
  const ports = portsOf(service, pod).map((port) => ({ key: canonicalJson(port as Json), port }));
  return { address, key: `${address.ip} ${address.targetRef?.uid ?? ''}`, ready: publishNotReadyAddresses || isPodReady(pod), ports };
});

const lastOf = remembered((_: Service): { members: readonly Member[]; subsets: readonly EndpointSubset[] } => ({
  members: [],
  subsets: [],
}));

/** The addresses of `pods` by the ports that they share; the same object as long as nothing about them changed. */
export function subsetsOf(service: Service, pods: readonly Pod[]): readonly EndpointSubset[] {
  const members = pods.flatMap((pod) => memberOf(service, pod) ?? []);
  const last = lastOf(service);
  if (members.length !== last.members.length || members.some((member, i) => member !== last.members[i])) {
    last.members = members;
    last.subsets = repack(members);
  }
  return last.subsets;
}

type Group = { readonly port: EndpointPort | null; readonly members: Map<string, Member> };

function repack(members: readonly Member[]): readonly EndpointSubset[] {
  const byPort = new Map<string, Group>();
  for (const member of members) {
    for (const { key, port } of member.ports) {
      const group = byPort.get(key) ?? { port, members: new Map() };
      byPort.set(key, group);
      if (member.ready || !group.members.has(member.key)) group.members.set(member.key, member);
    }
  }
  const subsets = sameMembers([...byPort.values()]).map(([first, ...more]) => subsetOf(first, [first, ...more]));
  if (subsets.length < 2) return subsets;
  return sortedBy(subsets, (subset) => canonicalJson(subset as Json));
}

/** Groups whose members are the same, together. */
function sameMembers(groups: readonly Group[]): readonly (readonly [Group, ...Group[]])[] {
  const [first] = groups;
  if (first === undefined) return [];
  if (groups.length === 1) return [[first]];
  const byMembers = new Map<string, [Group, ...Group[]]>();
  for (const group of groups) {
    const key = sortedBy(group.members.values(), (member) => member.key)
      .map((member) => `${member.key}/${member.ready}`)
      .join(' ');
    const known = byMembers.get(key);
    if (known === undefined) byMembers.set(key, [group]);
    else known.push(group);
  }
  return [...byMembers.values()];
}

function subsetOf({ members }: Group, groups: readonly Group[]): EndpointSubset {
  const sorted = sortedBy(members.values(), ({ key }) => key);
  const of = (wanted: boolean): EndpointAddress[] => sorted.flatMap(({ ready, address }) => (ready === wanted ? [address] : []));
  const ports = groups.flatMap(({ port }) => port ?? []);
  return without({
    addresses: of(true),
    notReadyAddresses: of(false),
    ports: sortedBy(ports, (port) => canonicalJson(port as unknown as Json)),
  });
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
  ...(ports === undefined || ports.length === 0 ? {} : { ports }),
});
