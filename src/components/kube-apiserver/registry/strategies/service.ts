// Services: which fields belong to which type, and what a client that sent less meant. Pure.
// Models pkg/registry/core/service/strategy.go (dropTypeDependentFields) and storage/storage.go (normalizeClusterIPs,
// patchAllocatedValues). Left out: health check node ports.
import { type Json, type JsonObject, jsonEqual } from '../../../../base/json';
import type { Service, ServicePort } from '../../../../machinery/types';
import { isExternallyAccessible } from '../../../../machinery/validation/service';
import type { Versioned } from '../../storage/versioner';

export type Spec = Service['spec'] & { readonly allocateLoadBalancerNodePorts?: boolean };
export const specOf = (service: Versioned): Spec => service.spec as unknown as Spec;
export const withSpec = (service: Versioned, change: { readonly [field in keyof Spec]?: Spec[field] | undefined }): Versioned => {
  const spec: { [field: string]: unknown } = { ...specOf(service), ...change };
  for (const field in change) if (spec[field] === undefined) delete spec[field];
  return { ...service, spec: spec as unknown as Json };
};

export const needsAddress = ({ type }: Spec): boolean => type === 'ClusterIP' || type === 'NodePort' || type === 'LoadBalancer';
export const needsNodePorts = ({ type, allocateLoadBalancerNodePorts }: Spec): boolean =>
  type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false);

const same = (a: unknown, b: unknown): boolean => jsonEqual((a ?? null) as Json, (b ?? null) as Json);

/** The list of addresses follows the single one of clients that know no lists. */
export function normalized(next: Versioned, old: Versioned | null): Versioned {
  const { clusterIP = '', clusterIPs = [] } = specOf(next);
  if (old === null) return clusterIP !== '' && clusterIPs.length === 0 ? withSpec(next, { clusterIPs: [clusterIP] }) : next;
  const { clusterIP: before = '', clusterIPs: list = [] } = specOf(old);
  if (before === clusterIP) return list.length > 0 && clusterIPs.length === 0 ? withSpec(next, { clusterIPs: list }) : next;
  if (!same(list, clusterIPs)) return next;
  return withSpec(next, { clusterIPs: clusterIP === '' ? undefined : [clusterIP] });
}

/** Whoever replaces a Service need not repeat what the server gave it. */
export function withAllocated(next: Versioned, old: Versioned): Versioned {
  const [spec, before] = [specOf(next), specOf(old)];
  let result = next;
  if (needsAddress(spec) && needsAddress(before)) {
    if (!spec.clusterIP && before.clusterIP) result = withSpec(result, { clusterIP: before.clusterIP });
    if ((spec.clusterIPs?.length ?? 0) === 0 && specOf(result).clusterIP === before.clusterIP)
      result = withSpec(result, { clusterIPs: before.clusterIPs });
  }
  if (needsNodePorts(spec) && needsNodePorts(before))
    result = withSpec(result, { ports: withNodePorts(spec.ports ?? [], before.ports ?? []) });
  return result;
}

function withNodePorts(ports: readonly ServicePort[], before: readonly ServicePort[]): readonly ServicePort[] {
  const used = new Set(ports.map(({ nodePort }) => nodePort));
  return ports.map((port) => {
    if (port.nodePort) return port;
    const { nodePort } = before.find((old) => old.protocol === port.protocol && old.port === port.port) ?? {};
    if (!nodePort || used.has(nodePort)) return port;
    used.add(nodePort);
    return { ...port, nodePort };
  });
}

/** What the new type has no use for and the client did not set itself. */
function withoutUseless(next: Versioned, old: Versioned): Versioned {
  const [spec, before] = [specOf(next), specOf(old)];
  let result = next;
  const drop = (...fields: readonly (keyof Spec)[]): void => {
    for (const field of fields) if (same(spec[field], before[field])) result = withSpec(result, { [field]: undefined });
  };
  if (needsAddress(before) && !needsAddress(spec)) {
    if (same(spec.clusterIPs, before.clusterIPs)) drop('clusterIP', 'clusterIPs');
    drop('ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy');
  }
  const ports = spec.ports ?? [];
  if (needsNodePorts(before) && !needsNodePorts(spec) && same(ports.map(nodePortOf), (before.ports ?? []).map(nodePortOf)))
    result = withSpec(result, { ports: ports.map(({ nodePort: _, ...port }) => port) });
  if (before.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') drop('allocateLoadBalancerNodePorts');
  if (isExternallyAccessible(before) && !isExternallyAccessible(spec)) drop('externalTrafficPolicy');
  return result;
}
const nodePortOf = ({ nodePort = 0 }: ServicePort): number => nodePort;

export const serviceStrategy = {
  newStatus: { loadBalancer: {} } as JsonObject,
  update: withoutUseless,
};
