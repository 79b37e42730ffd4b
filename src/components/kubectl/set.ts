// kubectl set image, env, resources, serviceaccount. Models kubectl pkg/cmd/set: the change is made on the object and
// sent as the strategic merge patch between the two. Left out: --local, set selector and subject, env --list.
import { isObject, type JsonObject, jsonEqual } from '../../base/json';
import { compareBytes } from '../../base/order';
import { metaOf } from '../../machinery/object';
import { groupVersion, resourcePath } from '../../machinery/resources';
import { createTwoWayMergePatch } from '../../machinery/strategic-diff';
import { patchSchemaOf } from '../../machinery/strategic-patch';
import type { Task } from '../../sim/task';
import { type Info, infosOf, pathOf } from './builder';
import { dryRunOf, say } from './create/object';
import { resolve } from './discovery';
import { CommandError, fail } from './errors';
import { ANY } from './http';
import { type Command, namespaceOf, type Session } from './session';

const COMMON =
  'all:bool l/selector f/filename:list R/recursive:bool k/kustomize o/output dry-run:string=unchanged field-manager local:bool template show-managed-fields:bool';

export const setImage: Command = { flags: COMMON, run: image };
export const setEnv: Command = {
  flags: `${COMMON} c/containers e/env:array from prefix keys:list overwrite:bool list:bool resolve:bool`,
  run: env,
};
export const setResources: Command = { flags: `${COMMON} c/containers limits requests`, run: resources };
export const setServiceAccount: Command = { flags: COMMON, run: serviceAccount };

type PodSpec = JsonObject & { readonly containers?: readonly JsonObject[]; readonly initContainers?: readonly JsonObject[] };
type Change = (spec: PodSpec) => PodSpec;

/** Splits `deployment/web a=1 b=2` into what is meant and what is to be done. */
function splitArgs(session: Session, isPair: (arg: string) => boolean): { resources: string[]; pairs: string[] } {
  return { resources: session.args.filter((arg) => !isPair(arg)), pairs: session.args.filter(isPair) };
}

/** Changes the pod spec of each object and sends the difference. */
function* changeAll(
  session: Session,
  resources: readonly string[],
  change: Change,
  said: string,
  missing: string | null = null,
): Task<void> {
  const infos = yield* infosOf(session, { args: resources, accept: ANY, all: session.flags.bool('all') });
  if (missing !== null) throw fail(missing);
  const dryRun = dryRunOf(session);
  for (const info of infos) {
    const modified = withPodSpec(info, change);
    const schema = patchSchemaOf(groupVersion(info.mapping), info.mapping.kind);
    const patch = schema === null ? null : createTwoWayMergePatch(schema, info.object ?? {}, modified);
    if (patch === null || !patch.ok) throw fail(`failed to patch ${info.name}`);
    // Nothing to change, nothing sent, nothing said.
    if (jsonEqual(patch.value, {})) continue;
    if (dryRun === 'client') {
      say(session, modified, said);
      continue;
    }
    const query = { dryRun: dryRun === 'server' ? 'All' : undefined, fieldManager: session.flags.text('field-manager', 'kubectl-set') };
    const path = pathOf(info);
    const patched = yield* session.http.send('PATCH', path, {
      accept: ANY,
      contentType: 'application/strategic-merge-patch+json',
      query,
      body: patch.value,
    });
    say(session, patched as JsonObject, said);
  }
}

function withPodSpec({ mapping, object }: Info, change: Change): JsonObject {
  const spec = (object?.['spec'] ?? {}) as JsonObject;
  if (mapping.kind === 'Pod') return { ...object, spec: change(spec as PodSpec) };
  if (mapping.kind === 'CronJob') {
    const jobTemplate = (spec['jobTemplate'] ?? {}) as JsonObject;
    const job = (jobTemplate['spec'] ?? {}) as JsonObject;
    return { ...object, spec: { ...spec, jobTemplate: { ...jobTemplate, spec: withTemplate(job, change) } } };
  }
  if (!isObject(spec['template'])) throw fail(`the object is not a pod or does not have a pod template: ${mapping.kind}`);
  return { ...object, spec: withTemplate(spec, change) };
}

function withTemplate(spec: JsonObject, change: Change): JsonObject {
  const template = (spec['template'] ?? {}) as JsonObject;
  return { ...spec, template: { ...template, spec: change((template['spec'] ?? {}) as PodSpec) } };
}

