// Strategic merge patch: lists of objects merge by a key, directives delete, replace and order. Models apimachinery
// pkg/util/strategicpatch (patch.go, meta.go). Making patches is in strategic-diff.ts.
import { isObject, type Json, type JsonObject, jsonEqual } from '../base/json';
import { err, ok, type Result } from '../base/result';
import { goPrint } from './go-json';
import { type FieldType, type TypeSchema, typeNamed, typeOf } from './schema';

/** What the patch needs to know of a type. */
export interface PatchSchema {
  readonly name?: string;
  /** Null for a field that the type does not have. */
  field(name: string): PatchField | null;
}
export interface PatchField {
  readonly patchStrategy: readonly string[];
  readonly patchMergeKey?: string;
  /** The type of the object, or of the list's items; null for scalars and free-form values. */
  readonly schema: PatchSchema | null;
}

export const DIRECTIVE = '$patch';
export const RETAIN_KEYS = '$retainKeys';
export const DELETE_FROM = '$deleteFromPrimitiveList/';
export const ELEMENT_ORDER = '$setElementOrder/';

/** Complaints about the patch's own form, which the apiserver answers with 400. */
const BAD_FORM = [
  'invalid patch format of primitive list',
  'invalid patch format of retainKeys',
  'invalid patch format of setElementOrder list',
] as const;
const [BAD_PRIMITIVE_LIST, BAD_RETAIN_KEYS, BAD_ELEMENT_ORDER] = BAD_FORM;
export const isBadForm = (text: string): boolean => (BAD_FORM as readonly string[]).includes(text);

/** Thrown deep within a merge and turned into a Result where it began. */
class PatchProblem extends Error {}
export function fail(text: string): never {
  throw new PatchProblem(text);
}
export function attempt<T>(make: () => T): Result<T> {
  try {
    return ok(make());
  } catch (problem) {
    if (problem instanceof PatchProblem) return err(problem.message);
    throw problem;
  }
}

// ---- Schemas

const schemas = new Map<TypeSchema, PatchSchema>();

/** The patch schema of a kind; null where kubectl and the apiserver fall back to JSON merge patch (custom resources). */
export function patchSchemaOf(apiVersion: string, kind: string): PatchSchema | null {
  const type = typeOf(apiVersion, kind);
  return type === null ? null : schemaOf(type);
}

function schemaOf(type: TypeSchema): PatchSchema {
  let schema = schemas.get(type);
  if (schema === undefined) {
    const fields = new Map<string, PatchField>();
    schema = {
      name: type.name.slice(type.name.lastIndexOf('.') + 1),
      field(name) {
        const known = fields.get(name);
        const field = type.fields.get(name);
        if (known !== undefined || field === undefined) return known ?? null;
        const made: PatchField = {
          patchStrategy: field.patchStrategy,
          ...(field.patchMergeKey === null ? {} : { patchMergeKey: field.patchMergeKey }),
          schema: innerSchema(field.type),
        };
        fields.set(name, made);
        return made;
      },
    };
    schemas.set(type, schema);
  }
  return schema;
}

function innerSchema(type: FieldType): PatchSchema | null {
  if (type.kind === 'object') return schemaOf(typeNamed(type.type));
  if (type.kind === 'list') return innerSchema(type.items);
  if (type.kind !== 'map') return null;
  const items: PatchField = { patchStrategy: [], schema: innerSchema(type.items) };
  return { field: () => items };
}

const FREE: PatchField = { patchStrategy: [], schema: null };

export function lookUp(schema: PatchSchema | null, name: string): PatchField {
  if (schema === null) return FREE;
  return schema.field(name) ?? fail(`unable to find api field in struct ${schema.name ?? ''} for the json field "${name}"`);
}
/** `merge`, `replace` or none. */
export const strategyOf = ({ patchStrategy }: PatchField): string => patchStrategy.find((strategy) => strategy !== 'retainKeys') ?? '';

// ---- Merging

interface Options {
  /** False: `original` is itself a patch, so directives are kept. */
  readonly apply: boolean;
}

export const strategicMergePatch = (schema: PatchSchema, original: JsonObject, patch: JsonObject): Result<JsonObject> =>
  attempt(() => mergeMap(original, patch, schema, { apply: true }));

