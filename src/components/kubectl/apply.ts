// kubectl apply. Models kubectl pkg/cmd/apply (apply.go, patcher.go), client-side. Left out: --prune, apply sets, edit- and
// set-last-applied, --force's delete and create again.
import { isObject, type JsonObject, jsonEqual } from '../../base/json';
import { goJson } from '../../machinery/go-json';
import { metaOf } from '../../machinery/object';
import { threeWayJsonMergePatch } from '../../machinery/patch';
import { groupVersion, resourcePath } from '../../machinery/resources';
import { createThreeWayMergePatch } from '../../machinery/strategic-diff';
import { patchSchemaOf } from '../../machinery/strategic-patch';
import { printYaml } from '../../machinery/yaml';
import type { Task } from '../../sim/task';
import { applyServerSide } from './apply-server-side';
import { fetch, fileInfos, type Info, infosOf, pathOf } from './builder';
import { LAST_APPLIED, lastApplied, withLastApplied } from './create/last-applied';
import { dryRunOf, say, validationOf } from './create/object';
import { ApiError, CommandError, fail, severalErrors, usageError } from './errors';
import { JSON_ONLY } from './http';
import { SchemaVerifier } from './openapi';
import { objectPrinter } from './print/output';
import type { Command, Session } from './session';

export const apply: Command = {
  flags: `f/filename:list R/recursive:bool k/kustomize o/output dry-run:string=unchanged server-side:bool force-conflicts:bool field-manager force:bool overwrite:bool
    openapi-patch:bool prune:bool all:bool l/selector validate:string=strict wait:bool timeout:duration grace-period:int cascade:string=background
    prune-allowlist:array template show-managed-fields:bool subresource`,
  run: runApply,
};
export const viewLastApplied: Command = { flags: 'f/filename:list o/output all:bool l/selector', run: runViewLastApplied };

function* runApply(session: Session): Task<void> {
  const { flags } = session;
  const files = flags.list('filename');
  if (session.args.length > 0) throw usageError('kubectl apply', `Unexpected args: [${session.args.join(' ')}]`);
  if (files.length === 0) throw fail('must specify one of -f and -k');
  if (flags.bool('force-conflicts') && !flags.bool('server-side')) throw fail('--force-conflicts only works with --server-side');
  if (dryRunOf(session) === 'client' && flags.bool('server-side'))
    throw fail("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)");
  const verifier = new SchemaVerifier(session);
  const infos = yield* fileInfos(session, files);
  for (const { mapping } of infos) yield* verifier.verify(mapping);
  const results: JsonObject[] = [];
  const errors: CommandError[] = [];
  for (const info of infos) {
    try {
      const { object, operation } = yield* flags.bool('server-side') ? serverSide(session, info) : clientSide(session, info);
      if (flags.has('output') && flags.text('output') !== 'name') results.push(object);
      else say(session, object, operation);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      errors.push(error);
    }
  }
  printResults(session, results);
  if (errors.length > 0) throw severalErrors(errors);
}

function printResults(session: Session, results: readonly JsonObject[]): void {
  const printer = objectPrinter(session);
  if (printer === null || results.length === 0) return;
  session.out(
    results.length === 1 ? printer(results[0] as JsonObject) : printer({ apiVersion: 'v1', items: results, kind: 'List', metadata: {} }),
  );
}

interface Applied {
  readonly object: JsonObject;
  readonly operation: string;
}
const queryOf = (session: Session, manager: string) => ({
  dryRun: dryRunOf(session) === 'server' ? 'All' : undefined,
  fieldManager: session.flags.text('field-manager', manager),
  fieldValidation: validationOf(session),
});

function* serverSide(session: Session, info: Info): Task<Applied> {
  return { object: yield* applyServerSide(session, info), operation: 'serverside-applied' };
}

// ---- Client-side

