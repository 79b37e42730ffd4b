// The endpoints of each Service port, put together from its EndpointSlices, and which changed since the last
// sync. Models kubernetes pkg/proxy/endpointschangetracker.go, endpointslicecache.go and endpoint.go.
// Left out: IPv6, trigger times (a metric).
import { sortedBy } from '../../base/order';
import { parseIp } from '../../machinery/ip';
import type { Endpoint, EndpointSlice } from '../../machinery/types';
import { endpointChain } from './chain-names';
import { servicePortKey, servicePortName } from './service-port';

export interface EndpointInfo {
  readonly ip: string;
  /** `address:port`. */
  readonly text: string;
  readonly chain: string;
  /** On this node. */
  readonly local: boolean;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly zoneHints: readonly string[];
  readonly nodeHints: readonly string[];
}

const SERVICE_NAME = 'kubernetes.io/service-name';

type Slices = Map<string, EndpointSlice>;

export class EndpointChanges {
  /** Endpoints by service port key, in the order of their texts, as of the last `apply`. */
  readonly endpoints = new Map<string, readonly EndpointInfo[]>();
  private readonly applied = new Map<string, Slices>();
  /** By Service and slice; null: the slice is gone. */
  private readonly pending = new Map<string, Map<string, EndpointSlice | null>>();
  private readonly keys = new Map<string, readonly string[]>();

  constructor(private readonly node: string) {}

  /** Notes a slice that came, changed or went. True if this is news. */
  update(slice: EndpointSlice, removed: boolean): boolean {
    const { namespace, name, labels } = slice.metadata;
    const serviceName = labels?.[SERVICE_NAME];
    if (slice.addressType !== 'IPv4' || !serviceName || !namespace) return false;
    const service = `${namespace}/${serviceName}`;
    const pending = this.pending.get(service);
    const known = pending?.has(name) ? pending.get(name) : this.applied.get(service)?.get(name);
    const now = removed ? null : slice;
    if (known === now || (now === null && known === undefined)) return false;
    if (pending === undefined) this.pending.set(service, new Map([[name, now]]));
    else pending.set(name, now);
    return true;
  }

  /** Brings `endpoints` up to date; returns the names (`namespace/service`) of the Services whose slices changed. */
  apply(): string[] {
    const changed = [...this.pending.keys()];
    for (const [service, news] of this.pending) {
      const slices = this.applied.get(service) ?? new Map<string, EndpointSlice>();
      for (const [name, slice] of news) {
        if (slice === null) slices.delete(name);
        else slices.set(name, slice);
      }
      if (slices.size > 0) this.applied.set(service, slices);
      else this.applied.delete(service);
      this.replace(service, slices);
    }
    this.pending.clear();
    return changed;
  }

  private replace(service: string, slices: Slices): void {
    for (const key of this.keys.get(service) ?? []) this.endpoints.delete(key);
    const byPort = new Map<string, Map<string, EndpointInfo>>();
    for (const slice of slices.values()) this.collect(service, slice, byPort);
    const keys = [...byPort].flatMap(([key, endpoints]) => (endpoints.size > 0 ? [key] : []));
    for (const key of keys)
      this.endpoints.set(
        key,
        sortedBy(byPort.get(key)?.values() ?? [], ({ text }) => text),
      );
    if (keys.length > 0) this.keys.set(service, keys);
    else this.keys.delete(service);
  }

  private collect(service: string, slice: EndpointSlice, byPort: Map<string, Map<string, EndpointInfo>>): void {
    for (const { name = '', port, protocol = 'TCP' } of slice.ports ?? []) {
      if (!port) continue;
      const key = servicePortKey(service, name, protocol);
      let found = byPort.get(key);
      if (found === undefined) byPort.set(key, (found = new Map()));
      for (const endpoint of slice.endpoints ?? []) {
        const ip = ipText(endpoint.addresses[0] ?? '');
        if (ip === null) continue;
        const text = `${ip}:${port}`;
        const { terminating = false } = endpoint.conditions ?? {};
        // An address that is used again belongs to the Pod that runs, not to the one that ends.
        if (found.has(text) && terminating) continue;
        found.set(text, this.infoOf(endpoint, ip, text, endpointChain(servicePortName(service, name), protocol, text)));
      }
    }
  }

  private infoOf(endpoint: Endpoint, ip: string, text: string, chain: string): EndpointInfo {
    const { ready = true, serving = true, terminating = false } = endpoint.conditions ?? {};
    return {
      ip,
      text,
      chain,
      local: endpoint.nodeName === this.node,
      ready,
      serving,
      terminating,
      zoneHints: hints(endpoint, 'forZones'),
      nodeHints: hints(endpoint, 'forNodes'),
    };
  }
}

/** Nearly all addresses are written as they are to be; there may be thousands. */
const ipText = (address: string): string | null => (PLAIN.test(address) ? address : (parseIp(address)?.text ?? null));
const PLAIN = /^(?:(?:[1-9]?\d|1\d\d|2[0-4]\d)(?:\.(?!$)|$)){4}$/;

const hints = ({ hints }: Endpoint, kind: 'forZones' | 'forNodes'): string[] =>
  ((hints?.[kind] ?? []) as readonly { readonly name: string }[]).map(({ name }) => name);