/** Puts one patch on top of another. */
export const mergePatches = (schema: PatchSchema, first: JsonObject, second: JsonObject): JsonObject =>
  mergeMap(first, second, schema, { apply: false });

type Draft = { [key: string]: Json | undefined };

function mergeMap(original: JsonObject, patch: JsonObject, schema: PatchSchema | null, options: Options): JsonObject {
  const directive = patch[DIRECTIVE];
  if (directive !== undefined) {
    const { [DIRECTIVE]: _, ...rest } = patch;
    if (directive === 'replace') return rest;
    return directive === 'delete' ? {} : fail(`unknown patch type: ${goPrint(directive)} in map: ${goPrint(patch)}`);
  }
  const result: Draft = { ...original };
  const rest: Draft = { ...patch };
  retainKeys(result, rest, options);
  mergeOrderedLists(result, rest, schema, options);
  for (const key in rest) {
    const value = rest[key];
    if (value === undefined) continue;
    if (!key.startsWith(DELETE_FROM)) mergeMember(result, key, value, false, schema, options);
    else if (options.apply) mergeMember(result, key.slice(DELETE_FROM.length), value, true, schema, options);
    else result[key] = value;
  }
  return withoutGaps(result);
}

/** Members that were set to undefined are gone: taking them out with `delete` would make the object a slow table. */
function withoutGaps(draft: Draft): JsonObject {
  let whole = true;
  for (const key in draft) if (draft[key] === undefined) whole = false;
  if (whole) return draft;
  const kept: Draft = {};
  for (const key in draft) if (draft[key] !== undefined) kept[key] = draft[key];
  return kept;
}

function mergeMember(result: Draft, key: string, value: Json, isDeletion: boolean, schema: PatchSchema | null, options: Options): void {
  if (value === null) {
    result[key] = options.apply ? undefined : null;
    return;
  }
  const old = result[key];
  if (old === undefined || old === null || typeOfJson(old) !== typeOfJson(value)) {
    if (!isDeletion) result[key] = options.apply ? plain(value) : value;
    return;
  }
  if (isObject(old) && isObject(value)) {
    const field = lookUp(schema, key);
    result[key] = strategyOf(field) === 'replace' ? value : mergeMap(old, value, field.schema, options);
  } else if (Array.isArray(old) && Array.isArray(value)) {
    result[key] = mergeField(old as readonly Json[], value as readonly Json[], lookUp(schema, key), isDeletion, options);
  } else result[key] = value;
}

function typeOfJson(value: Json): string {
  return Array.isArray(value) ? 'list' : typeof value;
}

/** A value that is new in the object: without nulls, which say that something shall be absent, and directives. */
function plain(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).filter((item) => !isSpecial(item)).map(plain);
  if (!isObject(value)) return value;
  if (value[DIRECTIVE] === 'delete') return {};
  const kept: Draft = {};
  for (const key in value) {
    const member = value[key];
    if (member === null || member === undefined || isDirective(key)) continue;
    kept[key] = plain(member);
  }
  return kept;
}
const isDirective = (key: string): boolean =>
  key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(DELETE_FROM) || key.startsWith(ELEMENT_ORDER);

/** `$retainKeys` names all that may stay: what else the object has goes. */
function retainKeys(result: Draft, rest: Draft, { apply }: Options): void {
  const keys = rest[RETAIN_KEYS];
  if (keys === undefined) return;
  rest[RETAIN_KEYS] = undefined;
  if (!apply) {
    const own = result[RETAIN_KEYS];
    if (own !== undefined && !jsonEqual(own, keys))
      fail(`${goPrint(own)} and ${goPrint(keys)} are not deep equal: this may happen when calculating the 3-way diff patch`);
    result[RETAIN_KEYS] = keys;
    return;
  }
  if (!Array.isArray(keys)) fail(BAD_RETAIN_KEYS);
  const kept = new Set(keys as readonly Json[]);
  for (const key in rest) {
    if (rest[key] === null || rest[key] === undefined || key.startsWith(DELETE_FROM) || key.startsWith(ELEMENT_ORDER)) continue;
    if (!kept.has(key)) fail(BAD_RETAIN_KEYS);
  }
  for (const key in result) if (!kept.has(key)) result[key] = undefined;
}

// ---- Lists

