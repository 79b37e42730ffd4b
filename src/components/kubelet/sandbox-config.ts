// The body of RunPodSandbox: a pod's name, network and cgroup in the words of CRI.
// Models kubernetes pkg/kubelet/kuberuntime/kuberuntime_sandbox.go and pkg/kubelet/network/dns.
// Left out: sysctls, SELinux, runtime handlers.
import type { JsonObject } from '../../base/json';
import { qosClass } from '../../machinery/qos';
import { quantityMilli } from '../../machinery/quantity';
import type { Container, Pod } from '../../machinery/types';
import { allContainersOf, initContainersOf, isRestartableInit } from './containers-of';

export interface ClusterDns {
  readonly server: string;
  readonly domain: string;
  /** The machine's own resolver. */
  readonly host: string;
}

export function sandboxConfig(pod: Pod, attempt: number, dns: ClusterDns): JsonObject {
  const { name, namespace = '', uid = '', labels = {}, annotations = {} } = pod.metadata;
  const hostNetwork = pod.spec.hostNetwork === true;
  const ports = hostNetwork ? [] : portMappings(pod);
  return {
    metadata: { name, uid, namespace, ...(attempt === 0 ? {} : { attempt }) },
    ...(hostNetwork ? {} : { hostname: truncateHostname(pod.spec.hostname || name) }),
    logDirectory: logDirectory(pod),
    dnsConfig: dnsConfig(pod, dns),
    ...(ports.length === 0 ? {} : { portMappings: ports }),
    labels: { ...labels, ...podLabels(pod) },
    annotations,
    linux: {
      cgroupParent: cgroupParent(pod),
      securityContext: {
        ...(isPrivileged(pod) ? { privileged: true } : {}),
        namespaceOptions: namespaceOptions(pod),
        seccomp: {},
      },
      overhead: {},
      resources: { cpuPeriod: 100_000, cpuShares: cpuShares(sumOfRequests(pod)) },
    },
  };
}

export const podLabels = ({ metadata }: Pod): { readonly [label: string]: string } => ({
  'io.kubernetes.pod.name': metadata.name,
  'io.kubernetes.pod.namespace': metadata.namespace ?? '',
  'io.kubernetes.pod.uid': metadata.uid ?? '',
});

const logDirectory = ({ metadata }: Pod): string => `/var/log/pods/${metadata.namespace}_${metadata.name}_${metadata.uid}`;

function cgroupParent(pod: Pod): string {
  const qos = qosClass(pod.spec);
  return `/kubepods${qos === 'Guaranteed' ? '' : `/${qos.toLowerCase()}`}/pod${pod.metadata.uid}`;
}

export function namespaceOptions({ spec }: Pod): JsonObject {
  const { hostIPC, hostPID, shareProcessNamespace } = spec as { hostIPC?: boolean; hostPID?: boolean; shareProcessNamespace?: boolean };
  return {
    ...(spec.hostNetwork === true ? { network: 'NODE' } : {}),
    ...(hostPID ? { pid: 'NODE' } : shareProcessNamespace ? {} : { pid: 'CONTAINER' }),
    ...(hostIPC ? { ipc: 'NODE' } : {}),
    usernsOptions: { mode: 'NODE' },
  };
}

export const isPrivilegedContainer = ({ securityContext }: Container): boolean => securityContext?.privileged === true;
const isPrivileged = ({ spec }: Pod): boolean => allContainersOf(spec).some(isPrivilegedContainer);

function portMappings({ spec }: Pod): readonly JsonObject[] {
  const running = [...initContainersOf(spec).filter(isRestartableInit), ...spec.containers];
  return running.flatMap(({ ports = [] }) =>
    ports.map(({ protocol, containerPort, hostPort, hostIP }) => ({
      ...(protocol === undefined || protocol === 'TCP' ? {} : { protocol }),
      containerPort,
      ...(hostPort === undefined ? {} : { hostPort }),
      ...(hostIP === undefined ? {} : { hostIp: hostIP }),
    })),
  );
}

function dnsConfig({ spec, metadata }: Pod, dns: ClusterDns): JsonObject {
  const {
    nameservers = [],
    searches = [],
    options = [],
  } = ((spec as { dnsConfig?: unknown }).dnsConfig ?? {}) as {
    readonly nameservers?: readonly string[];
    readonly searches?: readonly string[];
    readonly options?: readonly { readonly name: string; readonly value?: string }[];
  };
  const added = options.map(({ name, value }) => (value === undefined ? name : `${name}:${value}`));
  const policy = spec.dnsPolicy ?? 'ClusterFirst';
  const inCluster = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && spec.hostNetwork !== true);
  if (policy === 'None') return { servers: nameservers, searches, options: added };
  if (!inCluster) return { servers: [dns.host, ...nameservers], ...(searches.length === 0 ? {} : { searches }) };
  const { domain } = dns;
  return {
    servers: [dns.server, ...nameservers],
    searches: [`${metadata.namespace}.svc.${domain}`, `svc.${domain}`, domain, ...searches],
    options: ['ndots:5', ...added.filter((option) => !option.startsWith('ndots:'))],
  };
}

const sumOfRequests = ({ spec }: Pod): number =>
  spec.containers.reduce((sum, { resources }) => sum + quantityMilli(resources?.requests?.cpu ?? resources?.limits?.cpu), 0);

/** Thousandths of a CPU as the kernel counts shares; at least 2. */
export const cpuShares = (milli: number): number => Math.max(2, Math.floor((milli * 1024) / 1000));

/** At most 63 characters, not ending in a dash or dot. */
export const truncateHostname = (name: string): string => name.slice(0, 63).replace(/[-.]+$/, '');
