// Deletes pods that do not tolerate a taint of their node, or no longer.
// Models kubernetes pkg/controller/tainteviction/taint_eviction.go, timed_workers.go.
import { MS, SECOND, type SimTime, simTime } from '../../../base/brand';
import { type Json, jsonEqual } from '../../../base/json';
import type { ApiClient } from '../../../client/api-client';
import type { EventRecorder } from '../../../client/event-recorder';
import { type Informer, keyOf } from '../../../client/informer';
import { splitKey } from '../../../machinery/object';
import { tolerates } from '../../../machinery/taints';
import type { KubeObject, Node, Pod, Taint, Toleration } from '../../../machinery/types';
import type { Interior } from '../../../sim/process';
import type { Timer } from '../../../sim/simulation';
import type { Task } from '../../../sim/task';
import type { Controller, Needs } from '../controller';
import { compute } from '../pace';
import { patchPodStatus, withCondition } from '../pod-status-patch';
import { NODES, PODS } from '../refs';

const ACTOR = 'node-controller';
const COMPONENT = 'taint-eviction-controller';
const TRIES = 5;
const RETRY_US = 10 * MS;
const DISRUPTION = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'DeletionByTaintManager',
  message: 'Taint manager: deleting due to NoExecute taint',
} as const;

interface EvictionPlan {
  readonly sinceUs: SimTime;
  readonly dueUs: SimTime;
}

export class TaintEvictionController implements Controller {
  private readonly api: ApiClient;
  private readonly events: EventRecorder;
  private readonly nodes: Informer<Node>;
  private readonly pods: Informer<Pod>;
  private readonly planned = new Map<string, EvictionPlan & { readonly timer: Timer }>();
  /** Asked to go: not asked again, whatever becomes of the taints. */
  private readonly evicted = new Set<string>();
  private started = false;

  constructor(private readonly needs: Needs) {
    this.api = needs.client(ACTOR);
    this.events = needs.recorder(ACTOR, COMPONENT);
    this.nodes = needs.informers.of<Node>(NODES);
    this.pods = needs.informers.of<Pod>(PODS);
    this.nodes.addHandler({
      add: (node) => this.nodeChanged(node),
      update: (node, old) => void (sameTaints(noExecute(node), noExecute(old)) || this.nodeChanged(node)),
    });
    this.pods.addHandler({
      add: (pod) => this.podChanged(pod),
      update: (pod, old) => {
        const same = jsonEqual((pod.spec.tolerations ?? []) as Json, (old.spec.tolerations ?? []) as Json);
        if (!same || pod.spec.nodeName !== old.spec.nodeName) this.podChanged(pod);
      },
      delete: (pod) => this.cancel(keyOf(pod)),
    });
  }

  start(): void {
    this.started = true;
    for (const node of this.nodes.list()) if (noExecute(node).length > 0) this.nodeChanged(node);
  }
  inspect(): Interior {
    return Object.fromEntries([...this.planned].map(([key, { dueUs }]) => [pathOf(key), dueUs]));
  }

  // ---- Watch -> plan

  private nodeChanged(node: Node): void {
    if (!this.started) return;
    const taints = noExecute(node);
    for (const pod of this.pods.byIndex('node', node.metadata.name)) this.plan(pod, taints);
  }
  private podChanged(pod: Pod): void {
    const node = this.nodes.get(pod.spec.nodeName ?? '');
    if (!this.started || node === undefined) return;
    const taints = noExecute(node);
    if (taints.length > 0) this.plan(pod, taints);
  }

  private plan(pod: Pod, taints: readonly Taint[]): void {
    const key = keyOf(pod);
    const now = this.needs.ctx.now();
    if (taints.length > 0 && this.evicted.has(key)) return;
    const planned = this.planned.get(key) ?? null;
    const plan = replan(planned, secondsTolerated(taints, pod.spec.tolerations ?? []), now);
    if (plan === planned && plan !== null) return;
    this.cancel(key);
    if (plan !== null) this.evictAt(key, plan);
  }