function mergeField(
  old: readonly Json[],
  patch: readonly Json[],
  field: PatchField,
  isDeletion: boolean,
  options: Options,
): readonly Json[] {
  if (strategyOf(field) !== 'merge') return patch;
  return mergeList(old, patch, field, isDeletion, options);
}

function mergeList(
  old: readonly Json[],
  patch: readonly Json[],
  field: PatchField,
  isDeletion: boolean,
  options: Options,
): readonly Json[] {
  if (old.length === 0 && patch.length === 0) return old;
  const key = field.patchMergeKey ?? '';
  let base = old;
  let additions = patch;
  let merged: readonly Json[];
  if (!itemsAreMaps(old, patch)) {
    if (options.apply && isDeletion) return old.filter((item) => !patch.includes(item));
    merged = withoutRepeats([...old, ...patch]);
  } else {
    if (key === '') fail('cannot merge lists without merge key for type struct');
    [base, additions] = withoutSpecial(old, patch, key);
    merged = mergeItems(base, additions, key, field.schema, options);
  }
  return inOrder(merged, additions, base, key);
}

export function itemsAreMaps(...lists: readonly (readonly Json[])[]): boolean {
  const items = lists.flat() as readonly Json[];
  const first = items[0];
  if (first === undefined) return fail('no elements in any of the given slices');
  if (Array.isArray(first)) fail('lists of lists are not supported');
  if (items.some((item) => isObject(item) !== isObject(first))) fail(`list element types are not identical: ${goPrint(lists as Json)}`);
  return isObject(first);
}

/** Items that are directives are obeyed and taken out. */
function withoutSpecial(old: readonly Json[], patch: readonly Json[], key: string): [readonly Json[], readonly Json[]] {
  let base = old;
  let replaced = false;
  const normal: Json[] = [];
  for (const item of patch as readonly JsonObject[]) {
    const directive = item[DIRECTIVE];
    if (directive === undefined) normal.push(item);
    else if (directive === 'delete') {
      const value = keyValue(item, key);
      base = base.filter((other) => (other as JsonObject)[key] !== value);
    } else if (directive === 'replace') replaced = true;
    else if (directive === 'merge') fail('merging lists cannot yet be specified in the patch');
    else fail(`unknown patch type: ${goPrint(directive)} in map: ${goPrint(item)}`);
  }
  return replaced ? [normal, []] : [base, normal];
}

export function keyValue(item: JsonObject, key: string): Json {
  return item[key] ?? fail(`map: ${goPrint(item)} does not contain declared merge key: ${key}`);
}

function mergeItems(
  old: readonly Json[],
  patch: readonly Json[],
  key: string,
  schema: PatchSchema | null,
  options: Options,
): readonly Json[] {
  const merged: Json[] = [...old];
  for (const item of patch as readonly JsonObject[]) {
    const value = keyValue(item, key);
    const index = merged.findIndex((other) => (other as JsonObject)[key] === value);
    if (index < 0) merged.push(options.apply ? plain(item) : item);
    else merged[index] = mergeMap(merged[index] as JsonObject, item, schema, options);
  }
  return merged;
}

/** Upstream's way: a repeated item is overwritten by the last one. */
export function withoutRepeats(items: readonly Json[]): Json[] {
  const kept = [...items];
  for (let i = 0; i < kept.length; i++) {
    for (let j = i + 1; j < kept.length; j++) {
      if (kept[i] !== kept[j]) continue;
      const last = kept.pop() as Json;
      if (j < kept.length) kept[j--] = last;
    }
  }
  return kept;
}

// ---- Order

/** `$setElementOrder/x` together with the list `x` of the patch, which is then done. */
function mergeOrderedLists(result: Draft, rest: Draft, schema: PatchSchema | null, options: Options): void {
  for (const directive in rest) {
    if (!directive.startsWith(ELEMENT_ORDER)) continue;
    const order = rest[directive] ?? null;
    rest[directive] = undefined;
    if (!options.apply) {
      if (result[directive] !== undefined && !jsonEqual(result[directive], order)) fail(BAD_ELEMENT_ORDER);
      result[directive] = order;
    }
    if (!Array.isArray(order)) fail(BAD_ELEMENT_ORDER);
    const name = directive.slice(ELEMENT_ORDER.length);
    const [old, patch] = [listOf(result[name]), listOf(rest[name])];
    const field = lookUp(schema, name);
    const key = field.patchMergeKey ?? '';
    checkOrder(patch ?? [], order as readonly Json[], key);
    if (old === null && patch === null) continue;
    const merged =
      old === null
        ? (patch ?? []).filter((item) => !isSpecial(item))
        : patch === null
          ? old
          : mergeField(old, patch, field, false, options);
    result[name] = inOrder(merged, order as readonly Json[], orderAfter(old ?? [], merged, key), key);
    rest[name] = undefined;
  }
}

