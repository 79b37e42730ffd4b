// The body of CreateContainer: one container of a pod in the words of CRI.
// Models kubernetes pkg/kubelet/kuberuntime/kuberuntime_container*.go, labels.go and pkg/kubelet/qos/policy.go.
// Left out: devices, AppArmor, supplemental groups, user namespaces.
import type { JsonObject } from '../../base/json';
import { qosClass } from '../../machinery/qos';
import { parseQuantity, quantityMilli, quantityValue } from '../../machinery/quantity';
import type { Container, EnvVar, Pod, Volume } from '../../machinery/types';
import { containerHash } from './containers-of';
import { expand } from './expansion';
import { cpuShares, isPrivilegedContainer, namespaceOptions, podLabels } from './sandbox-config';

export interface ContainerInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly restartCount: number;
  /** Of the image: `sha256:...`. */
  readonly imageId: string;
  readonly env: readonly EnvVar[];
  /** Of the node, in bytes. */
  readonly memoryCapacity: number;
  /** Eight hex digits that name the file for the container's last words. */
  readonly logName: string;
}

const MASKED = 'asound acpi interrupts kcore keys latency_stats timer_list timer_stats sched_debug scsi'
  .split(' ')
  .map((name) => `/proc/${name}`);
const MASKED_PATHS = [...MASKED, '/sys/firmware', '/sys/devices/virtual/powercap'];
const READONLY_PATHS = ['bus', 'fs', 'irq', 'sys', 'sysrq-trigger'].map((name) => `/proc/${name}`);

export function containerConfig(input: ContainerInput): JsonObject {
  const { pod, container, restartCount, imageId, env } = input;
  const values = new Map(env.map(({ name, value }) => [name, value ?? '']));
  const expanded = (words: readonly string[]): string[] => words.map((word) => expand(word, (name) => values.get(name)));
  const { command, args, name, workingDir } = container as Container & { readonly workingDir?: string };
  return {
    metadata: { name, ...(restartCount === 0 ? {} : { attempt: restartCount }) },
    image: { image: imageId, userSpecifiedImage: container.image },
    ...(command === undefined ? {} : { command: expanded(command) }),
    ...(args === undefined ? {} : { args: expanded(args) }),
    ...(workingDir === undefined ? {} : { workingDir }),
    envs: env.map((variable) => ({ key: variable.name, value: variable.value ?? '' })),
    mounts: mounts(input),
    labels: { 'io.kubernetes.container.name': name, ...podLabels(pod) },
    annotations: annotations(pod, container, restartCount),
    logPath: `${name}/${restartCount}.log`,
    linux: { resources: resources(input), securityContext: securityContext(pod, container) },
  };
}

function annotations(pod: Pod, container: Container, restartCount: number): JsonObject {
  const { terminationMessagePath = '/dev/termination-log', terminationMessagePolicy = 'File', ports = [], lifecycle } = container;
  return {
    'io.kubernetes.container.hash': containerHash(container),
    ...(lifecycle?.preStop === undefined ? {} : { 'io.kubernetes.container.preStopHandler': JSON.stringify(lifecycle.preStop) }),
    ...(ports.length === 0 ? {} : { 'io.kubernetes.container.ports': JSON.stringify(ports) }),
    'io.kubernetes.container.restartCount': String(restartCount),
    'io.kubernetes.container.terminationMessagePath': terminationMessagePath,
    'io.kubernetes.container.terminationMessagePolicy': terminationMessagePolicy,
    'io.kubernetes.pod.terminationGracePeriod': String(pod.spec.terminationGracePeriodSeconds ?? 30),
  };
}

// ---- Mounts

const PLUGINS = ['configMap', 'secret', 'projected', 'downwardAPI', 'emptyDir'] as const;
const PLUGIN_FOLDER: { readonly [plugin in (typeof PLUGINS)[number]]: string } = {
  configMap: 'kubernetes.io~configmap',
  secret: 'kubernetes.io~secret',
  projected: 'kubernetes.io~projected',
  downwardAPI: 'kubernetes.io~downward-api',
  emptyDir: 'kubernetes.io~empty-dir',
};

