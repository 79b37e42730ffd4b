// The conditions that the kubelet owns. Models kubernetes pkg/kubelet/status/generate.go.
import type { Condition, Container, ContainerStatus, Pod, PodSpec, PodStatus } from '../../machinery/types';
import { initContainersOf, isRestartableInit } from './containers-of';
import type { RuntimePod } from './runtime-status';

/** What a condition says before anybody knows since when. */
export interface Verdict {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
}

/** In this order they are written; conditions of others stand before them. */
export const OWNED_CONDITIONS: readonly string[] = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];

/** The kubelet's too, but not its alone. It is told together with the end. */
export const DISRUPTION_TARGET = 'DisruptionTarget';

export const isOwnedCondition = (type: string): boolean => OWNED_CONDITIONS.includes(type);

const yes = (type: string, reason?: string): Verdict => ({ type, status: 'True', ...(reason === undefined ? {} : { reason }) });
const no = (type: string, reason: string, message = ''): Verdict => ({
  type,
  status: 'False',
  reason,
  ...(message === '' ? {} : { message }),
});

export function containersReady(spec: PodSpec, statuses: readonly ContainerStatus[] | null, phase: PodStatus['phase']): Verdict {
  if (statuses === null) return no('ContainersReady', 'UnknownContainerStatuses');
  const watched = [...initContainersOf(spec).filter(isRestartableInit), ...spec.containers];
  const { unknown, failing: unready } = sort(watched, statuses, (status) => status.ready);
  if (phase === 'Failed') return no('ContainersReady', 'PodFailed');
  if (phase === 'Succeeded' && unknown.length === 0) return no('ContainersReady', 'PodCompleted');
  const message = complaint({ unknown, unready });
  return message === '' ? yes('ContainersReady') : no('ContainersReady', 'ContainersNotReady', message);
}

export function podReady(pod: Pod, containers: Verdict, conditions: readonly Condition[]): Verdict {
  if (containers.status !== 'True') return { ...containers, type: 'Ready' };
  const problems = (pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const found = conditions.find(({ type }) => type === conditionType);
    if (found === undefined) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    if (found.status === 'True') return [];
    return [`the status of pod readiness gate "${conditionType}" is not "True", but ${found.status}`];
  });
  return problems.length === 0 ? yes('Ready') : no('Ready', 'ReadinessGatesNotReady', problems.join(', '));
}

/** `statuses` of all containers. */
export function podInitialized(spec: PodSpec, statuses: readonly ContainerStatus[] | null, phase: PodStatus['phase']): Verdict {
  const inits = initContainersOf(spec);
  if (statuses === null && inits.length > 0) return no('Initialized', 'UnknownContainerStatuses');
  const { unknown, failing: incomplete } = sort(inits, statuses ?? [], (status, container) =>
    isRestartableInit(container) ? status.started === true : status.ready,
  );
  if (phase === 'Succeeded' && unknown.length === 0) return yes('Initialized', 'PodCompleted');
  if (hasAnyStarted(spec, statuses ?? [])) return yes('Initialized');
  const message = complaint({ unknown, incomplete });
  return message === '' ? yes('Initialized') : no('Initialized', 'ContainersNotInitialized', message);
}

/** Whether a sandbox with an address is there. */
export function readyToStartContainers(pod: Pod, runtime: RuntimePod): Verdict {
  const [sandbox] = runtime.sandboxes;
  const ready = sandbox?.ready === true && (pod.spec.hostNetwork === true || sandbox.ips.length > 0);
  return { type: 'PodReadyToStartContainers', status: ready ? 'True' : 'False' };
}

/** Some container that is no init container was started at some time. */
export const hasAnyStarted = (spec: PodSpec, statuses: readonly ContainerStatus[]): boolean =>
  spec.containers.some(({ name }) => {
    const status = statuses.find((candidate) => candidate.name === name);
    if (status === undefined) return false;
    if (status.started === true || status.lastState?.terminated !== undefined) return true;
    return status.state?.running !== undefined || status.state?.terminated !== undefined;
  });

function sort(
  containers: readonly Container[],
  statuses: readonly ContainerStatus[],
  isFine: (status: ContainerStatus, container: Container) => boolean,
): { readonly unknown: string[]; readonly failing: string[] } {
  const unknown: string[] = [];
  const failing: string[] = [];
  for (const container of containers) {
    const status = statuses.find(({ name }) => name === container.name);
    if (status === undefined) unknown.push(container.name);
    else if (!isFine(status, container)) failing.push(container.name);
  }
  return { unknown, failing };
}

const complaint = (lists: { readonly [what: string]: readonly string[] }): string =>
  Object.entries(lists)
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `containers with ${what} status: [${names.join(' ')}]`)
    .join(', ');
