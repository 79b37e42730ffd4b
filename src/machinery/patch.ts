// JSON patch (RFC 6902) and JSON merge patch (RFC 7386), as evanphx/json-patch applies them for the apiserver, and the
// three-way merge patch of apimachinery pkg/util/jsonmergepatch.
import { isObject, type Json, type JsonObject, jsonEqual } from '../base/json';
import { err, ok, type Result } from '../base/result';

// ---- RFC 6902

interface Operation {
  readonly op?: string;
  readonly path?: string;
  readonly from?: string;
  readonly value?: Json;
}

/** Applies RFC 6902 operations; the error is the library's text. */
export function jsonPatch(original: Json, operations: readonly Json[]): Result<Json> {
  let document = original;
  for (const operation of operations as readonly Operation[]) {
    const next = applyOperation(document, operation);
    if (!next.ok) return next;
    document = next.value;
  }
  return ok(document);
}

function applyOperation(document: Json, { op, path = '', from = '', value = null }: Operation): Result<Json> {
  switch (op) {
    case 'add':
      return edit(document, partsOf(path), 'add', value);
    case 'remove':
      return edit(document, partsOf(path), 'remove', null);
    case 'replace':
      return edit(document, partsOf(path), 'replace', value);
    case 'test': {
      const found = valueAt(document, partsOf(path));
      return jsonEqual(found ?? null, value) ? ok(document) : err(`testing value ${path} failed: test failed`);
    }
    case 'move':
    case 'copy': {
      const moved = valueAt(document, partsOf(from));
      if (moved === undefined) return err(`error in ${op} for path: '${from}': missing value`);
      const without = op === 'move' ? edit(document, partsOf(from), 'remove', null) : ok(document);
      return without.ok ? edit(without.value, partsOf(path), 'add', moved) : without;
    }
    default:
      return err(`Unexpected kind: ${op ?? 'unknown'}`);
  }
}

/** `/a/b~1c` -> a, b/c. */
const partsOf = (path: string): readonly string[] =>
  path === ''
    ? []
    : path
        .split('/')
        .slice(1)
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

function valueAt(document: Json, parts: readonly string[]): Json | undefined {
  let value: Json | undefined = document;
  for (const part of parts) {
    if (Array.isArray(value)) value = value[indexOf(part, value.length) ?? -1] as Json | undefined;
    else value = isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value;
}

/** Negative indices count from the end. */
function indexOf(part: string, length: number): number | null {
  if (!/^-?\d+$/.test(part)) return null;
  const index = Number(part);
  return index < 0 ? index + length : index;
}

type Edit = 'add' | 'remove' | 'replace';

/** The document with one place changed; what lies beside it is shared. */
function edit(document: Json, parts: readonly string[], what: Edit, value: Json): Result<Json> {
  const [part, ...rest] = parts;
  if (part === undefined) return what === 'remove' ? err('Unable to remove the document') : ok(value);
  if (Array.isArray(document)) return editList(document as readonly Json[], part, rest, what, value);
  if (!isObject(document)) return err(`${what} operation does not apply: doc is missing path: ${parts.join('/')}: missing value`);
  const exists = Object.hasOwn(document, part) && document[part] !== undefined;
  if (rest.length > 0) {
    if (!exists) return err(`${what} operation does not apply: doc is missing path: "${part}": missing value`);
    const inner = edit(document[part] as Json, rest, what, value);
    return inner.ok ? ok({ ...document, [part]: inner.value }) : inner;
  }
  if (what !== 'add' && !exists) return err(`${what} operation does not apply: doc is missing key: ${part}: missing value`);
  if (what !== 'remove') return ok({ ...document, [part]: value });
  const { [part]: _, ...others } = document;
  return ok(others);
}

function editList(list: readonly Json[], part: string, rest: readonly string[], what: Edit, value: Json): Result<Json> {
  const last = rest.length === 0;
  const index = part === '-' && last && what === 'add' ? list.length : indexOf(part, list.length);
  const bound = last && what === 'add' ? list.length : list.length - 1;
  if (index === null || index < 0 || index > bound) return err(`Unable to access invalid index: ${part}: invalid index referenced`);
  if (!last) {
    const inner = edit(list[index] as Json, rest, what, value);
    return inner.ok ? ok(list.map((item, i) => (i === index ? inner.value : item))) : inner;
  }
  return ok([...list.slice(0, index), ...(what === 'remove' ? [] : [value]), ...list.slice(what === 'add' ? index : index + 1)]);
}

// ---- RFC 7386

/** Applies RFC 7386. Parts that the patch does not name are shared. */
export function mergePatch(original: JsonObject, patch: JsonObject): JsonObject {
  const result: { [key: string]: Json | undefined } = { ...original };
  for (const key in patch) {
    const value = patch[key];
    const old = result[key];
    if (value === undefined) continue;
    if (value === null) delete result[key];
    else if (isObject(value)) result[key] = isObject(old) ? mergePatch(old, value) : mergePatch({}, value);
    else result[key] = value;
  }
  return result;
}

/** The merge patch that makes `modified` of `original`. */
export function jsonMergeDiff(original: JsonObject, modified: JsonObject): JsonObject {
  const patch: { [key: string]: Json } = {};
  for (const key in modified) {
    const [old, value] = [original[key], modified[key]];
    if (value === undefined || (old !== undefined && jsonEqual(old, value))) continue;
    patch[key] = isObject(old) && isObject(value) ? jsonMergeDiff(old, value) : value;
  }
  for (const key in original) if (original[key] !== undefined && modified[key] === undefined) patch[key] = null;
  return patch;
}

// ---- Three ways

/** Three-way JSON merge patch, for kinds without a schema: deletions since `original`, changes against `current`. */
export function threeWayJsonMergePatch(original: JsonObject, modified: JsonObject, current: JsonObject): JsonObject {
  const deletions = onlyNulls(jsonMergeDiff(original, modified));
  const changes = withoutNulls(jsonMergeDiff(current, modified));
  return mergePatch(deletions, changes);
}

/** What a patch deletes. */
export function onlyNulls(patch: JsonObject): JsonObject {
  const kept: { [key: string]: Json } = {};
  for (const key in patch) {
    const value = patch[key];
    if (value === null) kept[key] = null;
    else if (isObject(value)) {
      const inner = onlyNulls(value);
      if (Object.keys(inner).length > 0) kept[key] = inner;
    }
  }
  return kept;
}

/** What a patch sets. Maps that are empty to begin with are values; those that become empty say nothing. */
export function withoutNulls(patch: JsonObject): JsonObject {
  const kept: { [key: string]: Json } = {};
  for (const key in patch) {
    const value = patch[key];
    if (value === null || value === undefined) continue;
    if (!isObject(value) || Object.keys(value).length === 0) kept[key] = value;
    else {
      const inner = withoutNulls(value);
      if (Object.keys(inner).length > 0) kept[key] = inner;
    }
  }
  return kept;
}
