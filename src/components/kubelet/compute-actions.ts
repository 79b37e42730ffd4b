// What to do so that a pod's containers become what its spec says: a decision from the spec and from what
// the engine reports. Models computePodActions and computeInitContainerActions of kubernetes
// pkg/kubelet/kuberuntime. Left out: ephemeral containers, resizing in place.
import type { Container, Pod } from '../../machinery/types';
import { containerHash, initContainersOf, isRestartableInit, restartsAfter, shouldContainerBeRestarted } from './containers-of';
import { findContainer, type RuntimeContainer, type RuntimePod } from './runtime-status';

export type ProbeResult = 'success' | 'failure' | 'unknown';
/** What probes found so far, by container id. */
export interface ProbeResults {
  liveness(id: string): ProbeResult | undefined;
  startup(id: string): ProbeResult | undefined;
}

export type KillReason = 'StartupProbe' | 'LivenessProbe' | 'Unknown' | '';
export interface ContainerKill {
  readonly container: Container;
  readonly id: string;
  readonly reason: KillReason;
  readonly message: string;
}
/** Containers are named by their index in the spec. */
export interface PodActions {
  readonly killPod: boolean;
  readonly createSandbox: boolean;
  /** The sandbox there is; '' if there is none. */
  readonly sandboxId: string;
  readonly attempt: number;
  readonly initContainersToStart: readonly number[];
  readonly containersToStart: readonly number[];
  readonly containersToKill: readonly ContainerKill[];
}

const NOTHING = { killPod: false, createSandbox: false, initContainersToStart: [], containersToStart: [], containersToKill: [] };

export function computePodActions(pod: Pod, runtime: RuntimePod, probes: ProbeResults): PodActions {
  const { needed, attempt, sandboxId } = sandboxChange(pod, runtime);
  const base = { ...NOTHING, sandboxId, attempt };
  if (needed) return withNewSandbox(pod, runtime, { ...base, killPod: true });
  const init = computeInitActions(pod, runtime, probes);
  const { killPod, toStart: initContainersToStart, toKill } = init;
  if (killPod || !init.initialized) return { ...base, killPod, initContainersToStart, containersToKill: toKill };
  const main = computeMainActions(pod, runtime, probes);
  const containersToKill = [...toKill, ...main.toKill];
  // Nothing left to run: sidecars must not keep the pod alive.
  if (main.kept === 0 && main.toStart.length === 0) return { ...base, killPod: true, containersToKill };
  return { ...base, initContainersToStart, containersToStart: main.toStart, containersToKill };
}

// ---- The sandbox

function sandboxChange(pod: Pod, runtime: RuntimePod): { readonly needed: boolean; readonly attempt: number; readonly sandboxId: string } {
  const [newest] = runtime.sandboxes;
  if (newest === undefined) return { needed: true, attempt: 0, sandboxId: '' };
  const { id, attempt, ready, hostNetwork, ips } = newest;
  const again = { needed: true, attempt: attempt + 1 };
  if (!ready || runtime.sandboxes.filter((sandbox) => sandbox.ready).length > 1) return { ...again, sandboxId: id };
  if (hostNetwork !== (pod.spec.hostNetwork ?? false)) return { ...again, sandboxId: '' };
  if (!hostNetwork && ips.length === 0) return { ...again, sandboxId: id };
  return { needed: false, attempt, sandboxId: id };
}

function withNewSandbox(pod: Pod, runtime: RuntimePod, base: PodActions): PodActions {
  const { spec } = pod;
  // A pod that has run and is not restarted is over; it needs no other sandbox.
  if (!restartsOnFailure(pod) && base.attempt !== 0 && runtime.containers.length > 0) return base;
  const succeeded = (name: string): boolean => {
    const status = findContainer(runtime, name);
    return status?.state === 'exited' && status.exitCode === 0;
  };
  const containersToStart = indexesOf(spec.containers, ({ name }) => !(spec.restartPolicy === 'OnFailure' && succeeded(name)));
  if (containersToStart.length === 0 && spec.containers.some(({ name }) => findContainer(runtime, name) !== undefined)) return base;
  if (initContainersOf(spec).length > 0) return { ...base, createSandbox: true, initContainersToStart: [0] };
  return { ...base, createSandbox: true, containersToStart };
}

function restartsOnFailure({ spec }: Pod): boolean {
  return spec.restartPolicy !== 'Never' || spec.containers.some((container) => restartsAfter(container, spec, 1));
}

const indexesOf = <T>(items: readonly T[], wanted: (item: T) => boolean): number[] => items.flatMap((item, i) => (wanted(item) ? [i] : []));

// ---- Init containers

interface InitActions {
  initialized: boolean;
  killPod: boolean;
  toStart: number[];
  toKill: ContainerKill[];
}

/** From the last init container to the first, because those that are done may have been removed: the last
 *  one of which something is known decides what is next; before it only sidecars are kept running. */
