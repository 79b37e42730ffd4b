// One pod at a time: find a node, count the pod there at once, and bind it in a task of its own.
// Models pkg/scheduler/schedule_one.go. Left out: extenders, Reserve and Permit, opportunistic batching.
import { MS, SECOND } from '../../base/brand';
import { entry, type Json, type JsonObject } from '../../base/json';
import { compareBytes } from '../../base/order';
import type { ApiClient, Reply, ResourceRef } from '../../client/api-client';
import type { EventRecorder } from '../../client/event-recorder';
import type { Informer } from '../../client/informer';
import { rfc3339 } from '../../machinery/time';
import type { Pod } from '../../machinery/types';
import type { Ctx } from '../../sim/process';
import type { Timer } from '../../sim/simulation';
import { suspend, type Task } from '../../sim/task';
import type { SchedulerCache } from './cache';
import { type Listening, SCHEDULER_NAME } from './event-handlers';
import { fitErrorMessage } from './framework/fit-error';
import { type PodInfo, podInfoOf } from './framework/pod-info';
import { type Candidate, type PodDisruptionBudget, preempt } from './framework/preemption';
import { DEFAULT_PLUGINS, type Weighted } from './framework/registry';
import { type Found, findNodesThatFit, type NodeScore, scoreNodes, selectHost } from './framework/run';
import { messageOf } from './framework/status';
import { Nominator } from './nominator';
import { backoffEnds, type QueuedPod, SchedulingQueue } from './queue';
import { type NewCondition, podStatusPatch } from './status-patch';

const PODS: ResourceRef = { group: '', version: 'v1', resource: 'pods' };
/** From a pod's arrival to its binding request: create-deployment-real-20.json has 3.5 ms from the POST's
 *  answer to the binding's arrival, of which this is the scheduler's share. */
const SCHEDULING_CYCLE_US = 2 * MS;
const UNSCHEDULABLE_CHECK_US = 30 * SECOND;
/** A pod that fails for ever does not keep a run awake for ever. */
const PATIENT_ERRORS = 5;
const NO_NODES = 'no nodes available to schedule pods';
/** What the DynamicResources plugin, which is not modelled, says of every pod that fits nowhere. */
const NO_CLAIMS = 'no new claims to deallocate';
const MAX_NOTE_LENGTH = 1024;
/** In the record of a cycle. */
const MAX_NODES_SHOWN = 100;

export interface SchedulerNeeds {
  readonly ctx: Ctx;
  readonly api: ApiClient;
  readonly events: EventRecorder;
  readonly cache: SchedulerCache;
  readonly pods: Informer<Pod>;
  readonly budgets: Informer<PodDisruptionBudget>;
  readonly plugins?: readonly Weighted[];
}

type Reason = 'Unschedulable' | 'SchedulerError';

export class Scheduler implements Listening {
  readonly cache: SchedulerCache;
  readonly nominator = new Nominator();
  readonly queue: SchedulingQueue;
  private readonly ctx: Ctx;
  private readonly plugins: readonly Weighted[];
  private wake: ((value: undefined, cause?: ReturnType<Ctx['cause']>) => void) | null = null;
  private retry: { readonly timer: Timer; readonly atUs: number } | null = null;
  private nextStartNode = 0;

  constructor(private readonly needs: SchedulerNeeds) {
    this.ctx = needs.ctx;
    this.cache = needs.cache;
    this.plugins = needs.plugins ?? DEFAULT_PLUGINS;
    const byName = new Map(this.plugins.map(({ plugin }) => [plugin.name, plugin]));
    this.queue = new SchedulingQueue((plugin, pod, event) => byName.get(plugin)?.mayHelp?.(pod, event) ?? false);
  }

  /** Schedules for ever. */
  *run(): Task<void> {
    this.ctx.every(UNSCHEDULABLE_CHECK_US, () => {
      this.queue.flushUnschedulable(this.nowUs());
      this.queueChanged('waited too long', '');
    });
    for (;;) {
      if (!this.queue.ready) yield* suspend<undefined>((resume) => void (this.wake = resume));
      yield* this.ctx.sleep(SCHEDULING_CYCLE_US);
      const next = this.queue.pop();
      if (next === null) continue;
      yield* suspend<undefined>((resume) => resume(undefined, next.cause));
      this.scheduleOne(next);
    }
  }

  inspect(): { readonly [path: string]: Json } {
    const assumed = [...this.cache.assumedPods()].map(([key, node]) => [`assumed/${key}`, node] as const);
    return { ...this.queue.inspect(), ...Object.fromEntries(assumed) };
  }

  // ---- Listening

