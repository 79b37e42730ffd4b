// Watches over nodes: one that is silent for 50 seconds is called unknown, its pods not ready, and it is tainted.
// Models kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go, pkg/controller/util/node.
import { MS, SECOND } from '../../../base/brand';
import type { Json } from '../../../base/json';
import type { ApiClient } from '../../../client/api-client';
import { done, type Outcome, retry, runWorkers } from '../../../client/controller';
import type { EventRecorder } from '../../../client/event-recorder';
import { type Informer, keyOf } from '../../../client/informer';
import { WorkQueue } from '../../../client/work-queue';
import type { Condition, KubeObject, Lease, Node, Pod } from '../../../machinery/types';
import type { Interior } from '../../../sim/process';
import type { Timer } from '../../../sim/simulation';
import type { Task } from '../../../sim/task';
import { type Controller, type Needs, unchanged, whyNot } from '../controller';
import { compute } from '../pace';
import { withCondition } from '../pod-status-patch';
import { LEASES, NODES, PODS } from '../refs';
import { GRACE, type Health, judge, readyOf, type Verdict } from './node-health';
import { hasTaint, NOT_READY, NodeTainter, noScheduleChanges, UNREACHABLE } from './node-taints';
import { disruption, evictionRate, isExcludedFromDisruption, ZoneQueue, type ZoneState, zoneOf } from './zones';

const ACTOR = 'node-controller';
const MONITOR_PERIOD_US = 5 * SECOND; // --node-monitor-period
const TAINTING_PERIOD_US = 100 * MS; // NodeEvictionPeriod
const NODE_WORKERS = 8;
const POD_WORKERS = 4;
const WRITE_TRIES = 5;
const WRITE_RETRY_US = 20 * MS;

export class NodeLifecycleController implements Controller {
  private readonly api: ApiClient;
  private readonly events: EventRecorder;
  private readonly tainter: NodeTainter;
  private readonly nodes: Informer<Node>;
  private readonly pods: Informer<Pod>;
  private readonly leases: Informer<Lease>;
  private readonly nodeQueue: WorkQueue;
  private readonly podQueue: WorkQueue;
  private readonly known = new Map<string, Node>();
  private readonly health = new Map<string, Health>();
  private readonly zoneStates = new Map<string, ZoneState>();
  private readonly zoneQueues = new Map<string, ZoneQueue>();
  private readonly retryPods = new Set<string>();
  private watching = false;
  private tainting: Timer | null = null;

  constructor(private readonly needs: Needs) {
    this.api = needs.client(ACTOR);
    this.events = needs.recorder(ACTOR);
    this.tainter = new NodeTainter(needs.ctx, this.api);
    this.nodeQueue = new WorkQueue(needs.ctx, 'node_lifecycle_controller');
    this.podQueue = new WorkQueue(needs.ctx, 'node_lifecycle_controller_pods');
    this.nodes = needs.informers.of<Node>(NODES);
    this.pods = needs.informers.of<Pod>(PODS);
    this.leases = needs.informers.of<Lease>(LEASES);
    this.nodes.addHandler({
      add: (node) => this.enqueueNode(node),
      update: (node, old) => void (unchanged(node, old) || this.enqueueNode(node)),
      delete: (node) => this.retryPods.delete(node.metadata.name),
    });
    this.pods.addHandler({
      add: (pod) => this.enqueuePod(pod),
      update: (pod, old) => void (pod.spec.nodeName === old.spec.nodeName || this.enqueuePod(pod)),
    });
  }

  start(): void {
    const { ctx } = this.needs;
    runWorkers(ctx, this.nodeQueue, (name) => this.syncNode(name), { workers: NODE_WORKERS, actor: ACTOR });
    runWorkers(ctx, this.podQueue, (key) => this.syncPod(key), { workers: POD_WORKERS, actor: ACTOR });
    ctx.every(
      MONITOR_PERIOD_US,
      () => {
        if (!this.watching) ctx.spawn(this.monitor(), ACTOR);
      },
      0,
    );
  }
  inspect(): Interior {
    const interior: { [path: string]: Json } = {};
    for (const [zone, state] of this.zoneStates) interior[zonePath(zone)] = state;
    return { ...this.nodeQueue.inspect(), ...this.podQueue.inspect(), ...interior };
  }

  // ---- Watch -> key: only what asks for something

  private enqueueNode(node: Node): void {
    const { add, remove } = noScheduleChanges(node);
    if (add.length + remove.length > 0 || labelChanges(node) !== null) this.nodeQueue.add(node.metadata.name);
  }
  private enqueuePod(pod: Pod): void {
    const ready = this.health.get(pod.spec.nodeName ?? '')?.ready;
    if (ready && ready.status !== 'True') this.podQueue.add(keyOf(pod));
  }

  // ---- Key -> calls

