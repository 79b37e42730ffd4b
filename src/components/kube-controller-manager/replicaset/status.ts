// What a ReplicaSet says about its pods. Models kubernetes pkg/controller/replicaset/replica_set_utils.go.
import type { SimTime } from '../../../base/brand';
import { type Json, jsonEqual } from '../../../base/json';
import { containsLabels } from '../../../machinery/selector';
import { rfc3339 } from '../../../machinery/time';
import type { Condition, Pod, ReplicaSet } from '../../../machinery/types';
import { isPodAvailable, isPodReady } from '../pods';

export type ReplicaSetStatus = NonNullable<ReplicaSet['status']>;

/** What went wrong while replicas were managed: too few (`FailedCreate`) or too many (`FailedDelete`). */
export interface ManageFailure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly message: string;
}

export function calculateStatus(
  replicaSet: ReplicaSet,
  active: readonly Pod[],
  terminating: number | null,
  failure: ManageFailure | null,
  now: SimTime,
): ReplicaSetStatus {
  const labels = replicaSet.spec.template?.metadata?.labels ?? {};
  const minReadySeconds = replicaSet.spec.minReadySeconds ?? 0;
  let fullyLabeled = 0;
  let ready = 0;
  let available = 0;
  for (const pod of active) {
    if (containsLabels(pod.metadata.labels ?? {}, labels)) fullyLabeled++;
    if (!isPodReady(pod)) continue;
    ready++;
    if (isPodAvailable(pod, minReadySeconds, now)) available++;
  }
  const conditions = withFailure(replicaSet.status?.conditions ?? [], failure, now);
  const { observedGeneration } = replicaSet.status ?? {};
  return {
    replicas: active.length,
    ...(fullyLabeled > 0 ? { fullyLabeledReplicas: fullyLabeled } : {}),
    ...(ready > 0 ? { readyReplicas: ready } : {}),
    ...(available > 0 ? { availableReplicas: available } : {}),
    ...(terminating === null ? {} : { terminatingReplicas: terminating }),
    ...(observedGeneration ? { observedGeneration } : {}),
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

/** The condition appears with the first failure and goes with the first success. */
function withFailure(conditions: readonly Condition[], failure: ManageFailure | null, now: SimTime): readonly Condition[] {
  const known = conditions.some((condition) => condition.type === 'ReplicaFailure');
  if (failure === null) return known ? conditions.filter((condition) => condition.type !== 'ReplicaFailure') : conditions;
  if (known) return conditions;
  return [...conditions, { type: 'ReplicaFailure', status: 'True', lastTransitionTime: rfc3339(now), ...failure }];
}

/** The status to write, which names the generation it was made of; null if the server has it already. */
export function statusToWrite(replicaSet: ReplicaSet, status: ReplicaSetStatus): ReplicaSetStatus | null {
  const { generation } = replicaSet.metadata;
  const { replicas, ...rest } = status;
  const { observedGeneration: _, ...found } = replicaSet.status ?? { replicas: 0 };
  const { observedGeneration: __, ...wanted } = status;
  if (
    (replicaSet.status?.observedGeneration ?? 0) === (generation ?? 0) &&
    jsonEqual({ ...found } as unknown as Json, wanted as unknown as Json)
  )
    return null;
  const { conditions, observedGeneration: ___, ...counts } = rest;
  return {
    replicas,
    ...counts,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(conditions === undefined ? {} : { conditions }),
  };
}
