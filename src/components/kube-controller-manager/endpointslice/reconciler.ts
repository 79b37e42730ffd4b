// What the slices of a Service should be, against what they are: pure. Slices hold up to 100 endpoints; as few of
// them as possible are written.
// Models kubernetes staging/src/k8s.io/endpointslice: reconciler.go, utils.go. Left out: topology hints.
import { type Json, jsonEqual } from '../../../base/json';
import { compareBytes, sortedBy } from '../../../base/order';
import { parseIp } from '../../../machinery/ip';
import { dns1123Subdomain, maskTrailingDash } from '../../../machinery/names';
import type { Endpoint, EndpointSlice, Node, Pod, Service, StringMap } from '../../../machinery/types';
import { controllerRef } from '../controller-ref';
import { isPodReady } from '../pods';
import { inOrder } from './port-order';
import { remembered, rememberedPair } from './remembered';
import { findPort, isServiceIpSet, shouldBeInEndpoints, shouldSetHostname } from './service-members';

const SERVICE_NAME = 'kubernetes.io/service-name';
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const HEADLESS = 'service.kubernetes.io/headless';
const CONTROLLER = 'endpointslice-controller.k8s.io';
const RESERVED = [SERVICE_NAME, MANAGED_BY, HEADLESS];

type Ports = NonNullable<EndpointSlice['ports']>;

