// Keeps as many pods as a ReplicaSet wants. Models kubernetes pkg/controller/replicaset/replica_set.go: watches,
// expectations, slow start, deletion ranking, status.
// Left out: metrics, scale of the ReplicationController (it shares the code upstream).
import { SECOND } from '../../../base/brand';
import { jsonEqual } from '../../../base/json';
import type { ApiClient } from '../../../client/api-client';
import { done, type Outcome, retry, runWorkers } from '../../../client/controller';
import { type Informer, keyOf } from '../../../client/informer';
import { WorkQueue } from '../../../client/work-queue';
import { controllerOf } from '../../../machinery/object';
import { matchesSelector, selectorOf } from '../../../machinery/selector';
import type { KubeObject, Pod, ReplicaSet } from '../../../machinery/types';
import type { Interior } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import { Consistency, STALE } from '../consistency';
import { type Controller, type Needs, unchanged, whyNot } from '../controller';
import { claim } from '../controller-ref';
import { Expectations } from '../expectations';
import { BY_CONTROLLER, byControllerUid, orphansOf, ownerKey } from '../owned';
import { compute } from '../pace';
import { PodControl, podFromTemplate, slowStartBatch } from '../pod-control';
import { isPodActive, isPodReady, isPodTerminating, untilAvailable } from '../pods';
import { PODS, REPLICA_SETS } from '../refs';
import { podsToDelete } from './deletion-rank';
import { calculateStatus, type ManageFailure, statusToWrite } from './status';

const ACTOR = 'replicaset-controller';
const WORKERS = 5; // --concurrent-replicaset-syncs
const BURST_REPLICAS = 500;
const SLOW_START = 1;

export class ReplicaSetController implements Controller {
  private readonly api: ApiClient;
  private readonly podControl: PodControl;
  private readonly replicaSets: Informer<ReplicaSet>;
  private readonly pods: Informer<Pod>;
  private readonly queue: WorkQueue;
  private readonly expectations: Expectations;
  private readonly consistency = new Consistency();

  constructor(private readonly needs: Needs) {
    this.api = needs.client(ACTOR);
    this.queue = new WorkQueue(needs.ctx, 'replicaset');
    this.expectations = new Expectations(needs.ctx, 'replicaset');
    this.replicaSets = needs.informers.of<ReplicaSet>(REPLICA_SETS);
    this.pods = needs.informers.of<Pod>(PODS);
    this.podControl = new PodControl(this.api, needs.recorder(ACTOR), (pod) => this.wrote(ownerKey(pod), this.pods, pod));
    this.replicaSets.addHandler({
      add: (rs) => this.queue.add(keyOf(rs)),
      update: (rs, old) => void (unchanged(rs, old) || this.queue.add(keyOf(rs))),
      delete: (rs) => {
        this.expectations.forget(keyOf(rs));
        this.consistency.forget(keyOf(rs));
        this.queue.add(keyOf(rs));
      },
    });
    this.pods.addHandler({
      add: (pod) => this.podAdded(pod),
      update: (pod, old) => this.podUpdated(pod, old),
      delete: (pod) => this.podDeleted(pod),
    });
  }

  start(): void {
    const options = { workers: WORKERS, actor: ACTOR, maxRetries: Number.POSITIVE_INFINITY };
    runWorkers(this.needs.ctx, this.queue, (key) => this.sync(key), options);
  }
  inspect(): Interior {
    return { ...this.queue.inspect(), ...this.expectations.inspect() };
  }

  // ---- Watch -> key

  private podAdded(pod: Pod): void {
    if (pod.metadata.deletionTimestamp) return this.podDeleted(pod);
    const owner = controllerOf(pod);
    if (owner === null) return this.enqueueMatching(pod);
    const rs = this.ownerOf(pod);
    if (rs === null) return;
    this.expectations.creationObserved(keyOf(rs));
    this.queue.add(keyOf(rs));
  }

