// From JSON to the form in which the apiserver holds and writes an object: what Go's decoding and encoding of the
// types makes of it. Unknown members go, nulls and zero values that are `omitempty` go, structs that are always
// written come, quantities and times become canonical. Models sigs.k8s.io/json and apimachinery's serializers.
// Which members are written when is in json-shape.ts.
import { isObject, type Json, type JsonObject } from '../base/json';
import { alwaysWritten, keepsEmpty, keepsZero } from './json-shape';
import { decodeScalar } from './scalars';
import { type FieldType, type TypeSchema, typeNamed } from './schema';
import { complaintsOf } from './strict';

export interface Decoded {
  readonly object: JsonObject;
  /** Paths of members that the type does not have, in the order of the text: `spec.foo`, `spec.containers[0].bar`. */
  readonly unknown: readonly string[];
  /** The first member of a wrong JSON type, as Go's decoder reports it (`json: cannot unmarshal ...`), or null. */
  readonly error: string | null;
}

/** Parts that need no change are shared; an object that needs none is returned itself. */
export function decode(type: TypeSchema, body: JsonObject): Decoded {
  const state: State = { complaint: false };
  const object = decodeObject(type, body, state);
  return state.complaint ? { object, ...complaintsOf(type, body) } : { object, unknown: [], error: null };
}

interface State {
  /** Something is unknown or of a wrong type; what, is looked up afterwards, because it is rare. */
  complaint: boolean;
}

interface Known {
  readonly type: TypeSchema;
  readonly result: JsonObject;
}
/** Objects are immutable, so what was decoded once stays decoded: most updates carry most parts unchanged. */
const decoded = new WeakMap<JsonObject, Known>();
const WORTH_KEEPING = 8;

function decodeObject(type: TypeSchema, object: JsonObject, state: State): JsonObject {
  const known = decoded.get(object);
  if (known?.type === type) return known.result;
  const inner: State = { complaint: false };
  const result = decodeMembers(type, object, inner);
  if (inner.complaint) state.complaint = true;
  else if (type.fields.size >= WORTH_KEEPING) {
    decoded.set(object, { type, result });
    if (result !== object) decoded.set(result, { type, result });
  }
  return result;
}

function decodeMembers(type: TypeSchema, object: JsonObject, state: State): JsonObject {
  // Never with `delete`: engines keep an object that lost a member as a slow table, and this one is read for ever.
  let changed: Record<string, Json | undefined> | null = null;
  for (const name in object) {
    const value = object[name];
    if (value === undefined) continue;
    const field = type.fields.get(name);
    if (!field) state.complaint = true;
    let next = field && value !== null ? decodeValue(field.type, value, state) : undefined;
    if (next !== undefined && isDropped(type, name, next)) next = undefined;
    if (next !== value) changed ??= membersBefore(object, name);
    if (changed !== null && next !== undefined) changed[name] = next;
  }
  for (const [name, value] of alwaysOf(type)) {
    if ((changed ?? object)[name] !== undefined) continue;
    changed ??= { ...object };
    changed[name] = value;
  }
  return changed ?? object;
}

function membersBefore(object: JsonObject, end: string): Record<string, Json | undefined> {
  const members: Record<string, Json | undefined> = {};
  for (const name in object) {
    if (name === end) break;
    if (object[name] !== undefined) members[name] = object[name];
  }
  return members;
}

/** Zero values that `omitempty` leaves out. Empty objects stay: they are pointers to structs. */
function isDropped(type: TypeSchema, name: string, value: Json): boolean {
  if (value === '') return !keepsEmpty(type, name);
  if (value === 0 || value === false) return !keepsZero(type, name);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.length === 0 && !keepsEmpty(type, name);
  const field = type.fields.get(name);
  if (field?.type.kind !== 'map') return false;
  for (const _ in value) return false;
  return !keepsEmpty(type, name);
}

const always = new Map<TypeSchema, readonly (readonly [string, Json])[]>();

/** What is written even if absent, with all that is always written in it. */
function alwaysOf(type: TypeSchema): readonly (readonly [string, Json])[] {
  let members = always.get(type);
  if (!members) {
    members = Object.entries(alwaysWritten(type)).map(([name, value]) => {
      const field = type.fields.get(name)?.type;
      const whole = field?.kind === 'object' && isObject(value) ? decodeObject(typeNamed(field.type), value, { complaint: false }) : value;
      return [name, whole ?? null] as const;
    });
    always.set(type, members);
  }
  return members;
}

/** Undefined for a value of a wrong type. */
function decodeValue(type: FieldType, value: Json, state: State): Json | undefined {
  switch (type.kind) {
    case 'object':
      if (isObject(value)) return decodeObject(typeNamed(type.type), value, state);
      break;
    case 'list':
      if (Array.isArray(value)) return decodeList(type.items, value, state);
      break;
    case 'map':
      if (isObject(value)) return decodeMap(type.items, value, state);
      break;
    default: {
      const scalar = decodeScalar(type.kind, value);
      if (scalar !== undefined) return scalar;
    }
  }
  state.complaint = true;
  return undefined;
}

function decodeList(type: FieldType, items: readonly Json[], state: State): readonly Json[] {
  let changed: Json[] | null = null;
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as Json;
    const next = decodeValue(type, item === null ? zeroOf(type) : item, state) ?? zeroOf(type);
    if (next !== item) (changed ??= [...items])[i] = next;
  }
  return changed ?? items;
}

function decodeMap(type: FieldType, map: JsonObject, state: State): JsonObject {
  let changed: Record<string, Json | undefined> | null = null;
  for (const key in map) {
    const value = map[key];
    if (value === undefined) continue;
    const next = decodeValue(type, value === null ? zeroOf(type) : value, state) ?? zeroOf(type);
    if (next !== value) (changed ??= { ...map })[key] = next;
  }
  return changed ?? map;
}

function zeroOf({ kind }: FieldType): Json {
  if (kind === 'object' || kind === 'map') return {};
  if (kind === 'list') return [];
  if (kind === 'boolean') return false;
  if (kind === 'quantity') return '0';
  return kind === 'int32' || kind === 'int64' || kind === 'double' || kind === 'int-or-string' ? 0 : '';
}
