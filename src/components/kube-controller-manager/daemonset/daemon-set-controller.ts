// Keeps a pod of each DaemonSet on every node that it fits. Models kubernetes pkg/controller/daemon/daemon_controller.go:
// watches, expectations, slow start, back-off for failed pods, status. Decisions: placement.ts, decisions.ts; history of
// templates: revisions.ts.
import { SECOND } from '../../../base/brand';
import { type JsonObject, jsonEqual } from '../../../base/json';
import type { ApiClient } from '../../../client/api-client';
import { done, type Outcome, retry, runWorkers } from '../../../client/controller';
import type { EventRecorder } from '../../../client/event-recorder';
import { type Informer, keyOf } from '../../../client/informer';
import { WorkQueue } from '../../../client/work-queue';
import { controllerOf } from '../../../machinery/object';
import { matchesSelector, selectorOf } from '../../../machinery/selector';
import type { DaemonSet, KubeObject, Node, Pod } from '../../../machinery/types';
import type { Interior } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import { Abandoned, granted, outcomeOf } from '../abandoned';
import { Consistency, STALE } from '../consistency';
import { type Controller, type Needs, unchanged } from '../controller';
import { claim } from '../controller-ref';
import { Expectations } from '../expectations';
import { BY_CONTROLLER, byControllerUid, orphansOf, ownerKey } from '../owned';
import { compute } from '../pace';
import { PodControl, podFromTemplate, slowStartBatch } from '../pod-control';
import { isPodReady, isPodTerminal } from '../pods';
import { CONTROLLER_REVISIONS, DAEMON_SETS, NODES, PODS } from '../refs';
import { countsOf, type DaemonSetStatus, decideOnNode, decideUpdate, type PodsByNode, unboundWithoutNode } from './decisions';
import { FailedPods } from './failed-pods';
import { daemonTemplate, isSamePlace, placementOn, targetNodeOf, templateFor } from './placement';
import { type ControllerRevision, hashOf, Revisions } from './revisions';

const ACTOR = 'daemon-set-controller';
const EVENT_SOURCE = 'daemonset-controller';
const WORKERS = 2; // --concurrent-daemonset-syncs
const BURST_REPLICAS = 250;
const SLOW_START = 1;

export class DaemonSetController implements Controller {
  private readonly api: ApiClient;
  private readonly events: EventRecorder;
  private readonly podControl: PodControl;
  private readonly daemonSets: Informer<DaemonSet>;
  private readonly pods: Informer<Pod>;
  private readonly nodes: Informer<Node>;
  private readonly revisions: Revisions;
  private readonly queue: WorkQueue;
  private readonly nodeQueue: WorkQueue;
  private readonly expectations: Expectations;
  private readonly failedPods = new FailedPods();
  private readonly consistency = new Consistency();

  constructor(private readonly needs: Needs) {
    const { ctx, informers } = needs;
    this.api = needs.client(ACTOR);
    this.events = needs.recorder(ACTOR, EVENT_SOURCE);
    this.queue = new WorkQueue(ctx, 'daemonset');
    this.nodeQueue = new WorkQueue(ctx, 'daemonset-node-updates');
    this.expectations = new Expectations(ctx, 'daemonset');
    this.daemonSets = informers.of<DaemonSet>(DAEMON_SETS);
    this.pods = informers.of<Pod>(PODS);
    this.podControl = new PodControl(this.api, this.events, (pod) => this.consistency.wrote(ownerKey(pod), this.pods, pod));
    this.nodes = informers.of<Node>(NODES);
    const revisions = informers.of<ControllerRevision>(CONTROLLER_REVISIONS);
    this.revisions = new Revisions(this.api, revisions);
    const enqueue = (daemonSet: DaemonSet): void => this.queue.add(keyOf(daemonSet));
    this.daemonSets.addHandler({
      add: enqueue,
      update: enqueue,
      delete: (daemonSet) => {
        this.expectations.forget(keyOf(daemonSet));
        this.consistency.forget(keyOf(daemonSet));
        enqueue(daemonSet);
      },
    });
    this.pods.addHandler({
      add: (pod) => this.podAdded(pod),
      update: (pod, old) => this.podUpdated(pod, old),
      delete: (pod) => this.podDeleted(pod),
    });
    revisions.addHandler({
      add: (revision) => void (controllerOf(revision) === null && this.enqueueMatching(revision)),
      update: (revision) => this.enqueue(this.ownerOf(revision)),
      delete: (revision) => this.enqueue(this.ownerOf(revision)),
    });
    this.nodes.addHandler({
      add: (node) => this.nodeQueue.add(node.metadata.name),
      update: (node, old) => void (isSamePlace(old, node) || this.nodeQueue.add(node.metadata.name)),
    });
  }

