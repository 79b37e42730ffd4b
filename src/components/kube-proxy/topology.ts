// Which endpoints of a Service port traffic on this node may go to. Models kubernetes pkg/proxy/topology.go.
import { sortedBy } from '../../base/order';
import type { EndpointInfo } from './endpoint-changes';
import { type ServicePortInfo, usesClusterEndpoints, usesLocalEndpoints } from './service-port';

export interface Categories {
  readonly cluster: readonly EndpointInfo[];
  readonly local: readonly EndpointInfo[];
  /** Both together: those that need a chain of their own. */
  readonly reachable: readonly EndpointInfo[];
  /** Whether there is a usable endpoint anywhere. */
  readonly any: boolean;
}

type Available = (endpoint: EndpointInfo) => boolean;

const isDraining = ({ serving, terminating }: EndpointInfo): boolean => serving && terminating;

export function categorizeEndpoints(all: readonly EndpointInfo[], port: ServicePortInfo, node: string, zone: string): Categories {
  const cluster = usesClusterEndpoints(port) ? usable(all, availability(all, node, zone)) : [];
  if (!usesLocalEndpoints(port)) return { cluster, local: [], reachable: cluster, any: cluster.length > 0 };
  const local = usable(
    all.filter((endpoint) => endpoint.local),
    () => true,
  );
  const any = all.some((endpoint) => endpoint.ready || isDraining(endpoint));
  const missing = local.filter((endpoint) => !cluster.includes(endpoint));
  const reachable = missing.length === 0 ? cluster : sortedBy([...cluster, ...missing], ({ text }) => text);
  return { cluster, local, reachable, any };
}

/** Ready endpoints that are available; if there is none, those that still serve while they end. */
function usable(endpoints: readonly EndpointInfo[], available: Available): readonly EndpointInfo[] {
  const found = endpoints.filter((endpoint) => endpoint.ready && available(endpoint));
  return found.length > 0 ? found : endpoints.filter(isDraining);
}

/** Hints count only if every ready endpoint has one and one of them is for here: the same node before the same zone. */
function availability(all: readonly EndpointInfo[], node: string, zone: string): Available {
  const ready = all.filter((endpoint) => endpoint.ready);
  for (const [kind, here] of [
    ['nodeHints', node],
    ['zoneHints', zone],
  ] as const) {
    if (ready.length > 0 && ready.every((endpoint) => endpoint[kind].length > 0) && ready.some((endpoint) => endpoint[kind].includes(here)))
      return (endpoint) => endpoint[kind].includes(here);
  }
  return () => true;
}
