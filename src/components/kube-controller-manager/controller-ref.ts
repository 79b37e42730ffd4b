// Whose object is it? Claims by selector: adopts what matches and nobody owns, releases what no longer matches.
// Models kubernetes pkg/controller/controller_ref_manager.go.
import type { JsonObject } from '../../base/json';
import type { ApiClient, ResourceRef } from '../../client/api-client';
import { controllerOf } from '../../machinery/object';
import { matchesSelector, type Selector } from '../../machinery/selector';
import type { KubeObject, OwnerReference } from '../../machinery/types';
import type { Task } from '../../sim/task';

export const controllerRef = (owner: KubeObject): OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid ?? '',
  controller: true,
  blockOwnerDeletion: true,
});

/** The strategic patch that takes owners (and finalizers) away from an object. */
export const deleteOwnerRefPatch = (
  dependentUid: string,
  ownerUids: readonly string[],
  finalizers: readonly string[] = [],
): JsonObject => ({
  metadata: {
    uid: dependentUid,
    ownerReferences: ownerUids.map((uid) => ({ $patch: 'delete', uid })),
    ...(finalizers.length === 0 ? {} : { '$deleteFromPrimitiveList/finalizers': finalizers }),
  },
});

export type Claim = 'mine' | 'adopt' | 'release' | 'not-mine';

/** What `owner` is to do about `object`. */
export function claimOf(owner: KubeObject, selector: Selector, object: KubeObject): Claim {
  const matches = matchesSelector(selector, object.metadata.labels ?? {});
  const controller = controllerOf(object);
  if (controller !== null) {
    if (controller.uid !== owner.metadata.uid) return 'not-mine';
    if (matches) return 'mine';
    return owner.metadata.deletionTimestamp ? 'not-mine' : 'release';
  }
  if (!matches || owner.metadata.deletionTimestamp || object.metadata.deletionTimestamp) return 'not-mine';
  return 'adopt';
}

/** The objects that are `owner`'s, after adopting and releasing; or why that failed. */
export function* claim<T extends KubeObject>(
  api: ApiClient,
  owner: { readonly object: KubeObject; readonly resource: ResourceRef },
  selector: Selector,
  objects: readonly T[],
  resource: ResourceRef,
): Task<{ readonly ok: true; readonly claimed: readonly T[] } | { readonly ok: false; readonly why: string }> {
  const claimed: T[] = [];
  let mayAdopt = false;
  for (const object of objects) {
    const decision = claimOf(owner.object, selector, object);
    if (decision === 'not-mine') continue;
    const { namespace = null, name, uid = '' } = object.metadata;
    if (decision === 'adopt') {
      mayAdopt ||= yield* stillThere(api, owner);
      if (!mayAdopt) return { ok: false, why: `${owner.object.metadata.name} is being deleted` };
      const patch = { metadata: { ownerReferences: [controllerRef(owner.object)], uid } } as unknown as JsonObject;
      const reply = yield* api.patch(resource, { namespace: namespace ?? null, name }, 'strategic', patch);
      if (!reply.ok && reply.status !== 404) return { ok: false, why: reply.error?.message ?? 'no answer' };
      if (!reply.ok) continue;
    }
    if (decision === 'release') {
      const patch = deleteOwnerRefPatch(uid, [owner.object.metadata.uid ?? '']);
      const reply = yield* api.patch(resource, { namespace: namespace ?? null, name }, 'strategic', patch);
      if (!reply.ok && reply.status !== 404 && reply.status !== 422) return { ok: false, why: reply.error?.message ?? 'no answer' };
      continue;
    }
    claimed.push(object);
  }
  return { ok: true, claimed };
}

/** Asks the server before adopting: the cache may be behind. */
function* stillThere(api: ApiClient, owner: { readonly object: KubeObject; readonly resource: ResourceRef }): Task<boolean> {
  const { namespace = null, name, uid } = owner.object.metadata;
  const reply = yield* api.get(owner.resource, { namespace, name });
  return reply.ok && reply.body.metadata.uid === uid && !reply.body.metadata.deletionTimestamp;
}
