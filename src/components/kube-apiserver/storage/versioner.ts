// An object as it is stored (without a resourceVersion) and as it is served (with its key's mod_revision).
// Models apiserver pkg/storage/api_object_versioner.go. Each form of one stored value is made once.
import type { Json, JsonObject } from '../../../base/json';
import { err, ok, type Result } from '../../../base/result';
import type { ObjectMeta } from '../../../machinery/types';

/** An object on its way through the server: plain JSON with metadata. */
export interface Versioned extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta & JsonObject;
}

const served = new WeakMap<object, Versioned>();
const stored = new WeakMap<object, JsonObject>();

/** The served form of a stored value. */
export function decode(value: JsonObject, revision: number): Versioned {
  const resourceVersion = String(revision);
  const known = served.get(value);
  if (known !== undefined && known.metadata.resourceVersion === resourceVersion) return known;
  const object = withResourceVersion(value as Versioned, resourceVersion);
  served.set(value, object);
  stored.set(object, value);
  return object;
}

/** The stored form of a served object. */
export function bare(object: JsonObject): JsonObject {
  const known = stored.get(object);
  if (known !== undefined) return known;
  const { resourceVersion, ...metadata } = (object as Versioned).metadata as ObjectMeta;
  if (resourceVersion === undefined) return object;
  const value = { ...object, metadata } as unknown as JsonObject;
  stored.set(object, value);
  return value;
}

export const withResourceVersion = (object: Versioned, resourceVersion: string): Versioned => ({
  ...object,
  metadata: orderedMeta(object.metadata, resourceVersion),
});

const BEFORE_VERSION = ['name', 'generateName', 'namespace', 'uid'];

/** resourceVersion stands after uid, where Go's field order puts it. */
function orderedMeta(metadata: ObjectMeta, resourceVersion: string): Versioned['metadata'] {
  const given = metadata as unknown as JsonObject;
  const ordered: { [field: string]: Json | undefined } = {};
  for (const field of BEFORE_VERSION) if (given[field] !== undefined) ordered[field] = given[field];
  ordered.resourceVersion = resourceVersion;
  for (const field in given) if (ordered[field] === undefined) ordered[field] = given[field];
  return ordered as Versioned['metadata'];
}

export const revisionOf = (object: Versioned | null): number => (object === null ? 0 : Number(object.metadata.resourceVersion ?? 0));

/** A resourceVersion as a client sends it: empty is 0. */
export function parseResourceVersion(text: string): Result<number> {
  if (text === '') return ok(0);
  if (!/^[0-9]+$/.test(text)) return err(`strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = Number(text);
  return Number.isSafeInteger(value) ? ok(value) : err(`strconv.ParseUint: parsing ${JSON.stringify(text)}: value out of range`);
}
