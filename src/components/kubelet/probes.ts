// Probes of running containers: a worker per container and kind asks every period and counts.
// Models kubernetes pkg/kubelet/prober (prober_manager.go, worker.go, prober.go): startup holds the others back,
// readiness is asked at once when its container has started. Left out: gRPC.
import { SECOND } from '../../base/brand';
import type { Json } from '../../base/json';
import type { EventRecorder } from '../../client/event-recorder';
import type { Container, Pod, Probe } from '../../machinery/types';
import type { Ctx } from '../../sim/process';
import type { Timer } from '../../sim/simulation';
import type { Task } from '../../sim/task';
import type { ProbeResult, ProbeResults } from './compute-actions';
import { allContainersOf, initContainersOf, isRestartableInit } from './containers-of';
import { containerPath, REASONS } from './events';
import type { Handlers } from './hooks';
import { findContainer, type RuntimePod } from './runtime-status';

export type ProbeKind = 'Liveness' | 'Readiness' | 'Startup';
const KINDS: readonly ProbeKind[] = ['Startup', 'Readiness', 'Liveness'];
/** A probe that says what it said before, so many times in a row, no longer keeps a run awake. */
const PATIENT_PROBES = 10;
const ATTEMPTS = 3;

export interface ProbeNeeds {
  readonly ctx: Ctx;
  readonly events: EventRecorder;
  readonly handlers: Handlers;
  readonly runtime: (uid: string) => RuntimePod;
  readonly podIp: (pod: Pod) => string;
  readonly onResult: (pod: Pod, kind: ProbeKind, container: string, result: ProbeResult) => void;
}

export class Probes implements ProbeResults {
  private readonly workers = new Map<string, Worker>();
  private readonly results = new Map<string, ProbeResult>();

  constructor(private readonly needs: ProbeNeeds) {}

  add(pod: Pod): void {
    for (const container of probed(pod)) {
      for (const kind of KINDS) {
        const probe = probeOf(container, kind);
        const key = `${pod.metadata.uid}/${container.name}/${kind}`;
        if (probe === undefined || this.workers.has(key)) continue;
        this.workers.set(key, new Worker(this.needs, this, pod, container, kind, probe));
      }
    }
  }

  /** A container has started: its readiness is asked at once. */
  started(uid: string): void {
    for (const [key, worker] of this.workers) if (key.startsWith(`${uid}/`)) worker.containerStarted();
  }

  /** While a pod ends only its readiness matters. */
  stopLivenessAndStartup(uid: string): void {
    this.drop(uid, (kind) => kind !== 'Readiness');
  }
  remove(uid: string): void {
    this.drop(uid, () => true);
  }

  liveness(id: string): ProbeResult | undefined {
    return this.results.get(`Liveness/${id}`);
  }
  startup(id: string): ProbeResult | undefined {
    return this.results.get(`Startup/${id}`);
  }

  /** Whether a running container counts as started. */
  isStarted(pod: Pod, container: Container, id: string): boolean {
    if (!this.workers.has(`${pod.metadata.uid}/${container.name}/Startup`))
      return container.startupProbe === undefined || this.startup(id) !== 'failure';
    return this.startup(id) === 'success';
  }
  isReady(pod: Pod, container: Container, id: string): boolean {
    if (!this.workers.has(`${pod.metadata.uid}/${container.name}/Readiness`)) return true;
    return this.results.get(`Readiness/${id}`) === 'success';
  }

  set(pod: Pod, kind: ProbeKind, container: Container, id: string, result: ProbeResult, tell: boolean): void {
    const key = `${kind}/${id}`;
    if (this.results.get(key) === result) return;
    this.results.set(key, result);
    this.needs.ctx.inside('probe', { container: container.name, probe: kind, result }, { [`probe/${key}`]: result });
    if (tell) this.needs.onResult(pod, kind, container.name, result);
  }
  forget(kind: ProbeKind, id: string): void {
    if (this.results.delete(`${kind}/${id}`))
      this.needs.ctx.inside('probe', { probe: kind, forgotten: id }, { [`probe/${kind}/${id}`]: null });
  }

  inspect(): { readonly [path: string]: Json } {
    return Object.fromEntries([...this.results].map(([key, result]) => [`probe/${key}`, result]));
  }

  private drop(uid: string, unwanted: (kind: ProbeKind) => boolean): void {
    for (const [key, worker] of [...this.workers]) {
      if (!key.startsWith(`${uid}/`) || !unwanted(worker.kind)) continue;
      worker.stop();
      this.workers.delete(key);
    }
  }
}

const probed = ({ spec }: Pod): readonly Container[] => {
  const inits = initContainersOf(spec);
  return allContainersOf(spec).filter((container) => !inits.includes(container) || isRestartableInit(container));
};
const probeOf = ({ livenessProbe, readinessProbe, startupProbe }: Container, kind: ProbeKind): Probe | undefined =>
  kind === 'Liveness' ? livenessProbe : kind === 'Readiness' ? readinessProbe : startupProbe;

