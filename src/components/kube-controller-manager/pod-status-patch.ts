// Changing a pod's conditions and phase by a patch that leaves the rest alone.
// Models kubernetes pkg/api/v1/pod/util.go (UpdatePodCondition) and pkg/util/pod/pod.go (PatchPodStatus).
import type { SimTime } from '../../base/brand';
import { type Json, type JsonObject, jsonEqual } from '../../base/json';
import type { ApiClient, Reply } from '../../client/api-client';
import { rfc3339 } from '../../machinery/time';
import type { Condition, Pod, PodStatus } from '../../machinery/types';
import type { Task } from '../../sim/task';
import { PODS } from './refs';

/** The conditions with `news` in place of the one of its type, or null if nothing changes. */
export function withCondition(
  pod: Pod,
  news: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>,
  now: SimTime,
): readonly Condition[] | null {
  const conditions = pod.status?.conditions ?? [];
  const at = conditions.findIndex(({ type }) => type === news.type);
  const old = conditions[at];
  const { generation } = pod.metadata;
  const condition: Condition = {
    type: news.type,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    status: news.status,
    lastProbeTime: null,
    lastTransitionTime: old?.status === news.status ? (old.lastTransitionTime ?? null) : rfc3339(now),
    ...(news.reason === undefined ? {} : { reason: news.reason }),
    ...(news.message === undefined ? {} : { message: news.message }),
  };
  if (old === undefined) return [...conditions, condition];
  if (jsonEqual(old as unknown as Json, condition as unknown as Json)) return null;
  return conditions.map((known, i) => (i === at ? condition : known));
}

/** The strategic patch from the pod's status to one with these members. */
function podStatusPatch(pod: Pod, wanted: Pick<PodStatus, 'conditions' | 'phase'>): JsonObject {
  const before = pod.status?.conditions ?? [];
  const after = wanted.conditions ?? before;
  const changed = after.filter((condition) => !before.some((known) => jsonEqual(known as unknown as Json, condition as unknown as Json)));
  return {
    metadata: { uid: pod.metadata.uid },
    status: {
      ...(changed.length === 0
        ? {}
        : {
            '$setElementOrder/conditions': after.map(({ type }) => ({ type })),
            conditions: changed.map((condition) => conditionPatch(condition, before)),
          }),
      ...(wanted.phase === undefined || wanted.phase === pod.status?.phase ? {} : { phase: wanted.phase }),
    },
  };
}

/** A new condition, or what of a known one changed. */
function conditionPatch(condition: Condition, before: readonly Condition[]): JsonObject {
  const now = condition as unknown as JsonObject;
  const old = before.find(({ type }) => type === condition.type) as unknown as JsonObject | undefined;
  if (old === undefined) return now;
  const patch: { [name: string]: Json } = { type: condition.type };
  for (const name in now) if (!jsonEqual(now[name], old[name])) patch[name] = now[name] ?? null;
  for (const name in old) if (now[name] === undefined) patch[name] = null;
  return patch;
}

export function* patchPodStatus(api: ApiClient, pod: Pod, wanted: Pick<PodStatus, 'conditions' | 'phase'>): Task<Reply> {
  const { namespace = '', name } = pod.metadata;
  return (yield* api.patch(PODS, { namespace, name }, 'strategic', podStatusPatch(pod, wanted), { subresource: 'status' })) as Reply;
}
