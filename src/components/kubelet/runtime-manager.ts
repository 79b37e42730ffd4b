// Makes a pod's sandbox and containers what its spec says, with CRI calls in the real order.
// Models SyncPod, killPodWithSyncResult and startContainer of kubernetes pkg/kubelet/kuberuntime.
// Left out: ephemeral containers, resizing, checkpoints.
import { SECOND } from '../../base/brand';
import type { JsonObject } from '../../base/json';
import type { Result } from '../../base/result';
import type { EventRecorder } from '../../client/event-recorder';
import { goDuration } from '../../machinery/duration';
import type { Container, EnvVar, Pod } from '../../machinery/types';
import type { Ctx } from '../../sim/process';
import type { Task } from '../../sim/task';
import { Backoff } from './backoff';
import { type ContainerKill, computePodActions, type KillReason, type PodActions, type ProbeResults } from './compute-actions';
import { containerConfig } from './container-config';
import { initContainersOf, isRestartableInit } from './containers-of';
import { type Cri, errorText } from './cri';
import { etcHosts, type HostsInput } from './etc-hosts';
import { containerPath, REASONS } from './events';
import type { Handlers } from './hooks';
import type { Images, StartFailure } from './images';
import { think } from './pace';
import { findContainer, type RuntimePod, sandboxStatusOf, sortPodIps } from './runtime-status';
import { type ClusterDns, sandboxConfig } from './sandbox-config';

const FIRST_BACKOFF_US = 10 * SECOND;
const MAX_BACKOFF_US = 300 * SECOND;
const LEAST_GRACE_SECONDS = 2;

export interface RuntimeNeeds {
  readonly ctx: Ctx;
  readonly cri: Cri;
  readonly events: EventRecorder;
  readonly images: Images;
  readonly handlers: Handlers;
  readonly probes: ProbeResults;
  readonly dns: ClusterDns;
  readonly nodeIp: string;
  readonly memoryCapacity: number;
  readonly environment: (pod: Pod, container: Container, podIps: readonly string[]) => Result<readonly EnvVar[]>;
  /** The sandbox is up and has its network. */
  readonly onSandboxReady: (pod: Pod, runtime: RuntimePod) => void;
}
/** What came of it: `failures` by container, `''` for the sandbox. */
export interface SyncOutcome {
  readonly started: readonly string[];
  readonly failures: ReadonlyMap<string, StartFailure>;
  /** Anything was done at the engine. */
  readonly changed: boolean;
}

export class RuntimeManager {
  readonly backoff: Backoff;

  constructor(private readonly needs: RuntimeNeeds) {
    this.backoff = new Backoff(FIRST_BACKOFF_US, MAX_BACKOFF_US, (key, delayUs) =>
      needs.ctx.inside('container', { container: key, backOffUs: delayUs }, { [`backoff/container/${key}`]: delayUs }),
    );
  }

  *syncPod(pod: Pod, runtime: RuntimePod): Task<SyncOutcome> {
    const actions = computePodActions(pod, runtime, this.needs.probes);
    const run = new Run(this, this.needs, pod, runtime, actions);
    return yield* run.all();
  }

  /** Stops all containers, sidecars last, then the sandboxes. */
  *killPod(pod: Pod, runtime: RuntimePod, graceSeconds: number | null): Task<void> {
    const inits = initContainersOf(pod.spec);
    const running = runtime.containers.filter(({ state }) => state === 'running' || state === 'unknown');
    const isSidecar = (name: string): boolean => inits.some((init) => init.name === name && isRestartableInit(init));
    const main = running.filter(({ name }) => !isSidecar(name));
    yield* this.needs.ctx.all(main.map(({ id, name }) => this.killContainer(pod, { id, name, message: '', reason: '' }, graceSeconds)));
    for (const init of [...inits].reverse()) {
      const sidecar = running.find(({ name }) => name === init.name && isSidecar(name));
      if (sidecar !== undefined) yield* this.killContainer(pod, { ...sidecar, message: '', reason: '' }, graceSeconds);
    }
    for (const { id } of runtime.sandboxes) {
      yield* think(this.needs.ctx, `stop/${id}`);
      yield* this.needs.cri.call('StopPodSandbox', { podSandboxId: id });
    }
  }

  *killContainer(
    pod: Pod,
    { id, name, message, reason }: { readonly id: string; readonly name: string; readonly message: string; readonly reason: KillReason },
    graceOverride: number | null,
  ): Task<void> {
    const { events, cri, ctx } = this.needs;
    const init = initContainersOf(pod.spec).find((candidate) => candidate.name === name);
    const container = init ?? pod.spec.containers.find((candidate) => candidate.name === name);
    const path = containerPath(name, init !== undefined);
    const grace = graceOverride ?? graceSecondsOf(pod, container, reason);
    events.event(pod, 'Normal', REASONS.KillingContainer, message === '' ? `Stopping container ${name}` : message, path);
    const startedUs = ctx.now();
    if (container?.lifecycle?.preStop !== undefined && grace > 0) yield* this.preStop(pod, container, id, grace);
    const left = Math.max(grace - Math.floor((ctx.now() - startedUs) / SECOND), LEAST_GRACE_SECONDS);
    yield* cri.call('StopContainer', { containerId: id, timeout: left });
  }

