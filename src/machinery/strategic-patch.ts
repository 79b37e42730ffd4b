// Strategic merge patch, models apimachinery pkg/util/strategicpatch.
import { assert } from '../base/assert';
import type { JsonObject } from '../base/json';
import type { Result } from '../base/result';

/** What the patch needs to know of a type. schema.ts's types fit. */
export interface PatchSchema {
  /** Null for a field that the type does not have (an error on lists, as upstream). */
  field(name: string): PatchField | null;
}
export interface PatchField {
  readonly patchStrategy: readonly string[];
  readonly patchMergeKey?: string;
  /** The type of the object, or of the list's or map's items; null for scalars and free-form values. */
  readonly schema: PatchSchema | null;
}

/** The patch schema of a kind; null where kubectl and the apiserver fall back to JSON merge patch (custom resources). */
export const patchSchemaOf = (_apiVersion: string, _kind: string): PatchSchema | null => null;

export function strategicMergePatch(_schema: PatchSchema, _original: JsonObject, _patch: JsonObject): Result<JsonObject> {
  assert(false, 'not yet');
}

export function createTwoWayMergePatch(_schema: PatchSchema, _original: JsonObject, _modified: JsonObject): Result<JsonObject> {
  assert(false, 'not yet');
}

/** kubectl apply: `original` is last-applied, `overwrite` false reports conflicts. */
export function createThreeWayMergePatch(
  _schema: PatchSchema,
  _original: JsonObject | null,
  _modified: JsonObject,
  _current: JsonObject,
  _overwrite = true,
): Result<JsonObject> {
  assert(false, 'not yet');
}
