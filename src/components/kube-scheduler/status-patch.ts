// Changes to a pod's status as the scheduler sends them. Models pkg/scheduler/util/utils.go (PatchPodStatus)
// and pkg/api/v1/pod/util.go (UpdatePodCondition).
import type { Json, JsonObject } from '../../base/json';
import { createTwoWayMergePatch } from '../../machinery/strategic-diff';
import { patchSchemaOf } from '../../machinery/strategic-patch';
import type { Condition, Pod } from '../../machinery/types';

export interface NewCondition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** A strategic merge patch that sets the condition and, unless undefined, the nominated node ('' removes
 *  it). Null if the pod says all that already. `now`: RFC 3339. */
export function podStatusPatch(pod: Pod, condition: NewCondition, nominatedNode: string | undefined, now: string): JsonObject | null {
  const old = (pod.status ?? {}) as JsonObject;
  const conditions = withCondition(pod.status?.conditions ?? [], full(pod, condition), now);
  const nominates = nominatedNode !== undefined && nominatedNode !== (pod.status?.nominatedNodeName ?? '');
  if (conditions === null && !nominates) return null;
  const { nominatedNodeName: _, ...rest } = old;
  const status: JsonObject = {
    ...(nominates ? { ...rest, ...(nominatedNode === '' ? {} : { nominatedNodeName: nominatedNode }) } : old),
    ...(conditions === null ? {} : { conditions: conditions as unknown as Json }),
  };
  const schema = patchSchemaOf('v1', 'Pod');
  const patch = schema && createTwoWayMergePatch(schema, { status: old }, { status });
  return patch?.ok ? patch.value : null;
}

const full = (pod: Pod, condition: NewCondition): Condition => ({
  ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
  lastProbeTime: null,
  ...condition,
});

/** Null if nothing changes. The time of transition moves only with the status. */
function withCondition(conditions: readonly Condition[], condition: Condition, now: string): readonly Condition[] | null {
  const old = conditions.find(({ type }) => type === condition.type);
  if (old === undefined) return [...conditions, { ...condition, lastTransitionTime: now }];
  const next = { ...condition, lastTransitionTime: old.status === condition.status ? (old.lastTransitionTime ?? null) : now };
  const same =
    old.status === next.status &&
    old.reason === next.reason &&
    old.message === next.message &&
    old.observedGeneration === next.observedGeneration;
  return same ? null : conditions.map((other) => (other === old ? next : other));
}