class Worker {
  private containerId: string | null = null;
  private lastResult: ProbeResult = 'unknown';
  private inARow = 0;
  private onHold = false;
  private asking = false;
  private stopped = false;
  private timer: Timer | null = null;
  private dueUs = 0;

  constructor(
    private readonly needs: ProbeNeeds,
    private readonly probes: Probes,
    private readonly pod: Pod,
    private readonly container: Container,
    readonly kind: ProbeKind,
    private readonly probe: Probe,
  ) {
    this.schedule(this.periodUs);
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
    if (this.containerId !== null) this.probes.forget(this.kind, this.containerId);
  }

  /** Its first question counts as work: until now the timer was one that waits for nothing. */
  containerStarted(): void {
    const status = findContainer(this.needs.runtime(this.pod.metadata.uid ?? ''), this.container.name);
    if (status === undefined || status.id === this.containerId) return;
    this.adopt(status.id);
    this.timer?.cancel();
    this.schedule(this.dueUs - this.needs.ctx.now());
    if (this.kind === 'Readiness') this.look();
  }

  private get periodUs(): number {
    return (this.probe.periodSeconds ?? 10) * SECOND;
  }

  private schedule(us: number): void {
    this.dueUs = this.needs.ctx.now() + us;
    this.timer = this.needs.ctx.after(us, () => this.tick(), { idle: this.isSettled() });
  }

  private tick(): void {
    if (this.stopped) return;
    this.schedule(this.periodUs);
    this.look();
  }

  /** It waits for nothing: its container is well, or has been unwell for long. */
  private isSettled(): boolean {
    if (this.onHold) return true;
    if (this.containerId === null) return true;
    return (this.lastResult === 'success' && this.inARow > 0) || this.inARow > PATIENT_PROBES;
  }

  private look(): void {
    if (this.asking || this.stopped) return;
    const { ctx, runtime } = this.needs;
    const status = findContainer(runtime(this.pod.metadata.uid ?? ''), this.container.name);
    if (status === undefined) return;
    if (status.id !== this.containerId) this.adopt(status.id);
    if (this.onHold) return;
    if (status.state !== 'running' || status.startedUs === null) {
      this.probes.set(this.pod, this.kind, this.container, status.id, 'failure', this.kind === 'Readiness');
      return;
    }
    if (ctx.clock() - status.startedUs < (this.probe.initialDelaySeconds ?? 0) * SECOND) return;
    const started = this.probes.isStarted(this.pod, this.container, status.id);
    if (this.kind === 'Startup' ? started : !started) return;
    this.asking = true;
    ctx.spawn(this.ask(status.id), 'prober');
  }

  private adopt(id: string): void {
    if (this.containerId !== null) this.probes.forget(this.kind, this.containerId);
    this.containerId = id;
    this.inARow = 0;
    this.lastResult = 'unknown';
    this.onHold = false;
    const initial = { Liveness: 'success', Readiness: 'failure', Startup: 'unknown' } as const;
    this.probes.set(this.pod, this.kind, this.container, id, initial[this.kind], false);
  }

  private *ask(id: string): Task<void> {
    const { handlers, podIp, events } = this.needs;
    const target = { pod: this.pod, container: this.container, containerId: id, podIp: podIp(this.pod) };
    const timeoutUs = (this.probe.timeoutSeconds ?? 1) * SECOND;
    const idle = this.isSettled();
    let answer = yield* handlers.run(target, this.probe, timeoutUs, idle);
    // Only what could not be asked is asked again; a probe that fails has been answered.
    for (let attempt = 1; attempt < ATTEMPTS && !answer.ok && answer.error === ''; attempt++)
      answer = yield* handlers.run(target, this.probe, timeoutUs, idle);
    this.asking = false;
    if (this.stopped || id !== this.containerId) return;
    if (!answer.ok) {
      const message = unhealthyText(this.kind, answer.error);
      events.event(this.pod, 'Warning', REASONS.ContainerUnhealthy, message, containerPath(this.container.name));
    }
    this.count(id, answer.ok ? 'success' : 'failure');
  }

  private count(id: string, result: ProbeResult): void {
    this.inARow = result === this.lastResult ? this.inARow + 1 : 1;
    this.lastResult = result;
    const threshold = result === 'success' ? (this.probe.successThreshold ?? 1) : (this.probe.failureThreshold ?? 3);
    if (this.inARow < threshold) return;
    this.probes.set(this.pod, this.kind, this.container, id, result, true);
    if (result === 'success' || this.kind === 'Readiness') return;
    // The container is going to be restarted: no more questions until then.
    this.onHold = true;
    this.inARow = 0;
  }
}

/** The message of an Event `Unhealthy`. */
export const unhealthyText = (kind: ProbeKind, output: string): string => `${kind} probe failed: ${output}`;
