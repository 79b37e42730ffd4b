// The part of every object that all registries treat alike. Models apiserver pkg/registry/rest (meta.go,
// create.go, update.go, delete.go).
import type { Json, JsonObject } from '../../../base/json';
import type { ResourceInfo } from '../../../machinery/resources';
import { badRequest } from '../../../machinery/status';
import type { ObjectMeta } from '../../../machinery/types';
import { type Refusal, refuse } from '../refusal';
import type { Versioned } from '../storage/versioner';

/** The object with metadata members replaced; undefined removes one. */
export function withMeta(object: Versioned, change: { readonly [field: string]: Json | undefined }): Versioned {
  const metadata: { [field: string]: Json | undefined } = { ...object.metadata };
  for (const field in change) {
    if (change[field] === undefined) delete metadata[field];
    else metadata[field] = change[field];
  }
  return { ...object, metadata: metadata as Versioned['metadata'] };
}

/** The object with a member replaced; undefined removes it. */
export function withField(object: Versioned, field: string, value: Json | undefined): Versioned {
  if (value !== undefined) return object[field] === value ? object : { ...object, [field]: value };
  if (object[field] === undefined) return object;
  const { [field]: _, ...rest } = object;
  return rest as Versioned;
}

/** An object cannot be sent to another namespace than its own. */
export const namespaceProblem = (info: ResourceInfo, namespace: string, metadata: ObjectMeta): Refusal | null =>
  info.namespaced && metadata.namespace && metadata.namespace !== namespace
    ? refuse(badRequest('the namespace of the provided object does not match the namespace sent on the request'))
    : null;

export const uidMismatch = (uid: string, old: Versioned): string =>
  `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid ?? ''}`;

/** What a client may not set on a new object; empty maps and lists are not kept. */
export function newMeta(
  given: ObjectMeta,
  own: { readonly name: string; readonly namespace: string; readonly uid: string; readonly creationTimestamp: string },
): Versioned['metadata'] {
  const {
    name: _n,
    generateName,
    namespace: _ns,
    uid: _u,
    resourceVersion: _rv,
    generation: _g,
    creationTimestamp: _c,
    deletionTimestamp: _d,
    deletionGracePeriodSeconds: _s,
    managedFields: _m,
    ...kept
  } = given;
  return {
    name: own.name,
    ...(generateName ? { generateName } : {}),
    ...(own.namespace === '' ? {} : { namespace: own.namespace }),
    uid: own.uid,
    creationTimestamp: own.creationTimestamp,
    ...withoutEmpty(kept as JsonObject),
  } as unknown as Versioned['metadata'];
}

/** Server-owned metadata comes from the old object. What a client may not change but tells anyway, validation finds. */
export function updatedMeta(next: ObjectMeta, old: ObjectMeta): Versioned['metadata'] {
  const { generation, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds: grace, resourceVersion } = old;
  const { namespace: _ns, generation: _g, creationTimestamp: _c, managedFields: _m, resourceVersion: _r, ...kept } = next;
  return {
    ...withoutEmpty(kept as unknown as JsonObject),
    ...(old.namespace ? { namespace: old.namespace } : {}),
    ...(kept.uid || !old.uid ? {} : { uid: old.uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(generation === undefined ? {} : { generation }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(grace === undefined || kept.deletionGracePeriodSeconds !== undefined ? {} : { deletionGracePeriodSeconds: grace }),
  } as unknown as Versioned['metadata'];
}

/** Go leaves out empty strings, maps and lists of metadata. */
function withoutEmpty(meta: JsonObject): JsonObject {
  const kept: { [field: string]: Json } = {};
  for (const field in meta) {
    const value = meta[field];
    if (value === undefined || value === null || value === '') continue;
    if (typeof value === 'object' && Object.keys(value).length === 0) continue;
    kept[field] = value;
  }
  return kept;
}