  /** Taints that keep pods away come and go with the node's conditions, at once. */
  private *syncNode(name: string): Task<Outcome> {
    const node = this.nodes.get(name);
    if (node === undefined) return done({ found: 'nothing' });
    const { add, remove } = noScheduleChanges(node);
    const swapped = yield* this.tainter.swap(node, add, remove);
    const labels = labelChanges(node);
    if (labels !== null) {
      yield* this.api.get<Node>(NODES, { namespace: null, name }, { query: 'resourceVersion=0' });
      yield* this.api.patch(NODES, { namespace: null, name }, 'strategic', { metadata: { labels } });
    }
    return done({ added: add.map(({ key }) => key), removed: remove.map(({ key }) => key), failed: !swapped });
  }

  /** A pod that came to a node that is not well. */
  private *syncPod(key: string): Task<Outcome> {
    const pod = this.pods.get(key);
    const ready = this.health.get(pod?.spec.nodeName ?? '')?.ready;
    if (pod === undefined || !ready || ready.status === 'True') return done({ found: 'nothing to do' });
    const failed = yield* this.markNotReady([pod]);
    return failed === null ? done() : retry(failed);
  }

  // ---- Every five seconds

  private *monitor(): Task<void> {
    this.watching = true;
    const nodes = this.nodes.list();
    yield* this.meetNodes(nodes);
    const verdicts = yield* this.needs.ctx.all(nodes.map((node) => this.watch(node)));
    const ready = new Map<string, (Condition | null)[]>();
    nodes.forEach((node, i) => {
      const verdict = verdicts[i];
      if (!verdict || isExcludedFromDisruption(node)) return;
      ready.set(zoneOf(node), [...(ready.get(zoneOf(node)) ?? []), verdict.current]);
    });
    yield* this.settleZones(nodes, ready);
    this.watching = false;
  }

