// What a registry's strategy says of new and changed objects, against kube-apiserver's strategies and
// machinery/validation. Admission is not run.
import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/json';
import { withServiceAccount } from '../../components/kube-apiserver/admission/service-account';
import { namespaceProblem, newMeta, updatedMeta } from '../../components/kube-apiserver/registry/meta';
import { prepareForCreate, prepareForUpdate } from '../../components/kube-apiserver/registry/strategy';
import type { Versioned } from '../../components/kube-apiserver/storage/versioner';
import { applyDefaults } from '../../machinery/defaults';
import { findKind, type ResourceInfo } from '../../machinery/resources';
import { type FieldError, fieldErrorText, invalid, type Status } from '../../machinery/status';
import type { OwnerReference, StringMap } from '../../machinery/types';
import { Findings } from '../../machinery/validation/findings';
import { validateAnnotations, validateLabels, validateOwners } from '../../machinery/validation/meta';
import { validateCreate, validateUpdate } from '../../machinery/validation/validate';
import type { Adapter } from './adapter';

interface Case {
  readonly group: string;
  readonly id: string;
  readonly input: Json;
  /** `expect was taken from the real server`: there admission ran too. */
  readonly real?: Json;
  /** Today's server tells it in other words. */
  readonly contradicted?: string;
  readonly expect: {
    readonly ok?: boolean;
    readonly generation?: number | null;
    readonly errorContains?: string;
    readonly status?: JsonObject & { readonly causes?: Json; readonly truncated?: boolean };
  };
}

/** A described input: `ConfigMap n with data.a = 1048577 times "x"`. */
function objectOf(input: JsonObject): JsonObject {
  const [, kind, name, key, times, text] = /^(\w+) (\S+) with data\.(\S+) = (\d+) times "(.*)"$/.exec(String(input.$gen ?? '')) ?? [];
  if (kind === undefined) return input;
  return { apiVersion: 'v1', kind, metadata: { name }, data: { [key ?? '']: (text ?? '').repeat(Number(times)) } };
}

interface Decoded {
  readonly info: ResourceInfo;
  readonly object: Versioned;
}

function decoded(input: JsonObject): Decoded {
  const object = objectOf(input);
  const { apiVersion, kind } = object as { readonly apiVersion: string; readonly kind: string };
  const info = findKind(apiVersion, kind);
  if (info === null) throw new Error(`no kind ${apiVersion} ${kind}`);
  return { info, object: applyDefaults(apiVersion, kind, { metadata: {}, ...object }) as Versioned };
}

const FROM_REAL = 'expect was taken from the real server';
const OWN = { uid: 'UID', creationTimestamp: '2026-01-01T00:00:00Z' };

function created({ info, object }: Decoded): Versioned {
  const namespace = info.namespaced ? 'default' : '';
  const { name, generateName = '' } = object.metadata;
  const metadata = newMeta(object.metadata, { ...OWN, name: name || (generateName && `${generateName}xxxxx`), namespace });
  return prepareForCreate(info, { ...object, metadata });
}

/** As it lies in storage. */
function kept({ info, object }: Decoded): Versioned {
  const own = { ...OWN, name: object.metadata.name, namespace: info.namespaced ? 'default' : '' };
  const metadata: Versioned['metadata'] = newMeta(object.metadata, own);
  return { ...object, metadata: (info.group === 'apps' ? { ...metadata, generation: 1 } : metadata) as Versioned['metadata'] };
}

const refused = (info: ResourceInfo, object: Versioned, errors: readonly FieldError[]): Status | null =>
  errors.length === 0 ? null : invalid(info.group, info.kind, object.metadata.name, errors);

function create(input: JsonObject, admitted: boolean): Status | null {
  const plain = decoded(input);
  const given =
    admitted && plain.info.kind === 'Pod' ? { ...plain, object: withServiceAccount(plain.object, 'default', null, () => 'token') } : plain;
  const problem = namespaceProblem(given.info, 'default', given.object.metadata);
  if (problem !== null) return problem.status;
  const object = created(given);
  return refused(given.info, object, validateCreate(given.info, object));
}

function update({ old, new: next }: { readonly old: JsonObject; readonly new: JsonObject }): {
  status: Status | null;
  generation: number | null;
} {
  const { info, object } = decoded(next);
  const before = kept(decoded(old));
  const { name } = object.metadata;
  const metadata = { ...updatedMeta(object.metadata, before.metadata), name } as Versioned['metadata'];
  const changed = prepareForUpdate(info, '', { ...object, metadata }, before);
  return { status: refused(info, changed, validateUpdate(info, changed, before)), generation: changed.metadata.generation ?? null };
}

/** A truncated expectation tells its causes' texts up to a length; since 1.26 the commas between fields lost their blanks. */
const withoutBlanks = (text: string): string => text.replaceAll(', ', ',');
function differs(found: Status | null, { ok, status: wanted }: Case['expect']): string | null {
  if (ok) return found === null ? null : JSON.stringify(found);
  if (found === null || wanted === undefined) return 'accepted';
  if (wanted.truncated) {
    const causes = (wanted.causes ?? []) as readonly { readonly reason: string; readonly field: string; readonly message: string }[];
    const same = causes.every((cause, i) => {
      const mine = found.details?.causes?.[i];
      return (
        mine?.reason === cause.reason &&
        mine.field === cause.field &&
        withoutBlanks(mine.message ?? '').startsWith(withoutBlanks(cause.message))
      );
    });
    return same && found.code === wanted.code ? null : JSON.stringify(found);
  }
  const { kind: _k, apiVersion: _v, ...told } = wanted;
  const { kind: _fk, apiVersion: _fv, ...mine } = found;
  return jsonEqual(withoutUids(told), withoutUids(mine as unknown as Json)) ? null : JSON.stringify(found);
}

const UID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const withoutUids = (value: Json): Json => JSON.parse(JSON.stringify(value).replace(UID, 'UID')) as Json;

function metadata({ group, input, expect }: Case): string | null {
  const found = new Findings();
  if (group === 'labels') validateLabels(found, 'field', input as StringMap);
  else if (group === 'annotations') validateAnnotations(found, 'field', input as StringMap);
  else validateOwners(found, 'field', input as unknown as readonly OwnerReference[]);
  const texts = found.errors.map(fieldErrorText);
  const good = expect.ok ? texts.length === 0 : texts.some((text) => text.includes(expect.errorContains ?? ''));
  return good && (expect.ok || texts.length > 0) ? null : JSON.stringify(texts);
}

function run(one: Case): string | null {
  if (one.group === 'create' && isObject(one.input)) return differs(create(one.input, one.real === FROM_REAL), one.expect);
  if (one.group !== 'update') return metadata(one);
  const { status, generation } = update(one.input as unknown as Parameters<typeof update>[0]);
  const wanted = one.expect.generation;
  if (wanted !== undefined && wanted !== null && wanted !== generation) return `generation ${generation}`;
  return one.contradicted === undefined ? differs(status, one.expect) : differsInField(status, one.expect);
}

function differsInField(found: Status | null, { status: wanted }: Case['expect']): string | null {
  const { causes } = (wanted?.details ?? {}) as { readonly causes?: readonly { readonly field: string; readonly reason: string }[] };
  const same = causes?.every(({ field, reason }, i) => {
    const mine = found?.details?.causes?.[i];
    return mine?.field === field && mine.reason === reason;
  });
  return same ? null : JSON.stringify(found);
}

export const adapter: Adapter = (file) =>
  (file as { readonly cases: readonly Case[] }).cases.map((one) => ({ group: one.group, id: one.id, run: () => run(one) }));
