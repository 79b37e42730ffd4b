// One reconcile of one Deployment, from what the caches held when it began: asks for what the pure parts decide.
// Models kubernetes pkg/controller/deployment: sync.go, rolling.go, recreate.go, progress.go (syncRolloutStatus).
// Left out: rollbackTo of the old API groups.
import { MS, SECOND, type SimTime } from '../../../base/brand';
import { type Json, type JsonObject, jsonEqual } from '../../../base/json';
import type { ApiClient, Reply } from '../../../client/api-client';
import type { EventRecorder } from '../../../client/event-recorder';
import { controllerOf } from '../../../machinery/object';
import { podTemplateHash } from '../../../machinery/template-hash';
import type { Condition, Deployment, Pod, ReplicaSet } from '../../../machinery/types';
import type { Task } from '../../../sim/task';
import { Abandoned, granted } from '../abandoned';
import { isNamespaceTerminating, whyNot } from '../controller';
import { controllerRef } from '../controller-ref';
import { DEPLOYMENTS, REPLICA_SETS } from '../refs';
import { maxReplicasOf, newReplicaSetSize } from './bounds';
import { hasProgressDeadline, isComplete, PROGRESSING, progressCheckAfter, rolloutStatus, TIMED_OUT_REASON } from './progress';
import {
  beyondHistory,
  equalIgnoringHash,
  isActive,
  oldPodsRunning,
  replicaSetName,
  replicasOf,
  splitReplicaSets,
  TEMPLATE_HASH,
} from './replica-sets';
import { maxRevision, newReplicaSetAnnotations, REVISION, replicasNotes, replicasNotesDiffer } from './revisions';
import { growNew, isScalingEvent, mayShrinkOldBy, type Resize, scale, shrinkOld, shrinkUnhealthy } from './scaling';
import { calculateStatus, conditionOf, type DeploymentStatus, newCondition, withCondition } from './status';

const PAUSED_REASON = 'DeploymentPaused';
const CHECK_AGAIN_US = 5 * MS; // a deadline that is as good as over: the first delay of the queue's rate limiter

export interface RolloutNeeds {
  readonly api: ApiClient;
  readonly events: EventRecorder;
  now(): SimTime;
  /** A ReplicaSet in the cache, whoever owns it. */
  replicaSet(key: string): ReplicaSet | undefined;
  /** Pods of the Deployment's ReplicaSets, by the uid of the set. */
  podsBySet(): ReadonlyMap<string, readonly Pod[]>;
}

export class Rollout {
  /** Told with the reconcile: what it came to. */
  readonly did: { [what: string]: Json } = {};
  againAfterUs: number | null = null;
  private old: readonly ReplicaSet[] = [];
  private current: ReplicaSet | null = null;
  private readonly sized: JsonObject[] = [];

  /** `deployment` is what this reconcile writes. Answers to its writes are not taken over, as by the real one: a second
   *  write in one reconcile still names the first version, meets a 409 and comes to its end in the next. */
  constructor(
    private readonly needs: RolloutNeeds,
    private deployment: Deployment,
    private readonly sets: readonly ReplicaSet[],
  ) {}

  *run(): Task<void> {
    if (this.deployment.metadata.deletionTimestamp) {
      yield* this.syncRevision(false);
      return yield* this.writeCounts();
    }
    yield* this.notePause();
    if (this.deployment.spec.paused) return yield* this.resize();
    yield* this.syncRevision(false);
    if (isScalingEvent(this.deployment, this.all())) return yield* this.resize();
    this.did['strategy'] = this.deployment.spec.strategy?.type ?? '';
    if (this.deployment.spec.strategy?.type === 'Recreate') return yield* this.recreate();
    return yield* this.roll();
  }

  // ---- Ways through

  /** The size changed, or the rollout is paused: sizes only. */
  private *resize(): Task<void> {
    this.did['strategy'] = 'Scale';
    yield* this.syncRevision(false);
    for (const { set, to } of scale(this.deployment, this.current, this.old)) yield* this.setSize(set, to);
    if (this.deployment.spec.paused) yield* this.cleanup();
    yield* this.writeCounts();
  }

