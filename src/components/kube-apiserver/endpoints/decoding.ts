// From a request's body to an object of the kind that the path names, with its defaults.
// Models apiserver pkg/endpoints/handlers/{create,update,rest}.go and apimachinery pkg/runtime/serializer.
import { isObject, type Json, type JsonObject } from '../../../base/json';
import { decode } from '../../../machinery/decode';
import { applyDefaults } from '../../../machinery/defaults';
import type { Member } from '../../../machinery/json-text';
import { groupVersion } from '../../../machinery/resources';
import { typeOf } from '../../../machinery/schema';
import { badRequest, unsupportedMediaType } from '../../../machinery/status';
import type { HttpRequest } from '../../../wire/payload';
import { type Refusal, refuse } from '../refusal';
import type { Versioned } from '../storage/versioner';
import { mediaTypeOf, readBody, summaryOf } from './body';
import { type Reading, strictProblem } from './field-validation';

/** A kind with its group and version: a ResourceInfo or a SubresourceInfo fits. */
export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}
interface Given {
  readonly apiVersion: string;
  readonly kind: string;
}

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const MEDIA_TYPES = ['application/json', 'application/yaml', PROTOBUF];
const FIND_KIND = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** The body as an object of the kind, complete. */
export function decodeBody(request: HttpRequest, expected: Kind, reading: Reading): Versioned | Refusal {
  const type = mediaTypeOf(request);
  if (type !== '' && !MEDIA_TYPES.includes(type)) return refuse(unsupportedMediaType(MEDIA_TYPES));
  const read = readBody(request);
  if (!read.ok)
    return unrecognized(
      type.endsWith('yaml') ? read.error : `couldn't get version/kind; json parse error: ${read.error}`,
      request,
      expected,
    );
  const { value, members } = read.value;
  const wrong = kindProblem(value);
  if (wrong !== null || !isObject(value))
    return unrecognized(`couldn't get version/kind; json parse error: ${wrong ?? ''}`, request, expected);
  const apiVersion = groupVersion(expected);
  const given: Given = { apiVersion: textOr(value.apiVersion, apiVersion), kind: textOr(value.kind, expected.kind) };
  const misfit = given.apiVersion === apiVersion && given.kind === expected.kind ? null : misfitOf(given, expected);
  if (misfit !== null) return refuse(badRequest(misfit));
  return complete({ ...value, ...given }, expected, type === PROTOBUF ? null : reading, members);
}

const textOr = (value: Json | undefined, otherwise: string): string => (typeof value === 'string' && value !== '' ? value : otherwise);

function kindProblem(value: Json): string | null {
  if (!isObject(value)) return `json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type ${FIND_KIND}`;
  for (const field of ['apiVersion', 'kind']) {
    const member = value[field] ?? '';
    if (typeof member !== 'string') return `json: cannot unmarshal ${typeof member} into Go struct field .${field} of type string`;
  }
  return null;
}

const unrecognized = (why: string, { body }: HttpRequest, { kind }: Kind): Refusal =>
  refuse(badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${summaryOf(body)})`));

function misfitOf(given: Given, expected: Kind): string {
  const [group = '', version = ''] = given.apiVersion.includes('/') ? given.apiVersion.split('/') : ['', given.apiVersion];
  const cannot = `${given.kind} in version "${version}" cannot be handled as a ${expected.kind}`;
  if (typeOf(given.apiVersion, given.kind) === null) return `${cannot}: ${unregistered(given)}`;
  if (given.kind === expected.kind && (group === expected.group || given.kind === 'Event'))
    return `the API version in the data (${given.apiVersion}) does not match the expected API version (${groupVersion(expected)})`;
  return `${cannot}: converting (${version}.${given.kind}) to (${goPackage(expected.group)}.${expected.kind}): unknown conversion`;
}

export const unregistered = ({ apiVersion, kind }: Given): string =>
  `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/api/legacyscheme/scheme.go:30"`;

const goPackage = (group: string): string => (group === '' || group === 'events.k8s.io' ? 'core' : (group.split('.')[0] ?? ''));

/** The object as Go's types hold it, with its defaults. `reading` null: it came as protobuf, which has no unknown members. */
export function complete(
  object: JsonObject,
  expected: Kind,
  reading: Reading | null,
  members: readonly Member[] = [],
): Versioned | Refusal {
  const type = typeOf(groupVersion(expected), expected.kind);
  let known = object;
  if (type !== null) {
    const decoded = decode(type, object);
    const cannot = `${expected.kind} in version "${expected.version}" cannot be handled as a ${expected.kind}`;
    if (decoded.error !== null) return refuse(badRequest(`${cannot}: ${decoded.error}`));
    const problem = reading === null ? null : strictProblem(decoded.unknown, members, reading);
    if (problem !== null) return refuse(badRequest(`${cannot}: ${problem}`));
    known = decoded.object;
  }
  return withDefaults(known, expected);
}

export const withDefaults = (object: JsonObject, { group, version, kind }: Kind): Versioned =>
  applyDefaults(groupVersion({ group, version }), kind, isObject(object.metadata) ? object : { ...object, metadata: {} }) as Versioned;
