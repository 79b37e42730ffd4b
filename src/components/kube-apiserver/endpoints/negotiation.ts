// In which form a client wants its answer: the object, its metadata only, or a table.
// Models apiserver pkg/endpoints/handlers/negotiation and response.go. Left out: protobuf bytes.
import type { SimTime } from '../../../base/brand';
import type { Json, JsonObject } from '../../../base/json';
import type { ResourceInfo } from '../../../machinery/resources';
import { groupVersion } from '../../../machinery/resources';
import { notAcceptable } from '../../../machinery/status';
import { type IncludeObject, tableFor } from '../../../machinery/table/table';
import type { Headers } from '../../../wire/payload';
import { Refusal } from '../refusal';
import { fromStorage } from '../registry/events';
import type { Versioned } from '../storage/versioner';

export type Form = 'object' | 'metadata' | 'table';

const AVAILABLE = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf;stream=watch',
];
const READABLE = new Set(['application/json', 'application/vnd.kubernetes.protobuf', 'application/yaml', 'application/*', '*/*', '']);

type Encoding = 'json' | 'yaml' | 'protobuf';
const encodings = new Map<string, Encoding>();

/** How the answer is encoded: by the first clause of the Accept header that this server can serve. */
export function encodingOf({ accept = '' }: Headers): Encoding {
  let encoding = encodings.get(accept);
  if (encoding === undefined && encodings.size < MAX_ENCODINGS) encodings.set(accept, (encoding = firstEncoding(accept)));
  return encoding ?? firstEncoding(accept);
}
/** Clients send few different headers; whoever sends many is not remembered. */
const MAX_ENCODINGS = 100;

function firstEncoding(accept: string): Encoding {
  for (const clause of accept.split(',')) {
    const type = clause.split(';')[0]?.trim();
    if (type === 'application/vnd.kubernetes.protobuf') return 'protobuf';
    if (type === 'application/yaml') return 'yaml';
    if (type === 'application/json' || type === '*/*' || type === 'application/*') return 'json';
  }
  return 'json';
}

/** The first form of the Accept header that this server can make. */
export function formOf(headers: Headers): Form | Refusal {
  const accept = headers.accept ?? '';
  if (!accept.includes('as=') && !accept.includes('text/')) return 'object';
  for (const clause of accept.split(',')) {
    const [type = '', ...parameters] = clause.split(';').map((part) => part.trim());
    if (!READABLE.has(type)) continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    if (as === undefined) return 'object';
    if (as === 'Table') return 'table';
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return 'metadata';
  }
  return new Refusal(notAcceptable(AVAILABLE));
}

const partial = new WeakMap<object, JsonObject>();
export function metadataOnly(object: Versioned): JsonObject {
  let known = partial.get(object);
  if (known === undefined)
    partial.set(object, (known = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata as Json }));
  return known;
}

// Items of a list of a built-in kind carry no kind and apiVersion of their own.
const untyped = new WeakMap<object, JsonObject>();
function listItem(object: Versioned): JsonObject {
  let known = untyped.get(object);
  if (known === undefined) {
    const { kind: _k, apiVersion: _v, ...rest } = object;
    untyped.set(object, (known = rest as JsonObject));
  }
  return known;
}

/** One object in the form asked for. */
export function presented(
  info: ResourceInfo,
  stored: Versioned,
  form: Form,
  now: SimTime,
  include: IncludeObject = 'Metadata',
): JsonObject {
  const object = fromStorage(info, stored);
  if (form === 'metadata') return metadataOnly(object);
  if (form === 'table') return tableFor(info, [object], { now, includeObject: include });
  return object;
}

export function presentedList(
  info: ResourceInfo,
  stored: readonly Versioned[],
  metadata: JsonObject,
  form: Form,
  now: SimTime,
  include: IncludeObject = 'Metadata',
): JsonObject {
  const objects = info.resource === 'events' ? stored.map((object) => fromStorage(info, object)) : stored;
  if (form === 'table') return tableFor(info, objects, { now, list: metadata, includeObject: include });
  if (form === 'metadata')
    return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: objects.map(metadataOnly) };
  return { kind: `${info.kind}List`, apiVersion: groupVersion(info), metadata, items: objects.map(listItem) };
}

export const includeOf = (value: string | undefined): IncludeObject => (value === 'None' || value === 'Object' ? value : 'Metadata');
