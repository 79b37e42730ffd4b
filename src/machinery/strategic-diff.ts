// Making strategic merge patches: of two versions, and kubectl apply's of three. Models apimachinery
// pkg/util/strategicpatch (CreateTwoWayMergePatch, CreateThreeWayMergePatch).
import { isObject, type Json, type JsonObject, jsonEqual } from '../base/json';
import { compareBytes } from '../base/order';
import { err, type Result } from '../base/result';
import { goPrint } from './go-json';
import {
  attempt,
  DELETE_FROM,
  DIRECTIVE,
  ELEMENT_ORDER,
  itemsAreMaps,
  keyValue,
  lookUp,
  mergePatches,
  type PatchField,
  type PatchSchema,
  RETAIN_KEYS,
  sortedLike,
  strategyOf,
  withoutRepeats,
} from './strategic-patch';

interface Options {
  readonly deletions: boolean;
  readonly changes: boolean;
  readonly elementOrder: boolean;
  readonly retainKeys: boolean;
}
type Draft = { [key: string]: Json | undefined };

const isEmpty = (object: JsonObject): boolean => Object.keys(object).length === 0;

export const createTwoWayMergePatch = (schema: PatchSchema, original: JsonObject, modified: JsonObject): Result<JsonObject> =>
  attempt(() => diffMaps(original, modified, schema, { deletions: true, changes: true, elementOrder: true, retainKeys: false }));

/** kubectl apply: `original` is last-applied, `overwrite` false reports conflicts. */
export function createThreeWayMergePatch(
  schema: PatchSchema,
  original: JsonObject | null,
  modified: JsonObject,
  current: JsonObject,
  overwrite = true,
): Result<JsonObject> {
  const made = attempt(() => {
    const delta = diffMaps(current, modified, schema, { deletions: false, changes: true, elementOrder: true, retainKeys: false });
    const gone = diffMaps(original ?? {}, modified, schema, { deletions: true, changes: false, elementOrder: true, retainKeys: false });
    return mergePatches(schema, gone, delta);
  });
  if (!made.ok || overwrite) return made;
  const changed = attempt(() =>
    diffMaps(original ?? {}, current, schema, { deletions: true, changes: true, elementOrder: false, retainKeys: false }),
  );
  if (!changed.ok) return changed;
  const conflicts = attempt(() => mapsConflict(made.value, changed.value, schema));
  if (!conflicts.ok) return conflicts;
  return conflicts.value
    ? err(`patch:\n${goPrint(made.value)}\nconflicts with changes made from original to current:\n${goPrint(changed.value)}\n`)
    : made;
}

// ---- Differences

function diffMaps(original: JsonObject, modified: JsonObject, schema: PatchSchema | null, options: Options): JsonObject {
  const patch: Draft = {};
  const members = Object.keys(modified).filter((key) => modified[key] !== undefined);
  for (const key of members) {
    const value = modified[key] as Json;
    const old = original[key];
    if (key === DIRECTIVE && old !== undefined) {
      if (old !== value) patch[DIRECTIVE] = value;
    } else if (isObject(old) && isObject(value)) diffObjects(patch, key, old, value, schema, options);
    else if (Array.isArray(old) && Array.isArray(value)) diffListField(patch, key, old, value, schema, options);
    else if (options.changes && (old === undefined || !jsonEqual(old, value))) patch[key] = value;
  }
  if (options.deletions) for (const key in original) if (original[key] !== undefined && modified[key] === undefined) patch[key] = null;
  if (options.retainKeys && members.length > 0 && (!isEmpty(patch) || hasMore(original, modified)))
    patch[RETAIN_KEYS] = [...members].sort(compareBytes);
  return patch;
}

const hasMore = (original: JsonObject, modified: JsonObject): boolean =>
  Object.keys(original).some((key) => original[key] !== undefined && original[key] !== null && modified[key] === undefined);

function diffObjects(patch: Draft, key: string, old: JsonObject, value: JsonObject, schema: PatchSchema | null, options: Options): void {
  if (schema !== null && schema.field(key) === null && jsonEqual(old, value)) return;
  const field = lookUp(schema, key);
  if (strategyOf(field) === 'replace') {
    if (options.changes) patch[key] = value;
    return;
  }
  const inner = diffMaps(old, value, field.schema, { ...options, retainKeys: field.patchStrategy.includes('retainKeys') });
  if (!isEmpty(inner)) patch[key] = inner;
}

function diffListField(
  patch: Draft,
  key: string,
  old: readonly Json[],
  value: readonly Json[],
  schema: PatchSchema | null,
  options: Options,
): void {
  if (schema !== null && schema.field(key) === null && jsonEqual(old, value)) return;
  const field = lookUp(schema, key);
  if (strategyOf(field) !== 'merge') {
    if (options.changes && !jsonEqual(old, value)) patch[key] = value;
    return;
  }
  const { added, deleted, order } = diffLists(old, value, field, { ...options, retainKeys: field.patchStrategy.includes('retainKeys') });
  if (added.length > 0) patch[key] = added;
  if (deleted.length > 0) patch[DELETE_FROM + key] = deleted;
  if (order.length > 0) patch[ELEMENT_ORDER + key] = order;
}