function* clientSide(session: Session, info: Info): Task<Applied> {
  const generated = isObject(info.object?.['metadata']) ? info.object['metadata']['generateName'] : undefined;
  if (info.name === '' && generated) throw fail(`from ${generated}: cannot use generate name with apply`);
  const modified = withLastApplied(info.object ?? {});
  const current = yield* present(session, info);
  if (current === null) return { object: yield* createIt(session, info, modified), operation: 'created' };
  if (metaOf(current).annotations?.[LAST_APPLIED] === undefined) {
    session.err(
      `Warning: resource ${info.mapping.resource}/${info.name} is missing the ${LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n`,
    );
  }
  const { patch, contentType } = patchFor(info, modified, current);
  if (dryRunOf(session) === 'client') return { object: modified, operation: jsonEqual(patch, {}) ? 'unchanged' : 'configured' };
  if (jsonEqual(patch, {})) return { object: current, operation: 'unchanged' };
  const patched = yield* sendPatch(session, info, patch, contentType);
  const same = metaOf(patched).resourceVersion === metaOf(current).resourceVersion;
  return { object: patched, operation: same ? 'unchanged' : 'configured' };
}

function* present(session: Session, info: Info): Task<JsonObject | null> {
  try {
    return yield* fetch(session, info);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const missing = error instanceof ApiError && error.reason === 'NotFound' ? error.status.details?.kind : null;
    // That not the object but its namespace is missing is told.
    const elsewhere = missing === 'namespaces' && info.mapping.resource !== 'namespaces' && dryRunOf(session) !== 'client';
    if (missing === null || elsewhere)
      throw error.withSource(`retrieving current configuration of:\n${described(info)}\nfrom server for:`, info.source);
    return null;
  }
}

function* createIt(session: Session, info: Info, body: JsonObject): Task<JsonObject> {
  if (dryRunOf(session) === 'client') return body;
  try {
    const path = resourcePath(info.mapping, info.namespace);
    return (yield* session.http.send('POST', path, {
      accept: JSON_ONLY,
      query: queryOf(session, 'kubectl-client-side-apply'),
      body,
    })) as JsonObject;
  } catch (error) {
    throw error instanceof ApiError ? error.withSource('creating', info.source) : error;
  }
}

/** What was applied last, what is to be applied and what is there make the patch. */
function patchFor(info: Info, modified: JsonObject, current: JsonObject): { patch: JsonObject; contentType: string } {
  const original = lastApplied(current);
  const schema = patchSchemaOf(groupVersion(info.mapping), info.mapping.kind);
  if (schema === null) {
    return { patch: threeWayJsonMergePatch(original ?? {}, modified, current), contentType: 'application/merge-patch+json' };
  }
  const patch = createThreeWayMergePatch(schema, original, modified, current);
  if (!patch.ok)
    throw fail(
      `creating patch with:\noriginal:\n${goJson(original)}\nmodified:\n${goJson(modified)}\ncurrent:\n${goJson(current)}\nfor: "${info.source}": ${patch.error}`,
    );
  return { patch: patch.value, contentType: 'application/strategic-merge-patch+json' };
}

function* sendPatch(session: Session, info: Info, patch: JsonObject, contentType: string): Task<JsonObject> {
  try {
    const path = pathOf(info);
    return (yield* session.http.send('PATCH', path, {
      accept: JSON_ONLY,
      contentType,
      query: queryOf(session, 'kubectl-client-side-apply'),
      body: patch,
    })) as JsonObject;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const told = `error when patching "${info.source}": ${error.message}`;
    throw new ApiError(
      error.status,
      `error when applying patch:\n${goJson(patch)}\nto:\n${described(info)}\nfor: "${info.source}": ${told}`,
    );
  }
}

const described = ({ mapping, name, namespace }: Info): string =>
  `Resource: "${mapping.group}/${mapping.version}, Resource=${mapping.resource}", GroupVersionKind: "${mapping.group}/${mapping.version}, Kind=${mapping.kind}"\nName: "${name}", Namespace: "${namespace ?? ''}"`;

// ---- view-last-applied

function* runViewLastApplied(session: Session): Task<void> {
  for (const info of yield* infosOf(session)) {
    const value = isObject(info.object) ? lastApplied(info.object) : null;
    if (value === null) throw fail(`no last-applied-configuration annotation found on resource: ${info.name}`);
    session.out(session.flags.text('output') === 'json' ? `${JSON.stringify(value, null, 2)}\n` : printYaml(value));
  }
}