  private podUpdated(pod: Pod, old: Pod): void {
    if (unchanged(pod, old)) return;
    if (pod.metadata.deletionTimestamp) return this.podDeleted(pod);
    const ownerChanged = controllerOf(pod)?.uid !== controllerOf(old)?.uid;
    if (ownerChanged) this.enqueue(this.ownerOf(old));
    const rs = this.ownerOf(pod);
    if (rs !== null) {
      this.queue.add(keyOf(rs));
      const { minReadySeconds = 0 } = rs.spec;
      if (minReadySeconds > 0 && !isPodReady(old) && isPodReady(pod)) this.queue.addAfter(keyOf(rs), (minReadySeconds + 1) * SECOND);
    } else if (controllerOf(pod) === null && (ownerChanged || !jsonEqual(pod.metadata.labels, old.metadata.labels))) {
      this.enqueueMatching(pod);
    }
  }

  private podDeleted(pod: Pod): void {
    const rs = this.ownerOf(pod);
    if (rs === null) return;
    this.expectations.deletionObserved(keyOf(rs), keyOf(pod));
    this.queue.add(keyOf(rs));
  }

  /** The ReplicaSet that controls it, as far as it is known. */
  private ownerOf(pod: Pod): ReplicaSet | null {
    const owner = controllerOf(pod);
    if (owner?.kind !== 'ReplicaSet') return null;
    const rs = this.replicaSets.get(`${pod.metadata.namespace ?? ''}/${owner.name}`);
    return rs?.metadata.uid === owner.uid ? rs : null;
  }
  private enqueue(rs: ReplicaSet | null): void {
    if (rs !== null) this.queue.add(keyOf(rs));
  }
  private enqueueMatching(pod: Pod): void {
    for (const rs of this.replicaSets.byIndex('namespace', pod.metadata.namespace ?? '')) {
      if (matchesSelector(selectorOf(rs.spec.selector), pod.metadata.labels ?? {})) this.queue.add(keyOf(rs));
    }
  }

  // ---- Key -> calls

  private *sync(key: string): Task<Outcome> {
    if (!this.consistency.isReady(key)) return retry(STALE);
    const rs = this.replicaSets.get(key);
    if (rs === undefined) {
      this.expectations.forget(key);
      return done({ found: 'nothing' });
    }
    const { ctx } = this.needs;
    yield* compute(ctx, `replicaset/${key}`);
    const maySeeAll = this.expectations.satisfied(key);
    const selector = selectorOf(rs.spec.selector);
    const own = this.pods.byIndex(BY_CONTROLLER, byControllerUid(rs.metadata.uid ?? ''));
    const orphans = this.pods.byIndex(BY_CONTROLLER, orphansOf(rs.metadata.namespace ?? ''));
    const candidates = [...own, ...orphans].filter(isPodActive);
    const claims = yield* claim(this.api, { object: rs, resource: REPLICA_SETS }, selector, candidates, PODS);
    if (!claims.ok) return retry(claims.why);
    const active = claims.claimed;
    const terminating = own.filter((pod) => isPodTerminating(pod) && matchesSelector(selector, pod.metadata.labels ?? {})).length;
    const failure = maySeeAll && !rs.metadata.deletionTimestamp ? yield* this.manageReplicas(key, rs, active) : null;
    const status = statusToWrite(rs, calculateStatus(rs, active, terminating, failure, ctx.clock()));
    const detail = { wanted: rs.spec.replicas ?? 1, found: active.length, managed: maySeeAll, statusWritten: status !== null };
    if (status !== null) {
      const refused = yield* this.updateStatus(rs, status);
      if (refused !== null) return { ...retry(refused), detail };
    }
    if (failure !== null) return { ...retry(failure.message), detail };
    return { type: 'done', detail, ...this.againWhenAvailable(rs, active) };
  }