  nowUs(): number {
    return this.ctx.now();
  }
  cause(): ReturnType<Ctx['cause']> {
    return this.ctx.cause();
  }
  confirmed(key: string): void {
    this.ctx.inside('cache', { pod: key, assumed: false }, entry(`assumed/${key}`, null));
  }
  queueChanged(why: string, key: string): void {
    const set = this.queue.takeChanges();
    if (set !== null) this.ctx.inside('queue', { queue: 'scheduling', why, key }, set);
    this.setRetry();
    if (this.wake === null || !this.queue.ready) return;
    const { wake } = this;
    this.wake = null;
    wake(undefined, this.ctx.cause());
  }

  // ---- A scheduling cycle: decides at one instant

  private scheduleOne(queued: QueuedPod): void {
    const { info } = queued;
    if (info.pod.metadata.deletionTimestamp || this.cache.isAssumed(info.key)) return this.queueChanged('skipped', info.key);
    if (this.cache.nodes.length === 0) return this.failed(queued, null, NO_NODES, { message: NO_NODES });
    const found = findNodesThatFit(this.plugins, info, this.cache, (node) => this.nominator.of(node), this.nextStartNode);
    this.nextStartNode = (this.nextStartNode + found.feasible.length + found.diagnosis.nodes.size) % this.cache.nodes.length;
    if (found.feasible.length === 0) return this.unschedulable(queued, found);
    const scores =
      found.feasible.length === 1
        ? found.feasible.map(({ name }) => ({ node: name, scores: {}, total: 0 }))
        : scoreNodes(this.plugins, info, this.cache, found.feasible);
    if ('code' in scores) return this.failed(queued, null, messageOf(scores), { message: messageOf(scores) });
    const inOrder = [...scores].sort((a, b) => compareBytes(a.node, b.node));
    const random = this.ctx.random(`tie/${info.namespace}/${info.pod.metadata.name}`);
    const { node, ties } = selectHost(inOrder, (bound) => random.below(bound));
    this.nominator.delete(info.key);
    this.cache.assume(info, node);
    const detail = { pod: info.key, nodes: table(found, scores), chosen: node, ties };
    this.ctx.inside('schedule', detail, Object.assign(entry(`assumed/${info.key}`, node), this.queue.takeChanges()));
    this.ctx.spawn(this.bind(queued, node));
  }

  private unschedulable(queued: QueuedPod, found: Found): void {
    const { diagnosis, prepared } = found;
    const random = this.ctx.random(`preempt/${queued.info.key}/${queued.attempts}`);
    const nominated = (node: string): readonly PodInfo[] => this.nominator.of(node);
    const { candidate, status, clearsNomination } = preempt(
      queued.info,
      this.cache,
      prepared.filters,
      diagnosis,
      this.needs.budgets.list(),
      nominated,
      (bound) => random.below(bound),
    );
    const postFilter = candidate === null ? `${NO_CLAIMS}, ${messageOf(status)}` : '';
    const message = fitErrorMessage(this.cache.nodes.length, diagnosis, postFilter);
    const victims = candidate?.victims.map(({ key }) => key) ?? [];
    const detail = {
      nodes: table(found, []),
      message,
      ...(diagnosis.preFilterMessage === ''
        ? {}
        : { preFilter: { plugin: [...diagnosis.rejectedBy][0] ?? '', reason: diagnosis.preFilterMessage } }),
      ...(candidate === null ? {} : { preemption: { node: candidate.node, victims } }),
    };
    this.failed(queued, diagnosis.rejectedBy, message, detail, candidate?.node ?? (clearsNomination ? '' : undefined));
    if (candidate !== null) this.ctx.spawn(this.evictAll(queued.info, candidate));
  }

  /** Back into the queue, and told. `rejectedBy` null: trying itself went wrong. */
  private failed(
    queued: QueuedPod,
    rejectedBy: ReadonlySet<string> | null,
    message: string,
    detail: JsonObject,
    nominatedNode?: string,
  ): void {
    const { info } = queued;
    const latest = this.needs.pods.get(info.key);
    if (latest !== undefined && !latest.spec.nodeName) {
      const again = { ...queued, info: podInfoOf(latest) };
      if (rejectedBy === null) this.queue.addAfterError(again, this.nowUs());
      else this.queue.addUnschedulable(again, rejectedBy, this.nowUs());
      if (nominatedNode) this.nominator.set(again.info, nominatedNode);
    }
    this.ctx.inside('schedule', { pod: info.key, ...detail, chosen: null }, this.queue.takeChanges() ?? {});
    this.queueChanged('failed', info.key);
    const reason: Reason = rejectedBy === null && message !== NO_NODES ? 'SchedulerError' : 'Unschedulable';
    this.ctx.spawn(this.tell(info.pod, { type: 'PodScheduled', status: 'False', reason, message }, nominatedNode));
    this.needs.events.event(info.pod, 'Warning', 'FailedScheduling', truncated(message), { action: 'Scheduling' });
  }

