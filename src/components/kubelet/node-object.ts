// The Node as its kubelet describes it: capacity, conditions, addresses, what runs it, which images it has.
// Models kubernetes pkg/kubelet/nodestatus/setters.go and kubelet_node_status.go (initialNode); values as in
// ../shared/vectors/real-bootstrap.json. Left out: pressure on memory and PIDs, attached volumes.
import { MINUTE, SECOND, type SimTime } from '../../base/brand';
import { digestOf } from '../../base/hash';
import type { JsonObject } from '../../base/json';
import { compareBytes } from '../../base/order';
import { quantityOf, quantityValue } from '../../machinery/quantity';
import { rfc3339 } from '../../machinery/time';
import type { Condition, Node, StringMap } from '../../machinery/types';
import type { NodeSpec } from '../../wire/run';
import { DISK_CAPACITY } from './disk';
import { DEFAULT_EVICTION_HARD, parseThresholds } from './eviction';

export const KUBELET_VERSION = 'v1.36.2';
const DISK_ALLOCATABLE = '267847642337';
const MAX_IMAGES = 50;
/** A runtime that did not answer for so long is down: kubelet's runtimeState. */
const RUNTIME_DOWN_AFTER_US = 30 * SECOND;
/** Without a change the status is told so often. */
export const REPORT_US = 5 * MINUTE;

/** What hard eviction keeps free is not for pods. */
const MEMORY_KEPT_BACK = keptBack('memory.available');
function keptBack(signal: string): number {
  const thresholds = parseThresholds({ evictionHard: DEFAULT_EVICTION_HARD });
  const value = thresholds.ok ? thresholds.value.find((threshold) => threshold.signal === signal)?.value : undefined;
  return value !== undefined && 'quantity' in value ? quantityValue(value.quantity) : 0;
}

type NodeStatus = NonNullable<Node['status']>;

export interface NodeFacts {
  readonly spec: NodeSpec;
  readonly images: readonly { readonly names: readonly string[]; readonly sizeBytes: number }[];
  readonly runtimeVersion: string;
  /** For how long the container engine has not answered; null if it never did. */
  readonly runtimeSilentUs: number | null;
  /** Of the machine: a start of the kubelet alone leaves it as it is. */
  readonly bootId: string;
  readonly problems: readonly string[];
  readonly diskPressure: boolean;
}

export const labelsOf = (spec: NodeSpec): StringMap => ({
  'beta.kubernetes.io/arch': 'amd64',
  'beta.kubernetes.io/os': 'linux',
  'kubernetes.io/arch': 'amd64',
  'kubernetes.io/hostname': spec.name,
  'kubernetes.io/os': 'linux',
  ...spec.labels,
});

export const nodeObject = (facts: NodeFacts, now: SimTime): JsonObject => ({
  kind: 'Node',
  apiVersion: 'v1',
  metadata: {
    name: facts.spec.name,
    labels: labelsOf(facts.spec),
    annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
  },
  spec: facts.spec.taints === undefined ? {} : { taints: facts.spec.taints },
  status: nodeStatus(facts, null, now) as JsonObject,
});

/** `before` gives the times since when conditions hold; `now` is what the machine's clock shows. */
export function nodeStatus(facts: NodeFacts, before: NodeStatus | null, now: SimTime): NodeStatus {
  const { spec, bootId } = facts;
  const machine = digestOf(`machine/${spec.name}`) + digestOf(`id/${spec.name}`);
  const handler = { features: { recursiveReadOnlyMounts: true, userNamespaces: false } };
  return {
    ...before,
    capacity: capacityOf(spec),
    allocatable: allocatableOf(spec),
    conditions: conditions(facts, before?.conditions ?? [], now),
    addresses: [
      { type: 'InternalIP', address: spec.address },
      { type: 'Hostname', address: spec.name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
    nodeInfo: {
      machineID: machine,
      systemUUID: machine,
      bootID: bootId,
      kernelVersion: '6.12.48-cloud-1',
      osImage: 'Debian GNU/Linux 12 (bookworm)',
      containerRuntimeVersion: `containerd://${facts.runtimeVersion}`,
      kubeletVersion: KUBELET_VERSION,
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: 'amd64',
    },
    ...(facts.images.length === 0 ? {} : { images: [...facts.images].sort(bySize).slice(0, MAX_IMAGES) }),
    runtimeHandlers: [
      { name: '', ...handler },
      { name: 'runc', ...handler },
    ],
    features: { supplementalGroupsPolicy: true },
    declaredFeatures: [
      'ExtendWebSocketsToKubelet',
      'InPlacePodLevelResourcesVerticalScaling',
      'InPlacePodVerticalScalingInitContainers',
      'RestartAllContainersOnContainerExits',
    ],
  };
}

export const capacityOf = ({ cpu, memory, pods }: NodeSpec): StringMap => ({
  cpu,
  'ephemeral-storage': DISK_CAPACITY,
  'hugepages-1Gi': '0',
  'hugepages-2Mi': '0',
  memory,
  pods,
});
export const allocatableOf = (spec: NodeSpec): StringMap => ({
  ...capacityOf(spec),
  'ephemeral-storage': DISK_ALLOCATABLE,
  memory: quantityOf(quantityValue(spec.memory) - MEMORY_KEPT_BACK, 'BinarySI'),
});

function conditions(facts: NodeFacts, before: readonly Condition[], now: SimTime): readonly Condition[] {
  const stamp = rfc3339(now);
  const problems = [...facts.problems, ...runtimeProblems(facts)];
  const ready = problems.length === 0;
  const own: Condition[] = [
    calm('MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    facts.diskPressure
      ? { type: 'DiskPressure', status: 'True', reason: 'KubeletHasDiskPressure', message: 'kubelet has disk pressure' }
      : calm('DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    calm('PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    {
      type: 'Ready',
      status: ready ? 'True' : 'False',
      reason: ready ? 'KubeletReady' : 'KubeletNotReady',
      message: ready ? 'kubelet is posting ready status' : problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`,
    },
  ];
  const told = own.map((condition) => {
    const known = before.find(({ type }) => type === condition.type);
    const since = known?.status === condition.status ? (known.lastTransitionTime ?? stamp) : stamp;
    return { ...condition, lastHeartbeatTime: stamp, lastTransitionTime: since };
  });
  return [...before.filter(({ type }) => !own.some((condition) => condition.type === type)), ...told];
}

const calm = (type: string, reason: string, message: string): Condition => ({ type, status: 'False', reason, message });

function runtimeProblems({ runtimeSilentUs }: NodeFacts): readonly string[] {
  if (runtimeSilentUs === null) return ['container runtime status check may not have completed yet'];
  return runtimeSilentUs > RUNTIME_DOWN_AFTER_US ? ['container runtime is down'] : [];
}

const bySize = (a: NodeFacts['images'][number], b: NodeFacts['images'][number]): number =>
  b.sizeBytes - a.sizeBytes || compareBytes(a.names[0] ?? '', b.names[0] ?? '');
