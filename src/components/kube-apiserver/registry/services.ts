// A Service gets its cluster address (an IPAddress object claims it) and its node ports (a bitmap in one key).
// Models pkg/registry/core/service/storage (alloc.go), ipallocator/ipallocator.go and portallocator. Left out:
// IPv6 and two families, several ServiceCIDRs, health check node ports, the repair loops.
import { isObject, type Json, type JsonObject } from '../../../base/json';
import { type FieldError, fieldInvalid, internalError, invalid } from '../../../machinery/status';
import type { Service, ServicePort } from '../../../machinery/types';
import type { Task } from '../../../sim/task';
import type { Lookups } from '../lookups';
import { Refusal, refuse } from '../refusal';
import type { Etcd3 } from '../storage/etcd3';
import type { Versioned } from '../storage/versioner';
import { addressNumber, addressText, inRange, parseRange, staticBand } from './ip-allocator';
import type { Around, Call } from './store';

const DEFAULT_CIDR = '10.96.0.0/12';
const NODE_PORTS = { base: 30_000, size: 2_768 };
const PORTS_KEY = '/registry/ranges/servicenodeports';
const MAX_ATTEMPTS = 100;
const FAMILY_LABELS = { 'ipaddress.kubernetes.io/ip-family': 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' };

export function serviceAround(lookups: Lookups, etcd: Etcd3, cidr = DEFAULT_CIDR): Around {
  const allocator = new ServiceAllocator(lookups, etcd, cidr);
  return {
    before: (call, object) => allocator.claim(call, object),
    undo: (_call, object) => allocator.release(object),
    deleted: (_call, object) => allocator.release(object),
  };
}

class ServiceAllocator {
  constructor(
    private readonly lookups: Lookups,
    private readonly etcd: Etcd3,
    private readonly cidr: string,
  ) {}

  /** The Service with what it did not choose itself. */
  *claim(call: Call, object: Versioned): Task<Versioned | Refusal> {
    const service = object as unknown as Service;
    const { type = 'ClusterIP', clusterIP = '' } = service.spec;
    if (type === 'ExternalName') return object;
    let spec: JsonObject = {
      ...(object.spec as JsonObject),
      type,
      ipFamilies: service.spec.ipFamilies ?? ['IPv4'],
      ipFamilyPolicy: service.spec.ipFamilyPolicy ?? 'SingleStack',
    };
    if (clusterIP !== 'None') {
      const address = yield* this.claimAddress(call, object, clusterIP);
      if (address instanceof Refusal) return address;
      spec = { ...spec, clusterIP: address, clusterIPs: [address] };
    } else spec = { ...spec, clusterIPs: ['None'] };
    if (type === 'NodePort' || type === 'LoadBalancer') {
      const ports = yield* this.claimPorts(call, object, service.spec.ports ?? []);
      if (ports instanceof Refusal) return ports;
      spec = { ...spec, ports: ports as unknown as Json };
    }
    return { ...object, spec };
  }

  *release(object: Versioned): Task<void> {
    const { clusterIP, ports = [] } = (object as unknown as Service).spec;
    if (clusterIP && clusterIP !== 'None')
      yield* this.lookups.loopback('DELETE', `/apis/networking.k8s.io/v1/ipaddresses/${clusterIP}`, null);
    const taken = ports.flatMap(({ nodePort }) => (nodePort ? [nodePort] : []));
    if (taken.length > 0) yield* this.changePorts((used) => taken.forEach((port) => used.delete(port)));
  }

  private *claimAddress(call: Call, object: Versioned, wanted: string): Task<string | Refusal> {
    const range = parseRange(this.cidr);
    if (range === null) return refuse(internalError(`no service range ${this.cidr}`));
    const { name, namespace = '' } = object.metadata;
    const parentRef = { resource: 'services', namespace, name };
    if (wanted !== '') {
      const number = addressNumber(wanted);
      if (number === null || !inRange(range, number))
        return this.invalidAddress(
          call,
          name,
          wanted,
          `failed to allocate IP ${wanted}: the provided IP is not in the valid range. The range of valid IPs is ${this.cidr}`,
        );
      const made = yield* this.lookups.loopback('POST', '/apis/networking.k8s.io/v1/ipaddresses', ipAddress(wanted, parentRef));
      return made instanceof Refusal
        ? this.invalidAddress(call, name, wanted, `failed to allocate IP ${wanted}: provided IP is already allocated`)
        : wanted;
    }
    const band = staticBand(range.size);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const offset = this.lookups.names.number(`service/${namespace}/${name}`, band + 1, range.size - 2);
      const address = addressText(range.base + offset);
      if (this.lookups.cached('networking.k8s.io', 'ipaddresses', '', address) !== null) continue;
      const made = yield* this.lookups.loopback('POST', '/apis/networking.k8s.io/v1/ipaddresses', ipAddress(address, parentRef));
      if (!(made instanceof Refusal)) return address;
      if (made.code !== 409) return made;
    }
    return refuse(internalError('failed to allocate a serviceIP: range is full'));
  }

  private invalidAddress({ info }: Call, name: string, address: string, detail: string): Refusal {
    return refuse(invalid(info.group, info.kind, name, [fieldInvalid('spec.clusterIPs', [address], detail)]));
  }

  private *claimPorts({ info }: Call, object: Versioned, ports: readonly ServicePort[]): Task<readonly ServicePort[] | Refusal> {
    const { name, namespace = '' } = object.metadata;
    const errors: FieldError[] = [];
    const numbered = ports.map((port) => ({ ...port }));
    const changed = yield* this.changePorts((used) => {
      numbered.forEach((port, i) => {
        const wanted = ports[i]?.nodePort ?? 0;
        if (wanted !== 0 && used.has(wanted))
          errors.push(fieldInvalid(`spec.ports[${i}].nodePort`, wanted, 'provided port is already allocated'));
        else if (wanted !== 0 && (wanted < NODE_PORTS.base || wanted >= NODE_PORTS.base + NODE_PORTS.size)) {
          errors.push(
            fieldInvalid(
              `spec.ports[${i}].nodePort`,
              wanted,
              `provided port is not in the valid range. The range of valid ports is ${NODE_PORTS.base}-${NODE_PORTS.base + NODE_PORTS.size - 1}`,
            ),
          );
        } else {
          const number = wanted || this.freePort(used, `${namespace}/${name}/${i}`);
          (port as { nodePort: number }).nodePort = number;
          used.add(number);
        }
      });
    });
    if (errors.length > 0) return refuse(invalid(info.group, info.kind, name, errors));
    return changed instanceof Refusal ? changed : numbered;
  }

  private freePort(used: ReadonlySet<number>, purpose: string): number {
    const band = staticBand(NODE_PORTS.size);
    for (;;) {
      const port = NODE_PORTS.base + this.lookups.names.number(`nodeport/${purpose}`, band, NODE_PORTS.size - 1);
      if (!used.has(port)) return port;
    }
  }

  private *changePorts(change: (used: Set<number>) => void): Task<Refusal | null> {
    const updated = yield* this.etcd.guaranteedUpdate(PORTS_KEY, null, (current) => {
      const used = new Set(portsOf(current));
      change(used);
      return allocation(used);
    });
    return updated instanceof Refusal ? updated : null;
  }
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
const portsOf = (current: Versioned | null): readonly number[] =>
  isObject(current) && Array.isArray(current.data) ? (current.data as readonly number[]) : [];
