// A Service gets its cluster address (an IPAddress object claims it) and its node ports (a bitmap in one key), and gives
// them back. Models pkg/registry/core/service/storage (storage.go, alloc.go), ipallocator/ipallocator.go and
// portallocator. Left out: IPv6, several ServiceCIDRs, health check node ports, the repair loops.
import { isObject, type JsonObject } from '../../../base/json';
import { type FieldError, fieldInvalid, internalError, invalid } from '../../../machinery/status';
import type { ServicePort } from '../../../machinery/types';
import type { Task } from '../../../sim/task';
import type { Lookups } from '../lookups';
import { Refusal, refuse } from '../refusal';
import type { Etcd3 } from '../storage/etcd3';
import type { Versioned } from '../storage/versioner';
import { addressAt, hostsIn, inRange, NODE_PORTS, parseRange, type Range, staticBand, staticPortBand } from './ip-allocator';
import type { Around, Begun, Call } from './store';
import { needsAddress, needsNodePorts, normalized, specOf, withAllocated, withSpec } from './strategies/service';

const DEFAULT_CIDR = '10.96.0.0/12';
const PORTS_KEY = '/registry/ranges/servicenodeports';
const ADDRESSES = '/apis/networking.k8s.io/v1/ipaddresses';
const MAX_ATTEMPTS = 100;
/** What a dry run shows instead of a port of its own. */
const DRY_PORT = 32_769;
const FAMILY_LABELS = { 'ipaddress.kubernetes.io/ip-family': 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' };

export function serviceAround(lookups: Lookups, etcd: Etcd3, cidr = DEFAULT_CIDR): Around {
  const allocator = new ServiceAllocator(lookups, etcd, cidr);
  return {
    begin: (call, object, old) => (old === null ? allocator.create(call, object) : allocator.update(call, object, old)),
    deleted: (object) => allocator.release(addressOf(object), portsOf(object)),
  };
}

/** What was taken for one request, to be given back if it fails. */
interface Taken {
  address: string | null;
  ports: readonly number[];
}

class ServiceAllocator {
  constructor(
    private readonly lookups: Lookups,
    private readonly etcd: Etcd3,
    private readonly cidr: string,
  ) {}

  *create(call: Call, given: Versioned): Task<Begun | Refusal> {
    const service = withFamilies(call, normalized(given, null));
    if (service instanceof Refusal) return service;
    const taken: Taken = { address: null, ports: [] };
    const object = yield* this.allocate(call, service, null, taken);
    if (object instanceof Refusal) {
      yield* this.giveBack(taken);
      return object;
    }
    return { object, finish: (written) => (written ? nothing() : this.giveBack(taken)) };
  }

  *update(call: Call, given: Versioned, old: Versioned): Task<Begun | Refusal> {
    const service = withFamilies(call, normalized(withAllocated(given, old), old));
    if (service instanceof Refusal) return service;
    const taken: Taken = { address: null, ports: [] };
    const object = yield* this.allocate(call, service, old, taken);
    if (object instanceof Refusal) {
      yield* this.giveBack(taken);
      return object;
    }
    const useless = { address: needsAddress(specOf(object)) ? null : addressOf(old), ports: unused(object, old) };
    return { object, finish: (written) => this.giveBack(written ? useless : taken) };
  }

  *release(address: string | null, ports: readonly number[]): Task<void> {
    yield* this.giveBack({ address, ports });
  }

  private *giveBack({ address, ports }: Taken): Task<void> {
    if (address !== null) yield* this.lookups.loopback('DELETE', `${ADDRESSES}/${address}`, null);
    if (ports.length > 0) yield* this.changePorts((used) => ports.forEach((port) => used.delete(port)));
  }

  /** `taken` is told what was taken, also if that ends in a refusal. */
  private *allocate(call: Call, service: Versioned, old: Versioned | null, taken: Taken): Task<Versioned | Refusal> {
    let object = service;
    const had = old !== null && needsAddress(specOf(old));
    if (needsAddress(specOf(object)) && !had && specOf(object).clusterIP !== 'None') {
      const wanted = specOf(object).clusterIP ?? '';
      const address = call.dryRun ? this.dryAddress(call, object, wanted) : yield* this.claimAddress(call, object, wanted);
      if (address instanceof Refusal) return address;
      if (!call.dryRun) taken.address = address;
      object = withSpec(object, { clusterIP: address, clusterIPs: [address] });
    }
    if (!needsNodePorts(specOf(object))) return object;
    const ports = yield* this.claimPorts(call, object, old, taken);
    return ports instanceof Refusal ? ports : withSpec(object, { ports });
  }

  // ---- Addresses

  private range(): Range {
    return parseRange(this.cidr) ?? { family: 'IPv4', base: 0n, size: 0 };
  }

  private dryAddress(call: Call, object: Versioned, wanted: string): string | Refusal {
    return wanted === '' ? addressAt(this.range(), 0) : (this.outOfRange(call, object, wanted) ?? wanted);
  }

  private outOfRange(call: Call, object: Versioned, wanted: string): Refusal | null {
    if (inRange(this.range(), wanted)) return null;
    const why = `the provided IP (${wanted}) is not in the valid range. The range of valid IPs is ${this.cidr}`;
    return badAddress(call, object, wanted, why);
  }

  private *claimAddress(call: Call, object: Versioned, wanted: string): Task<string | Refusal> {
    const { name, namespace = '' } = object.metadata;
    const parentRef = { resource: 'services', namespace, name };
    if (wanted !== '') {
      const refused = this.outOfRange(call, object, wanted);
      if (refused !== null) return refused;
      const made = yield* this.lookups.loopback('POST', ADDRESSES, ipAddress(wanted, parentRef));
      return made instanceof Refusal ? badAddress(call, object, wanted, 'provided IP is already allocated') : wanted;
    }
    const range = this.range();
    const band = staticBand(range.size);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const address = addressAt(range, this.lookups.names.number(`service/${namespace}/${name}`, band + 1, hostsIn(range)));
      if (this.lookups.cached('networking.k8s.io', 'ipaddresses', '', address) !== null) continue;
      const made = yield* this.lookups.loopback('POST', ADDRESSES, ipAddress(address, parentRef));
      if (!(made instanceof Refusal)) return address;
      if (made.code !== 409) return made;
    }
    return refuse(internalError('failed to allocate a serviceIP: range is full'));
  }

  // ---- Ports

  private *claimPorts(call: Call, object: Versioned, old: Versioned | null, taken: Taken): Task<readonly ServicePort[] | Refusal> {
    const { name, namespace = '' } = object.metadata;
    const ports = specOf(object).ports ?? [];
    const kept = new Set(old === null ? [] : portsOf(old));
    if (call.dryRun) return ports.map((port, i) => (port.nodePort ? port : { ...port, nodePort: DRY_PORT + i }));
    if (ports.every(({ nodePort = 0 }) => kept.has(nodePort))) return ports;
    let refused: FieldError | null = null;
    let numbered: ServicePort[] = [];
    const changed = yield* this.changePorts((used) => {
      refused = null;
      numbered = [];
      const mine = new Set(kept);
      for (const [i, port] of ports.entries()) {
        const wanted = port.nodePort ?? 0;
        const problem = wanted === 0 || mine.has(wanted) ? null : portProblem(wanted, used);
        if (problem !== null) {
          refused = fieldInvalid(`spec.ports[${i}].nodePort`, wanted, problem);
          return;
        }
        const nodePort = wanted || this.freePort(used, `${namespace}/${name}/${i}`);
        if (nodePort === null) {
          refused = fieldInvalid(`spec.ports[${i}].nodePort`, 0, 'provided port range is full');
          return;
        }
        used.add(nodePort);
        mine.add(nodePort);
        numbered.push({ ...port, nodePort });
      }
    });
    const { group, kind } = call.info;
    if (refused !== null) return refuse(invalid(group, kind, name, [refused]));
    if (changed !== null) return changed;
    taken.ports = numbered.flatMap(({ nodePort = 0 }) => (kept.has(nodePort) ? [] : [nodePort]));
    return numbered;
  }

  /** By chance above the band of chosen ones; when that gets hard, the first that is free; null if none is. */
  private freePort(used: ReadonlySet<number>, purpose: string): number | null {
    const { base, size } = NODE_PORTS;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const port = base + this.lookups.names.number(`nodeport/${purpose}`, staticPortBand(size), size - 1);
      if (!used.has(port)) return port;
    }
    for (let port = base; port < base + size; port++) if (!used.has(port)) return port;
    return null;
  }

  private *changePorts(change: (used: Set<number>) => void): Task<Refusal | null> {
    const updated = yield* this.etcd.guaranteedUpdate(PORTS_KEY, null, function* (current) {
      const used = new Set(usedPorts(current));
      change(used);
      return allocation(used);
    });
    return updated instanceof Refusal ? updated : null;
  }
}