  private *preStop(pod: Pod, container: Container, containerId: string, graceSeconds: number): Task<void> {
    const { handlers, events } = this.needs;
    const target = { pod, container, containerId, podIp: pod.status?.podIP ?? '' };
    const done = yield* handlers.run(target, container.lifecycle?.preStop as JsonObject, graceSeconds * SECOND);
    if (!done.ok) events.event(pod, 'Warning', REASONS.FailedPreStopHook, 'PreStopHook failed', containerPath(container.name));
  }
}

/** Of a container; with an empty name what all keys of a pod begin with. */
export const backoffKey = ({ metadata }: Pod, container: string): string =>
  `${metadata.name}_${metadata.namespace}_${metadata.uid}_${container}`;

function graceSecondsOf(pod: Pod, container: Container | undefined, reason: KillReason): number {
  const probe = reason === 'LivenessProbe' ? container?.livenessProbe : reason === 'StartupProbe' ? container?.startupProbe : undefined;
  if (typeof probe?.terminationGracePeriodSeconds === 'number') return probe.terminationGracePeriodSeconds;
  return pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
}

/** One pass over one pod. */
class Run {
  private readonly failures = new Map<string, StartFailure>();
  private readonly started: string[] = [];
  private readonly config: JsonObject;
  private sandboxId: string;
  private podIps: readonly string[];
  private changed = false;

  constructor(
    private readonly manager: RuntimeManager,
    private readonly needs: RuntimeNeeds,
    private readonly pod: Pod,
    private readonly runtime: RuntimePod,
    private readonly actions: PodActions,
  ) {
    this.sandboxId = actions.sandboxId;
    this.podIps = runtime.ips;
    this.config = sandboxConfig(pod, actions.attempt, needs.dns);
  }

  *all(): Task<SyncOutcome> {
    const { actions, pod, needs } = this;
    if (actions.createSandbox && actions.sandboxId !== '')
      needs.events.event(pod, 'Normal', REASONS.SandboxChanged, 'Pod sandbox changed, it will be killed and re-created.');
    if (actions.killPod) yield* this.killPod();
    else for (const kill of actions.containersToKill) yield* this.kill(kill);
    if (actions.createSandbox && !(yield* this.createSandbox())) return this.outcome();
    const inits = initContainersOf(pod.spec);
    for (const i of actions.initContainersToStart) {
      const container = inits[i];
      if (container !== undefined && !(yield* this.start(container)) && !isRestartableInit(container)) return this.outcome();
    }
    for (const i of actions.containersToStart) {
      const container = pod.spec.containers[i];
      if (container !== undefined) yield* this.start(container);
    }
    return this.outcome();
  }

  private outcome(): SyncOutcome {
    return { started: this.started, failures: this.failures, changed: this.changed };
  }

  private *killPod(): Task<void> {
    if (this.runtime.sandboxes.length === 0) return;
    this.changed = true;
    yield* this.manager.killPod(this.pod, this.runtime, null);
  }

  private *kill({ container, id, message, reason }: ContainerKill): Task<void> {
    this.changed = true;
    yield* this.manager.killContainer(this.pod, { id, name: container.name, message, reason }, null);
  }

  private *createSandbox(): Task<boolean> {
    const { cri, events, ctx } = this.needs;
    this.changed = true;
    const created = yield* cri.call('RunPodSandbox', { config: this.config });
    if (!created.ok) {
      const message = errorText(created.error);
      events.event(this.pod, 'Warning', REASONS.FailedCreatePodSandBox, `Failed to create pod sandbox: ${message}`);
      this.failures.set('', { reason: 'CreatePodSandboxError', message });
      return false;
    }
    this.sandboxId = String(created.value.podSandboxId);
    const answer = yield* cri.call('PodSandboxStatus', { podSandboxId: this.sandboxId });
    if (!answer.ok) {
      const message = errorText(answer.error);
      events.event(this.pod, 'Warning', REASONS.FailedStatusPodSandBox, `Unable to get pod sandbox status: ${message}`);
      this.failures.set('', { reason: 'CreatePodSandboxError', message });
      return false;
    }
    const status = sandboxStatusOf(answer.value.status as JsonObject);
    if (this.pod.spec.hostNetwork !== true) this.podIps = sortPodIps(status.ips, this.needs.nodeIp);
    this.needs.onSandboxReady(this.pod, { ...this.runtime, ips: this.podIps, sandboxes: [status, ...this.runtime.sandboxes] });
    yield* think(ctx, `sandbox/${this.sandboxId}`);
    return true;
  }

  // ---- A container