interface ListDiff {
  readonly added: readonly Json[];
  readonly deleted: readonly Json[];
  readonly order: readonly Json[];
}
const NOTHING: ListDiff = { added: [], deleted: [], order: [] };

function diffLists(old: readonly Json[], next: readonly Json[], field: PatchField, options: Options): ListDiff {
  if (old.length === 0) return options.changes ? { ...NOTHING, added: next } : NOTHING;
  const key = field.patchMergeKey ?? '';
  if (!itemsAreMaps(old, next)) {
    const { added, deleted } = diffScalars(old, next, options);
    const ordered = options.elementOrder && ((options.deletions && deleted.length > 0) || (options.changes && !jsonEqual(old, next)));
    return { added: sortedLike(added, next, ''), deleted, order: ordered ? next : [] };
  }
  const { added, deleted } = diffItems(old as readonly JsonObject[], next as readonly JsonObject[], key, field.schema, options);
  const patch = [...sortedLike(added, next, key), ...deleted];
  const sameOrder =
    old.length === next.length && next.every((item, i) => keyValue(old[i] as JsonObject, key) === keyValue(item as JsonObject, key));
  const ordered =
    options.elementOrder && ((options.changes && (patch.length > 0 || !sameOrder)) || (options.deletions && patch.length > 0));
  const order = ordered ? next.map((item) => ({ [key]: (item as JsonObject)[key] })) : [];
  return { added: patch, deleted: [], order };
}

const byText = (a: Json, b: Json): number => compareBytes(goPrint(a), goPrint(b));

/** Both lists are walked in the order of their items' texts; repeated items count. */
function diffScalars(old: readonly Json[], next: readonly Json[], { deletions, changes }: Options): { added: Json[]; deleted: Json[] } {
  const [a, b] = [[...old].sort(byText), [...next].sort(byText)];
  const added: Json[] = [];
  const deleted: Json[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const order = i >= a.length ? 1 : j >= b.length ? -1 : byText(a[i] as Json, b[j] as Json);
    if (order === 0) {
      i++;
      j++;
    } else if (order > 0) {
      if (changes) added.push(b[j] as Json);
      j++;
    } else {
      if (deletions) deleted.push(a[i] as Json);
      i++;
    }
  }
  return { added, deleted: withoutRepeats(deleted) };
}

function diffItems(
  old: readonly JsonObject[],
  next: readonly JsonObject[],
  key: string,
  schema: PatchSchema | null,
  options: Options,
): { added: Json[]; deleted: Json[] } {
  const sorted = (items: readonly JsonObject[]): JsonObject[] => [...items].sort((x, y) => byText(keyValue(x, key), keyValue(y, key)));
  const [a, b] = [sorted(old), sorted(next)];
  const added: Json[] = [];
  const deleted: Json[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [before, after] = [a[i], b[j]];
    const order = before === undefined ? 1 : after === undefined ? -1 : byText(keyValue(before, key), keyValue(after, key));
    if (order === 0 && before !== undefined && after !== undefined) {
      const inner = diffMaps(before, after, schema, options);
      if (!isEmpty(inner)) added.push({ ...inner, [key]: after[key] });
      i++;
      j++;
    } else if (order > 0) {
      if (options.changes && after !== undefined) added.push(after);
      j++;
    } else {
      if (options.deletions && before !== undefined) deleted.push({ [DIRECTIVE]: 'delete', [key]: before[key] });
      i++;
    }
  }
  return { added, deleted };
}

// ---- Conflicts

/** Whether two patches say different things about one field. */
function valuesConflict(left: Json, right: Json, schema: PatchSchema | null, field: PatchField | null): boolean {
  if (isObject(left)) {
    if (!isObject(right) || left[DIRECTIVE] !== right[DIRECTIVE]) return true;
    return field !== null && strategyOf(field) === 'replace' ? false : mapsConflict(left, right, schema);
  }
  if (Array.isArray(left)) return !Array.isArray(right) || listsConflict(left, right, schema, field);
  return !jsonEqual(left, right);
}

function mapsConflict(left: JsonObject, right: JsonObject, schema: PatchSchema | null): boolean {
  return Object.keys(left).some((key) => {
    const [a, b] = [left[key], right[key]];
    if (key === DIRECTIVE || key === RETAIN_KEYS || a === undefined || b === undefined) return false;
    const field = lookUp(schema, key);
    return valuesConflict(a, b, field.schema, field);
  });
}

function listsConflict(left: readonly Json[], right: readonly Json[], schema: PatchSchema | null, field: PatchField | null): boolean {
  const maps = itemsAreMaps(left, right);
  if (field !== null && strategyOf(field) === 'merge') {
    if (!maps) return false;
    const key = field.patchMergeKey ?? '';
    return (left as readonly JsonObject[]).some((item) => {
      const other = (right as readonly JsonObject[]).find((one) => keyValue(one, key) === keyValue(item, key));
      return other !== undefined && valuesConflict(item, other, schema, null);
    });
  }
  if (left.length !== right.length) return true;
  const [a, b] = maps ? [left, right] : [withoutRepeats(left).sort(byText), withoutRepeats(right).sort(byText)];
  return a.some((item, i) => valuesConflict(item, b[i] ?? null, schema, null));
}
