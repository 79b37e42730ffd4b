// JSON patch (RFC 6902) and JSON merge patch (RFC 7386), as evanphx/json-patch applies them for the apiserver.
import { assert } from '../base/assert';
import type { Json, JsonObject } from '../base/json';
import type { Result } from '../base/result';

/** Applies RFC 6902 operations; the error is the library's text. */
export function jsonPatch(_original: Json, _operations: Json): Result<Json> {
  assert(false, 'not yet');
}

/** Applies RFC 7386. */
export function mergePatch(_original: JsonObject, _patch: JsonObject): JsonObject {
  assert(false, 'not yet');
}

/** The merge patch that makes `modified` of `original`. */
export function jsonMergeDiff(_original: JsonObject, _modified: JsonObject): JsonObject {
  assert(false, 'not yet');
}

/** Three-way JSON merge patch (apimachinery pkg/util/jsonmergepatch), for kinds without a schema. */
export function threeWayJsonMergePatch(_original: JsonObject, _modified: JsonObject, _current: JsonObject): JsonObject {
  assert(false, 'not yet');
}