  // ---- What takes time

  private *bind(queued: QueuedPod, node: string): Task<void> {
    const { pod, key } = queued.info;
    const { name, namespace = '', uid = '' } = pod.metadata;
    const body = { kind: 'Binding', apiVersion: 'v1', metadata: { name, namespace, uid }, target: { kind: 'Node', name: node } };
    const reply = yield* this.needs.api.create(PODS, { namespace, name }, body, { subresource: 'binding' });
    if (reply.ok) {
      this.needs.events.event(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`, { action: 'Binding' });
      return;
    }
    if (this.cache.isAssumed(key)) {
      this.cache.forget(key);
      this.confirmed(key);
    }
    this.queue.move({ on: 'assigned-pod', what: 'delete', pod: queued.info }, this.nowUs(), this.ctx.cause());
    const message = `binding rejected: running Bind plugin "DefaultBinder": ${whyNot(reply)}`;
    this.failed(queued, null, message, { message });
  }

  private *tell(pod: Pod, condition: NewCondition, nominatedNode?: string): Task<void> {
    yield* this.patchStatus(pod, condition, nominatedNode);
  }

  /** Whether the server took it. */
  private *patchStatus(pod: Pod, condition: NewCondition, nominatedNode?: string): Task<boolean> {
    const patch = podStatusPatch(pod, condition, nominatedNode, rfc3339(this.ctx.clock()));
    if (patch === null) return true;
    const { name, namespace = '' } = pod.metadata;
    const reply = yield* this.needs.api.patch(PODS, { namespace, name }, 'strategic', patch, { subresource: 'status' });
    return reply.ok;
  }

  private *evictAll(preemptor: PodInfo, { node, victims }: Candidate): Task<void> {
    const alive = victims.filter(({ pod }) => !pod.metadata.deletionTimestamp);
    yield* this.ctx.all(alive.map(({ pod }) => this.evict(preemptor.pod, pod, node)));
  }

  private *evict(preemptor: Pod, victim: Pod, node: string): Task<void> {
    const message = `${SCHEDULER_NAME}: preempting to accommodate a higher priority pod`;
    const told = yield* this.patchStatus(victim, { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', message });
    if (!told) return;
    const { name, namespace = '' } = victim.metadata;
    const reply = yield* this.needs.api.delete(PODS, { namespace, name }, { kind: 'DeleteOptions', apiVersion: 'v1' });
    if (reply.ok)
      this.needs.events.event(victim, 'Normal', 'Preempted', `Preempted by pod ${preemptor.metadata.uid ?? ''} on node ${node}`, {
        action: 'Preempting',
      });
  }

  /** Keeps a timer for the next pod that may be tried again after an error. */
  private setRetry(): void {
    const next = this.queue.nextRetry();
    const atUs = next === null ? null : backoffEnds(next);
    if (atUs === (this.retry?.atUs ?? null)) return;
    this.retry?.timer.cancel();
    this.retry = null;
    if (next === null || atUs === null) return;
    const action = (): void => {
      this.retry = null;
      this.queue.flushBackoff(this.nowUs());
      this.queueChanged('back-off ended', next.info.key);
    };
    this.retry = { atUs, timer: this.ctx.after(Math.max(0, atUs - this.nowUs()), action, { idle: next.errorCount > PATIENT_ERRORS }) };
  }
}

/** The verdict on every node, with the scores of those that passed. */
function table({ feasible, diagnosis }: Found, scores: readonly NodeScore[]): JsonObject {
  const nodes: { [name: string]: Json } = {};
  for (const { node, scores: of, total } of scores.slice(0, MAX_NODES_SHOWN))
    nodes[node] = feasible.length === 1 ? { filter: 'ok' } : { filter: 'ok', scores: of, total };
  for (const [name, { plugin, status }] of [...diagnosis.nodes].slice(0, MAX_NODES_SHOWN))
    nodes[name] = { filter: { plugin, reason: messageOf(status) } };
  return nodes;
}

const truncated = (message: string): string =>
  message.length <= MAX_NOTE_LENGTH ? message : `${message.slice(0, MAX_NOTE_LENGTH - 4)} ...`;

const whyNot = (reply: Reply): string =>
  reply.ok ? '' : (reply.error?.message ?? `the server does not answer: ${reply.failure ?? 'unknown'}`);
