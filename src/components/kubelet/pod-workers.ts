// A worker per pod: it syncs the pod, ends it, and cleans up after it, one thing at a time, each with a look at
// the engine that is newer than the step before. Models kubernetes pkg/kubelet/pod_workers.go.
// Left out: pods of the engine that nobody asked for are handled by the garbage collector alone.
import { SECOND, type Seq } from '../../base/brand';
import { entry, type Json } from '../../base/json';
import type { Pod } from '../../machinery/types';
import type { Ctx } from '../../sim/process';
import type { Timer } from '../../sim/simulation';
import { suspend, type Task } from '../../sim/task';
import type { Pleg } from './pleg';
import type { RuntimePod } from './runtime-status';

const RESYNC_US = 60 * SECOND;
const RETRY_US = 10 * SECOND;
/** Both are stretched by up to half, so that pods do not act in step. */
const JITTER = 2;
/** A next try that is further away does not keep a run awake, nor does one after so many failures in a row. */
const PATIENCE_US = 30 * SECOND;
const PATIENT_FAILURES = 4;

export type WorkerState = 'syncing' | 'terminating' | 'terminated';

export interface SyncResult {
  /** The pod has ended by itself. */
  readonly ended: boolean;
  /** Something failed: when to try again; null for the usual time. */
  readonly failure: { readonly untilUs: number | null } | null;
}
export interface PodSteps {
  sync(pod: Pod, runtime: RuntimePod): Task<SyncResult>;
  /** False if containers may still run. */
  terminate(pod: Pod, runtime: RuntimePod, graceSeconds: number | null): Task<boolean>;
  cleanUp(pod: Pod, runtime: RuntimePod): Task<void>;
  /** The pod is to end: whatever its worker waits for is over. */
  cancel(uid: string): void;
  finished(pod: Pod): void;
}

interface Worker {
  readonly uid: string;
  pod: Pod;
  state: WorkerState;
  pending: { readonly cause: Seq | null } | null;
  working: boolean;
  wake: ((cause?: Seq | null) => void) | null;
  timer: Timer | null;
  lastSyncUs: number;
  failures: number;
  graceSeconds: number | null;
  /** No longer where it came from. */
  gone: boolean;
}

export class PodWorkers {
  private readonly workers = new Map<string, Worker>();
  private readonly finished = new Map<string, { removable: boolean }>();
  /** False until all pods that should run are known: until then what nobody works on is kept. */
  knowsAll = false;

  constructor(
    private readonly ctx: Ctx,
    private readonly pleg: Pleg,
    private readonly steps: PodSteps,
  ) {}

  // ---- Questions

  stateOf(uid: string): WorkerState | null {
    return this.workers.get(uid)?.state ?? null;
  }
  isFinished(uid: string): boolean {
    return this.finished.has(uid);
  }
  /** Containers of it may run, now or later. */
  couldRun(uid: string): boolean {
    const state = this.stateOf(uid);
    return state === 'syncing' || state === 'terminating' || (state === null && !this.knowsAll);
  }
  /** Nothing of it needs to be kept. */
  isRemovable(uid: string): boolean {
    const worker = this.workers.get(uid);
    if (worker === undefined) return this.finished.get(uid)?.removable ?? this.knowsAll;
    return worker.state === 'terminated' && isUnwanted(worker);
  }

  /** Those that run or will, unless they are ending. */
  active(): readonly Pod[] {
    return [...this.workers.values()].filter(({ state }) => state === 'syncing').map(({ pod }) => pod);
  }

  // ---- Work to do

  /** The pod is new or has changed. */
  update(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    const past = this.finished.get(uid);
    if (past !== undefined) {
      past.removable ||= pod.metadata.deletionTimestamp !== undefined;
      return;
    }
    const worker = this.workers.get(uid) ?? this.begin(pod);
    worker.pod = pod;
    const ends = pod.metadata.deletionTimestamp !== undefined || isOver(pod);
    if (ends && worker.state === 'syncing') this.end(worker, pod.metadata.deletionGracePeriodSeconds ?? null);
    this.poke(worker, this.ctx.cause());
  }

  /** Something happened to its containers. While the worker works that is no news of somebody else's. */
  look(uid: string): void {
    const worker = this.workers.get(uid);
    if (worker === undefined) return;
    if (worker.working) worker.pending ??= { cause: null };
    else this.poke(worker, this.ctx.cause());
  }

  /** The pod is gone where it came from. */
  kill(uid: string): void {
    this.finished.delete(uid);
    const worker = this.workers.get(uid);
    if (worker === undefined) return;
    worker.gone = true;
    if (worker.state === 'syncing') this.end(worker, null);
    this.poke(worker, this.ctx.cause());
  }

