// What the apiserver fills in, against machinery/defaults.ts.
import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/json';
import { applyDefaults } from '../../machinery/defaults';
import { typeOf } from '../../machinery/schema';
import type { Adapter } from './adapter';

interface Case {
  readonly group: string;
  readonly id: string;
  readonly input: JsonObject & { readonly apiVersion: string; readonly kind: string };
  readonly expect: JsonObject;
}

/** The file's objects come from 1.26: a status that the kind no longer has is not expected. */
function ofToday({ input: { apiVersion, kind }, expect }: Case): JsonObject {
  if (typeOf(apiVersion, kind)?.fields.has('status')) return expect;
  const { status: _, ...rest } = expect;
  return rest;
}

// default-paths: a pod with one of everything, and one Go field path per default.

/** `.Spec.Containers[0].LivenessProbe.ProbeHandler.HTTPGet.Path` -> spec, containers, 0, livenessProbe, httpGet, path. */
function membersOf(path: string): string[] {
  return path
    .split(/[.[\]]+/)
    .filter((part) => part !== '' && part !== 'ProbeHandler' && part !== 'EphemeralContainerCommon' && part !== 'VolumeSource')
    .map((part) => part.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+$|^[A-Z]/, (start) => start.toLowerCase()));
}

/** An object in which each of the paths' parents is there and nothing is said. */
function emptyAt(paths: readonly string[]): JsonObject {
  const root: Record<string, unknown> = { spec: {} };
  for (const path of paths) {
    let at: Record<string, unknown> = root;
    const members = membersOf(path).slice(0, -1);
    members.forEach((member, i) => {
      at[member] ??= members[i + 1] === '0' ? [] : {};
      at = at[member] as Record<string, unknown>;
    });
  }
  return root as JsonObject;
}

const at = (object: Json | undefined, path: string): Json | undefined =>
  membersOf(path).reduce<Json | undefined>(
    (value, member) => (isObject(value) ? value[member] : Array.isArray(value) ? (value[Number(member)] as Json) : undefined),
    object,
  );

function defaultPaths({ input, expect }: Case): string | null {
  const paths = Object.keys(expect).filter((path) => !path.endsWith('.Resources.Requests'));
  const spec = emptyAt(paths).spec as JsonObject;
  const containers = Array.isArray(spec.containers)
    ? spec.containers.map((one) => ({ image: 'a:1', ...(one as JsonObject) }))
    : spec.containers;
  const ephemeral = Array.isArray(spec.ephemeralContainers)
    ? spec.ephemeralContainers.map((one) => ({ image: 'a:1', ...(one as JsonObject) }))
    : undefined;
  const pod: JsonObject = { ...spec, ...(containers ? { containers } : {}), ...(ephemeral ? { ephemeralContainers: ephemeral } : {}) };
  const filled =
    input.kind === 'pod'
      ? applyDefaults('v1', 'Pod', { spec: pod })
      : ((applyDefaults('apps/v1', 'Deployment', { spec: { template: { spec: pod } } }).spec as JsonObject).template as JsonObject);
  const wrong = paths.filter((path) => JSON.stringify(at(filled, path)) !== expect[path]);
  return wrong.length === 0 ? null : wrong.map((path) => `${path} is ${JSON.stringify(at(filled, path))}`).join(', ');
}

export const adapter: Adapter = (file) =>
  (file as { readonly cases: readonly Case[] }).cases.map((one) => ({
    group: one.group,
    id: one.id,
    run() {
      if (one.group === 'default-paths') return defaultPaths(one);
      if (one.group !== 'defaulted') return 'unsupported group';
      const found = applyDefaults(one.input.apiVersion, one.input.kind, one.input);
      return jsonEqual(found, ofToday(one)) ? null : JSON.stringify(found);
    },
  }));