  private *start(container: Container): Task<boolean> {
    const waiting = this.inBackOff(container);
    const failure = waiting ?? (yield* this.create(container));
    if (failure === null) {
      this.started.push(container.name);
      return true;
    }
    this.failures.set(container.name, failure);
    return false;
  }

  private inBackOff(container: Container): StartFailure | null {
    const { ctx, events } = this.needs;
    const { backoff } = this.manager;
    const status = findContainer(this.runtime, container.name);
    if (status?.state !== 'exited' || status.finishedUs === null) return null;
    const { name, namespace = '', uid = '' } = this.pod.metadata;
    const key = backoffKey(this.pod, container.name);
    // When it ended is a time stamp.
    const clock = ctx.clock();
    if (!backoff.isInBackOffSince(key, status.finishedUs, clock)) {
      backoff.next(key, status.finishedUs, clock);
      return null;
    }
    const where = `${name}_${namespace}(${uid})`;
    events.event(
      this.pod,
      'Warning',
      REASONS.BackOffStartContainer,
      `Back-off restarting failed container ${container.name} in pod ${where}`,
      this.pathOf(container),
    );
    const delayUs = backoff.delayUs(key);
    return {
      reason: 'CrashLoopBackOff',
      message: `back-off ${goDuration(delayUs)} restarting failed container=${container.name} pod=${where}`,
      untilUs: ctx.now() + status.finishedUs + delayUs - clock,
    };
  }

  private *create(container: Container): Task<StartFailure | null> {
    const { ctx, cri, images, events, environment } = this.needs;
    const { pod } = this;
    const failed = (reason: string, message: string): StartFailure => {
      events.event(pod, 'Warning', REASONS.FailedToCreateContainer, `Error: ${message}`, this.pathOf(container));
      return { reason, message };
    };
    const purpose = `${pod.metadata.uid}/${container.name}`;
    const image = yield* images.ensure(pod, container, this.config);
    if (!image.ok) {
      failed(image.error.reason, image.error.reason);
      return image.error;
    }
    yield* think(ctx, `image/${purpose}`);
    const restartCount = (findContainer(this.runtime, container.name)?.restartCount ?? -1) + 1;
    const env = environment(pod, container, this.podIps);
    if (!env.ok) return failed('CreateContainerConfigError', env.error);
    const user = yield* cri.call('ImageStatus', { image: { image: container.image } });
    if (!user.ok) return failed('CreateContainerConfigError', errorText(user.error));
    this.noteHosts();
    yield* think(ctx, `config/${purpose}`);
    const config = containerConfig({
      pod,
      container,
      restartCount,
      imageId: image.value,
      env: env.value,
      memoryCapacity: this.needs.memoryCapacity,
      logName: ctx.random(`log/${purpose}/${restartCount}`).text(8, '0123456789abcdef'),
    });
    this.changed = true;
    const created = yield* cri.call('CreateContainer', { podSandboxId: this.sandboxId, config, sandboxConfig: this.config });
    if (!created.ok) return failed('CreateContainerError', errorText(created.error));
    const id = String(created.value.containerId);
    events.event(pod, 'Normal', REASONS.CreatedContainer, 'Container created', this.pathOf(container));
    yield* think(ctx, `create/${id}`);
    const started = yield* cri.call('StartContainer', { containerId: id });
    if (!started.ok) return failed('RunContainerError', started.error.message);
    events.event(pod, 'Normal', REASONS.StartedContainer, 'Container started', this.pathOf(container));
    return yield* this.postStart(container, id);
  }

  private noteHosts(): void {
    const { metadata, spec } = this.pod;
    if (spec.hostNetwork === true) return;
    const { hostAliases = [] } = spec as { readonly hostAliases?: HostsInput['aliases'] };
    const domain = spec.subdomain ? `${spec.subdomain}.${metadata.namespace}.svc.${this.needs.dns.domain}` : '';
    const content = etcHosts({ ips: this.podIps, hostname: spec.hostname ?? metadata.name, domain, aliases: hostAliases });
    this.needs.ctx.inside('container', { pod: `${metadata.namespace}/${metadata.name}`, file: '/etc/hosts', content });
  }

  private *postStart(container: Container, id: string): Task<StartFailure | null> {
    const { handlers, events } = this.needs;
    const hook = container.lifecycle?.postStart as JsonObject | undefined;
    if (hook === undefined) return null;
    const target = { pod: this.pod, container, containerId: id, podIp: this.podIps[0] ?? '' };
    const done = yield* handlers.run(target, hook, 120 * SECOND);
    if (done.ok) return null;
    events.event(this.pod, 'Warning', REASONS.FailedPostStartHook, 'PostStartHook failed', this.pathOf(container));
    yield* this.manager.killContainer(this.pod, { id, name: container.name, message: 'FailedPostStartHook', reason: 'Unknown' }, null);
    return { reason: 'PostStartHookError', message: done.error };
  }

  private pathOf(container: Container): { readonly fieldPath: string } {
    return containerPath(container.name, initContainersOf(this.pod.spec).includes(container));
  }
}
