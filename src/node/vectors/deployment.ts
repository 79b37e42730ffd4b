// vectors/deployment.json: the arithmetic of Deployments, against components/kube-controller-manager/deployment.
import { SECOND, type SimTime } from '../../base/brand';
import {
  maxSurgeOf,
  maxUnavailableOf,
  minAvailableOf,
  newReplicaSetSize,
  resolveFenceposts,
} from '../../components/kube-controller-manager/deployment/bounds';
import {
  isComplete,
  isProgressing,
  isTimedOut,
  progressCheckAfter,
  rolloutStatus,
} from '../../components/kube-controller-manager/deployment/progress';
import {
  beyondHistory,
  equalIgnoringHash,
  oldPodsRunning,
  replicaSetName,
  replicasOf,
} from '../../components/kube-controller-manager/deployment/replica-sets';
import {
  annotatedCount,
  REVISION,
  replicasNotes,
  replicasNotesDiffer,
} from '../../components/kube-controller-manager/deployment/revisions';
import {
  growNew,
  mayShrinkOldBy,
  type Resize,
  replicaSetFraction,
  scale,
  shrinkOld,
  shrinkUnhealthy,
} from '../../components/kube-controller-manager/deployment/scaling';
import { conditionOf } from '../../components/kube-controller-manager/deployment/status';
import { parseTime, rfc3339 } from '../../machinery/time';
import type { Deployment, ReplicaSet } from '../../machinery/types';
import { adapterOf } from './adapter';

// biome-ignore lint/suspicious/noExplicitAny: cases are read as they come; a wrong one fails.
type Loose = any;

const RUNNERS: { readonly [kind: string]: (input: Loose, expect: Loose) => Loose } = {
  'reconcile-new-rs': (input) => {
    const [current, old] = [setOf('new', input.newReplicas), setOf('old', input.oldReplicas)];
    const { to } = growNew(deploymentOf(input), [old, current], current);
    return to === input.newReplicas ? { scaled: false } : { scaled: true, newReplicas: to };
  },
  'reconcile-old-rs': (input) => {
    const deployment = deploymentOf(input);
    const current = setOf('new', input.newReplicas, input.availableNew ?? input.newReadyReplicas);
    const old = setOf('old', input.oldReplicas, input.availableOld);
    const most = mayShrinkOldBy(deployment, [old], current);
    if (most === 0) return { scaled: false };
    const cleaned = resized([old], shrinkUnhealthy([old], most));
    const [left] = resized(cleaned, shrinkOld(deployment, cleaned, current));
    return sizeChange(input.oldReplicas, left);
  },
  'cleanup-unhealthy': (input) => {
    const old = setOf('old', input.oldReplicas, input.availableOld);
    const plan = shrinkUnhealthy([old], input.maxCleanupCount);
    return { cleaned: plan.reduce((total, { set, to }) => total + replicasOf(set) - to, 0) };
  },
  'scale-down-old-rs': (input) => {
    const old = setOf('old', input.oldReplicas, input.availableOld);
    return sizeChange(input.oldReplicas, resized([old], shrinkOld(deploymentOf(input), [old], null))[0]);
  },
  'proportional-scale': runProportional,
  'rs-fraction': (input) => ({
    fraction: replicaSetFraction(
      { ...setOf('foo', input.rsReplicas), metadata: { name: 'foo', annotations: input.rsAnnotations ?? {} } },
      {
        ...deploymentOf({ deploymentReplicas: input.deploymentReplicas, maxSurge: input.deploymentMaxSurge, maxUnavailable: 0 }),
        status: { replicas: input.deploymentStatusReplicas },
      },
    ),
  }),
  'resolve-fenceposts': (input) => {
    const posts = resolveFenceposts(input.maxSurge ?? undefined, input.maxUnavailable ?? undefined, input.desired);
    return posts === null ? { error: true } : { maxSurge: posts.surge, maxUnavailable: posts.unavailable };
  },
  'max-unavailable': ({ deployment }) => ({ value: maxUnavailableOf(deployment) }),
  'max-surge': ({ deployment }) => ({ value: maxSurgeOf(deployment) }),
  'min-available': ({ deployment }) => ({ value: minAvailableOf(deployment) }),
  'new-rs-replicas': (input) => ({
    newReplicas: newReplicaSetSize(deploymentOf(input), [setOf('other', input.otherActiveRSReplicas)], input.newRSReplicas),
  }),
  'history-limit': ({ oldRSs, revisionHistoryLimit }) => ({
    deletedCount: beyondHistory(oldRSs.map(historySet), revisionHistoryLimit).length,
  }),
  'history-limit-order': ({ oldRSs, revisionHistoryLimit }) => ({
    deleted: beyondHistory(oldRSs.map(historySet), revisionHistoryLimit).map(({ metadata }) => metadata.name),
  }),
  'rs-name': ({ deploymentName }) => ({ deploymentPortionOfName: replicaSetName(deploymentName, HASH).slice(0, -HASH.length - 1) }),
  'deployment-complete': ({ deployment }) => ({ complete: isComplete(deployment, deployment.status) }),
  'deployment-progressing': ({ deployment, newStatus }) => ({ progressing: isProgressing(deployment, newStatus) }),
  'deployment-timed-out': ({ deployment, now }) => ({ timedOut: isTimedOut(deployment, deployment.status, timeOf(now)) }),
  'requeue-stuck': ({ deployment, newStatus, now }) => {
    const after = progressCheckAfter(withConditions(deployment), newStatus, timeOf(now));
    return { requeueAfter: after === null ? null : { seconds: after / SECOND } };
  },
  'rollout-status': runRolloutStatus,
  'recreate-old-pods-running': ({ newRS, oldRSs, podsByRSUid }) => ({
    oldPodsRunning: oldPodsRunning(newRS ?? null, oldRSs, new Map(Object.entries(podsByRSUid))),
  }),
  'template-equal-ignoring-hash': ({ a, b }) => ({ equal: equalIgnoringHash(a, b) }),
  'annotation-int': ({ annotations, key }) => {
    const value = annotatedCount(annotations ?? undefined, key);
    return { value: value ?? 0, valid: value !== null };
  },
  'replicas-annotations-need-update': ({ annotations, desired, max }) => ({
    needsUpdate: replicasNotesDiffer(annotations ?? undefined, desired, max),
  }),
};
const HASH = '59d6c7d6f8';

