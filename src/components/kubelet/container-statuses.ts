// What a pod's status says of each container: from what the engine reports, what was said before, and why a
// container that should run does not. Models convertToAPIContainerStatuses of kubernetes
// pkg/kubelet/kubelet_pods.go and UpdatePodStatus of pkg/kubelet/prober.
import type { SimTime } from '../../base/brand';
import { compareBytes } from '../../base/order';
import { rfc3339 } from '../../machinery/time';
import type { Container, ContainerState, ContainerStatus, Pod } from '../../machinery/types';
import { initContainersOf, isRestartableInit, shouldContainerBeRestarted } from './containers-of';
import { findContainer, type RuntimeContainer, type RuntimePod } from './runtime-status';

/** Why a container waits, by the last try to start it. */
export interface WaitReason {
  readonly reason: string;
  readonly message: string;
}
export interface ContainerFacts {
  readonly pod: Pod;
  readonly runtime: RuntimePod;
  /** The statuses said last, of init and other containers. */
  readonly before: readonly ContainerStatus[];
  readonly waitReason: (container: string) => WaitReason | undefined;
  /** Whether a running container has started and is ready, as far as probes say. */
  readonly started: (container: Container, id: string) => boolean;
  readonly ready: (container: Container, id: string) => boolean;
}

/** In the order of the spec for init containers, by name for the others. */
export function containerStatuses(facts: ContainerFacts, which: 'init' | 'main'): ContainerStatus[] {
  const { spec } = facts.pod;
  const containers = which === 'init' ? initContainersOf(spec) : spec.containers;
  const waiting = which === 'init' || initContainersOf(spec).length > 0 ? 'PodInitializing' : 'ContainerCreating';
  const statuses = containers.map((container) => withProbes(facts, container, statusOf(facts, container, waiting), which));
  return which === 'init' ? statuses : statuses.sort((a, b) => compareBytes(a.name, b.name));
}

function statusOf(facts: ContainerFacts, container: Container, defaultReason: string): ContainerStatus {
  const { pod, runtime } = facts;
  const old = facts.before.find(({ name }) => name === container.name);
  const [newest, previous] = runtime.containers.filter(({ name }) => name === container.name);
  const status = newest === undefined ? absent(facts, container, old, defaultReason) : present(container, newest, previous, old);
  if (!shouldContainerBeRestarted(container, pod, runtime)) return status;
  const why = facts.waitReason(container.name);
  if (why === undefined) return status;
  const { terminated } = status.state ?? {};
  const waiting = { ...(why.message === '' ? {} : { message: why.message }), reason: why.reason };
  return { ...status, state: { waiting }, lastState: terminated === undefined ? (status.lastState ?? {}) : { terminated } };
}

/** Not (any more) at the engine. One that was running or had ended is known to be gone. */
function absent(facts: ContainerFacts, container: Container, old: ContainerStatus | undefined, defaultReason: string): ContainerStatus {
  const base = { ...common(container), image: container.image, imageID: '', ready: false, restartCount: 0, started: false };
  const fresh: ContainerStatus = { ...base, state: { waiting: { reason: defaultReason } }, lastState: {} };
  if (old === undefined) return fresh;
  const { running, terminated } = old.state ?? {};
  // What has ended stays so: its container may have been collected.
  if (terminated !== undefined)
    return isDone(facts.pod, container) ? old : { ...fresh, restartCount: old.restartCount, lastState: { terminated } };
  if (running === undefined) return { ...fresh, restartCount: old.restartCount, lastState: old.lastState ?? {} };
  const lost = { exitCode: 137, reason: 'ContainerStatusUnknown', message: LOST, startedAt: null, finishedAt: null };
  return facts.pod.metadata.deletionTimestamp !== undefined || facts.runtime.sandboxes.length === 0
    ? { ...fresh, restartCount: old.restartCount + (facts.runtime.sandboxes.length === 0 ? 0 : 1), lastState: { terminated: lost } }
    : { ...fresh, restartCount: old.restartCount, lastState: old.lastState ?? {} };
}
const LOST = 'The container could not be located when the pod was deleted.  The container used to be Running';

const isDone = (pod: Pod, container: Container): boolean =>
  initContainersOf(pod.spec).includes(container) || pod.spec.restartPolicy === 'Never' || pod.metadata.deletionTimestamp !== undefined;

function present(
  container: Container,
  newest: RuntimeContainer,
  previous: RuntimeContainer | undefined,
  old: ContainerStatus | undefined,
): ContainerStatus {
  const last = previous === undefined ? (newest.restartCount > 0 ? (lastOf(old, newest) ?? {}) : {}) : stateOf(previous);
  return {
    ...common(container),
    containerID: containerId(newest.id),
    image: newest.image,
    imageID: newest.imageRef,
    lastState: last,
    ready: false,
    ...resourcesOf(container),
    restartCount: newest.restartCount,
    started: false,
    state: stateOf(newest),
    user: { linux: { gid: 0, supplementalGroups: [0], uid: 0 } },
  } as ContainerStatus;
}

/** What is remembered of the container before, once its own record is gone. */
function lastOf(old: ContainerStatus | undefined, newest: RuntimeContainer): ContainerState | undefined {
  if (old === undefined) return undefined;
  const sameContainer = old.containerID === containerId(newest.id);
  if (!sameContainer && old.state?.terminated !== undefined) return { terminated: old.state.terminated };
  return old.lastState?.terminated?.containerID === containerId(newest.id) ? {} : old.lastState;
}

function stateOf(container: RuntimeContainer): ContainerState {
  const { state, startedUs, finishedUs, exitCode, reason, message } = container;
  if (state === 'running') return { running: { startedAt: timeOf(startedUs) ?? '' } };
  if (state !== 'exited') return { waiting: {} };
  return {
    terminated: {
      containerID: containerId(container.id),
      exitCode,
      finishedAt: timeOf(finishedUs),
      ...(message === '' ? {} : { message }),
      ...(reason === '' ? {} : { reason }),
      startedAt: timeOf(startedUs),
    },
  };
}

export const containerId = (id: string): string => `containerd://${id}`;
const timeOf = (us: number | null): string | null => (us === null ? null : rfc3339(us as SimTime));

function common(container: Container): { readonly name: string } {
  const mounts = (container.volumeMounts ?? []).map(({ name, mountPath, readOnly }) => ({
    mountPath,
    name,
    ...(readOnly ? { readOnly, recursiveReadOnly: 'Disabled' } : {}),
  }));
  return { name: container.name, ...(mounts.length === 0 ? {} : { volumeMounts: mounts }) };
}

function resourcesOf({ resources = {} }: Container): object {
  const { requests, limits } = resources;
  return {
    ...(requests === undefined ? {} : { allocatedResources: requests }),
    resources: { ...(limits === undefined ? {} : { limits }), ...(requests === undefined ? {} : { requests }) },
  };
}

function withProbes(facts: ContainerFacts, container: Container, status: ContainerStatus, which: 'init' | 'main'): ContainerStatus {
  if (which === 'init' && !isRestartableInit(container)) return { ...status, ready: status.state?.terminated?.exitCode === 0 };
  const runtime = findContainer(facts.runtime, container.name);
  if (status.state?.running === undefined || runtime === undefined) return status;
  const started = facts.started(container, runtime.id);
  return { ...status, started, ready: started && facts.ready(container, runtime.id) };
}