  private *roll(): Task<void> {
    const current = yield* this.syncRevision(true);
    const { set, to } = growNew(this.deployment, this.all(), current);
    const scaled = (yield* this.scaleTo(set, to)) !== set || (yield* this.shrinkOldSets(current));
    if (!scaled && isComplete(this.deployment, this.deployment.status)) yield* this.cleanup();
    yield* this.writeProgress();
  }

  /** A refusal ends only this step, as in the real one: what made the cache stale brings the key again. */
  private *shrinkOldSets(current: ReplicaSet): Task<boolean> {
    const active = this.old.filter(isActive);
    const most = mayShrinkOldBy(this.deployment, active, current);
    if (most === 0) return false;
    try {
      const unhealthy = shrinkUnhealthy(active, most);
      const left = yield* this.apply(unhealthy, active);
      const healthy = shrinkOld(this.deployment, left, current);
      yield* this.apply(healthy, left);
      return unhealthy.length + healthy.length > 0;
    } catch (error) {
      if (error instanceof Abandoned) return false;
      throw error;
    }
  }

  private *apply(plan: readonly Resize[], sets: readonly ReplicaSet[]): Task<readonly ReplicaSet[]> {
    const resized = new Map<ReplicaSet, ReplicaSet>();
    for (const { set, to } of plan) resized.set(set, yield* this.scaleTo(set, to));
    return sets.map((set) => resized.get(set) ?? set);
  }

  private *recreate(): Task<void> {
    yield* this.syncRevision(false);
    const active = this.old.filter(isActive);
    for (const set of active) yield* this.scaleTo(set, 0);
    if (active.length > 0 || oldPodsRunning(this.current, this.old, this.needs.podsBySet())) return yield* this.writeProgress();
    const current = this.current ?? (yield* this.syncRevision(true));
    yield* this.scaleTo(current, replicasOf(this.deployment));
    if (isComplete(this.deployment, this.deployment.status)) yield* this.cleanup();
    yield* this.writeProgress();
  }

  private all(): readonly ReplicaSet[] {
    return this.current === null ? this.old : [...this.old, this.current];
  }

  // ---- The new ReplicaSet

  private syncRevision(create: true): Task<ReplicaSet>;
  private syncRevision(create: false): Task<ReplicaSet | null>;
  /** Finds the new ReplicaSet and the old ones; brings the new one's annotations and the Deployment's revision up to
   *  date, or creates it. */
  private *syncRevision(create: boolean): Task<ReplicaSet | null> {
    const { current, old } = splitReplicaSets(this.deployment, this.sets);
    this.old = old;
    if (current !== null) this.current = yield* this.keepCurrent(current);
    else this.current = create ? yield* this.createCurrent() : null;
    return this.current;
  }

  private *keepCurrent(found: ReplicaSet): Task<ReplicaSet> {
    const { deployment } = this;
    const annotations = newReplicaSetAnnotations(deployment, found.metadata.annotations, maxRevision(this.old) + 1);
    const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
    if (!jsonEqual(annotations, found.metadata.annotations ?? {}) || (found.spec.minReadySeconds ?? 0) !== minReadySeconds) {
      const { minReadySeconds: _, ...rest } = found.spec;
      const spec = minReadySeconds === 0 ? rest : { ...rest, minReadySeconds };
      return yield* this.updateSet({ ...found, metadata: { ...found.metadata, annotations }, spec });
    }
    const revised = this.setRevision(annotations[REVISION] ?? '');
    const unseen = hasProgressDeadline(deployment) && conditionOf(deployment.status, PROGRESSING) === undefined;
    if (unseen) this.setProgressing('True', 'FoundNewReplicaSet', `Found new replica set "${found.metadata.name}"`);
    if (revised || unseen) granted(yield* this.putStatus());
    return found;
  }

