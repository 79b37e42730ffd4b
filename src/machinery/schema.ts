// The types of the Kubernetes API: fields, list types, merge keys, enums. Read from schema-table.json, which
// src/node/generate-schema.ts makes from a real server's OpenAPI. The table has no defaults: see defaults.ts.
import { assert } from '../base/assert';
import table from './schema-table.json';

/** Without the common prefixes of OpenAPI names: `apps.v1.Deployment`, `meta.v1.ObjectMeta`. */
export type TypeName = string;

export type ScalarKind =
  | 'string'
  | 'int32'
  | 'int64'
  | 'double'
  | 'boolean'
  | 'bytes'
  | 'quantity'
  | 'int-or-string'
  | 'time'
  | 'micro-time'
  | 'any';

export type FieldType =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'object'; readonly type: TypeName }
  | { readonly kind: 'list' | 'map'; readonly items: FieldType };

export interface FieldSchema {
  readonly name: string;
  readonly type: FieldType;
  readonly required: boolean;
  readonly enum: readonly string[] | null;
  /** Strategic merge: `merge`, `replace`, `retainKeys`. */
  readonly patchStrategy: readonly string[];
  readonly patchMergeKey: string | null;
  /** Server-side apply: how items are told apart; null as `atomic`. */
  readonly listType: 'atomic' | 'set' | 'map' | null;
  readonly listMapKeys: readonly string[];
  /** Server-side apply: the map is one value. */
  readonly mapAtomic: boolean;
}

export interface TypeSchema {
  readonly name: TypeName;
  readonly fields: ReadonlyMap<string, FieldSchema>;
  /** Server-side apply: the object is one value. */
  readonly atomic: boolean;
}

const LINES: { readonly [name: TypeName]: string } = table.types;
const KINDS: { readonly [apiVersionAndKind: string]: TypeName } = table.kinds;
const parsed = new Map<TypeName, TypeSchema>();

/** The type of a kind, by `apps/v1` and `Deployment` (lists too); null for kinds that are not built in. */
export function typeOf(apiVersion: string, kind: string): TypeSchema | null {
  const name = `${apiVersion} ${kind}`;
  return Object.hasOwn(KINDS, name) ? typeNamed(KINDS[name] as TypeName) : null;
}

export function typeNamed(name: TypeName): TypeSchema {
  let type = parsed.get(name);
  if (type === undefined) {
    const line = LINES[name];
    assert(line !== undefined, `no type ${name} in the schema table`);
    type = parseType(name, line);
    parsed.set(name, type);
  }
  return type;
}

/** The type of an object's field, of a list's items or of a map's values, if that is an object. */
export function objectTypeOf(field: FieldType): TypeSchema | null {
  if (field.kind === 'object') return typeNamed(field.type);
  return field.kind === 'list' || field.kind === 'map' ? objectTypeOf(field.items) : null;
}

const SCALARS: { readonly [letter: string]: FieldType } = {
  s: { kind: 'string' },
  i: { kind: 'int32' },
  l: { kind: 'int64' },
  d: { kind: 'double' },
  b: { kind: 'boolean' },
  y: { kind: 'bytes' },
  q: { kind: 'quantity' },
  o: { kind: 'int-or-string' },
  t: { kind: 'time' },
  u: { kind: 'micro-time' },
  '*': { kind: 'any' },
};

/** A line: `name[!]:TYPE[@keys,..|@=listType][~patchStrategy][^mergeKey][|enum|..]`, separated by blanks. TYPE is
 *  a letter of SCALARS, a type (of the same package without its prefix), `[TYPE` a list, `{TYPE` a map. */
function parseType(name: TypeName, line: string): TypeSchema {
  const home = name.slice(0, name.lastIndexOf('.') + 1);
  const words = line === '' ? [] : line.split(' ');
  const atomic = words[0] === '@=atomic';
  const fields = (atomic ? words.slice(1) : words).map((word) => parseField(home, word));
  return { name, atomic, fields: new Map(fields.map((field) => [field.name, field])) };
}

const FIELD = /^([^:!]+)(!?):([^@~^|]+)(?:@([^~^|]+))?(?:~([^^|]+))?(?:\^([^|]+))?(?:\|(.*))?$/;

function parseField(home: string, word: string): FieldSchema {
  const match = FIELD.exec(word);
  assert(match, `bad field in the schema table: ${word}`);
  const [, name = '', required, typeText = '', list = '', strategy, mergeKey = null, values] = match;
  const type = parseTypeText(home, typeText);
  const listType = list === '' ? null : list === '=atomic' || list === '=set' ? (list.slice(1) as 'atomic' | 'set') : 'map';
  return {
    name,
    type,
    listType: type.kind === 'list' ? listType : null,
    required: required === '!',
    enum: values === undefined ? null : values.split('|'),
    patchStrategy: strategy === undefined ? [] : strategy.split(','),
    patchMergeKey: mergeKey,
    listMapKeys: listType === 'map' ? list.split(',') : [],
    mapAtomic: type.kind === 'map' && listType === 'atomic',
  };
}

function parseTypeText(home: string, text: string): FieldType {
  if (text.startsWith('[')) return { kind: 'list', items: parseTypeText(home, text.slice(1)) };
  if (text.startsWith('{')) return { kind: 'map', items: parseTypeText(home, text.slice(1)) };
  return SCALARS[text] ?? { kind: 'object', type: text.includes('.') ? text : home + text };
}