  private evictAt(key: string, { sinceUs, dueUs }: EvictionPlan): void {
    const { ctx } = this.needs;
    const timer = ctx.after(
      dueUs - ctx.now(),
      () => {
        this.planned.delete(key);
        this.evicted.add(key);
        ctx.inside('node', { evicts: key }, { [pathOf(key)]: null });
        ctx.spawn(this.evict(key), ACTOR);
      },
      { idle: false },
    );
    this.planned.set(key, { sinceUs, dueUs, timer });
    ctx.inside('node', { evictionPlanned: key, dueUs }, { [pathOf(key)]: dueUs });
  }

  private cancel(key: string): void {
    this.evicted.delete(key);
    const planned = this.planned.get(key);
    if (planned === undefined) return;
    planned.timer.cancel();
    this.planned.delete(key);
    this.needs.ctx.inside('node', { evictionCancelled: key }, { [pathOf(key)]: null });
    this.tell(key, `Cancelling deletion of Pod ${key}`);
  }

  // ---- Plan -> calls

  private *evict(key: string): Task<void> {
    this.tell(key, `Marking for deletion Pod ${key}`);
    for (let tries = 1; tries <= TRIES; tries++) {
      yield* compute(this.needs.ctx, `evict/${key}`);
      if (yield* this.delete(key)) return;
      yield* this.needs.ctx.sleep(RETRY_US, { idle: false });
    }
    this.evicted.delete(key);
  }

  private *delete(key: string): Task<boolean> {
    const name = splitKey(key);
    const found = yield* this.api.get<Pod>(PODS, name);
    if (!found.ok) return false;
    const conditions = withCondition(found.body, DISRUPTION, this.needs.ctx.clock());
    if (conditions !== null && !(yield* patchPodStatus(this.api, found.body, { conditions })).ok) return false;
    return (yield* this.api.delete(PODS, name, { kind: 'DeleteOptions', apiVersion: 'v1' })).ok;
  }

  private tell(key: string, message: string): void {
    const { namespace, name } = splitKey(key);
    const about: KubeObject = { kind: 'Pod', apiVersion: 'v1', metadata: { namespace, name } };
    this.events.event(about, 'Normal', 'TaintManagerEviction', message);
  }
}

const sameTaints = (a: readonly Taint[], b: readonly Taint[]): boolean => jsonEqual(a as unknown as Json, b as unknown as Json);
const pathOf = (key: string): string => `eviction/${key}`;
const noExecute = (node: Node): readonly Taint[] => (node.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute');

/** The plan for a pod that may stay for so many seconds from now on (null: for ever). A plan that is older stays:
 *  nobody wins time by a change of taints or tolerations. */
export function replan(planned: EvictionPlan | null, seconds: number | null, now: SimTime): EvictionPlan | null {
  if (seconds === null) return null;
  if (seconds === 0) return { sinceUs: now, dueUs: now };
  if (planned !== null && planned.sinceUs < now) return planned;
  return { sinceUs: planned?.sinceUs ?? now, dueUs: simTime(now + seconds * SECOND) };
}

/** How long a pod may stay on a node with these taints: null for ever, 0 not at all. */
export function secondsTolerated(taints: readonly Taint[], tolerations: readonly Toleration[]): number | null {
  if (taints.length === 0) return null;
  const used = taints.map((taint) => tolerations.find((toleration) => tolerates(toleration, taint)));
  if (used.some((toleration) => toleration === undefined)) return 0;
  return leastSeconds(used.filter((toleration) => toleration !== undefined));
}

/** The shortest time among tolerations; null if all are for ever, 0 if there are none. */
export function leastSeconds(tolerations: readonly Toleration[]): number | null {
  if (tolerations.length === 0) return 0;
  const limits = tolerations.flatMap(({ tolerationSeconds }) => tolerationSeconds ?? []);
  return limits.length === 0
    ? null
    : Math.max(
        0,
        limits.reduce((least, seconds) => Math.min(least, seconds)),
      );
}
