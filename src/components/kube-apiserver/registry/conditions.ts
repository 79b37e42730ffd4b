// Conditions that the server itself sets on pods. Models pkg/api/pod/util.go (UpdatePodCondition).

import type { SimTime } from '../../../base/brand';
import { type Json, type JsonObject, jsonEqual } from '../../../base/json';
import { rfc3339 } from '../../../machinery/time';
import type { Condition, PodStatus } from '../../../machinery/types';
import type { Versioned } from '../storage/versioner';

/** The pod with the condition; its time stays if its status does. */
export function withPodCondition(pod: Versioned, condition: Condition, now: SimTime): Versioned {
  const conditions = (pod.status as PodStatus | undefined)?.conditions ?? [];
  const at = conditions.findIndex(({ type }) => type === condition.type);
  const old = conditions[at];
  const time = old?.status === condition.status ? (old.lastTransitionTime ?? null) : rfc3339(now);
  const next: Condition = { lastProbeTime: null, ...condition, lastTransitionTime: time };
  if (old !== undefined && jsonEqual(old as unknown as Json, next as unknown as Json)) return pod;
  const changed = old === undefined ? [...conditions, next] : conditions.map((other, i) => (i === at ? next : other));
  return { ...pod, status: { ...(pod.status as JsonObject), conditions: changed as unknown as Json } };
}