export const adapter = adapterOf(RUNNERS);

// ---- Objects of the tables

const timeOf = (text: string | null): SimTime => parseTime(text ?? '2016-01-01T00:00:00Z') as SimTime;

const deploymentOf = ({ deploymentReplicas, maxSurge, maxUnavailable, strategy = 'RollingUpdate' }: Loose): Deployment =>
  ({
    metadata: { name: 'foo' },
    spec: { replicas: deploymentReplicas, strategy: { type: strategy, rollingUpdate: { maxSurge, maxUnavailable } } },
  }) as Loose;

const setOf = (name: string, replicas: number, available?: number): ReplicaSet =>
  ({ metadata: { name }, spec: { replicas }, status: { availableReplicas: available ?? 0 } }) as Loose;

const historySet = ({ name, specReplicas, statusReplicas, deletionTimestampSet, createdAt, revision }: Loose): ReplicaSet =>
  ({
    metadata: {
      name,
      ...(deletionTimestampSet ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
      ...(createdAt ? { creationTimestamp: rfc3339((createdAt.nowPlusSeconds * SECOND) as SimTime) } : {}),
      ...(revision ? { annotations: { [REVISION]: revision } } : {}),
    },
    spec: { replicas: specReplicas },
    status: { replicas: statusReplicas ?? 0 },
  }) as Loose;

const withConditions = (deployment: Loose): Deployment => ({
  ...deployment,
  status: { ...deployment.status, conditions: deployment.status.conditions ?? [] },
});

const resized = (sets: readonly ReplicaSet[], plan: readonly Resize[]): readonly ReplicaSet[] =>
  sets.map((set) => {
    const resize = plan.find((step) => step.set === set);
    return resize === undefined ? set : { ...set, spec: { ...set.spec, replicas: resize.to } };
  });

function sizeChange(before: number, set: ReplicaSet | undefined): Loose {
  const now = set?.spec.replicas;
  return now === before ? { scaled: false } : { scaled: true, oldReplicas: now };
}

// ---- Longer kinds

function runProportional({ deployment, previousDeployment, newRS, oldRSs, desiredReplicasAnnotationOverrides }: Loose): Loose {
  const before = deploymentOf({ ...previousDeployment, deploymentReplicas: previousDeployment.replicas });
  const make = (set: Loose): ReplicaSet => {
    const desired = desiredReplicasAnnotationOverrides?.[set.name] ?? previousDeployment.replicas;
    return {
      ...setOf(set.name, set.replicas, set.availableReplicas),
      metadata: {
        name: set.name,
        creationTimestamp: set.createdAt,
        annotations: replicasNotes(desired, desired + maxSurgeOf(before)),
      },
    };
  };
  const current = newRS === null ? null : make(newRS);
  const old = oldRSs.map(make);
  const plan = scale(deploymentOf({ ...deployment, deploymentReplicas: deployment.replicas }), current, old);
  const shown = (set: ReplicaSet): Loose => ({ name: set.metadata.name, replicas: set.spec.replicas });
  return {
    newRS: current === null ? null : shown(resized([current], plan)[0] as ReplicaSet),
    oldRSs: resized(old, plan).map(shown),
  };
}

function runRolloutStatus({ deployment, allRSs, newRS }: Loose, expect: Loose): Loose {
  const given = withConditions(deployment);
  const current = allRSs.find((set: ReplicaSet) => set.metadata.name === newRS) ?? null;
  const condition = conditionOf(rolloutStatus(given, allRSs, current, timeOf('2017-02-15T18:55:00Z')), 'Progressing');
  if (condition === undefined) return { progressingCondition: null };
  const known = conditionOf(given.status, 'Progressing');
  // `false` says that the table does not look at it.
  const kept = (field: 'lastUpdateTime' | 'lastTransitionTime', looked: boolean): boolean => looked && condition[field] === known?.[field];
  const { lastUpdateKept, lastTransitionKept } = expect.progressingCondition ?? {};
  return {
    progressingCondition: {
      type: condition.type,
      status: condition.status,
      reason: condition.reason,
      lastUpdateKept: kept('lastUpdateTime', lastUpdateKept),
      lastTransitionKept: kept('lastTransitionTime', lastTransitionKept),
    },
  };
}