/** With the families that a cluster of IPv4 only gives. Models initIPFamilyFields. */
function withFamilies(call: Call, service: Versioned): Versioned | Refusal {
  const { type, ipFamilies, ipFamilyPolicy: policy, clusterIP, selector } = specOf(service);
  if (!needsAddress({ type } as never)) return service;
  const anything = clusterIP === 'None' && Object.keys(selector ?? {}).length === 0;
  if (policy === undefined || policy === 'SingleStack' || policy === 'PreferDualStack') {
    const single = policy !== undefined || !anything;
    return withSpec(service, {
      ipFamilies: ipFamilies ?? (single ? ['IPv4'] : ['IPv4', 'IPv6']),
      ipFamilyPolicy: policy ?? (single ? 'SingleStack' : 'RequireDualStack'),
    });
  }
  if (policy !== 'RequireDualStack' || anything) return service;
  const { group, kind } = call.info;
  const why = 'this cluster is not configured for dual-stack services';
  return refuse(invalid(group, kind, service.metadata.name, [fieldInvalid('spec.ipFamilyPolicy', policy, why)]));
}

function badAddress({ info }: Call, object: Versioned, address: string, why: string): Refusal {
  const error = fieldInvalid('spec.clusterIPs', [address], `failed to allocate IP ${address}: ${why}`);
  return refuse(invalid(info.group, info.kind, object.metadata.name, [error]));
}