  start(): void {
    const options = { workers: WORKERS, actor: ACTOR, maxRetries: Number.POSITIVE_INFINITY };
    runWorkers(this.needs.ctx, this.queue, (key) => outcomeOf(this.sync(key)), options);
    runWorkers(this.needs.ctx, this.nodeQueue, (name) => this.syncNode(name), options);
  }
  inspect(): Interior {
    return { ...this.queue.inspect(), ...this.nodeQueue.inspect(), ...this.expectations.inspect() };
  }

  // ---- Watch -> key

  private podAdded(pod: Pod): void {
    if (pod.metadata.deletionTimestamp) return this.podDeleted(pod);
    if (controllerOf(pod) === null) return this.enqueueMatching(pod);
    const daemonSet = this.ownerOf(pod);
    if (daemonSet === null) return;
    this.expectations.creationObserved(keyOf(daemonSet));
    this.enqueue(daemonSet);
  }

  private podUpdated(pod: Pod, old: Pod): void {
    if (unchanged(pod, old)) return;
    if (pod.metadata.deletionTimestamp) return this.podDeleted(pod);
    const ownerChanged = controllerOf(pod)?.uid !== controllerOf(old)?.uid;
    if (ownerChanged) this.enqueue(this.ownerOf(old));
    const daemonSet = this.ownerOf(pod);
    if (daemonSet !== null) {
      this.enqueue(daemonSet);
      const { minReadySeconds = 0 } = daemonSet.spec;
      if (minReadySeconds > 0 && !isPodReady(old) && isPodReady(pod)) this.queue.addAfter(keyOf(daemonSet), (minReadySeconds + 1) * SECOND);
    } else if (controllerOf(pod) === null && (ownerChanged || !jsonEqual(pod.metadata.labels, old.metadata.labels))) {
      this.enqueueMatching(pod);
    }
  }

  private podDeleted(pod: Pod): void {
    const daemonSet = this.ownerOf(pod);
    if (daemonSet === null) return;
    this.expectations.deletionObserved(keyOf(daemonSet), keyOf(pod));
    this.enqueue(daemonSet);
  }

  /** The DaemonSet that controls it, as far as it is known. */
  private ownerOf(object: KubeObject): DaemonSet | null {
    const owner = controllerOf(object);
    if (owner?.kind !== 'DaemonSet') return null;
    const daemonSet = this.daemonSets.get(`${object.metadata.namespace ?? ''}/${owner.name}`);
    return daemonSet?.metadata.uid === owner.uid ? daemonSet : null;
  }
  private enqueue(daemonSet: DaemonSet | null): void {
    if (daemonSet !== null) this.queue.add(keyOf(daemonSet));
  }
  private enqueueMatching({ metadata }: KubeObject): void {
    for (const daemonSet of this.daemonSets.values()) {
      const near = daemonSet.metadata.namespace === metadata.namespace;
      if (near && matchesSelector(selectorOf(daemonSet.spec.selector), metadata.labels ?? {})) this.enqueue(daemonSet);
    }
  }

  /** Which DaemonSets a node that came or changed concerns. */
  private *syncNode(name: string): Task<Outcome> {
    const node = this.nodes.get(name);
    if (node === undefined) return done({ found: 'nothing' });
    yield* compute(this.needs.ctx, `daemonset/node/${name}`);
    const here = new Set(this.pods.byIndex('node', name).map((pod) => controllerOf(pod)?.uid));
    for (const daemonSet of this.daemonSets.list()) {
      const { shouldRun, shouldContinue } = placementOn(node, daemonSet);
      const has = here.has(daemonSet.metadata.uid ?? '');
      const misplaced = has && (daemonSet.status?.numberMisscheduled ?? 0) > 0;
      if (has ? !shouldContinue || misplaced : shouldRun) this.enqueue(daemonSet);
    }
    return done();
  }

  // ---- Key -> calls

