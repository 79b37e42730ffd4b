// kubectl replace. Models kubectl pkg/cmd/replace. Left out: --subresource, --raw.
import { MINUTE, SECOND } from '../../base/brand';
import { isObject, type JsonObject } from '../../base/json';
import { parseGoDuration } from '../../machinery/duration';
import { metaOf } from '../../machinery/object';
import { resourcePath } from '../../machinery/resources';
import type { Task } from '../../sim/task';
import { fileInfos, type Info, manifestInfo, pathOf } from './builder';
import { dryRunOf, say, validationOf } from './create/object';
import { deleteAll } from './delete';
import { CommandError, fail } from './errors';
import { JSON_ONLY, refusal } from './http';
import { readManifests } from './manifest';
import { SchemaVerifier } from './openapi';
import type { Command, Session } from './session';

export const replace: Command = {
  flags: `f/filename:list R/recursive:bool k/kustomize force:bool o/output dry-run:string=unchanged grace-period:int cascade:string=background timeout:duration wait:bool
    validate:string=strict save-config:bool field-manager template show-managed-fields:bool raw subresource`,
  run: runReplace,
};

function* runReplace(session: Session): Task<void> {
  const files = session.flags.list('filename');
  if (files.length === 0) throw fail('must specify one of -f and -k');
  const verifier = new SchemaVerifier(session);
  if (session.flags.bool('force')) return yield* forced(session, files, verifier);
  for (const manifest of readManifests(session, files)) {
    const info = yield* manifestInfo(session, manifest);
    yield* verifier.verify(info.mapping);
    const query = {
      dryRun: dryRunOf(session) === 'server' ? 'All' : undefined,
      fieldManager: 'kubectl-replace',
      fieldValidation: validationOf(session),
    };
    try {
      const path = pathOf(info);
      const body = yield* versioned(session, info, path);
      say(session, (yield* session.http.send('PUT', path, { accept: JSON_ONLY, query, body })) as JsonObject, 'replaced');
    } catch (error) {
      throw error instanceof CommandError ? error.withSource('replacing', info.source) : error;
    }
  }
}

/** Deletes, waits until all are gone, and creates anew. */
function* forced(session: Session, files: readonly string[], verifier: SchemaVerifier): Task<void> {
  const infos = yield* fileInfos(session, files);
  const grace = session.flags.int('grace-period', -1);
  const body = { ...(grace >= 0 ? { gracePeriodSeconds: grace } : {}), propagationPolicy: 'Background' };
  const quiet: Session = { ...session, flags: session.flags.without('force', 'output') };
  yield* deleteAll(quiet, infos, body, true);
  for (const info of infos) yield* waitAbsent(session, info);
  for (const info of infos) {
    yield* verifier.verify(info.mapping);
    const query = { fieldManager: 'kubectl-replace', fieldValidation: validationOf(session) };
    const path = resourcePath(info.mapping, info.namespace);
    say(session, (yield* session.http.send('POST', path, { accept: JSON_ONLY, query, body: info.object ?? {} })) as JsonObject, 'replaced');
  }
}

const POLL_US = SECOND;
const PATIENCE_US = 5 * MINUTE;

/** Looks every second. */
function* waitAbsent(session: Session, { mapping, namespace, name }: Info): Task<void> {
  const { ctx } = session.http;
  const deadlineUs = ctx.now() + (parseGoDuration(session.flags.text('timeout')) || PATIENCE_US);
  for (;;) {
    const found = yield* session.http.exchange('GET', resourcePath(mapping, namespace, name), { accept: JSON_ONLY });
    if (found.status === 404) return;
    if (found.status >= 400) throw refusal(found);
    if (ctx.now() >= deadlineUs) throw fail('timed out waiting for the condition');
    yield* ctx.sleep(POLL_US);
  }
}

/** With the version of what is there, where the manifest names none (resource.Helper.Replace). */
function* versioned(session: Session, { object }: Info, path: string): Task<JsonObject> {
  const body = object ?? {};
  const metadata = isObject(body['metadata']) ? body['metadata'] : {};
  if (metadata['resourceVersion']) return body;
  const found = yield* session.http.exchange('GET', path, { accept: JSON_ONLY });
  const resourceVersion = found.status === 200 ? metaOf(found.body as JsonObject).resourceVersion : undefined;
  return resourceVersion === undefined ? body : { ...body, metadata: { ...metadata, resourceVersion } };
}
