// What all `kubectl create KIND` commands share: dry runs, the POST, what is printed.
// Models kubectl pkg/cmd/create/create.go (CreateSubcommandOptions) and its siblings.
import type { JsonObject } from '../../../base/json';
import { findKind, resourcePath } from '../../../machinery/resources';
import type { Task } from '../../../sim/task';
import { ApiError, CommandError, fail, usageError } from '../errors';
import { ANY, PROTOBUF, TYPED } from '../http';
import { objectPrinter, typedName } from '../print/output';
import { type DryRun, namespaceOf, type Session } from '../session';

export const CREATE_FLAGS =
  'o/output dry-run:string=unchanged save-config:bool field-manager validate:string=strict template show-managed-fields:bool allow-missing-template-keys:bool';

export function dryRunOf(session: Session): DryRun {
  if (!session.flags.has('dry-run')) return 'none';
  const value = session.flags.text('dry-run');
  switch (value) {
    case 'client':
    case 'server':
    case 'none':
      return value;
    default:
      throw fail(`Invalid dry-run value (${value}). Must be "none", "server", or "client".`);
  }
}

/** ` (dry run)` after what was said. */
export const drySuffix = (dryRun: DryRun): string => (dryRun === 'client' ? ' (dry run)' : dryRun === 'server' ? ' (server dry run)' : '');

/** `deployment.apps/test created`, or the object as `-o` says. */
export function say(session: Session, object: JsonObject, operation: string): void {
  const printer = objectPrinter(session);
  session.out(printer === null ? `${typedName(object)} ${operation}${drySuffix(dryRunOf(session))}\n` : printer(object));
}

/** The same, but a dry run is not mentioned. */
export function sayPlainly(session: Session, object: JsonObject, operation: string): void {
  const printer = objectPrinter(session);
  session.out(printer === null ? `${typedName(object)} ${operation}\n` : printer(object));
}

export interface Creation {
  /** Before the reason if the server refuses: `failed to create deployment: `; null prints the refusal itself. */
  readonly failure: string | null;
  readonly manager?: string;
  /** Typed clients send protobuf and name the namespace only if one was given. */
  readonly typed?: boolean;
  readonly validated?: boolean;
}

/** POSTs an object unless it is a client-side dry run, and says so. */
export function* createObject(session: Session, object: JsonObject, creation: Creation): Task<void> {
  const dryRun = dryRunOf(session);
  const mapping = findKind(String(object['apiVersion']), String(object['kind']));
  if (mapping === null) throw fail(`no matches for kind "${object['kind']}" in version "${object['apiVersion']}"`);
  const explicit = mapping.namespaced && session.flags.has('namespace');
  const placed = explicit ? { ...object, metadata: { ...(object['metadata'] as JsonObject), namespace: namespaceOf(session) } } : object;
  if (dryRun === 'client') return say(session, placed, 'created');
  const { failure, manager = 'kubectl-create', typed = true, validated = true } = creation;
  try {
    const created = yield* session.http.send('POST', resourcePath(mapping, namespaceOf(session)), {
      accept: typed ? TYPED : ANY,
      contentType: typed ? PROTOBUF : 'application/json',
      body: placed,
      query: {
        dryRun: dryRun === 'server' ? 'All' : undefined,
        fieldManager: session.flags.text('field-manager', manager),
        fieldValidation: validated ? validationOf(session) : undefined,
      },
    });
    say(session, created as JsonObject, 'created');
  } catch (error) {
    if (error instanceof ApiError && failure !== null) throw new CommandError(`error: ${failure}${error.message}`);
    throw error;
  }
}

/** `--validate` as the server's fieldValidation. */
export function validationOf(session: Session): string {
  const value = session.flags.text('validate', 'strict');
  if (['true', 'strict'].includes(value)) return 'Strict';
  if (['false', 'ignore'].includes(value)) return 'Ignore';
  if (value === 'warn') return 'Warn';
  throw fail(`invalid - validate option "${value}"; must be one of: strict (or true), warn, ignore (or false)`);
}

/** The one NAME that these commands take. */
export function nameArgument(session: Session): string {
  const [name] = session.args;
  if (session.args.length !== 1 || name === undefined)
    throw usageError(session.command, `exactly one NAME is required, got ${session.args.length}`);
  return name;
}