  private *sync(key: string): Task<Outcome> {
    if (!this.consistency.isReady(key)) return retry(STALE);
    const daemonSet = this.daemonSets.get(key);
    if (daemonSet === undefined) {
      this.expectations.forget(key);
      return done({ found: 'nothing' });
    }
    yield* compute(this.needs.ctx, `daemonset/${key}`);
    if (Object.keys(daemonSet.spec.selector).length === 0) {
      const message = 'This daemon set is selecting all pods. A non-empty selector is required.';
      this.events.event(daemonSet, 'Warning', 'SelectingAll', message);
      return done({ selects: 'all' });
    }
    // Of one that is being deleted the history may be gone already: its status cannot be known.
    if (daemonSet.metadata.deletionTimestamp) return done({ deleting: true });
    const { current, old } = yield* this.revisions.of(daemonSet, yield* this.podsOf(daemonSet));
    const hash = hashOf(current);
    if (!this.expectations.satisfied(key)) return yield* this.writeStatus(daemonSet, hash, false);
    const failure = yield* this.reconcile(key, daemonSet, hash, old);
    const outcome = yield* this.writeStatus(daemonSet, hash, true);
    if (failure !== null) throw failure;
    return outcome;
  }

  /** What went wrong is told after the status was written. */
  private *reconcile(key: string, daemonSet: DaemonSet, hash: string, old: readonly ControllerRevision[]): Task<Abandoned | null> {
    try {
      yield* this.manage(key, daemonSet, hash);
      if (daemonSet.spec.updateStrategy?.type === 'RollingUpdate' && this.expectations.satisfied(key)) {
        const update = decideUpdate(daemonSet, this.nodes.list(), yield* this.podsByNode(daemonSet), hash, this.needs.ctx.clock());
        yield* this.syncNodes(key, daemonSet, update.create, update.remove, hash);
      }
      yield* this.revisions.cleanUp(daemonSet, old, yield* this.podsOf(daemonSet));
      return null;
    } catch (error) {
      if (error instanceof Abandoned) return error;
      throw error;
    }
  }

  private *manage(key: string, daemonSet: DaemonSet, hash: string): Task<void> {
    const now = this.needs.ctx.clock();
    const pods = yield* this.podsByNode(daemonSet);
    const nodes = this.nodes.list();
    const create: string[] = [];
    const remove: Pod[] = [];
    for (const node of nodes) {
      const { name } = node.metadata;
      const decision = decideOnNode(daemonSet, node, pods.get(name) ?? null, hash, now);
      if (decision.create) create.push(name);
      remove.push(...decision.ended.filter((pod) => this.mayGo(daemonSet, pod, name)), ...decision.remove);
    }
    yield* this.syncNodes(key, daemonSet, create, [...remove, ...unboundWithoutNode(nodes, pods)], hash);
  }

  /** An ended pod makes room for another, a failed one with a back-off. */
  private mayGo(daemonSet: DaemonSet, pod: Pod, node: string): boolean {
    const who = `daemon pod ${keyOf(pod)} on node ${node}`;
    if (pod.status?.phase === 'Succeeded') {
      this.events.event(daemonSet, 'Normal', 'SucceededDaemonPod', `Found succeeded ${who}, will try to delete it`);
      return true;
    }
    const backOffKey = `${daemonSet.metadata.uid}/${daemonSet.status?.observedGeneration ?? 0}/${node}`;
    const delayUs = this.failedPods.delay(backOffKey, this.needs.ctx.now());
    if (delayUs > 0) this.queue.addAfter(keyOf(daemonSet), delayUs);
    else this.events.event(daemonSet, 'Warning', 'FailedDaemonPod', `Found failed ${who}, will try to kill it`);
    return delayUs === 0;
  }

  private *syncNodes(key: string, daemonSet: DaemonSet, create: readonly string[], remove: readonly Pod[], hash: string): Task<void> {
    const { ctx } = this.needs;
    const nodes = create.slice(0, BURST_REPLICAS);
    const victims = remove.slice(0, BURST_REPLICAS);
    if (nodes.length + victims.length === 0) return;
    this.expectations.expect(key, nodes.length, victims.map(keyOf));
    const template = daemonTemplate(daemonSet, hash);
    const pods = nodes.map((node) => podFromTemplate(templateFor(template, node), daemonSet));
    const batch = yield* slowStartBatch(ctx, nodes.length, SLOW_START, (i) => this.createPod(key, daemonSet, pods[i] ?? {}));
    for (let skipped = batch.calls; skipped < nodes.length; skipped++) this.expectations.creationObserved(key);
    const results = yield* ctx.all(victims.map((pod) => this.deletePod(key, daemonSet, pod)));
    const failed = batch.failed ?? results.find((result) => result !== null);
    if (failed) throw new Abandoned(failed);
  }

