// The patches with which the kubelet tells its statuses: what differs, as a strategic merge patch.
// Models preparePatchBytesForPodStatus and PatchNodeStatus of kubernetes pkg/util/{pod,node}.
import { assert } from '../../base/assert';
import type { Json, JsonObject } from '../../base/json';
import { createTwoWayMergePatch } from '../../machinery/strategic-diff';
import { patchSchemaOf } from '../../machinery/strategic-patch';
import type { Node, Pod, PodStatus } from '../../machinery/types';

/** Null if nothing differs. The uid makes sure that it is still the same pod. */
export function podStatusPatch(pod: Pod, status: PodStatus): JsonObject | null {
  const patch = diff('Pod', pod.status ?? {}, status);
  return patch === null ? null : { metadata: { uid: pod.metadata.uid }, ...patch };
}

export const nodeStatusPatch = (node: Node, status: NonNullable<Node['status']>): JsonObject | null =>
  diff('Node', node.status ?? {}, status);

function diff(kind: string, before: object, after: object): JsonObject | null {
  const schema = patchSchemaOf('v1', kind);
  assert(schema !== null, `${kind} has a schema`);
  const patch = createTwoWayMergePatch(schema, { status: before as Json }, { status: after as Json });
  assert(patch.ok, 'two statuses can be compared');
  return Object.keys(patch.value).length === 0 ? null : patch.value;
}