  /** Creates what is missing, deletes what is too many. The first failure, or null. */
  private *manageReplicas(key: string, rs: ReplicaSet, active: readonly Pod[]): Task<ManageFailure | null> {
    const { ctx } = this.needs;
    const wanted = rs.spec.replicas ?? 1;
    const namespace = rs.metadata.namespace ?? '';
    if (active.length < wanted) {
      const missing = Math.min(wanted - active.length, BURST_REPLICAS);
      this.expectations.expect(key, missing, []);
      const pod = podFromTemplate(rs.spec.template, rs);
      const batch = yield* slowStartBatch(ctx, missing, SLOW_START, () => this.createPod(key, pod, rs));
      for (let skipped = batch.calls; skipped < missing; skipped++) this.expectations.creationObserved(key);
      return batch.failed === null ? null : { reason: 'FailedCreate', message: batch.failed };
    }
    if (active.length === wanted) return null;
    const count = Math.min(active.length - wanted, BURST_REPLICAS);
    const victims = podsToDelete(active, this.relatedPods(rs), count, ctx.clock());
    this.expectations.expect(key, 0, victims.map(keyOf));
    const results = yield* ctx.all(victims.map((pod) => this.deletePod(key, namespace, pod, rs)));
    const failed = results.find((result) => result !== null);
    return failed === undefined ? null : { reason: 'FailedDelete', message: failed };
  }

  private *createPod(key: string, pod: ReturnType<typeof podFromTemplate>, rs: ReplicaSet): Task<string | null> {
    const created = yield* this.podControl.create(pod, rs);
    // A pod that was not created will not be seen; in a namespace that goes away nothing is to be tried again.
    if (created !== 'created') this.expectations.creationObserved(key);
    return typeof created === 'object' ? created.why : null;
  }

  private *deletePod(key: string, namespace: string, pod: Pod, rs: ReplicaSet): Task<string | null> {
    const failed = yield* this.podControl.delete(namespace, pod.metadata.name, rs);
    if (failed !== null) this.expectations.deletionObserved(key, keyOf(pod));
    return failed;
  }

  /** Pods of all ReplicaSets of the same owner (of a Deployment: old and new). */
  private relatedPods(rs: ReplicaSet): readonly Pod[] {
    const owner = controllerOf(rs);
    const siblings = owner === null ? [rs] : this.replicaSets.byIndex(BY_CONTROLLER, byControllerUid(owner.uid));
    return siblings.flatMap((sibling) => this.pods.byIndex(BY_CONTROLLER, byControllerUid(sibling.metadata.uid ?? '')));
  }

  /** Null if written. A conflict is tried once more on the object that the server has. */
  private *updateStatus(rs: ReplicaSet, status: NonNullable<ReplicaSet['status']>): Task<string | null> {
    const first = yield* this.api.update<ReplicaSet>(REPLICA_SETS, { ...rs, status }, { subresource: 'status' });
    if (first.ok) return this.wrote(keyOf(rs), this.replicaSets, first.body);
    const { namespace = '', name } = rs.metadata;
    const found = yield* this.api.get<ReplicaSet>(REPLICA_SETS, { namespace, name });
    if (!found.ok) return found.status === 404 ? null : whyNot(found);
    const second = yield* this.api.update<ReplicaSet>(REPLICA_SETS, { ...found.body, status }, { subresource: 'status' });
    return second.ok ? this.wrote(keyOf(rs), this.replicaSets, second.body) : whyNot(second);
  }

  /** Until `copy` shows it, this ReplicaSet is left alone. */
  private wrote(key: string, copy: Informer<ReplicaSet> | Informer<Pod>, object: KubeObject): null {
    this.consistency.wrote(key, copy, object);
    return null;
  }

  private againWhenAvailable(rs: ReplicaSet, active: readonly Pod[]): { readonly againAfterUs?: number } {
    const minReadySeconds = rs.spec.minReadySeconds ?? 0;
    if (minReadySeconds === 0) return {};
    const waits = active.map((pod) => untilAvailable(pod, minReadySeconds, this.needs.ctx.clock())).filter((us) => us !== null);
    return waits.length === 0 ? {} : { againAfterUs: waits.reduce((least, us) => Math.min(least, us)) };
  }
}