  private *meetNodes(nodes: readonly Node[]): Task<void> {
    const names = new Set(nodes.map(({ metadata }) => metadata.name));
    for (const node of nodes) {
      const { name } = node.metadata;
      this.zoneQueue(zoneOf(node));
      if (this.known.has(name)) continue;
      this.known.set(name, node);
      this.tellNode(node, 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`);
      yield* this.markReachable(node);
    }
    for (const [name, node] of [...this.known]) {
      if (names.has(name)) continue;
      this.known.delete(name);
      this.health.delete(name);
      this.tellNode(node, 'RemovingNode', `Node ${name} event: Removing Node ${name} from Controller`);
    }
  }

  /** One node: what it is, what has to be written about it. Null if that failed. */
  private *watch(known: Node): Task<Verdict | null> {
    const { name } = known.metadata;
    const { ctx } = this.needs;
    let verdict: Verdict;
    for (let node = known, tries = 1; ; tries++) {
      verdict = judge(node, this.health.get(name) ?? null, this.leases.get(`kube-node-lease/${name}`), ctx.now(), GRACE, ctx.clock());
      if (verdict.write === null) break;
      yield* compute(ctx, `node-status/${name}`);
      const reply = yield* this.api.update<Node>(NODES, verdict.write, { subresource: 'status' });
      if (reply.ok) break;
      const latest = yield* this.api.get<Node>(NODES, { namespace: null, name });
      if (!latest.ok || tries === WRITE_TRIES) return null;
      node = latest.body;
      yield* ctx.sleep(WRITE_RETRY_US, { idle: false });
    }
    this.health.set(name, verdict.health);
    if (verdict.current === null) return verdict;
    yield* this.taintByReadiness(known, verdict.current);
    const lost = verdict.current.status !== 'True' && verdict.observed.status === 'True';
    if (lost) this.tellNode(known, 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
    if (lost || (this.retryPods.has(name) && verdict.observed.status !== 'True')) {
      const failed = yield* this.markNotReady(this.pods.byIndex('node', name));
      if (failed !== null) {
        this.retryPods.add(name);
        return verdict;
      }
    }
    this.retryPods.delete(name);
    return verdict;
  }

  /** Taints that drive pods away: at once if one replaces the other, else in turn. */
  private *taintByReadiness(node: Node, ready: Condition): Task<void> {
    if (ready.status === 'True') return yield* this.markReachable(node);
    const [taint, opposite] = ready.status === 'False' ? [NOT_READY, UNREACHABLE] : [UNREACHABLE, NOT_READY];
    if (hasTaint(node.spec.taints, opposite)) {
      yield* this.tainter.swap(node, [taint], [opposite]);
      return;
    }
    const queue = this.zoneQueue(zoneOf(node));
    if (!hasTaint(node.spec.taints, taint)) queue.remove(node.metadata.name);
    if (queue.add(node.metadata.name)) this.planTainting();
  }

  private *markReachable(node: Node): Task<void> {
    for (const taint of [UNREACHABLE, NOT_READY]) if (!(yield* this.tainter.remove(node, [taint]))) return;
    this.zoneQueue(zoneOf(node)).remove(node.metadata.name);
  }

  /** Null, or why it failed. */
  private *markNotReady(pods: readonly Pod[]): Task<string | null> {
    let failed: string | null = null;
    for (const pod of pods) {
      const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
      if (ready === undefined) continue;
      const conditions = withCondition(pod, { ...ready, status: 'False' }, this.needs.ctx.clock());
      if (conditions === null) continue;
      yield* compute(this.needs.ctx, `pod-not-ready/${keyOf(pod)}`);
      const reply = yield* this.api.update<Pod>(PODS, { ...pod, status: { ...pod.status, conditions } }, { subresource: 'status' });
      if (reply.status === 404) continue;
      if (!reply.ok) failed = whyNot(reply);
      this.events.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
    }
    return failed;
  }

  private tellNode({ metadata: { name, uid = '' } }: Node, reason: string, message: string): void {
    const about: KubeObject = { kind: 'Node', apiVersion: 'v1', metadata: { name, uid } };
    this.events.event(about, 'Normal', reason, message);
  }

  // ---- Zones

  private zoneQueue(zone: string): ZoneQueue {
    let queue = this.zoneQueues.get(zone);
    if (queue === undefined) {
      queue = new ZoneQueue();
      this.zoneQueues.set(zone, queue);
    }
    if (!this.zoneStates.has(zone)) this.setZone(zone, 'Initial');
    return queue;
  }

  private setZone(zone: string, state: ZoneState | null): void {
    if (this.zoneStates.get(zone) === (state ?? undefined)) return;
    if (state === null) this.zoneStates.delete(zone);
    else this.zoneStates.set(zone, state);
    this.needs.ctx.inside('node', { zone, state }, { [zonePath(zone)]: state });
  }

  private *settleZones(nodes: readonly Node[], ready: ReadonlyMap<string, readonly (Condition | null)[]>): Task<void> {
    for (const zone of [...this.zoneStates.keys()]) if (!ready.has(zone)) this.setZone(zone, null);
    if (ready.size === 0) return;
    const news = disruption(this.zoneStates, ready);
    if (news.type === 'entered') {
      for (const node of nodes) yield* this.markReachable(node);
      for (const zone of ready.keys()) {
        this.zoneQueue(zone).limit(0);
        this.setZone(zone, 'FullDisruption');
      }
      return;
    }
    if (news.type === 'left') {
      const probedAtUs = this.needs.ctx.now();
      for (const [name, health] of this.health) this.health.set(name, { ...health, probedAtUs });
    }
    for (const [zone, state] of news.states) {
      if (news.type === 'states' && this.zoneStates.get(zone) === state) continue;
      this.zoneQueue(zone).limit(evictionRate(state, ready.get(zone)?.length ?? 0));
      this.setZone(zone, state);
    }
    this.planTainting();
  }

  /** Looks again at the next tenth of a second at which a node may be given up. */
  private planTainting(): void {
    if (this.tainting !== null) return;
    const { ctx } = this.needs;
    const times = [...this.zoneQueues.values()].flatMap((queue) => queue.readyAtUs() ?? []);
    if (times.length === 0) return;
    const dueUs = Math.max(
      times.reduce((least, us) => Math.min(least, us)),
      ctx.now(),
    );
    const waitUs = dueUs - ctx.now() + TAINTING_PERIOD_US;
    this.tainting = ctx.after(
      waitUs,
      () => {
        this.tainting = null;
        ctx.spawn(this.taintNext(), ACTOR);
      },
      { idle: false },
    );
  }

  private *taintNext(): Task<void> {
    for (const queue of this.zoneQueues.values()) {
      const name = queue.take(this.needs.ctx.now());
      const node = name === null ? undefined : this.nodes.get(name);
      const ready = node === undefined ? null : readyOf(node);
      if (node === undefined || ready === null || ready.status === 'True') continue;
      const [taint, opposite] = ready.status === 'False' ? [NOT_READY, UNREACHABLE] : [UNREACHABLE, NOT_READY];
      if (!(yield* this.tainter.swap(node, [taint], [opposite]))) queue.putBack(node.metadata.name);
    }
    this.planTainting();
  }
}

const zonePath = (zone: string): string => `zone/${zone.replace('\0', '')}`;

/** The older names of two labels follow the newer ones. */
const LABELS = [
  ['kubernetes.io/os', 'beta.kubernetes.io/os'],
  ['kubernetes.io/arch', 'beta.kubernetes.io/arch'],
] as const;

/** The labels to set, or null if none. */
export function labelChanges({ metadata: { labels = {} } }: Node): { readonly [name: string]: string } | null {
  const changes: { [name: string]: string } = {};
  for (const [primary, secondary] of LABELS) {
    const value = labels[primary];
    if (value !== undefined && labels[secondary] !== value) changes[secondary] = value;
  }
  return Object.keys(changes).length === 0 ? null : changes;
}
