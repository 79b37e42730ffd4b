// What a Deployment says about its ReplicaSets. Models kubernetes pkg/controller/deployment/sync.go (calculateStatus)
// and util/deployment_util.go (conditions).
import type { SimTime } from '../../../base/brand';
import { rfc3339 } from '../../../machinery/time';
import type { Condition, Deployment, ReplicaSet } from '../../../machinery/types';
import { maxUnavailableOf } from './bounds';
import { actualReplicas, availableReplicas, readyReplicas, replicasOf, specReplicas, terminatingReplicas } from './replica-sets';

export type DeploymentStatus = NonNullable<Deployment['status']>;

export const conditionOf = (status: DeploymentStatus | undefined, type: string): Condition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

export const newCondition = (type: string, status: Condition['status'], reason: string, message: string, now: SimTime): Condition => ({
  type,
  status,
  lastUpdateTime: rfc3339(now),
  lastTransitionTime: rfc3339(now),
  reason,
  message,
});

/** Same status and reason: stays as it is. Else the condition moves to the end; a transition is a change of status. */
export function withCondition(status: DeploymentStatus, condition: Condition): DeploymentStatus {
  const known = conditionOf(status, condition.type);
  if (known?.status === condition.status && known.reason === condition.reason) return status;
  const since = known?.status === condition.status ? { lastTransitionTime: known.lastTransitionTime ?? null } : {};
  const { conditions = [] } = withoutCondition(status, condition.type);
  return { ...status, conditions: [...conditions, { ...condition, ...since }] };
}

export function withoutCondition(status: DeploymentStatus, type: string): DeploymentStatus {
  const { conditions = [], ...rest } = status;
  const left = conditions.filter((condition) => condition.type !== type);
  return left.length === 0 ? rest : { ...rest, conditions: left };
}

/** Fields that are zero are left out, but for `terminatingReplicas`, which is null where nobody knows. */
export function calculateStatus(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  current: ReplicaSet | null,
  now: SimTime,
): DeploymentStatus {
  const available = availableReplicas(all);
  const counts = {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: actualReplicas(all),
    updatedReplicas: current === null ? 0 : actualReplicas([current]),
    readyReplicas: readyReplicas(all),
    availableReplicas: available,
    unavailableReplicas: Math.max(specReplicas(all) - available, 0),
  };
  const terminating = terminatingReplicas(all);
  const { conditions, collisionCount } = deployment.status ?? {};
  const status: DeploymentStatus = {
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0)),
    ...(terminating === null ? {} : { terminatingReplicas: terminating }),
    ...(conditions?.length ? { conditions } : {}),
    ...(collisionCount === undefined ? {} : { collisionCount }),
  };
  const enough = available >= replicasOf(deployment) - maxUnavailableOf(deployment);
  return withCondition(
    status,
    enough
      ? newCondition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', now)
      : newCondition('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.', now),
  );
}
