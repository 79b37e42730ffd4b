// Deletes pods that nobody else will: of nodes that are gone, of nodes out of service, ended ones that are too many.
// Models kubernetes pkg/controller/podgc/gc_controller.go.
import { SECOND } from '../../../base/brand';
import type { Json } from '../../../base/json';
import type { ApiClient } from '../../../client/api-client';
import { type Informer, keyOf } from '../../../client/informer';
import type { Node, Pod } from '../../../machinery/types';
import type { Interior } from '../../../sim/process';
import type { Timer } from '../../../sim/simulation';
import type { Task } from '../../../sim/task';
import type { Controller, Needs } from '../controller';
import { compute } from '../pace';
import { patchPodStatus, withCondition } from '../pod-status-patch';
import { isPodTerminal } from '../pods';
import { NODES, PODS } from '../refs';
import { missingNodes, outOfServicePods, Quarantine, terminatedPods, unscheduledTerminatingPods } from './collectable';

const ACTOR = 'pod-garbage-collector';
const PERIOD_US = 20 * SECOND;
const TERMINATED_THRESHOLD = 12_500; // --terminated-pod-gc-threshold
const NODE_GONE = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'DeletionByPodGC',
  message: 'PodGC: node no longer exists',
} as const;

export class PodGcController implements Controller {
  private readonly api: ApiClient;
  private readonly pods: Informer<Pod>;
  private readonly nodes: Informer<Node>;
  private readonly quarantine = new Quarantine();
  private running = false;
  private awake: Timer | null = null;

  constructor(private readonly needs: Needs) {
    this.api = needs.client(ACTOR);
    this.pods = needs.informers.of<Pod>(PODS);
    this.nodes = needs.informers.of<Node>(NODES);
    this.nodes.addHandler({
      delete: ({ metadata }) => {
        if (this.pods.byIndex('node', metadata.name).length > 0) this.stayAwake();
      },
    });
  }

  start(): void {
    const { ctx } = this.needs;
    ctx.every(
      PERIOD_US,
      () => {
        if (!this.running) ctx.spawn(this.collect(), ACTOR);
      },
      0,
    );
  }
  inspect(): Interior {
    return Object.fromEntries(this.quarantine.entries().map(([node, dueUs]) => [pathOf(node), dueUs]));
  }

  /** The looks are periodic, but while pods wait for one the cluster is not at rest. */
  private stayAwake(): void {
    this.awake?.cancel();
    this.awake = this.needs.ctx.after(PERIOD_US + SECOND, () => void (this.awake = null), { idle: false });
  }

  private *collect(): Task<void> {
    this.running = true;
    const pods = [...this.pods.values()];
    const { ctx } = this.needs;
    yield* ctx.all(terminatedPods(pods, TERMINATED_THRESHOLD).map((pod) => this.remove(pod, null)));
    yield* ctx.all(outOfServicePods(pods, (name) => this.nodes.get(name)).map((pod) => this.remove(pod, null)));
    for (const name of yield* this.goneNodes(pods)) {
      for (const pod of this.pods.byIndex('node', name)) yield* this.remove(pod, NODE_GONE);
    }
    for (const pod of unscheduledTerminatingPods(pods)) yield* this.remove(pod, null);
    this.running = false;
  }

  /** Nodes that were missing for the time of quarantine, and that the server does not know either. */
  private *goneNodes(pods: readonly Pod[]): Task<readonly string[]> {
    const before = this.inspect();
    const missing = missingNodes(pods, (node) => this.nodes.get(node) !== undefined);
    const gone: string[] = [];
    const due = this.quarantine.pass(missing, this.needs.ctx.now());
    this.note(before);
    for (const name of due) {
      if (this.nodes.get(name) !== undefined) continue;
      const found = yield* this.api.get<Node>(NODES, { namespace: null, name });
      if (found.status === 404) gone.push(name);
    }
    if (this.quarantine.entries().length > 0) this.stayAwake();
    return gone;
  }

  /** Tells what changed in quarantine. */
  private note(before: Interior): void {
    const now = this.inspect();
    const set: { [path: string]: Json } = {};
    for (const path in before) if (now[path] === undefined) set[path] = null;
    for (const path in now) if (now[path] !== before[path]) set[path] = now[path] ?? null;
    if (Object.keys(set).length > 0) this.needs.ctx.inside('node', { quarantine: this.quarantine.entries().map(([node]) => node) }, set);
  }

  /** Fails the pod, if it has not ended, and deletes it at once. */
  private *remove(pod: Pod, condition: typeof NODE_GONE | null): Task<void> {
    const { namespace = '', name } = pod.metadata;
    yield* compute(this.needs.ctx, `pod-gc/${keyOf(pod)}`);
    if (!isPodTerminal(pod)) {
      const conditions = condition === null ? null : withCondition(pod, condition, this.needs.ctx.clock());
      const reply = yield* patchPodStatus(this.api, pod, { phase: 'Failed', ...(conditions === null ? {} : { conditions }) });
      if (!reply.ok) return;
    }
    yield* this.api.delete(PODS, { namespace, name }, { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 });
  }
}

const pathOf = (node: string): string => `quarantine/${node}`;