  private *createPod(key: string, daemonSet: DaemonSet, pod: JsonObject): Task<string | null> {
    const created = yield* this.podControl.create(pod, daemonSet);
    if (typeof created !== 'object') return null;
    this.expectations.creationObserved(key);
    return created.why;
  }

  private *deletePod(key: string, daemonSet: DaemonSet, pod: Pod): Task<string | null> {
    const failed = yield* this.podControl.delete(daemonSet.metadata.namespace ?? '', pod.metadata.name, daemonSet);
    if (failed !== null) this.expectations.deletionObserved(key, keyOf(pod));
    return failed;
  }

  // ---- Its pods

  private *podsOf(daemonSet: DaemonSet): Task<readonly Pod[]> {
    const own = this.pods.byIndex(BY_CONTROLLER, byControllerUid(daemonSet.metadata.uid ?? ''));
    const orphans = this.pods.byIndex(BY_CONTROLLER, orphansOf(daemonSet.metadata.namespace ?? ''));
    const owner = { object: daemonSet, resource: DAEMON_SETS };
    const claims = yield* claim(this.api, owner, selectorOf(daemonSet.spec.selector), [...own, ...orphans], PODS);
    if (!claims.ok) throw new Abandoned(claims.why);
    return claims.claimed;
  }

  /** Without those that ended and wait only for their finalizers. */
  private *podsByNode(daemonSet: DaemonSet): Task<PodsByNode> {
    const byNode = new Map<string, Pod[]>();
    for (const pod of yield* this.podsOf(daemonSet)) {
      const node = pod.metadata.deletionTimestamp && isPodTerminal(pod) ? null : targetNodeOf(pod);
      if (node === null) continue;
      const onNode = byNode.get(node);
      if (onNode === undefined) byNode.set(node, [pod]);
      else onNode.push(pod);
    }
    return byNode;
  }

  // ---- Status

  /** `observed`: the controller has acted on this generation. */
  private *writeStatus(daemonSet: DaemonSet, hash: string, observed: boolean): Task<Outcome> {
    const counts = countsOf(daemonSet, this.nodes.list(), yield* this.podsByNode(daemonSet), hash, this.needs.ctx.clock());
    const { generation = 0 } = daemonSet.metadata;
    const status = statusWith(daemonSet, counts, observed ? generation : null);
    const { observedGeneration: _, collisionCount: __, ...found } = daemonSet.status ?? {};
    const news = !jsonEqual({ ...counts }, found) || (daemonSet.status?.observedGeneration ?? 0) < generation;
    if (news) yield* this.putStatus({ ...daemonSet, status });
    const { minReadySeconds = 0 } = daemonSet.spec;
    const waits = minReadySeconds > 0 && counts.numberReady !== (counts.numberAvailable ?? 0);
    const detail = { wanted: counts.desiredNumberScheduled, found: counts.currentNumberScheduled, statusWritten: news };
    return { type: 'done', detail, ...(waits ? { againAfterUs: minReadySeconds * SECOND } : {}) };
  }

  /** A refusal is tried once more on the object that the server has. */
  private *putStatus(wanted: DaemonSet): Task<void> {
    const first = yield* this.api.update<DaemonSet>(DAEMON_SETS, wanted, { subresource: 'status' });
    if (first.ok) return this.consistency.wrote(keyOf(wanted), this.daemonSets, first.body);
    const { namespace = '', name } = wanted.metadata;
    const found = granted(yield* this.api.get<DaemonSet>(DAEMON_SETS, { namespace, name }));
    const { observedGeneration, ...counts } = wanted.status as DaemonSetStatus;
    const status = statusWith(found, counts, observedGeneration ?? null);
    const second = granted(yield* this.api.update<DaemonSet>(DAEMON_SETS, { ...found, status }, { subresource: 'status' }));
    this.consistency.wrote(keyOf(wanted), this.daemonSets, second);
  }
}

/** The counts in place of those that `daemonSet` has; `generation` null leaves the observed one. */
function statusWith(daemonSet: DaemonSet, counts: DaemonSetStatus, generation: number | null): DaemonSetStatus {
  const { observedGeneration, collisionCount } = daemonSet.status ?? {};
  const observed = generation ?? observedGeneration;
  return {
    ...counts,
    ...(observed === undefined ? {} : { observedGeneration: observed }),
    ...(collisionCount === undefined ? {} : { collisionCount }),
  };
}
