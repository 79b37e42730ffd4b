// Does a rollout get on? Models kubernetes pkg/controller/deployment/progress.go and util/deployment_util.go
// (DeploymentComplete, DeploymentProgressing, DeploymentTimedOut).
import { SECOND, type SimTime } from '../../../base/brand';
import { parseTime } from '../../../machinery/time';
import type { Condition, Deployment, ReplicaSet } from '../../../machinery/types';
import { replicasOf, UNLIMITED } from './replica-sets';
import { calculateStatus, conditionOf, type DeploymentStatus, newCondition, withCondition, withoutCondition } from './status';

export const PROGRESSING = 'Progressing';
const AVAILABLE_REASON = 'NewReplicaSetAvailable';
const UPDATED_REASON = 'ReplicaSetUpdated';
export const TIMED_OUT_REASON = 'ProgressDeadlineExceeded';
const REPLICA_FAILURE = 'ReplicaFailure';

export function hasProgressDeadline({ spec }: Deployment): boolean {
  const { progressDeadlineSeconds } = spec;
  return progressDeadlineSeconds !== undefined && progressDeadlineSeconds !== null && progressDeadlineSeconds !== UNLIMITED;
}

/** All pods are new and available. */
export function isComplete(deployment: Deployment, status: DeploymentStatus | undefined): boolean {
  const wanted = replicasOf(deployment);
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, observedGeneration = 0 } = status ?? {};
  const counted = updatedReplicas === wanted && replicas === wanted && availableReplicas === wanted;
  return counted && observedGeneration >= (deployment.metadata?.generation ?? 0);
}

/** There are more new pods, fewer old ones, or more that are ready or available than the last status said. */
export function isProgressing(deployment: Deployment, status: DeploymentStatus): boolean {
  const numbers = ({ replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 }: DeploymentStatus) => ({
    updated: updatedReplicas,
    old: replicas - updatedReplicas,
    ready: readyReplicas,
    available: availableReplicas,
  });
  const [before, now] = [numbers(deployment.status ?? {}), numbers(status)];
  return now.updated > before.updated || now.old < before.old || now.ready > before.ready || now.available > before.available;
}

/** No progress for longer than the deadline. */
export function isTimedOut(deployment: Deployment, status: DeploymentStatus, now: SimTime): boolean {
  const condition = conditionOf(status, PROGRESSING);
  if (!hasProgressDeadline(deployment) || condition === undefined || condition.reason === AVAILABLE_REASON) return false;
  return condition.reason === TIMED_OUT_REASON || now > deadlineOf(deployment, condition);
}

function deadlineOf({ spec }: Deployment, { lastUpdateTime }: Condition): number {
  const since = lastUpdateTime ? parseTime(lastUpdateTime) : null;
  return (since ?? Number.NEGATIVE_INFINITY) + (spec.progressDeadlineSeconds ?? 0) * SECOND;
}

/** The status during a rollout: the counts, whether it gets on, and what hinders it. */
export function rolloutStatus(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  current: ReplicaSet | null,
  now: SimTime,
): DeploymentStatus {
  const status = calculateStatus(deployment, all, current, now);
  const progress = hasProgressDeadline(deployment) ? withProgress(deployment, status, current, now) : withoutCondition(status, PROGRESSING);
  const failure = replicaFailure(all, current);
  return failure === null ? withoutCondition(progress, REPLICA_FAILURE) : withCondition(progress, failure);
}

function withProgress(deployment: Deployment, status: DeploymentStatus, current: ReplicaSet | null, now: SimTime): DeploymentStatus {
  const known = conditionOf(deployment.status, PROGRESSING);
  // A finished rollout that only changes its size is not measured.
  if ((status.replicas ?? 0) === (status.updatedReplicas ?? 0) && known?.reason === AVAILABLE_REASON) return status;
  const who = current === null ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${current.metadata.name}"`;
  if (isComplete(deployment, status))
    return withCondition(status, newCondition(PROGRESSING, 'True', AVAILABLE_REASON, `${who} has successfully progressed.`, now));
  if (isProgressing(deployment, status)) {
    // Each step forwards renews lastUpdateTime, also if the reason stays.
    const condition = newCondition(PROGRESSING, 'True', UPDATED_REASON, `${who} is progressing.`, now);
    const since = known?.status === 'True' ? { lastTransitionTime: known.lastTransitionTime ?? null } : {};
    return withCondition(withoutCondition(status, PROGRESSING), { ...condition, ...since });
  }
  if (isTimedOut(deployment, status, now))
    return withCondition(status, newCondition(PROGRESSING, 'False', TIMED_OUT_REASON, `${who} has timed out progressing.`, now));
  return status;
}

/** What keeps ReplicaSets from their size, that of the new one first. */
function replicaFailure(all: readonly ReplicaSet[], current: ReplicaSet | null): Condition | null {
  for (const set of [...(current === null ? [] : [current]), ...all]) {
    const failure = set.status?.conditions?.find(({ type }) => type === REPLICA_FAILURE);
    if (failure === undefined) continue;
    const { status, reason = '', message = '', lastTransitionTime = null } = failure;
    const lastUpdateTime = lastTransitionTime === null ? {} : { lastUpdateTime: lastTransitionTime };
    return { type: REPLICA_FAILURE, status, ...lastUpdateTime, lastTransitionTime, reason, message };
  }
  return null;
}

/** Microseconds until the progress is to be looked at again: 0 is now, null never. */
export function progressCheckAfter(deployment: Deployment, status: DeploymentStatus, now: SimTime): number | null {
  const condition = conditionOf(deployment.status, PROGRESSING);
  if (!hasProgressDeadline(deployment) || condition === undefined) return null;
  if (isComplete(deployment, status) || condition.reason === TIMED_OUT_REASON) return null;
  const after = deadlineOf(deployment, condition) - now;
  return after < SECOND ? 0 : after;
}
