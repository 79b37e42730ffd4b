// Request bodies that kubectl and helm send as protobuf, as the JSON of the same object. The field tables are those of
// the generated.proto files of k8s.io/api and k8s.io/apimachinery 1.36. Models apimachinery
// pkg/runtime/serializer/protobuf: four bytes, then a runtime.Unknown around the object.
import { simTime } from '../../base/brand';
import type { Json, JsonObject } from '../../base/json';
import { err, ok, type Result } from '../../base/result';
import { EPOCH_SECONDS, rfc3339, rfc3339Micro } from '../../machinery/time';
import tables from './protobuf-fields.json';

type Field = readonly [name: string, type: string, flag?: string];
const TABLES = tables as unknown as { readonly [message: string]: { readonly [number: string]: Field } };

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const MAGIC = [0x6b, 0x38, 0x73, 0x00];
const META = 'k8s.io.apimachinery.pkg.apis.meta.v1.';
const TYPE_META = 'k8s.io.apimachinery.pkg.runtime.TypeMeta';
const NOTHING = new Uint8Array();
const MOST_DEPTH = 64;

/** An object with its kind and apiVersion. */
export function decodeProtobuf(bytes: Uint8Array): Result<JsonObject> {
  if (MAGIC.some((byte, i) => bytes[i] !== byte))
    return err('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  try {
    const unknown = new Map(fieldsOf(bytes.subarray(MAGIC.length)));
    const { apiVersion, kind } = message(bytesOf(unknown.get(1) ?? NOTHING), TYPE_META, 0);
    if (typeof apiVersion !== 'string' || typeof kind !== 'string') return err('the message names no kind');
    const type = typeNamed(apiVersion, kind);
    if (type === null) return err(`no kind "${kind}" is registered for version "${apiVersion}"`);
    return ok({ kind, apiVersion, ...message(bytesOf(unknown.get(2) ?? NOTHING), type, 0) });
  } catch (error) {
    return err(error instanceof RangeError ? 'proto: unexpected EOF' : String(error));
  }
}

/** Group `rbac.authorization.k8s.io` is package `rbac`; options of requests are meta's in every group. */
function typeNamed(apiVersion: string, kind: string): string | null {
  const [group = '', version] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
  const names = [`k8s.io.api.${group.split('.')[0]}.${version}.${kind}`, `${META}${kind}`];
  return names.find((name) => Object.hasOwn(TABLES, name)) ?? null;
}

type Members = { [name: string]: Json | undefined };

function message(bytes: Uint8Array, type: string, depth: number): Members {
  if (depth > MOST_DEPTH) throw new Error('proto: nested too deeply');
  const fields = TABLES[type] ?? {};
  const members: Members = {};
  for (const [number, found] of fieldsOf(bytes)) {
    const field = Object.hasOwn(fields, number) ? fields[number] : undefined;
    if (field === undefined) continue;
    const [name, typeOf, flag] = field;
    if (flag === 'map') {
      const entry = new Map(fieldsOf(bytesOf(found)));
      const key = textOf(entry.get(1) ?? NOTHING);
      const value = entry.get(2);
      members[name] = { ...(members[name] as JsonObject), [key]: value === undefined ? '' : valueOf(value, typeOf, depth) };
    } else if (flag === 'repeated') {
      members[name] = [...((members[name] as readonly Json[]) ?? []), ...many(found, typeOf).map((one) => valueOf(one, typeOf, depth))];
    } else if (flag === 'inline') Object.assign(members, message(bytesOf(found), full(typeOf), depth + 1));
    else {
      const value = valueOf(found, typeOf, depth);
      if (value !== null) members[name] = value;
    }
  }
  return members;
}

const full = (type: string): string => (type.startsWith('meta.') ? META + type.slice('meta.'.length) : type);

function valueOf(found: Found, type: string, depth: number): Json {
  switch (type) {
    case 'string':
      return textOf(found);
    case 'bytes':
      return Buffer.from(bytesOf(found)).toString('base64');
    case 'bool':
      return found !== 0n;
    case 'double':
      return new DataView(bytesOf(found).slice().buffer).getFloat64(0, true);
    case 'int32':
    case 'int64':
    case 'uint32':
      return Number(BigInt.asIntN(64, numberOf(found)));
    default:
      return objectOf(bytesOf(found), full(type), depth);
  }
}

/** Messages that are no objects in JSON. Null: left out. */
function objectOf(bytes: Uint8Array, type: string, depth: number): Json {
  const members = message(bytes, type, depth + 1);
  const last = type.slice(type.lastIndexOf('.') + 1);
  switch (last) {
    case 'Quantity':
      return (members['string'] as string | undefined) ?? '0';
    case 'IntOrString':
      return (members['type'] === 1 ? members['strVal'] : members['intVal']) ?? 0;
    case 'Time':
    case 'MicroTime':
      return members['seconds'] === undefined ? null : timeText(Number(members['seconds']), Number(members['nanos'] ?? 0), last);
    case 'FieldsV1':
    case 'RawExtension': {
      const raw = Object.values(members)[0];
      return typeof raw === 'string' && raw !== '' ? (JSON.parse(Buffer.from(raw, 'base64').toString()) as Json) : {};
    }
    default:
      return members;
  }
}

function timeText(seconds: number, nanos: number, type: 'Time' | 'MicroTime'): string {
  const at = simTime((seconds - EPOCH_SECONDS) * 1_000_000 + Math.floor(nanos / 1_000));
  return type === 'Time' ? rfc3339(at) : rfc3339Micro(at);
}

// ---- The wire format (protobuf.dev/programming-guides/encoding)

/** A varint, or the bytes of what has a length or a fixed size. */
type Found = bigint | Uint8Array;

function fieldsOf(bytes: Uint8Array): readonly (readonly [number: number, value: Found])[] {
  const fields: (readonly [number, Found])[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('eof');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('eof');
  };
  const take = (count: number): Uint8Array => {
    if (count > bytes.length - at) throw new RangeError('eof');
    at += count;
    return bytes.subarray(at - count, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const wire = Number(tag & 7n);
    const value = wire === 0 ? varint() : wire === 2 ? take(Number(varint())) : wire === 1 ? take(8) : wire === 5 ? take(4) : null;
    if (value === null) throw new Error(`proto: illegal wireType ${wire}`);
    fields.push([Number(tag >> 3n), value]);
  }
  return fields;
}

/** Repeated numbers may come packed into one field. */
function many(found: Found, type: string): readonly Found[] {
  if (!(found instanceof Uint8Array) || !/^(int32|int64|uint32|bool)$/.test(type)) return [found];
  const numbers: bigint[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of found) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    numbers.push(value);
    value = shift = 0n;
  }
  return numbers;
}

const bytesOf = (found: Found): Uint8Array => {
  if (found instanceof Uint8Array) return found;
  throw new Error('proto: wrong wireType');
};
const numberOf = (found: Found): bigint => {
  if (typeof found === 'bigint') return found;
  throw new Error('proto: wrong wireType');
};
const textOf = (found: Found): string => Buffer.from(bytesOf(found)).toString();
