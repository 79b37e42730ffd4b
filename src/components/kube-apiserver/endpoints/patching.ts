// From a patch and the old object to the new one. Models apiserver pkg/endpoints/handlers/patch.go.
// Left out: server-side apply, whose patch is merged.
import { isObject, type Json, type JsonObject } from '../../../base/json';
import { decode } from '../../../machinery/decode';
import { goJson, goPrint } from '../../../machinery/go-json';
import type { Member } from '../../../machinery/json-text';
import { jsonPatch, mergePatch } from '../../../machinery/patch';
import { groupVersion } from '../../../machinery/resources';
import { typeOf } from '../../../machinery/schema';
import { badRequest, failure, fieldInvalid, genericResponse, invalid, plainError, requestEntityTooLarge } from '../../../machinery/status';
import { isBadForm, patchSchemaOf, strategicMergePatch } from '../../../machinery/strategic-patch';
import { complaintsOf, ofObject } from '../../../machinery/strict';
import type { HttpRequest } from '../../../wire/payload';
import { type Refusal, refuse } from '../refusal';
import type { Versioned } from '../storage/versioner';
import { mediaTypeOf, readBody } from './body';
import { type Kind, unregistered, withDefaults } from './decoding';
import { type Reading, strictProblem } from './field-validation';

/** Makes the new object of the old one; a patch is read once, and applied as often as the old one changes. */
export type Patcher = (old: Versioned) => Versioned | Refusal;

const MAX_OPERATIONS = 10_000;
const UNPROCESSABLE = genericResponse(422);
const MAP = 'map[string]interface {}';

export function patcherOf(request: HttpRequest, expected: Kind, reading: Reading): Patcher | Refusal {
  const type = mediaTypeOf(request);
  if (!PATCH_TYPES.has(type)) return refuse(failure(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {}));
  const prefix = type === STRATEGIC ? '' : 'error decoding patch: ';
  const read = readBody(request);
  if (!read.ok) return refuse(badRequest(prefix + read.error));
  const { value, members } = read.value;
  switch (type) {
    case JSON_PATCH:
      return Array.isArray(value)
        ? byOperations(value as readonly Json[], expected, reading)
        : notOf('[]handlers.jsonPatchOp', value, prefix);
    case STRATEGIC:
      return isObject(value) ? strategically(value, expected, reading, members) : notOf(MAP, value, prefix);
    default:
      return isObject(value) ? (old) => decoded(mergePatch(old, value), expected, reading, members) : notOf(MAP, value, prefix);
  }
}

const JSON_PATCH = 'application/json-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const PATCH_TYPES = new Set([
  JSON_PATCH,
  'application/merge-patch+json',
  STRATEGIC,
  'application/apply-patch+yaml',
  'application/apply-patch+cbor',
]);

const notOf = (type: string, value: Json, prefix: string): Refusal =>
  refuse(badRequest(`${prefix}json: cannot unmarshal ${Array.isArray(value) ? 'array' : jsonType(value)} into Go value of type ${type}`));
const jsonType = (value: Json): string => (typeof value === 'boolean' ? 'bool' : value === null ? 'null' : typeof value);

function byOperations(operations: readonly Json[], expected: Kind, reading: Reading): Patcher | Refusal {
  if (operations.length > MAX_OPERATIONS) {
    const message = `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`;
    return refuse(requestEntityTooLarge(message));
  }
  return (old) => {
    const patched = jsonPatch(old, operations);
    return patched.ok && isObject(patched.value) ? decoded(patched.value, expected, reading, []) : refuse(UNPROCESSABLE);
  };
}

function strategically(patch: JsonObject, expected: Kind, reading: Reading, members: readonly Member[]): Patcher {
  const apiVersion = groupVersion(expected);
  const schema = patchSchemaOf(apiVersion, expected.kind);
  const type = typeOf(apiVersion, expected.kind);
  return (old) => {
    if (schema === null || type === null) return refuse(failure(415, 'UnsupportedMediaType', UNSUPPORTED));
    const merged = strategicMergePatch(schema, old, patch);
    if (!merged.ok) return refuse(isBadForm(merged.error) ? badRequest(merged.error) : plainError(merged.error));
    const { object, unknown, error } = decode(type, merged.value);
    const wrong = error === null ? null : complaintsOf(type, merged.value, ofObject).error;
    const problem = wrong ?? strictProblem(unknown, members, reading);
    return problem === null ? withDefaults(object, expected) : unfit(goPrint(patch), problem);
  };
}

const UNSUPPORTED =
  'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml, application/apply-patch+cbor';

/** A patched object is read again as a body would be. */
function decoded(patched: JsonObject, expected: Kind, reading: Reading, members: readonly Member[]): Versioned | Refusal {
  const given = { apiVersion: String(patched.apiVersion ?? ''), kind: String(patched.kind ?? '') };
  if (given.apiVersion !== groupVersion(expected) || given.kind !== expected.kind) return unfit(goJson(patched), unregistered(given));
  const type = typeOf(given.apiVersion, given.kind);
  if (type === null) return withDefaults(patched, expected);
  const { object, unknown, error } = decode(type, patched);
  const problem = error ?? strictProblem(unknown, members, reading);
  return problem === null ? withDefaults(object, expected) : unfit(goJson(patched), problem);
}

const unfit = (value: string, problem: string): Refusal => refuse(invalid('', '', '', [fieldInvalid('patch', value, problem)]));
