// A pod's phase from the states of its containers. Models getPhase of kubernetes pkg/kubelet/kubelet_pods.go.
import type { Container, ContainerStatus, PodSpec, PodStatus } from '../../machinery/types';
import { initContainersOf, isRestartableInit, restartsAfter } from './containers-of';

export type Phase = NonNullable<PodStatus['phase']>;

class Counts {
  pendingInit = 0;
  pendingSidecars = 0;
  failedInit = 0;
  unknown = 0;
  running = 0;
  waiting = 0;
  stopped = 0;
  succeeded = 0;
  /** Stopped, and to be started again. */
  restarting = 0;
}

/** `statuses` of init and other containers. `terminal`: nothing runs and nothing will. `initialized`: some
 *  container that is no init container has been started. */
export function podPhase(spec: PodSpec, statuses: readonly ContainerStatus[], terminal: boolean, initialized: boolean): Phase {
  const counts = count(spec, statuses);
  if (counts.failedInit > 0) return 'Failed';
  // A sidecar that is started again does not take a pod back that has been initialized.
  if (counts.pendingInit > 0 || (counts.pendingSidecars > 0 && !initialized)) return 'Pending';
  if (counts.waiting > 0) return 'Pending';
  if (counts.unknown > 0) return 'Pending';
  if (counts.running > 0) return 'Running';
  if (counts.stopped === 0) return 'Pending';
  if (counts.restarting > 0 && !terminal) return 'Running';
  return counts.stopped === counts.succeeded ? 'Succeeded' : 'Failed';
}

function count(spec: PodSpec, statuses: readonly ContainerStatus[]): Counts {
  const counts = new Counts();
  const byName = new Map(statuses.map((status) => [status.name, status]));
  for (const container of initContainersOf(spec)) {
    const status = byName.get(container.name);
    if (isRestartableInit(container)) countSidecar(status, counts);
    else countInit(container, spec, status, counts);
  }
  for (const container of spec.containers) countRegular(container, spec, byName.get(container.name), counts);
  return counts;
}

function countInit(container: Container, spec: PodSpec, status: ContainerStatus | undefined, counts: Counts): void {
  const { running, waiting, terminated = waiting && status?.lastState?.terminated } = status?.state ?? {};
  if (running || !terminated || isRestartedWithAll(status)) counts.pendingInit++;
  else if (terminated.exitCode !== 0 && !restartsAfter(container, spec, terminated.exitCode)) counts.failedInit++;
}

/** One that has ended counts for nothing. */
function countSidecar(status: ContainerStatus | undefined, counts: Counts): void {
  const { running, waiting, terminated = waiting && status?.lastState?.terminated } = status?.state ?? {};
  if (running) {
    if (status?.started !== true) counts.pendingSidecars++;
    counts.running++;
  } else if (!terminated) {
    counts.pendingSidecars++;
    if (waiting) counts.waiting++;
    else counts.unknown++;
  }
}

function countRegular(container: Container, spec: PodSpec, status: ContainerStatus | undefined, counts: Counts): void {
  const { running, terminated, waiting } = status?.state ?? {};
  if (running) counts.running++;
  else if (terminated) {
    counts.stopped++;
    if (terminated.exitCode === 0) counts.succeeded++;
    if (restartsAfter(container, spec, terminated.exitCode)) counts.restarting++;
  } else if (waiting && status?.lastState?.terminated) {
    counts.stopped++;
    if (isRestartedWithAll(status) || (container.restartPolicy ?? spec.restartPolicy) !== 'Never') counts.restarting++;
  } else if (waiting) counts.waiting++;
  else counts.unknown++;
}

/** It was removed because another container's rule restarts all of them. */
const isRestartedWithAll = (status: ContainerStatus | undefined): boolean => status?.state?.waiting?.reason === 'RestartingAllContainers';