export interface SliceChanges {
  readonly create: readonly EndpointSlice[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
  /** Pods left out because their node is not known. */
  readonly skipped: readonly string[];
}

export const isManaged = ({ metadata: { labels } }: EndpointSlice): boolean => labels?.[MANAGED_BY] === CONTROLLER;

/** The key of the Service that a slice is for; null if it names none. */
export function serviceKeyOf({ metadata: { namespace = '', labels } }: EndpointSlice): string | null {
  const name = labels?.[SERVICE_NAME];
  return name ? `${namespace}/${name}` : null;
}

/** `pods` are those that the Service selects, `existing` the slices of this controller for it. */
export function reconcile(
  service: Service,
  pods: readonly Pod[],
  existing: readonly EndpointSlice[],
  nodeOf: (name: string) => Node | undefined,
  maxEndpoints: number,
): SliceChanges {
  const families = addressTypesOf(service);
  const changes = families.map((family) =>
    reconcileFamily(
      service,
      pods,
      existing.filter(({ addressType }) => addressType === family),
      family,
      nodeOf,
      maxEndpoints,
    ),
  );
  const unsupported = existing.filter(({ addressType }) => !families.includes(addressType));
  return {
    create: changes.flatMap(({ create }) => create),
    update: changes.flatMap(({ update }) => update),
    remove: [...changes.flatMap(({ remove }) => remove), ...unsupported],
    skipped: changes.flatMap(({ skipped }) => skipped),
  };
}

/** Of what one address family has, by its ports. */
interface Group {
  readonly ports: Ports;
  readonly endpoints: Map<string, Endpoint>;
}

function reconcileFamily(
  service: Service,
  pods: readonly Pod[],
  existing: readonly EndpointSlice[],
  family: string,
  nodeOf: (name: string) => Node | undefined,
  maxEndpoints: number,
): SliceChanges {
  const { groups, skipped } = wantedGroups(service, pods, family, nodeOf);
  const byPorts = new Map<string, EndpointSlice[]>();
  const remove: EndpointSlice[] = [];
  for (const slice of existing) {
    if (!isOwned(slice, service)) remove.push(slice);
    else byPorts.set(portsKey(slice.ports), [...(byPorts.get(portsKey(slice.ports)) ?? []), slice]);
  }
  const create: EndpointSlice[] = [];
  const update: EndpointSlice[] = [];
  for (const [key, { ports, endpoints }] of groups) {
    const changes = fill(service, byPorts.get(key) ?? [], endpoints, ports, family, maxEndpoints);
    create.push(...changes.create);
    update.push(...changes.update);
    remove.push(...changes.remove);
  }
  for (const [key, slices] of byPorts) if (!groups.has(key)) remove.push(...slices);
  if (existing.length === remove.length && create.length === 0) {
    const placeholder = newSlice(service, [], family);
    const [only] = remove;
    if (remove.length === 1 && only !== undefined && isSamePlaceholder(only, placeholder)) remove.length = 0;
    else create.push(placeholder);
  }
  return { ...reuse(service, create, update, remove), skipped };
}

function wantedGroups(
  service: Service,
  pods: readonly Pod[],
  family: string,
  nodeOf: (name: string) => Node | undefined,
): { readonly groups: Map<string, Group>; readonly skipped: readonly string[] } {
  const groups = new Map<string, Group>();
  const skipped: string[] = [];
  for (const pod of pods) {
    const member = memberOf(service, pod);
    if (member === null) continue;
    let group = groups.get(member.portsKey);
    if (group === undefined) {
      group = { ports: member.ports, endpoints: new Map() };
      groups.set(member.portsKey, group);
    }
    const node = nodeOf(pod.spec.nodeName ?? '');
    if (node === undefined && !service.spec.publishNotReadyAddresses) {
      skipped.push(pod.metadata.name);
      continue;
    }
    const endpoint = member.endpoint(node, family);
    if (endpoint.addresses.length > 0) group.endpoints.set(endpointKey(endpoint), endpoint);
  }
  return { groups, skipped };
}

/** What a pod is to a Service; null if it is not among its endpoints. */
const memberOf = rememberedPair((service: Service, pod: Pod) => {
  if (!shouldBeInEndpoints(pod, true)) return null;
  const ports = inOrder(endpointPorts(service, pod));
  const endpoints = new Map<string, Endpoint>();
  const endpoint = (node: Node | undefined, family: string): Endpoint => {
    const key = `${family} ${zoneOf(node) ?? ''}`;
    const known = endpoints.get(key) ?? podToEndpoint(pod, node, service, family);
    endpoints.set(key, known);
    return known;
  };
  return { ports, portsKey: portsKey(ports), endpoint };
});

/** Keeps endpoints where they are, then fills what has to be written anyway, then one slice that has room, then new
 *  ones. Empties `wanted`. */
function fill(
  service: Service,
  existing: readonly EndpointSlice[],
  wanted: Map<string, Endpoint>,
  ports: Ports,
  family: string,
  maxEndpoints: number,
): Omit<SliceChanges, 'skipped'> {
  const update: EndpointSlice[] = [];
  const remove: EndpointSlice[] = [];
  const untouched: EndpointSlice[] = [];
  for (const slice of existing) {
    const { kept, changed } = keep(slice.endpoints ?? [], wanted);
    const labels = sliceLabels(slice, service);
    if (changed && kept.length === 0) remove.push(slice);
    else if (changed || labels.changed) update.push({ ...slice, metadata: { ...slice.metadata, labels: labels.labels }, endpoints: kept });
    else untouched.push(slice);
  }
  update.sort((a, b) => sizeOf(b) - sizeOf(a));
  for (const [i, slice] of update.entries()) update[i] = topUp(slice, wanted, maxEndpoints);
  const create: EndpointSlice[] = [];
  while (wanted.size > 0) {
    const roomy = wanted.size < maxEndpoints ? sliceToFill(untouched, wanted.size, maxEndpoints) : null;
    if (roomy !== null) {
      untouched.splice(untouched.indexOf(roomy), 1);
      update.push(topUp(roomy, wanted, maxEndpoints));
    } else create.push(topUp(newSlice(service, ports, family), wanted, maxEndpoints));
  }
  return { create, update, remove };
}

/** The endpoints of a slice that are still wanted, as they are wanted now; takes them out of `wanted`. */
function keep(endpoints: readonly Endpoint[], wanted: Map<string, Endpoint>): { kept: readonly Endpoint[]; changed: boolean } {
  const kept: Endpoint[] = [];
  let changed = false;
  for (const endpoint of endpoints) {
    const key = endpointKey(endpoint);
    const now = wanted.get(key);
    if (now === undefined) changed = true;
    else {
      kept.push(now);
      wanted.delete(key);
      changed ||= !isSame(endpoint, now);
    }
  }
  return { kept, changed };
}

/** Found equal once, two endpoints stay so. */
const isSame = rememberedPair((a: Endpoint, b: Endpoint) => jsonEqual(a as unknown as Json, b as unknown as Json));

function topUp(slice: EndpointSlice, wanted: Map<string, Endpoint>, maxEndpoints: number): EndpointSlice {
  const room = maxEndpoints - sizeOf(slice);
  if (room <= 0 || wanted.size === 0) return slice;
  const added = [...wanted].slice(0, room);
  for (const [key] of added) wanted.delete(key);
  return { ...slice, endpoints: [...(slice.endpoints ?? []), ...added.map(([, endpoint]) => endpoint)] };
}

/** The slice that comes closest to full with `count` more. */
function sliceToFill(slices: readonly EndpointSlice[], count: number, maxEndpoints: number): EndpointSlice | null {
  let best: EndpointSlice | null = null;
  let least = maxEndpoints;
  for (const slice of slices) {
    const left = maxEndpoints - count - sizeOf(slice);
    if (left < 0 || left >= least) continue;
    least = left;
    best = slice;
  }
  return best;
}

/** What would be deleted is overwritten with what would be created. */
function reuse(
  service: Service,
  create: readonly EndpointSlice[],
  update: readonly EndpointSlice[],
  remove: readonly EndpointSlice[],
): Omit<SliceChanges, 'skipped'> {
  const created = [...create];
  const updated = [...update];
  const removed: EndpointSlice[] = [];
  for (const old of remove) {
    const slice = created.at(-1);
    if (slice !== undefined && slice.addressType === old.addressType && isOwned(old, service)) {
      created.pop();
      updated.push({ ...slice, metadata: { ...slice.metadata, name: old.metadata.name } });
    } else removed.push(old);
  }
  return { create: created, update: updated, remove: removed };
}

const sizeOf = ({ endpoints }: EndpointSlice): number => endpoints?.length ?? 0;

const isOwned = ({ metadata }: EndpointSlice, service: Service): boolean =>
  (metadata.ownerReferences ?? []).some(
    ({ uid, kind, apiVersion }) => uid === service.metadata.uid && kind === 'Service' && apiVersion === 'v1',
  );

const isSamePlaceholder = (a: EndpointSlice, b: EndpointSlice): boolean =>
  sizeOf(a) === 0 && (a.ports ?? []).length === 0 && a.addressType === b.addressType && jsonEqual(a.metadata.labels, b.metadata.labels);

function newSlice(service: Service, ports: Ports, addressType: string): EndpointSlice {
  const { name, namespace = '' } = service.metadata;
  const prefix = `${name}-`;
  return {
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    metadata: {
      name: '',
      generateName: dns1123Subdomain(maskTrailingDash(prefix)).length === 0 ? prefix : name,
      namespace,
      labels: sliceLabels(null, service).labels,
      ownerReferences: [controllerRef(service)],
    },
    addressType,
    endpoints: [],
    ports,
  };
}

/** The Service's own labels and those that say whose slice it is. */
export function sliceLabels(slice: EndpointSlice | null, service: Service): { readonly labels: StringMap; readonly changed: boolean } {
  const plain = (labels: StringMap = {}): [string, string][] => Object.entries(labels).filter(([name]) => !RESERVED.includes(name));
  const own = Object.fromEntries(plain(service.metadata.labels));
  return {
    labels: {
      ...own,
      ...(isServiceIpSet(service) ? {} : { [HEADLESS]: '' }),
      [SERVICE_NAME]: service.metadata.name,
      [MANAGED_BY]: CONTROLLER,
    },
    changed: !jsonEqual(Object.fromEntries(plain(slice?.metadata.labels)), own),
  };
}

/** What upstream hashes: an endpoint is the same one if these are. */
const endpointKey = remembered(
  ({ addresses, hostname, targetRef }: Endpoint) =>
    `${addresses.join(',')} ${hostname ?? ''} ${targetRef?.namespace ?? ''}/${targetRef?.name ?? ''}`,
);

const zoneOf = (node: Node | undefined): string | undefined => node?.metadata.labels?.['topology.kubernetes.io/zone'];

export function podToEndpoint(pod: Pod, node: Node | undefined, service: Service, family: string): Endpoint {
  const serving = isPodReady(pod);
  const terminating = Boolean(pod.metadata.deletionTimestamp);
  const { namespace, name, uid } = pod.metadata;
  const zone = zoneOf(node);
  return {
    addresses: (pod.status?.podIPs ?? []).flatMap(({ ip }) => {
      const parsed = parseIp(ip);
      return parsed?.family === family ? [parsed.text] : [];
    }),
    conditions: { ready: Boolean(service.spec.publishNotReadyAddresses) || (serving && !terminating), serving, terminating },
    ...(shouldSetHostname(pod, service) ? { hostname: pod.spec.hostname as string } : {}),
    targetRef: { kind: 'Pod', ...(namespace ? { namespace } : {}), name, ...(uid ? { uid } : {}) },
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    ...(zone ? { zone } : {}),
  };
}

export function endpointPorts(service: Service, pod: Pod): Ports {
  return (service.spec.ports ?? []).flatMap((port) => {
    const number = findPort(pod, port);
    if (number === null) return [];
    const { name = '', protocol, appProtocol } = port;
    return [{ name, ...(protocol ? { protocol } : {}), port: number, ...(appProtocol ? { appProtocol } : {}) }];
  });
}

/** Slices with the same ports belong together, in whatever order the ports are. */
const portsKey = (ports: EndpointSlice['ports']): string =>
  (ports ?? [])
    .map(({ name, protocol, port, appProtocol }) => `${name ?? ''}/${protocol ?? ''}/${port ?? ''}/${appProtocol ?? ''}`)
    .sort(compareBytes)
    .join(' ');

/** The address families that a Service has endpoints of. */
export function addressTypesOf({ spec: { ipFamilies = [], clusterIP } }: Service): readonly string[] {
  if (ipFamilies !== null && ipFamilies.length > 0) return sortedBy(new Set(ipFamilies), (family) => family);
  if (clusterIP && clusterIP !== 'None') return [parseIp(clusterIP)?.family ?? 'IPv4'];
  return ['IPv4', 'IPv6'];
}
