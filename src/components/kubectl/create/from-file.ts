// kubectl create -f. Models kubectl pkg/cmd/create/create.go: each object is read, checked and sent before the next.
import type { JsonObject } from '../../../base/json';
import { resourcePath } from '../../../machinery/resources';
import type { Task } from '../../../sim/task';
import { manifestInfo } from '../builder';
import { ApiError, CommandError, severalErrors } from '../errors';
import { JSON_ONLY } from '../http';
import { readManifests } from '../manifest';
import { SchemaVerifier } from '../openapi';
import type { Command, Session } from '../session';
import { withLastApplied } from './last-applied';
import { CREATE_FLAGS, dryRunOf, say, validationOf } from './object';

export const create: Command = {
  flags: `${CREATE_FLAGS} f/filename:list R/recursive:bool k/kustomize raw edit:bool l/selector`,
  run: createFromFiles,
};

function* createFromFiles(session: Session): Task<void> {
  const files = session.flags.list('filename');
  if (files.length === 0) {
    if (session.args.length > 0)
      throw new CommandError(`error: Unexpected args: [${session.args.join(' ')}]\nSee 'kubectl create -h' for help and examples`);
    throw new CommandError('error: must specify one of -f and -k');
  }
  const verifier = new SchemaVerifier(session);
  const dryRun = dryRunOf(session);
  const errors: CommandError[] = [];
  for (const manifest of readManifests(session, files)) {
    const { mapping, namespace, object, source } = yield* manifestInfo(session, manifest);
    if (validationOf(session) === 'Strict') yield* verifier.verify(mapping);
    const body = session.flags.bool('save-config') ? withLastApplied(object ?? {}) : (object ?? {});
    if (dryRun === 'client') {
      say(session, body, 'created');
      continue;
    }
    try {
      const query = {
        dryRun: dryRun === 'server' ? 'All' : undefined,
        fieldManager: session.flags.text('field-manager', 'kubectl-create'),
        fieldValidation: validationOf(session),
      };
      const created = yield* session.http.send('POST', resourcePath(mapping, namespace), { accept: JSON_ONLY, query, body });
      say(session, created as JsonObject, 'created');
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      errors.push(error.withSource('creating', source));
    }
  }
  if (errors.length > 0) throw severalErrors(errors);
}
