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
  const meta: Meta = { name: own.name };
  if (given.generateName) meta.generateName = given.generateName;
  if (own.namespace !== '') meta.namespace = own.namespace;
  meta.uid = own.uid;
  meta.creationTimestamp = own.creationTimestamp;
  keep(meta, given, NOT_GIVEN);
  return meta as Versioned['metadata'];
}

/** Server-owned metadata comes from the old object. What a client may not change but tells anyway, validation finds. */
export function updatedMeta(next: ObjectMeta, old: ObjectMeta): Versioned['metadata'] {
  const meta: Meta = {};
  keep(meta, next, NOT_CHANGED);
  if (old.namespace) meta.namespace = old.namespace;
  if (!next.uid && old.uid) meta.uid = old.uid;
  for (const field of OF_OLD) if (old[field] !== undefined) meta[field] = old[field];
  const { deletionGracePeriodSeconds: grace } = old;
  if (grace !== undefined && next.deletionGracePeriodSeconds === undefined) meta.deletionGracePeriodSeconds = grace;
  return meta as Versioned['metadata'];
}

type Meta = { [field: string]: Json | undefined };
const NOT_CHANGED: ReadonlySet<string> = new Set(['namespace', 'generation', 'creationTimestamp', 'managedFields', 'resourceVersion']);
const NOT_GIVEN: ReadonlySet<string> = new Set([
  ...NOT_CHANGED,
  'name',
  'generateName',
  'uid',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
]);
const OF_OLD = ['resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp'] as const;

/** Takes over all members but those. Go leaves out empty strings, maps and lists of metadata. */
function keep(meta: Meta, given: ObjectMeta, but: ReadonlySet<string>): void {
  const members = given as unknown as JsonObject;
  for (const field in members) {
    const value = members[field];
    if (value === undefined || value === null || value === '' || but.has(field)) continue;
    if (typeof value === 'object' && isEmpty(value)) continue;
    meta[field] = value;
  }
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false;
  return true;
}
