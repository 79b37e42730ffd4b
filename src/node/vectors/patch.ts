// Strategic merge, JSON merge and three-way patches, against machinery/patch.ts, strategic-patch.ts and
// strategic-diff.ts.
import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/json';
import type { Result } from '../../base/result';
import { mergePatch, onlyNulls, threeWayJsonMergePatch, withoutNulls } from '../../machinery/patch';
import { createThreeWayMergePatch, createTwoWayMergePatch } from '../../machinery/strategic-diff';
import { type PatchField, type PatchSchema, patchSchemaOf, strategicMergePatch } from '../../machinery/strategic-patch';
import type { Adapter } from './adapter';

interface Case {
  readonly group: string;
  readonly id: string;
  readonly input: { readonly [name: string]: JsonObject } & { readonly schema?: string };
  readonly expect: { readonly [name: string]: JsonObject } & {
    readonly error?: string;
    readonly conflict?: boolean;
    readonly sorted?: boolean;
  };
}
interface FieldNote {
  readonly list?: string;
  readonly object?: string;
  readonly map?: string;
  readonly patchStrategy?: readonly string[];
  readonly patchMergeKey?: string;
}
type Notes = { readonly [type: string]: { readonly [field: string]: FieldNote | string } };

/** The file's own type MergeItem. */
function schemaFrom(notes: Notes, type: string): PatchSchema {
  return {
    name: type,
    field(name): PatchField | null {
      const note = notes[type]?.[name];
      if (note === undefined) return null;
      if (typeof note === 'string') return { patchStrategy: [], schema: null };
      const inner = note.object ?? note.list ?? '';
      return {
        patchStrategy: note.patchStrategy ?? [],
        ...(note.patchMergeKey === undefined ? {} : { patchMergeKey: note.patchMergeKey }),
        schema: notes[inner] === undefined ? null : schemaFrom(notes, inner),
      };
    },
  };
}

/** Lists that merge have no order of their own: sorted by their key, or by text. */
function sorted(value: Json, schema: PatchSchema | null): Json {
  if (!isObject(value)) return value;
  const next: { [key: string]: Json } = {};
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const field = schema?.field(key) ?? null;
    const merges = field?.patchStrategy.includes('merge') ?? false;
    if (Array.isArray(member) && (merges || key.startsWith('$deleteFrom') || key === '$retainKeys')) {
      const items = (member as readonly Json[]).map((item) => sorted(item, field?.schema ?? null));
      const textOf = (item: Json): string => JSON.stringify(isObject(item) ? (item[field?.patchMergeKey ?? ''] ?? item) : item);
      next[key] = items.sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
    } else next[key] = sorted(member, field?.schema ?? null);
  }
  return next;
}

function same(found: Json, wanted: Json | undefined, schema: PatchSchema | null, inOrder = false): string | null {
  const normal = (value: Json): Json => (inOrder ? value : sorted(value, schema));
  return jsonEqual(normal(found), normal(wanted ?? null)) ? null : `found ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`;
}

function outcome(
  found: Result<JsonObject>,
  wanted: JsonObject | undefined,
  error: string | undefined,
  schema: PatchSchema,
  inOrder: boolean,
): string | null {
  if (error !== undefined) return !found.ok && found.error.includes(error) ? null : JSON.stringify(found);
  return found.ok ? same(found.value, wanted, schema, inOrder) : found.error;
}

const NOTHING: JsonObject = {};

function threeWay(one: Case, schema: PatchSchema, original: JsonObject, modified: JsonObject, current: JsonObject): string | null {
  const { patch, result, conflict, sorted: anyOrder } = one.expect;
  const careful = createThreeWayMergePatch(schema, original, modified, current, false);
  if (conflict !== undefined && careful.ok === conflict) return conflict ? 'no conflict found' : careful.ok ? '' : careful.error;
  const made = createThreeWayMergePatch(schema, original, modified, current);
  const inOrder = anyOrder !== true;
  const wrong = outcome(made, patch, undefined, schema, inOrder);
  if (wrong !== null || !made.ok) return wrong;
  return outcome(strategicMergePatch(schema, current, made.value), result, undefined, schema, inOrder);
}

function run(one: Case, notes: Notes): string | null {
  const { input, expect } = one;
  const inOrder = expect.sorted !== true;
  const { original = NOTHING, patch = NOTHING, modified = NOTHING, current = NOTHING } = input;
  const own = schemaFrom(notes, input.schema ?? 'MergeItem');
  const real = (object: JsonObject): PatchSchema => patchSchemaOf(String(object.apiVersion), String(object.kind)) ?? own;
  switch (one.group) {
    case 'smp-apply':
      return outcome(strategicMergePatch(own, original, patch), expect.result, expect.error, own, inOrder);
    case 'smp-two-way':
      return outcome(createTwoWayMergePatch(own, original, modified), expect.patch, expect.error, own, inOrder);
    case 'smp-three-way':
      return threeWay(one, own, original, modified, current);
    case 'smp-real-types':
      return outcome(strategicMergePatch(real(original), original, patch), expect.result, expect.error, real(original), true);
    case 'apply-three-way-real':
      return threeWay(one, real(input.live ?? NOTHING), input.lastApplied ?? NOTHING, modified, input.live ?? NOTHING);
    case 'json-merge-three-way': {
      const made = threeWayJsonMergePatch(original, modified, current);
      return same(made, expect.patch, null) ?? same(mergePatch(current, made), expect.result, null);
    }
    case 'filter-null':
      return same(onlyNulls(input), expect.nullsOnly, null) ?? same(withoutNulls(input), expect.withoutNulls, null);
    default:
      return 'unsupported group';
  }
}

export const adapter: Adapter = (file) => {
  const { cases, groups } = file as { readonly cases: readonly Case[]; readonly groups: { readonly 'smp-schema': Notes } };
  return cases.map((one) => ({ group: one.group, id: one.id, run: () => run(one, groups['smp-schema']) }));
};