const isSpecial = (item: Json): boolean => isObject(item) && item[DIRECTIVE] !== undefined;

/** Upstream deletes and appends within the old list's own array: where items went, the first new ones take a place. */
function orderAfter(old: readonly Json[], merged: readonly Json[], key: string): readonly Json[] {
  const kept = old.filter((item) => key === '' || indexIn(merged, item, key) >= 0);
  if (kept.length === old.length) return old;
  const added = merged.filter((item) => indexIn(old, item, key) < 0);
  return [...kept, ...added].slice(0, old.length);
}

function listOf(value: Json | undefined): readonly Json[] | null {
  if (value === undefined) return null;
  return Array.isArray(value) ? (value as readonly Json[]) : fail(BAD_PRIMITIVE_LIST);
}

/** The patch's items must be among the ordered ones, and in their order. */
function checkOrder(patch: readonly Json[], order: readonly Json[], key: string): void {
  if (patch.length === 0 || order.length === 0) return;
  const same = (a: Json, b: Json | undefined): boolean =>
    key === '' ? a === b : keyValue(a as JsonObject, key) === keyValue((b ?? {}) as JsonObject, key);
  let next = 0;
  for (const item of patch) {
    if (isSpecial(item)) continue;
    while (next < order.length && !same(item, order[next])) next++;
    if (next >= order.length)
      fail(`The order in patch list:\n${goPrint(patch)}\n doesn't match $setElementOrder list:\n${goPrint(order)}\n`);
    next++;
  }
}

/** Items that the patch knows in the patch's order, the others where they were among them. */
function inOrder(merged: readonly Json[], order: readonly Json[], serverOrder: readonly Json[], key: string): readonly Json[] {
  const known = (item: Json): boolean => indexIn(order, item, key) >= 0;
  if (key !== '') for (const item of merged) keyValue(item as JsonObject, key);
  const patchItems = sortedLike(merged.filter(known), order, key);
  const others = sortedLike(
    merged.filter((item) => !known(item)),
    serverOrder,
    key,
  );
  const result: Json[] = [];
  let [i, j] = [0, 0];
  while (i < others.length || j < patchItems.length) {
    const [other, item] = [others[i], patchItems[j]];
    const first =
      item === undefined || (other !== undefined && isBefore(indexIn(serverOrder, other, key), indexIn(serverOrder, item, key)));
    result.push((first ? others[i++] : patchItems[j++]) as Json);
  }
  return result;
}
const isBefore = (a: number, b: number): boolean => a >= 0 && b >= 0 && a < b;

export const indexIn = (list: readonly Json[], item: Json, key: string): number =>
  key === ''
    ? list.indexOf(item)
    : list.findIndex((other) => (isObject(other) ? other[key] : null) === (isObject(item) ? item[key] : null));

/** In the order of another list. Deletions come last; what the other list lacks comes first (insertion sort, since
 *  upstream's comparison is not a consistent one). */
export function sortedLike(items: readonly Json[], order: readonly Json[], key: string): Json[] {
  const isDeletion = (item: Json): boolean => key !== '' && isObject(item) && item[DIRECTIVE] === 'delete';
  const sorted = items.filter((item) => !isDeletion(item));
  const less = (a: Json, b: Json): boolean => {
    const [x, y] = [indexIn(order, a, key), indexIn(order, b, key)];
    return x >= 0 && y >= 0 ? x < y : true;
  };
  for (let i = 1; i < sorted.length; i++) {
    for (let j = i; j > 0 && less(sorted[j] as Json, sorted[j - 1] as Json); j--) {
      [sorted[j], sorted[j - 1]] = [sorted[j - 1] as Json, sorted[j] as Json];
    }
  }
  return [...sorted, ...items.filter(isDeletion)];
}
