// A pod and what scheduling needs of it, worked out once. Models pkg/scheduler/framework types.go (PodInfo).
import type { Container, Pod } from '../../../machinery/types';
import { type AffinityTerms, affinityTermsOf } from './affinity-term';
import { podRequests, podRequestsForScoring, type Resources } from './resources';

export interface HostPort {
  /** `0.0.0.0` if none is given. */
  readonly ip: string;
  /** `TCP/8080`. */
  readonly port: string;
}

export interface PodInfo {
  readonly pod: Pod;
  /** `namespace/name`. */
  readonly key: string;
  readonly namespace: string;
  readonly priority: number;
  readonly requests: Resources;
  readonly scoringRequests: Resources;
  readonly hostPorts: readonly HostPort[];
  readonly terms: AffinityTerms;
}

type FromSpec = Pick<PodInfo, 'requests' | 'scoringRequests' | 'hostPorts' | 'terms'>;
const fromSpec = new WeakMap<object, FromSpec>();

export function podInfoOf(pod: Pod): PodInfo {
  const spec = pod.spec as Pod['spec'] | undefined;
  const known = spec && fromSpec.get(spec);
  const derived = known ?? derive(spec === undefined ? { ...pod, spec: { containers: [] } } : pod);
  if (spec !== undefined && known === undefined) fromSpec.set(spec, derived);
  const { namespace = '', name } = pod.metadata;
  return { pod, key: `${namespace}/${name}`, namespace, priority: spec?.priority ?? 0, ...derived };
}

const derive = (pod: Pod): FromSpec => ({
  requests: podRequests(pod),
  scoringRequests: podRequestsForScoring(pod),
  hostPorts: hostPortsOf(pod),
  terms: affinityTermsOf(pod),
});

/** Ports on the node that containers and sidecars ask for. */
function hostPortsOf({ spec }: Pod): HostPort[] {
  const ports: HostPort[] = [];
  const add = ({ ports: own }: Container): void => {
    for (const { hostPort, hostIP, protocol } of own ?? []) {
      if (hostPort) ports.push({ ip: hostIP || '0.0.0.0', port: `${protocol || 'TCP'}/${hostPort}` });
    }
  };
  spec.containers?.forEach(add);
  spec.initContainers?.filter(({ restartPolicy }) => restartPolicy === 'Always').forEach(add);
  return ports;
}
