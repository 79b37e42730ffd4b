// The status of a pod as the kubelet sees it now. Models generateAPIPodStatus of kubernetes
// pkg/kubelet/kubelet_pods.go. Left out: statuses of ephemeral containers, resource claims.

import { qosClass } from '../../machinery/qos';
import { addQuantities, parseQuantity, quantityText } from '../../machinery/quantity';
import type { ContainerStatus, Pod, PodSpec, PodStatus, StringMap } from '../../machinery/types';
import {
  containersReady,
  DISRUPTION_TARGET,
  hasAnyStarted,
  isOwnedCondition,
  podInitialized,
  podReady,
  readyToStartContainers,
  type Verdict,
} from './conditions';
import { type ContainerFacts, containerStatuses } from './container-statuses';
import { podPhase } from './pod-phase';

export interface PodFacts extends Omit<ContainerFacts, 'before'> {
  /** What was said last; the API's status if this kubelet said nothing yet. */
  readonly last: PodStatus;
  readonly hostIp: string;
  /** Nothing of it will run any more. */
  readonly terminal: boolean;
}

/** Conditions without times: the status manager knows since when. */
export type FreshStatus = Omit<PodStatus, 'conditions'> & { readonly verdicts: readonly Verdict[] };

export function generatePodStatus(facts: PodFacts): FreshStatus {
  const { pod, runtime, last, hostIp } = facts;
  const { spec } = pod;
  const before = [...(last.initContainerStatuses ?? []), ...(last.containerStatuses ?? [])];
  const initStatuses = containerStatuses({ ...facts, before }, 'init');
  const mainStatuses = containerStatuses({ ...facts, before }, 'main');
  const all = [...initStatuses, ...mainStatuses];
  const phase = phaseOf(facts, all);
  const podIps = spec.hostNetwork === true ? [hostIp] : runtime.ips.length > 0 ? runtime.ips : (last.podIPs ?? []).map(({ ip }) => ip);
  const ready = containersReady(spec, all, phase);
  const verdicts: Verdict[] = [
    readyToStartContainers(pod, runtime),
    podInitialized(spec, all, phase),
    podReady(pod, ready, last.conditions ?? []),
    ready,
    { type: 'PodScheduled', status: 'True' },
  ];
  return {
    phase,
    ...(last.reason === undefined ? {} : { reason: last.reason }),
    ...(last.message === undefined ? {} : { message: last.message }),
    hostIP: hostIp,
    hostIPs: [{ ip: hostIp }],
    ...(podIps[0] === undefined ? {} : { podIP: podIps[0], podIPs: podIps.map((ip) => ({ ip })) }),
    ...(initStatuses.length === 0 ? {} : { initContainerStatuses: initStatuses }),
    containerStatuses: mainStatuses,
    ...podResources(spec),
    qosClass: last.qosClass ?? qosClass(spec),
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    verdicts,
  };
}

/** A status as said before, to be changed in one respect and said again. */
export function asFresh({ conditions = [], startTime: _startTime, ...rest }: PodStatus): FreshStatus {
  const verdicts = conditions
    .filter(({ type }) => isOwnedCondition(type))
    .map(
      ({ type, status, reason, message }): Verdict => ({
        type,
        status: status === 'True' ? 'True' : 'False',
        ...(reason === undefined ? {} : { reason }),
        ...(message === undefined ? {} : { message }),
      }),
    );
  return { ...rest, verdicts };
}

export const withVerdict = (status: FreshStatus, verdict: Verdict): FreshStatus => ({
  ...status,
  verdicts: status.verdicts.map((known) => (known.type === verdict.type ? verdict : known)),
});

/** The same with one container's readiness or start as a probe has found it. */
export function withProbeResult(pod: Pod, status: PodStatus, container: string, change: Partial<ContainerStatus>): FreshStatus {
  const changed = (list: readonly ContainerStatus[] | undefined): readonly ContainerStatus[] | undefined =>
    list?.map((known) => (known.name === container ? { ...known, ...change } : known));
  const [main, init] = [changed(status.containerStatuses), changed(status.initContainerStatuses)];
  const next: PodStatus = {
    ...status,
    ...(main === undefined ? {} : { containerStatuses: main }),
    ...(init === undefined ? {} : { initContainerStatuses: init }),
  };
  const all = [...(init ?? []), ...(main ?? [])];
  const ready = containersReady(pod.spec, all, next.phase);
  const fresh = withVerdict(asFresh(next), podInitialized(pod.spec, all, next.phase));
  return withVerdict(withVerdict(fresh, ready), podReady(pod, ready, next.conditions ?? []));
}

/** Of a pod that was never let in. */
export const refusedStatus = (reason: string, message: string): FreshStatus => ({
  phase: 'Failed',
  reason,
  message,
  verdicts: [{ type: 'PodScheduled', status: 'True' }],
});

/** Of a pod that the node could not keep. */
export const evictedStatus = (status: FreshStatus, message: string): FreshStatus => ({
  ...status,
  phase: 'Failed',
  reason: 'Evicted',
  message,
  verdicts: [...status.verdicts, { type: DISRUPTION_TARGET, status: 'True', reason: 'TerminationByKubelet', message }],
});

/** A phase that means the end is never left. */
function phaseOf({ pod, last, terminal }: PodFacts, statuses: readonly ContainerStatus[]): NonNullable<PodStatus['phase']> {
  if (last.phase === 'Failed' || last.phase === 'Succeeded') return last.phase;
  return podPhase(pod.spec, statuses, terminal, hasAnyStarted(pod.spec, statuses));
}

/** What its containers ask for together. */
function podResources(spec: PodSpec): { readonly resources: object; readonly allocatedResources?: StringMap } {
  const requests = sum(spec.containers.map(({ resources }) => resources?.requests ?? {}));
  const limits = sum(spec.containers.map(({ resources }) => resources?.limits ?? {}));
  return {
    ...(requests === null ? {} : { allocatedResources: requests }),
    resources: { ...(limits === null ? {} : { limits }), ...(requests === null ? {} : { requests }) },
  };
}

function sum(lists: readonly StringMap[]): StringMap | null {
  const total: { [resource: string]: string } = {};
  for (const list of lists) {
    for (const [resource, text] of Object.entries(list)) {
      const [a, b] = [parseQuantity(total[resource] ?? '0'), parseQuantity(text)];
      if (a !== null && b !== null) total[resource] = quantityText(addQuantities(a, b));
    }
  }
  return Object.keys(total).length === 0 ? null : total;
}