  /** It must go although it should run. */
  evict(uid: string, graceSeconds: number): void {
    const worker = this.workers.get(uid);
    if (worker?.state !== 'syncing') return;
    this.end(worker, graceSeconds);
    this.poke(worker, this.ctx.cause());
  }

  /** It may begin anew under the same uid, as static pods do. */
  forget(uid: string): void {
    this.finished.delete(uid);
  }

  inspect(): { readonly [path: string]: Json } {
    const interior: { [path: string]: Json } = {};
    for (const worker of this.workers.values()) interior[pathOf(worker)] = worker.state;
    return interior;
  }

  // ---- Inside

  private begin(pod: Pod): Worker {
    const worker: Worker = {
      uid: pod.metadata.uid ?? '',
      pod,
      state: 'syncing',
      pending: null,
      working: false,
      wake: null,
      timer: null,
      lastSyncUs: Number.NEGATIVE_INFINITY,
      failures: 0,
      graceSeconds: null,
      gone: false,
    };
    this.workers.set(worker.uid, worker);
    this.note(worker, 'syncing');
    this.ctx.spawn(this.work(worker), 'pod-worker');
    return worker;
  }

  private end(worker: Worker, graceSeconds: number | null): void {
    worker.graceSeconds = graceSeconds;
    worker.state = 'terminating';
    this.note(worker, 'terminating');
    this.steps.cancel(worker.uid);
  }

  private poke(worker: Worker, cause: Seq | null): void {
    worker.pending = { cause };
    const { wake } = worker;
    worker.wake = null;
    wake?.();
  }

  private *work(worker: Worker): Task<void> {
    for (;;) {
      if (worker.pending === null) yield* suspend<void>((resume) => void (worker.wake = () => resume()));
      const cause = worker.pending?.cause ?? null;
      worker.pending = null;
      worker.timer?.cancel();
      if (cause !== null) yield* suspend<void>((resume) => resume(undefined, cause));
      worker.working = true;
      const runtime = yield* this.pleg.newerThan(worker.uid, worker.lastSyncUs);
      const over = yield* this.step(worker, runtime);
      worker.lastSyncUs = this.ctx.now();
      worker.working = false;
      if (over) return;
    }
  }

  /** True when nothing is left to do. */
  private *step(worker: Worker, runtime: RuntimePod): Task<boolean> {
    const { pod, state } = worker;
    if (state === 'syncing') {
      const result = yield* this.steps.sync(pod, runtime);
      if (worker.state !== 'syncing') this.continue(worker);
      else if (result.ended) {
        this.end(worker, null);
        this.continue(worker);
      } else this.schedule(worker, result);
    } else if (state === 'terminating') {
      const done = yield* this.steps.terminate(pod, runtime, worker.graceSeconds);
      if (done) {
        worker.state = 'terminated';
        this.note(worker, 'terminated');
        this.continue(worker);
      } else this.schedule(worker, { ended: false, failure: { untilUs: null } });
    } else {
      yield* this.steps.cleanUp(pod, runtime);
      this.workers.delete(worker.uid);
      this.finished.set(worker.uid, { removable: isUnwanted(worker) });
      this.note(worker, null);
      this.steps.finished(pod);
      return true;
    }
    return false;
  }

  private continue(worker: Worker): void {
    worker.pending ??= { cause: null };
  }

  private schedule(worker: Worker, { failure }: SyncResult): void {
    const now = this.ctx.now();
    const wanted =
      failure === null ? RESYNC_US : failure.untilUs === null ? RETRY_US : Math.min(Math.max(failure.untilUs - now, 0), RESYNC_US);
    const random = this.ctx.random(`resync/${worker.uid}/${now}`);
    const delayUs = wanted + random.below(Math.floor(wanted / JITTER) + 1);
    worker.failures = failure === null ? 0 : worker.failures + 1;
    const idle = failure === null || wanted > PATIENCE_US || worker.failures > PATIENT_FAILURES;
    worker.timer = this.ctx.after(delayUs, () => this.poke(worker, this.ctx.cause()), { idle });
  }

  private note(worker: Worker, state: WorkerState | null): void {
    const { namespace = '', name } = worker.pod.metadata;
    this.ctx.inside('pod-worker', { pod: `${namespace}/${name}`, state: state ?? 'finished' }, entry(pathOf(worker), state));
  }
}

const isUnwanted = ({ gone, pod }: Worker): boolean => gone || pod.metadata.deletionTimestamp !== undefined;
const isOver = ({ status }: Pod): boolean => status?.phase === 'Failed' || status?.phase === 'Succeeded';
const pathOf = ({ pod, uid }: Worker): string => `pod/${pod.metadata.namespace ?? ''}/${pod.metadata.name}/${uid}`;
