// kubectl apply --server-side. Models kubectl pkg/cmd/apply/apply.go: the patch, and how what a client-side apply owned
// is handed over to it (saveLastApplyAnnotationIfNecessary, migrateToSSAIfNecessary, client-go csaupgrade).
import { isObject, type JsonObject, jsonEqual } from '../../base/json';
import { metaOf } from '../../machinery/object';
import type { Task } from '../../sim/task';
import { type Info, pathOf } from './builder';
import { LAST_APPLIED } from './create/last-applied';
import { dryRunOf, validationOf } from './create/object';
import { ApiError, CommandError } from './errors';
import { JSON_ONLY, type Query } from './http';
import type { Session } from './session';

const MANAGER = 'kubectl';
const LAST_APPLIED_MANAGER = 'kubectl-last-applied';

/** The object as the server has it then. */
export function* applyServerSide(session: Session, info: Info): Task<JsonObject> {
  const manager = session.flags.text('field-manager', MANAGER);
  const query = { ...queryOf(session, manager), force: session.flags.bool('force-conflicts') };
  const send = (): Task<JsonObject> => sendPatch(session, info, 'application/apply-patch+yaml', info.object ?? {}, query);
  try {
    let object = yield* send();
    if (manager === MANAGER) object = yield* keepLastApplied(session, info, object);
    const patch = migrationOf(object, manager);
    if (patch === null) return object;
    yield* sendPatch(session, info, 'application/json-patch+json', patch, queryOf(session, manager));
    // Once more, so that fields go that only the former manager had.
    return yield* send();
  } catch (error) {
    throw error instanceof ApiError ? conflictTold(error) : error;
  }
}

const queryOf = (session: Session, manager: string): Query => ({
  dryRun: dryRunOf(session) === 'server' ? 'All' : undefined,
  fieldManager: manager,
  fieldValidation: validationOf(session),
});

function* sendPatch(
  session: Session,
  info: Info,
  contentType: string,
  body: JsonObject | readonly JsonObject[],
  query: Query,
): Task<JsonObject> {
  return (yield* session.http.send('PATCH', pathOf(info), { accept: JSON_ONLY, contentType, body, query })) as JsonObject;
}

interface Entry extends JsonObject {
  readonly manager?: string;
  readonly operation?: string;
  readonly apiVersion?: string;
  readonly subresource?: string;
  readonly fieldsV1?: JsonObject;
}

const entriesOf = (object: JsonObject): readonly Entry[] =>
  ((isObject(object['metadata']) ? object['metadata']['managedFields'] : undefined) ?? []) as unknown as readonly Entry[];

const ownsAnnotation = ({ fieldsV1 }: Entry): boolean =>
  isObject(fieldsV1?.['f:metadata']) &&
  isObject(fieldsV1['f:metadata']['f:annotations']) &&
  fieldsV1['f:metadata']['f:annotations'][`f:${LAST_APPLIED}`] !== undefined;

/** Gives the annotation of a client-side apply an owner of its own, so that it does not go with its former one. */
function* keepLastApplied(session: Session, info: Info, object: JsonObject): Task<JsonObject> {
  const { name = '', namespace, annotations } = metaOf(object);
  const annotation = annotations?.[LAST_APPLIED];
  const owned = entriesOf(object).some((entry) => entry.operation === 'Apply' && ownsAnnotation(entry));
  if (annotation === undefined || owned) return object;
  const { apiVersion = '', kind = '' } = object;
  const place = namespace === undefined ? {} : { namespace };
  const body = { apiVersion, kind, metadata: { annotations: { [LAST_APPLIED]: annotation }, name, ...place } };
  return yield* sendPatch(session, info, 'application/apply-patch+yaml', body, queryOf(session, LAST_APPLIED_MANAGER));
}

/** The JSON patch that renames managers of client-side applies; null if there are none. */
function migrationOf(object: JsonObject, manager: string): readonly JsonObject[] | null {
  const entries = entriesOf(object);
  const former = new Set(
    entries.filter((entry) => entry.operation === 'Update' && ownsAnnotation(entry)).map((entry) => entry.manager ?? ''),
  );
  let upgraded = entries;
  for (const name of former) upgraded = upgradedEntries(upgraded, name, manager);
  if (jsonEqual(upgraded, entries)) return null;
  return [
    { op: 'replace', path: '/metadata/managedFields', value: upgraded },
    { op: 'replace', path: '/metadata/resourceVersion', value: metaOf(object).resourceVersion ?? '' },
  ];
}

/** The fields of `former`'s updates go to `manager`'s apply, or its first update becomes one. */
function upgradedEntries(entries: readonly Entry[], former: string, manager: string): readonly Entry[] {
  const isApply = (entry: Entry): boolean => entry.manager === manager && entry.operation === 'Apply' && !entry.subresource;
  const isFormer = (entry: Entry): boolean => entry.manager === former && entry.operation === 'Update' && !entry.subresource;
  const target = entries.find(isApply) ?? entries.find(isFormer);
  if (target === undefined) return entries;
  const source = entries.find((entry) => isFormer(entry) && entry.apiVersion === target.apiVersion);
  const fieldsV1 = unionFields(target.fieldsV1 ?? {}, source?.fieldsV1 ?? {});
  return entries
    .map((entry) => (entry === target ? { ...entry, manager, operation: 'Apply', fieldsV1 } : entry))
    .filter((entry) => !isFormer(entry));
}

function unionFields(a: JsonObject, b: JsonObject): JsonObject {
  const union: { [key: string]: JsonObject } = {};
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
    union[key] = unionFields((a[key] ?? {}) as JsonObject, (b[key] ?? {}) as JsonObject);
  return union;
}

function conflictTold(error: ApiError): CommandError {
  if (error.reason !== 'Conflict') return error;
  return new CommandError(
    `error: ${error.message}\nPlease review the fields above--they currently have other managers. Here\nare the ways you can resolve this warning:\n* If you intend to manage all of these fields, please re-run the apply\n  command with the \`--force-conflicts\` flag.\n* If you do not intend to manage all of the fields, please edit your\n  manifest to remove references to the fields that should keep their\n  current managers.\n* You may co-own fields by updating your manifest to match the existing\n  value; in this case, you'll become the manager if the other manager(s)\n  stop managing the field (remove it from their configuration).\nSee https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`,
  );
}
