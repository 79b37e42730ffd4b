// From a request's body to an object of the kind that the path names, with its defaults; and from a patch and
// an old object to a new one. Models apiserver pkg/endpoints/handlers/{create,update,patch}.go and
// apimachinery pkg/runtime/serializer. Left out: server-side apply.
import { isObject, type Json, type JsonObject } from '../../../base/json';
import { applyDefaults } from '../../../machinery/defaults';
import { jsonPatch, mergePatch } from '../../../machinery/patch';
import { groupVersion } from '../../../machinery/resources';
import { badRequest, type FieldError, failure, invalid, unsupportedMediaType } from '../../../machinery/status';
import { patchSchemaOf, strategicMergePatch } from '../../../machinery/strategic-patch';
import type { HttpRequest } from '../../../wire/payload';
import { type Refusal, refuse } from '../refusal';
import type { Versioned } from '../storage/versioner';
import { checkFields, type FieldValidation } from './field-validation';

/** A kind with its group and version: a ResourceInfo or a SubresourceInfo fits. */
export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}
const MEDIA_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/apply-patch+cbor',
];
const PROTOBUF = 'application/vnd.kubernetes.protobuf';

export const mediaTypeOf = (request: HttpRequest): string =>
  (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? '';

/** The body as an object of the kind, before defaults. */
export function decodeBody(request: HttpRequest, expected: Kind): JsonObject | Refusal {
  const type = mediaTypeOf(request);
  if (type !== '' && !MEDIA_TYPES.includes(type)) return refuse(unsupportedMediaType(MEDIA_TYPES));
  const { body } = request;
  if (typeof body === 'string') return unreadable(body, expected);
  if (!isObject(body)) return unreadable(JSON.stringify(body), expected);
  const apiVersion = groupVersion(expected);
  const given = { apiVersion: textOr(body.apiVersion, apiVersion), kind: textOr(body.kind, expected.kind) };
  if (given.apiVersion === apiVersion && given.kind === expected.kind) return { ...body, ...given };
  return refuse(badRequest(wrongKind(given, expected)));
}

const textOr = (value: Json | undefined, otherwise: string): string => (typeof value === 'string' && value !== '' ? value : otherwise);

function wrongKind(given: { apiVersion: string; kind: string }, expected: Kind): string {
  const version = given.apiVersion.slice(given.apiVersion.indexOf('/') + 1);
  const goGroup = expected.group === '' ? 'core' : (expected.group.split('.')[0] ?? '');
  if (given.apiVersion === groupVersion(expected) && given.kind !== expected.kind) {
    return `${given.kind} in version "${version}" cannot be handled as a ${expected.kind}: converting (${version}.${given.kind}) to (${goGroup}.${expected.kind}): unknown conversion`;
  }
  return `${expected.kind} in version ${JSON.stringify(version)} cannot be handled as a ${expected.kind}: no kind ${JSON.stringify(given.kind)} is registered for version ${JSON.stringify(given.apiVersion)} in scheme "pkg/api/legacyscheme/scheme.go:30"`;
}

function unreadable(text: string, { kind }: Kind): Refusal {
  const why =
    text[0] === '{' ? `invalid character '${text[1] ?? ''}' looking for beginning of object key string (${text})` : `json parse error`;
  return refuse(
    badRequest(`the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${why}`),
  );
}

/** The object with its defaults, unknown fields removed or complained of. */
export function complete(
  object: JsonObject,
  expected: Kind,
  validation: FieldValidation,
  warnings: string[],
  binary: boolean,
): Versioned | Refusal {
  const checked = binary ? object : checkFields(object, expected, validation, warnings);
  if (checked.constructor !== Object && 'status' in checked) return checked as Refusal;
  const metadata = isObject((checked as JsonObject).metadata) ? (checked as JsonObject).metadata : {};
  return applyDefaults(groupVersion(expected), expected.kind, { ...(checked as JsonObject), metadata } as JsonObject) as Versioned;
}

export const isBinary = (request: HttpRequest): boolean => mediaTypeOf(request) === PROTOBUF;

/** The old object with the request's patch applied. */
export function applyPatch(request: HttpRequest, expected: Kind, name: string, old: Versioned): JsonObject | Refusal {
  const { body } = request;
  switch (mediaTypeOf(request)) {
    case 'application/json-patch+json': {
      const patched = jsonPatch(old, body);
      if (!patched.ok)
        return refuse(failure(422, 'Invalid', `the server rejected our request due to an error in our request: ${patched.error}`, {}));
      return isObject(patched.value) ? patched.value : refuse(badRequest('the patch did not leave an object'));
    }
    case 'application/merge-patch+json':
      return isObject(body)
        ? mergePatch(old, body)
        : refuse(badRequest('error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'));
    case 'application/strategic-merge-patch+json': {
      if (!isObject(body))
        return refuse(badRequest('error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'));
      const schema = patchSchemaOf(groupVersion(expected), expected.kind);
      if (schema === null) return mergePatch(old, body);
      const patched = strategicMergePatch(schema, old, body);
      if (patched.ok) return patched.value;
      const error: FieldError = { type: 'FieldValueInvalid', field: 'patch', value: JSON.stringify(body), detail: patched.error };
      return refuse(invalid(expected.group, expected.kind, name, [error]));
    }
    case 'application/apply-patch+yaml':
      return isObject(body) ? mergePatch(old, body) : refuse(badRequest('error decoding YAML'));
    default:
      return refuse(
        failure(
          415,
          'UnsupportedMediaType',
          `the body of the request was in an unknown format - accepted media types include: ${PATCH_TYPES.join(', ')}`,
        ),
      );
  }
}
