// How far a rolling update may stray from the wanted size. Models kubernetes pkg/controller/deployment/util
// (ResolveFenceposts, MaxSurge, MaxUnavailable, NewRSNewReplicas).
import { scaledValue } from '../../../machinery/int-or-string';
import type { Deployment, IntOrString, ReplicaSet } from '../../../machinery/types';
import { replicasOf, specReplicas } from './replica-sets';

/** Surge rounds up, unavailable down; both zero would stand still, so one pod may then be away. Null: no numbers. */
export function resolveFenceposts(
  maxSurge: IntOrString | undefined,
  maxUnavailable: IntOrString | undefined,
  wanted: number,
): { readonly surge: number; readonly unavailable: number } | null {
  const surge = scaledValue(maxSurge ?? 0, wanted, true);
  const unavailable = scaledValue(maxUnavailable ?? 0, wanted, false);
  if (surge === null || unavailable === null) return null;
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

export const isRollingUpdate = (deployment: Deployment): boolean => deployment.spec.strategy?.type === 'RollingUpdate';

function fencepostsOf(deployment: Deployment): { readonly surge: number; readonly unavailable: number } {
  if (!isRollingUpdate(deployment)) return { surge: 0, unavailable: 0 };
  const { maxSurge, maxUnavailable } = deployment.spec.strategy?.rollingUpdate ?? {};
  return resolveFenceposts(maxSurge, maxUnavailable, replicasOf(deployment)) ?? { surge: 0, unavailable: 0 };
}

export const maxSurgeOf = (deployment: Deployment): number => fencepostsOf(deployment).surge;

/** Never more than there are pods. */
export function maxUnavailableOf(deployment: Deployment): number {
  const replicas = replicasOf(deployment);
  return replicas === 0 ? 0 : Math.min(fencepostsOf(deployment).unavailable, replicas);
}

export const minAvailableOf = (deployment: Deployment): number =>
  isRollingUpdate(deployment) ? replicasOf(deployment) - maxUnavailableOf(deployment) : 0;

/** The most pods there may be: what `max-replicas` says on each ReplicaSet. */
export const maxReplicasOf = (deployment: Deployment): number => replicasOf(deployment) + maxSurgeOf(deployment);

/** The size that the new ReplicaSet may have now, beside all that there are. */
export function newReplicaSetSize(deployment: Deployment, all: readonly ReplicaSet[], current: number): number {
  const wanted = replicasOf(deployment);
  if (!isRollingUpdate(deployment)) return wanted;
  const surge = scaledValue(deployment.spec.strategy?.rollingUpdate?.maxSurge ?? 0, wanted, true) ?? 0;
  const room = wanted + surge - specReplicas(all);
  return room <= 0 ? current : current + Math.min(room, wanted - current);
}