/** Applies `each` to the containers with that name (`*` is all); null if there is none. */
function mapContainers(spec: PodSpec, name: string, each: (container: JsonObject) => JsonObject): PodSpec | null {
  let found = false;
  const pattern = new RegExp(`^${name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
  const map = (containers: readonly JsonObject[] | undefined): readonly JsonObject[] | undefined =>
    containers?.map((container) => {
      if (!pattern.test(String(container['name']))) return container;
      found = true;
      return each(container);
    });
  const containers = map(spec.containers);
  const initContainers = map(spec.initContainers);
  if (!found) return null;
  return { ...spec, ...(initContainers ? { initContainers } : {}), ...(containers ? { containers } : {}) };
}

// ---- image

function* image(session: Session): Task<void> {
  const { resources, pairs } = splitArgs(session, (arg) => arg.includes('='));
  const change: Change = (start) =>
    pairs.reduce<PodSpec>((spec, pair) => {
      const [name = '', wanted = ''] = pair.split('=');
      const changed = mapContainers(spec, name, (container) => ({ ...container, image: wanted }));
      if (changed === null) throw fail(`unable to find container named "${name}"`);
      return changed;
    }, start);
  yield* changeAll(session, resources, change, 'image updated', pairs.length > 0 ? null : 'at least one image update is required');
}

// ---- env

function* env(session: Session): Task<void> {
  const { flags } = session;
  const { resources, pairs } = splitArgs(session, (arg) => arg.includes('=') || /^[^/]+-$/.test(arg));
  const all = [...pairs, ...flags.list('env')];
  if (flags.bool('list')) return yield* listEnvironment(session, resources);
  const from = flags.text('from');
  const taken = from === '' ? [] : yield* environmentFrom(session, from);
  if (all.length === 0 && taken.length === 0 && from === '') throw fail('at least one environment variable must be provided');
  const added: JsonObject[] = [...taken];
  const removed: string[] = [];
  for (const pair of all) {
    const equals = pair.indexOf('=');
    if (equals > 0) added.push({ name: pair.slice(0, equals), value: pair.slice(equals + 1) });
    else if (pair.endsWith('-')) removed.push(pair.slice(0, -1));
  }
  const change: Change = (spec) =>
    mapContainers(spec, flags.text('containers') || '*', (container) => {
      const left = mergeEnvironment((container['env'] ?? []) as readonly JsonObject[], added, removed);
      const { env: _, ...bare } = container;
      return left.length > 0 ? { ...bare, env: left } : bare;
    }) ?? spec;
  yield* changeAll(session, resources, change, 'env updated');
}

function mergeEnvironment(had: readonly JsonObject[], added: readonly JsonObject[], removed: readonly string[]): JsonObject[] {
  const result = had
    .filter((variable) => !removed.includes(String(variable['name'])))
    .map((variable) => added.find((a) => a['name'] === variable['name']) ?? variable);
  return [...result, ...added.filter((a) => !had.some((variable) => variable['name'] === a['name']))];
}

/** Each key of a ConfigMap or Secret becomes a variable that refers to it. */
function* environmentFrom(session: Session, from: string): Task<JsonObject[]> {
  const [type = '', name = ''] = from.split('/');
  const mapping = yield* resolve(session, type);
  const source = yield* session.http.get(resourcePath(mapping, namespaceOf(session), name), ANY);
  const reference = mapping.kind === 'Secret' ? 'secretKeyRef' : 'configMapKeyRef';
  if (mapping.kind !== 'Secret' && mapping.kind !== 'ConfigMap') throw fail(`unsupported resource specified in --from`);
  const keys = Object.keys((source['data'] ?? {}) as JsonObject).sort(compareBytes);
  const wanted = session.flags.list('keys');
  return keys
    .filter((key) => wanted.length === 0 || wanted.includes(key))
    .map(
      (key): JsonObject => ({
        name: `${session.flags.text('prefix')}${key.toUpperCase().replace(/[^A-Z0-9_]/g, '_')}`,
        valueFrom: { [reference]: { name: metaOf(source).name ?? name, key } },
      }),
    );
}

/** `# Deployment web, container nginx`, and its variables. */
function* listEnvironment(session: Session, resources: readonly string[]): Task<void> {
  for (const info of yield* infosOf(session, { args: resources, accept: ANY, all: session.flags.bool('all') })) {
    withPodSpec(info, (spec) => {
      for (const container of spec.containers ?? []) {
        session.out(`# ${info.mapping.kind} ${info.name}, container ${String(container['name'])}\n`);
        for (const variable of (container['env'] ?? []) as readonly JsonObject[]) session.out(`${variableText(variable)}\n`);
      }
      return spec;
    });
  }
}

function variableText({ name, value, valueFrom }: JsonObject): string {
  const from = (valueFrom ?? {}) as {
    readonly [source: string]: { readonly name?: string; readonly key?: string; readonly fieldPath?: string };
  };
  const { secretKeyRef, configMapKeyRef, fieldRef } = from;
  if (secretKeyRef) return `# ${String(name)} from secret ${secretKeyRef.name}, key ${secretKeyRef.key}`;
  if (configMapKeyRef) return `# ${String(name)} from configmap ${configMapKeyRef.name}, key ${configMapKeyRef.key}`;
  return fieldRef ? `# ${String(name)} from field path ${fieldRef.fieldPath}` : `${String(name)}=${String(value ?? '')}`;
}

// ---- resources, service account

function* resources(session: Session): Task<void> {
  const { flags } = session;
  const limits = amounts(flags.text('limits'));
  const requests = amounts(flags.text('requests'));
  const name = flags.text('containers') || '*';
  const change: Change = (spec) => {
    const changed = mapContainers(spec, name, (container) => {
      const had = (container['resources'] ?? {}) as JsonObject;
      return {
        ...container,
        resources: {
          ...had,
          ...(limits === null ? {} : { limits: { ...((had['limits'] ?? {}) as JsonObject), ...limits } }),
          ...(requests === null ? {} : { requests: { ...((had['requests'] ?? {}) as JsonObject), ...requests } }),
        },
      };
    });
    if (changed === null) throw new CommandError(`error: unable to find container named ${name}`);
    return changed;
  };
  const missing =
    limits === null && requests === null ? 'you must specify an update to requests or limits (in the form of --requests/--limits)' : null;
  yield* changeAll(session, session.args, change, 'resource requirements updated', missing);
}

function amounts(text: string): JsonObject | null {
  if (text === '') return null;
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const [name = '', value] = pair.split('=');
      if (value === undefined) throw fail(`invalid argument syntax ${pair}, expected <resource>=<quantity>`);
      return [name, value];
    }),
  );
}

function* serviceAccount(session: Session): Task<void> {
  const name = session.args.at(-1);
  if (name === undefined || session.args.length < 2) throw fail('serviceaccount is required');
  yield* changeAll(session, session.args.slice(0, -1), (spec) => ({ ...spec, serviceAccountName: name }), 'serviceaccount updated');
}
