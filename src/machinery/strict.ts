// What is wrong with a body, in the decoder's words: members that a type does not have, and members of a wrong
// JSON type. Models the errors of sigs.k8s.io/json and of apimachinery pkg/runtime/converter.go. Go's names of string
// types (`v1.PullPolicy`) are told as `string`.
import { isObject, type Json, type JsonObject } from '../base/json';
import { goQuote } from './go-json';
import { QUANTITY_ERROR } from './quantity';
import { decodeScalar } from './scalars';
import { type FieldType, type TypeSchema, typeNamed } from './schema';

interface Complaints {
  readonly unknown: string[];
  error: string | null;
  readonly tell: Teller;
}

/** Where a member is: with indices and keys for unknown members, field names only for wrong types, as Go tells them. */
interface Place {
  readonly path: string;
  readonly fields: string;
  /** The struct that has the field: `ConfigMap`. */
  readonly struct: string;
}

/** How a value of a wrong type is told. */
type Teller = (type: FieldType, value: Json, place: Place) => string;

/**
 * In the order of the text, which is the order of the members. `tell`: of JSON text, or of an object in memory
 * (`ofObject`), as after a strategic merge.
 */
export function complaintsOf(
  type: TypeSchema,
  body: JsonObject,
  tell: Teller = ofText,
): { readonly unknown: readonly string[]; readonly error: string | null } {
  const found: Complaints = { unknown: [], error: null, tell };
  visitObject(type, body, { path: '', fields: '', struct: '' }, found);
  return found;
}

const joined = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
const structName = (type: TypeSchema): string => type.name.slice(type.name.lastIndexOf('.') + 1);

function visitObject(type: TypeSchema, object: JsonObject, place: Place, found: Complaints): void {
  for (const [name, value] of Object.entries(object)) {
    const field = type.fields.get(name);
    if (!field) found.unknown.push(joined(place.path, name));
    else if (value !== undefined) {
      visit(field.type, value, { path: joined(place.path, name), fields: joined(place.fields, name), struct: structName(type) }, found);
    }
  }
}

function visit(type: FieldType, value: Json, place: Place, found: Complaints): void {
  if (value === null) return;
  if (type.kind === 'object' && isObject(value)) visitObject(typeNamed(type.type), value, place, found);
  else if (type.kind === 'list' && Array.isArray(value)) {
    value.forEach((item, i) => void visit(type.items, item as Json, { ...place, path: `${place.path}[${i}]` }, found));
  } else if (type.kind === 'map' && isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (member !== undefined) visit(type.items, member, { ...place, path: joined(place.path, key) }, found);
    }
  } else if (type.kind === 'object' || type.kind === 'list' || type.kind === 'map' || decodeScalar(type.kind, value) === undefined) {
    found.error ??= found.tell(type, value, place);
  }
}

function ofText(type: FieldType, value: Json, { struct, fields }: Place): string {
  if (type.kind === 'quantity') return QUANTITY_ERROR;
  if (type.kind === 'int-or-string') return `json: cannot unmarshal ${jsonType(value)} into Go value of type int32`;
  if (type.kind === 'time' || type.kind === 'micro-time') return timeError(value);
  if (type.kind === 'bytes' && typeof value === 'string') return `illegal base64 data at input byte ${value.search(/[^A-Za-z0-9+/]/)}`;
  const what = typeof value === 'number' && (type.kind === 'int32' || type.kind === 'int64') ? `number ${value}` : jsonType(value);
  return `json: cannot unmarshal ${what} into Go struct field ${struct}.${fields} of type ${goType(type)}`;
}

/** An object in memory is not parsed, so structs and fields are not named. */
export function ofObject(type: FieldType, value: Json, place: Place): string {
  if (type.kind === 'map') return `cannot restore map from ${memoryType(value)}`;
  if (type.kind === 'list') return `cannot restore slice from ${memoryType(value)}`;
  if (type.kind === 'object') return `cannot restore struct from: ${memoryType(value)}`;
  if (!isObject(value) && !Array.isArray(value) && PARSED_ITSELF.has(type.kind)) return ofText(type, value, place);
  const goes = typeof value === 'number' && type.kind !== 'boolean' && !(type.kind === 'string' && !Number.isInteger(value));
  return goes ? `cannot convert ${memoryType(value)} to ${goType(type)}` : `unrecognized type: ${goType(type)}`;
}
const PARSED_ITSELF: ReadonlySet<string> = new Set(['quantity', 'int-or-string', 'time', 'micro-time']);

function memoryType(value: Json): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : Array.isArray(value) ? 'slice' : 'map';
}

function timeError(value: Json): string {
  if (typeof value !== 'string') return `json: cannot unmarshal ${jsonType(value)} into Go value of type string`;
  return `parsing time ${goQuote(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${goQuote(value)} as "2006"`;
}

function jsonType(value: Json): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

const GO_TYPES: { readonly [kind: string]: string } = {
  boolean: 'bool',
  double: 'float64',
  bytes: '[]uint8',
  quantity: 'resource.Quantity',
  'int-or-string': 'intstr.IntOrString',
  time: 'v1.Time',
  'micro-time': 'v1.MicroTime',
  any: 'interface {}',
};

/** `[]v1.ContainerPort`, `map[string]string`. */
function goType(type: FieldType): string {
  switch (type.kind) {
    case 'object':
      return type.type.split('.').slice(-2).join('.');
    case 'list':
      return `[]${goType(type.items)}`;
    case 'map':
      return `map[string]${goType(type.items)}`;
    default:
      return GO_TYPES[type.kind] ?? type.kind;
  }
}