  private *createCurrent(): Task<ReplicaSet> {
    const wanted = this.newReplicaSet();
    const { name, namespace = '' } = wanted.metadata;
    const reply = yield* this.needs.api.create<ReplicaSet>(REPLICA_SETS, { namespace, name }, wanted);
    if (!reply.ok && reply.error?.reason !== 'AlreadyExists') return yield* this.createFailed(name, reply);
    const created = reply.ok ? reply.body : yield* this.alreadyThere(wanted, whyNot(reply));
    this.did['created'] = name;
    const revised = this.setRevision(String(maxRevision(this.old) + 1));
    if (reply.ok) {
      const size = replicasOf(wanted);
      if (size > 0) this.tell('Normal', 'ScalingReplicaSet', `Scaled up replica set ${name} from 0 to ${size}`);
      if (hasProgressDeadline(this.deployment)) this.setProgressing('True', 'NewReplicaSetCreated', `Created new replica set "${name}"`);
    }
    if (revised || reply.ok) granted(yield* this.putStatus());
    return created;
  }

  private newReplicaSet(): ReplicaSet {
    const { deployment } = this;
    const { selector, template, minReadySeconds } = deployment.spec;
    const hash = podTemplateHash(template as unknown as Json, deployment.status?.collisionCount);
    const labels = { ...template.metadata?.labels, [TEMPLATE_HASH]: hash };
    const notes = replicasNotes(replicasOf(deployment), maxReplicasOf(deployment));
    const { namespace = '' } = deployment.metadata;
    return {
      kind: 'ReplicaSet',
      apiVersion: 'apps/v1',
      metadata: {
        name: replicaSetName(deployment.metadata.name, hash),
        namespace,
        labels,
        annotations: { ...newReplicaSetAnnotations(deployment, undefined, maxRevision(this.old) + 1), ...notes },
        ownerReferences: [controllerRef(deployment)],
      },
      spec: {
        replicas: newReplicaSetSize(deployment, this.old, 0),
        ...(minReadySeconds ? { minReadySeconds } : {}),
        selector: { ...selector, matchLabels: { ...selector.matchLabels, [TEMPLATE_HASH]: hash } },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
      status: { replicas: 0 },
    };
  }

  /** Either a slow cache did not show it yet, or another template has the same hash: then the next one is salted. */
  private *alreadyThere(wanted: ReplicaSet, why: string): Task<ReplicaSet> {
    const { namespace = '', name } = wanted.metadata;
    const found = this.needs.replicaSet(`${namespace}/${name}`);
    if (found === undefined) throw new Abandoned(`replicasets.apps "${name}" not found`);
    const mine = controllerOf(found)?.uid === this.deployment.metadata.uid;
    if (mine && equalIgnoringHash(this.deployment.spec.template, found.spec.template)) return found;
    const { status } = this.deployment;
    this.setStatus({ ...status, collisionCount: (status?.collisionCount ?? 0) + 1 });
    yield* this.putStatus();
    throw new Abandoned(why);
  }

  private *createFailed(name: string, reply: Reply): Task<never> {
    const why = reply.ok ? '' : whyNot(reply);
    if (isNamespaceTerminating(reply)) throw new Abandoned(why, false);
    const message = `Failed to create new replica set "${name}": ${why}`;
    if (hasProgressDeadline(this.deployment)) {
      this.setProgressing('False', 'ReplicaSetCreateError', message);
      yield* this.putStatus();
    }
    this.tell('Warning', 'ReplicaSetCreateError', message);
    throw new Abandoned(why);
  }

  // ---- Writes to ReplicaSets

  /** The set as the server has it then; the same object if nothing was to do. */
  private *scaleTo(set: ReplicaSet, to: number): Task<ReplicaSet> {
    return replicasOf(set) === to ? set : yield* this.setSize(set, to);
  }

  /** As `scaleTo`, but the notes about the Deployment's size are brought up to date in any case. */
  private *setSize(set: ReplicaSet, to: number): Task<ReplicaSet> {
    const { annotations } = set.metadata;
    const [desired, max, from] = [replicasOf(this.deployment), maxReplicasOf(this.deployment), replicasOf(set)];
    if (from === to && !replicasNotesDiffer(annotations, desired, max)) return set;
    const metadata = { ...set.metadata, annotations: { ...annotations, ...replicasNotes(desired, max) } };
    const updated = yield* this.updateSet({ ...set, metadata, spec: { ...set.spec, replicas: to } });
    if (from !== to) {
      const { name } = set.metadata;
      this.sized.push({ replicaSet: name, from, to });
      this.did['sized'] = this.sized;
      this.tell('Normal', 'ScalingReplicaSet', `Scaled ${from < to ? 'up' : 'down'} replica set ${name} from ${from} to ${to}`);
    }
    return updated;
  }

  private *updateSet(set: ReplicaSet): Task<ReplicaSet> {
    return granted(yield* this.needs.api.update<ReplicaSet>(REPLICA_SETS, set));
  }

  private *cleanup(): Task<void> {
    for (const { metadata } of beyondHistory(this.old, this.deployment.spec.revisionHistoryLimit)) {
      const { namespace = '', name } = metadata;
      const reply = yield* this.needs.api.delete(REPLICA_SETS, { namespace, name }, { kind: 'DeleteOptions', apiVersion: 'v1' });
      if (!reply.ok && reply.status !== 404) throw new Abandoned(whyNot(reply));
    }
  }

  // ---- Writes to the Deployment

  /** A pause is no lack of progress. */
  private *notePause(): Task<void> {
    const { deployment } = this;
    const reason = conditionOf(deployment.status, PROGRESSING)?.reason;
    if (!hasProgressDeadline(deployment) || reason === TIMED_OUT_REASON) return;
    const [paused, noted] = [deployment.spec.paused ?? false, reason === PAUSED_REASON];
    if (paused === noted) return;
    if (paused) this.setProgressing('Unknown', PAUSED_REASON, 'Deployment is paused');
    else this.setProgressing('Unknown', 'DeploymentResumed', 'Deployment is resumed');
    granted(yield* this.putStatus());
  }

  private *writeCounts(): Task<void> {
    yield* this.writeStatus(calculateStatus(this.deployment, this.all(), this.current, this.needs.now()));
  }

  private *writeProgress(): Task<void> {
    const status = rolloutStatus(this.deployment, this.all(), this.current, this.needs.now());
    if (yield* this.writeStatus(status)) return;
    const after = progressCheckAfter(this.deployment, status, this.needs.now());
    // A second more, as the deadline is a whole one.
    if (after !== null) this.againAfterUs = after === 0 ? CHECK_AGAIN_US : after + SECOND;
  }

  /** False if the Deployment says so already. */
  private *writeStatus(status: DeploymentStatus): Task<boolean> {
    if (jsonEqual(status as unknown as JsonObject, (this.deployment.status ?? {}) as unknown as JsonObject)) return false;
    this.setStatus(status);
    granted(yield* this.putStatus());
    return true;
  }

  private *putStatus(): Task<Reply<Deployment>> {
    this.did['statusWritten'] = true;
    return yield* this.needs.api.update<Deployment>(DEPLOYMENTS, this.deployment, { subresource: 'status' });
  }

  private setStatus(status: DeploymentStatus): void {
    this.deployment = { ...this.deployment, status };
  }
  private setProgressing(status: Condition['status'], reason: string, message: string): void {
    const condition = newCondition(PROGRESSING, status, reason, message, this.needs.now());
    this.setStatus(withCondition(this.deployment.status ?? {}, condition));
  }
  /** Whether that is news to the Deployment. */
  private setRevision(revision: string): boolean {
    const { annotations } = this.deployment.metadata;
    if (annotations?.[REVISION] === revision) return false;
    const metadata = { ...this.deployment.metadata, annotations: { ...annotations, [REVISION]: revision } };
    this.deployment = { ...this.deployment, metadata };
    return true;
  }

  private tell(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.needs.events.event(this.deployment, type, reason, message);
  }
}