function portProblem(port: number, used: ReadonlySet<number>): string | null {
  if (used.has(port)) return 'provided port is already allocated';
  const { base, size } = NODE_PORTS;
  if (port >= base && port < base + size) return null;
  return `provided port is not in the valid range. The range of valid ports is ${base}-${base + size - 1}`;
}

function addressOf(service: Versioned): string | null {
  const { clusterIP } = specOf(service);
  return clusterIP && clusterIP !== 'None' ? clusterIP : null;
}
const portsOf = (service: Versioned): number[] => (specOf(service).ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : []));
function unused(next: Versioned, old: Versioned): number[] {
  const kept = needsNodePorts(specOf(next)) ? portsOf(next) : [];
  return portsOf(old).filter((port) => !kept.includes(port));
}

const ipAddress = (name: string, parentRef: JsonObject): JsonObject => ({
  kind: 'IPAddress',
  apiVersion: 'networking.k8s.io/v1',
  metadata: { name, labels: FAMILY_LABELS },
  spec: { parentRef },
});

/** The stored bitmap, here as the list of its set ports. */
const allocation = (used: ReadonlySet<number>): Versioned => ({
  kind: 'RangeAllocation',
  apiVersion: 'v1',
  metadata: { name: '' },
  range: `${NODE_PORTS.base}-${NODE_PORTS.base + NODE_PORTS.size - 1}`,
  data: [...used].sort((a, b) => a - b),
});
const usedPorts = (current: Versioned | null): readonly number[] =>
  isObject(current) && Array.isArray(current.data) ? (current.data as readonly number[]) : [];

function* nothing(): Task<void> {}