function mounts({ pod, container, logName }: ContainerInput): readonly JsonObject[] {
  const folder = `/var/lib/kubelet/pods/${pod.metadata.uid}`;
  const volumes = new Map((pod.spec.volumes ?? []).map((volume) => [volume.name, volume]));
  const own = (container.volumeMounts ?? []).map(({ name, mountPath, readOnly, subPath }) => {
    const volume = volumes.get(name);
    const hostPath = volume === undefined ? folder : pathOf(volume, folder);
    return {
      containerPath: mountPath,
      hostPath: subPath ? `${hostPath}/${subPath}` : hostPath,
      ...(readOnly ? { readonly: true } : {}),
    };
  });
  const path = container.terminationMessagePath ?? '/dev/termination-log';
  return [
    ...own,
    ...(own.some((mount) => mount.containerPath === '/etc/hosts')
      ? []
      : [{ containerPath: '/etc/hosts', hostPath: `${folder}/etc-hosts` }]),
    { containerPath: path, hostPath: `${folder}/containers/${container.name}/${logName}` },
  ];
}

function pathOf(volume: Volume, folder: string): string {
  if (volume.hostPath !== undefined) return String(volume.hostPath.path);
  const plugin = PLUGINS.find((name) => volume[name] !== undefined);
  return `${folder}/volumes/${plugin === undefined ? 'kubernetes.io~local-volume' : PLUGIN_FOLDER[plugin]}/${volume.name}`;
}

// ---- Resources and rights

function resources({ pod, container, memoryCapacity }: ContainerInput): JsonObject {
  const { requests = {}, limits = {} } = container.resources ?? {};
  const cpuLimit = quantityMilli(limits.cpu);
  const memoryLimit = quantityValue(limits.memory);
  return {
    cpuPeriod: 100_000,
    ...(cpuLimit === 0 ? {} : { cpuQuota: Math.max(1_000, cpuLimit * 100) }),
    cpuShares: cpuShares(quantityMilli(requests.cpu ?? limits.cpu)),
    ...(memoryLimit === 0 ? {} : { memoryLimitInBytes: memoryLimit }),
    oomScoreAdj: oomScoreAdj(pod, container, memoryCapacity),
    hugepageLimits: [{ pageSize: '2MB' }, { pageSize: '1GB' }],
  };
}

/** Whom the kernel ends first when memory runs out. */
function oomScoreAdj({ spec }: Pod, container: Container, memoryCapacity: number): number {
  const PROTECTED = -997;
  if (spec.priorityClassName === 'system-node-critical') return PROTECTED;
  switch (qosClass(spec)) {
    case 'Guaranteed':
      return PROTECTED;
    case 'BestEffort':
      return 1_000;
    case 'Burstable': {
      const request = Number((parseQuantity(container.resources?.requests?.memory ?? '0')?.nanos ?? 0n) / 1_000_000_000n);
      const score = 1_000 - Math.floor((1_000 * request) / memoryCapacity);
      return Math.min(Math.max(score, 1_000 + PROTECTED), 999);
    }
  }
}

function securityContext(pod: Pod, container: Container): JsonObject {
  const own = container.securityContext ?? {};
  const all = pod.spec.securityContext ?? {};
  const runAsUser = own.runAsUser ?? all.runAsUser;
  const seccomp = (own.seccompProfile ?? all.seccompProfile) as JsonObject | undefined;
  const privileged = isPrivilegedContainer(container);
  return {
    ...(own.capabilities === undefined ? {} : { capabilities: capabilities(own.capabilities as JsonObject) }),
    ...(privileged ? { privileged } : {}),
    namespaceOptions: namespaceOptions(pod),
    runAsUser: runAsUser === undefined ? {} : { value: runAsUser },
    ...(own.readOnlyRootFilesystem === true ? { readonlyRootfs: true } : {}),
    ...(own.allowPrivilegeEscalation === false ? { noNewPrivs: true } : {}),
    ...(privileged ? {} : { maskedPaths: MASKED_PATHS, readonlyPaths: READONLY_PATHS }),
    seccomp: seccomp?.type === 'RuntimeDefault' ? {} : { profileType: 'Unconfined' },
  };
}

const capabilities = ({ add, drop }: JsonObject): JsonObject => ({
  ...(add === undefined ? {} : { addCapabilities: add }),
  ...(drop === undefined ? {} : { dropCapabilities: drop }),
});