function computeInitActions(pod: Pod, runtime: RuntimePod, probes: ProbeResults): InitActions {
  const inits = initContainersOf(pod.spec);
  const hasRun = pod.spec.containers.some(({ name }) => ['created', 'running'].includes(findContainer(runtime, name)?.state ?? ''));
  const actions: InitActions = { initialized: hasRun || inits.length === 0, killPod: false, toStart: [], toKill: [] };
  let decided = hasRun;
  for (let i = inits.length - 1; i >= 0; i--) {
    const container = inits[i] as Container;
    const status = findContainer(runtime, container.name);
    if (status === undefined) {
      if (decided && isRestartableInit(container)) actions.toStart.push(i);
      continue;
    }
    if (decided && !isRestartableInit(container)) continue;
    const position: Position = { i, last: i === inits.length - 1, decided };
    if (status.state === 'created') actions.toStart.push(i);
    else if (isRestartableInit(container)) lookAtSidecar(container, status, position, probes, actions);
    else lookAtInit(pod, container, status, position, actions);
    if (actions.killPod) return { ...actions, toStart: [], toKill: [] };
    decided = true;
  }
  if (!decided && inits.length > 0) actions.toStart.push(0);
  actions.toStart.reverse();
  return actions;
}

interface Position {
  readonly i: number;
  readonly last: boolean;
  /** A later one has been started, so this one was initialized before. */
  readonly decided: boolean;
}

function lookAtInit(pod: Pod, container: Container, status: RuntimeContainer, at: Position, actions: InitActions): void {
  if (status.state === 'running') return;
  if (status.state === 'exited' && status.exitCode === 0) return goOn(at, actions);
  if (!restartsAfter(container, pod.spec, status.state === 'exited' ? status.exitCode : 1)) {
    actions.killPod = true;
    return;
  }
  if (status.state === 'unknown') actions.toKill.push(unknownState(container, status, 'Init container'));
  actions.toStart.push(at.i);
}

function lookAtSidecar(container: Container, status: RuntimeContainer, at: Position, probes: ProbeResults, actions: InitActions): void {
  const restart = (kill: ContainerKill | null): void => {
    if (kill !== null) actions.toKill.push(kill);
    actions.toStart.push(at.i);
  };
  if (status.state === 'exited') return restart(null);
  if (status.state === 'unknown') return restart(unknownState(container, status, 'Init container'));
  const { id } = status;
  if (container.startupProbe !== undefined) {
    const startup = probes.startup(id);
    if (startup === 'failure')
      return restart({ container, id, reason: 'StartupProbe', message: `Init container ${container.name} failed startup probe` });
    if (startup !== 'success') return;
  }
  if (!actions.initialized) goOn(at, actions);
  if (container.livenessProbe !== undefined && probes.liveness(id) === 'failure')
    restart({ container, id, reason: 'LivenessProbe', message: `Init container ${container.name} failed liveness probe` });
}

/** This one is done (or up): the next one has its turn. */
function goOn({ i, last, decided }: Position, actions: InitActions): void {
  if (last) actions.initialized = true;
  else if (!decided) actions.toStart.push(i + 1);
}

const unknownState = (container: Container, { id, state }: RuntimeContainer, what: string): ContainerKill => ({
  container,
  id,
  reason: 'Unknown',
  message: `${what} is in "${state}" state, try killing it before restart`,
});

// ---- The others

interface MainActions {
  readonly kept: number;
  readonly toStart: readonly number[];
  readonly toKill: readonly ContainerKill[];
}

function computeMainActions(pod: Pod, runtime: RuntimePod, probes: ProbeResults): MainActions {
  const toStart: number[] = [];
  const toKill: ContainerKill[] = [];
  let kept = 0;
  for (const [i, container] of pod.spec.containers.entries()) {
    const status = findContainer(runtime, container.name);
    if (status?.state !== 'running') {
      if (!shouldContainerBeRestarted(container, pod, runtime)) continue;
      toStart.push(i);
      if (status?.state === 'unknown') toKill.push(unknownState(container, status, 'Container'));
      continue;
    }
    const wrong = whatIsWrong(container, status, probes);
    if (wrong === null) {
      kept++;
      continue;
    }
    const again = wrong.always || (container.restartPolicy ?? pod.spec.restartPolicy) !== 'Never';
    if (again) toStart.push(i);
    const message = again ? `${wrong.message}, will be restarted` : wrong.message;
    toKill.push({ container, id: status.id, reason: wrong.reason, message });
  }
  return { kept, toStart, toKill };
}

function whatIsWrong(
  container: Container,
  { id, hash }: RuntimeContainer,
  probes: ProbeResults,
): { readonly message: string; readonly reason: KillReason; readonly always: boolean } | null {
  const { name } = container;
  if (hash !== containerHash(container)) return { message: `Container ${name} definition changed`, reason: '', always: true };
  if (probes.liveness(id) === 'failure')
    return { message: `Container ${name} failed liveness probe`, reason: 'LivenessProbe', always: false };
  if (probes.startup(id) === 'failure') return { message: `Container ${name} failed startup probe`, reason: 'StartupProbe', always: false };
  return null;
}
