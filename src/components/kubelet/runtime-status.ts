// What the container engine says about one pod, in the kubelet's own words.
// Models kubernetes pkg/kubelet/container/runtime.go (PodStatus, Status) and kuberuntime's conversions.
import type { JsonObject } from '../../base/json';
import { EPOCH_SECONDS } from '../../machinery/time';

export type RuntimeState = 'created' | 'running' | 'exited' | 'unknown';

export interface SandboxStatus {
  readonly id: string;
  readonly attempt: number;
  readonly createdUs: number;
  readonly ready: boolean;
  /** None with the host's network, and after the sandbox was stopped. */
  readonly ips: readonly string[];
  readonly hostNetwork: boolean;
}
export interface RuntimeContainer {
  readonly id: string;
  readonly name: string;
  readonly state: RuntimeState;
  readonly createdUs: number;
  readonly startedUs: number | null;
  readonly finishedUs: number | null;
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string;
  readonly image: string;
  readonly imageRef: string;
  /** Of the spec it was made from. */
  readonly hash: string;
  readonly restartCount: number;
}
/** Sandboxes and containers, the newest first. */
export interface RuntimePod {
  readonly uid: string;
  readonly ips: readonly string[];
  readonly sandboxes: readonly SandboxStatus[];
  readonly containers: readonly RuntimeContainer[];
}

export const emptyRuntimePod = (uid: string): RuntimePod => ({ uid, ips: [], sandboxes: [], containers: [] });

/** The newest container of that name. */
export const findContainer = (pod: RuntimePod, name: string): RuntimeContainer | undefined =>
  pod.containers.find((container) => container.name === name);

/** An address stays known after its sandbox was stopped, as pleg's getPodIPs has it. */
export function ipsOf(sandboxes: readonly SandboxStatus[], before: readonly string[], nodeIp: string): readonly string[] {
  const [newest] = sandboxes;
  if (newest?.ready && newest.ips.length > 0) return sortPodIps(newest.ips, nodeIp);
  return sandboxes.some((sandbox) => sandbox.ready) ? [] : before;
}

/** One address per family, first the one of the node's family: sortPodIPs of kubelet_pods.go. */
export function sortPodIps(ips: readonly string[], nodeIp: string): readonly string[] {
  const isV6 = (ip: string): boolean => ip.includes(':');
  const first = ips.find((ip) => nodeIp === '' || isV6(ip) === isV6(nodeIp)) ?? ips[0];
  const second = ips.find((ip) => first !== undefined && isV6(ip) !== isV6(first));
  return [first, second].filter((ip) => ip !== undefined);
}

export function sandboxStatusOf(status: JsonObject): SandboxStatus {
  const { attempt } = status.metadata as { readonly attempt?: number };
  const { ip, additionalIps = [] } = (status.network ?? {}) as {
    readonly ip?: string;
    readonly additionalIps?: readonly { readonly ip: string }[];
  };
  const { namespaces } = (status.linux ?? {}) as { readonly namespaces?: { readonly options?: JsonObject } };
  return {
    id: String(status.id),
    attempt: attempt ?? 0,
    createdUs: fromNanos(status.createdAt),
    ready: status.state !== 'SANDBOX_NOTREADY',
    ips: ip ? [ip, ...additionalIps.map((more) => more.ip)] : [],
    hostNetwork: namespaces?.options?.network === 'NODE',
  };
}

export function containerStatusOf(status: JsonObject): RuntimeContainer {
  const { name, attempt } = status.metadata as { readonly name: string; readonly attempt?: number };
  const annotations = (status.annotations ?? {}) as { readonly [name: string]: string };
  return {
    id: String(status.id),
    name,
    state: stateOf(status.state),
    createdUs: fromNanos(status.createdAt),
    startedUs: status.startedAt === undefined ? null : fromNanos(status.startedAt),
    finishedUs: status.finishedAt === undefined ? null : fromNanos(status.finishedAt),
    exitCode: Number(status.exitCode ?? 0),
    reason: String(status.reason ?? ''),
    message: String(status.message ?? ''),
    image: String((status.image as JsonObject | undefined)?.image ?? ''),
    imageRef: String(status.imageRef ?? ''),
    hash: annotations['io.kubernetes.container.hash'] ?? '',
    restartCount: attempt ?? 0,
  };
}

/** The zero value of the enumeration, CONTAINER_CREATED, is left out in protobuf's JSON. */
export function stateOf(state: unknown): RuntimeState {
  switch (state) {
    case undefined:
    case 'CONTAINER_CREATED':
      return 'created';
    case 'CONTAINER_RUNNING':
      return 'running';
    case 'CONTAINER_EXITED':
      return 'exited';
    default:
      return 'unknown';
  }
}

/** Nanoseconds since 1970 to virtual microseconds. */
const fromNanos = (nanos: unknown): number => Number(String(nanos ?? '0').slice(0, -3)) - EPOCH_SECONDS * 1_000_000;
