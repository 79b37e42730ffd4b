// From arguments and flags to objects: TYPE NAME, TYPE/NAME, -l, --all, -f. Models cli-runtime's
// resource.Builder, Info and Helper (visitors, RetrieveLazy).
import { isObject, type JsonObject } from '../../base/json';
import { goQuote } from '../../machinery/go-json';
import { findKind, type ResourceInfo, resourcePath } from '../../machinery/resources';
import type { Task } from '../../sim/task';
import { discover, ensureDiscovery, resolve, resolveTypes } from './discovery';
import { ApiError, CommandError, fail, severalErrors } from './errors';
import { JSON_ONLY, type Query, TABLE } from './http';
import { type Manifest, readManifests } from './manifest';
import { namespaceOf, type Session } from './session';

/** An object that a command is about, whether or not it was fetched. */
export interface Info {
  readonly mapping: ResourceInfo;
  readonly namespace: string | null;
  readonly name: string;
  readonly object: JsonObject | null;
  /** The file that it came from, or ''. */
  readonly source: string;
}

/** What the arguments name: types without names, or names of types. */
export interface Targets {
  readonly types: readonly ResourceInfo[];
  readonly named: readonly { readonly mapping: ResourceInfo; readonly name: string }[];
}

export function* targetsOf(session: Session, args: readonly string[]): Task<Targets> {
  const slashed = args.filter((arg) => arg.includes('/'));
  if (slashed.length > 0) return yield* slashForm(session, args);
  const [first, ...names] = args;
  if (first === undefined) return { types: [], named: [] };
  const types = yield* resolveTypes(session, first);
  return { types, named: types.flatMap((mapping) => names.map((name) => ({ mapping, name }))) };
}

function* slashForm(session: Session, args: readonly string[]): Task<Targets> {
  const named: { mapping: ResourceInfo; name: string }[] = [];
  for (const arg of args) {
    const parts = arg.split('/');
    const [type = '', name = ''] = parts;
    if (parts.length === 1) {
      throw fail(
        `there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'`,
      );
    }
    if (parts.length > 2 || type === '' || name === '') {
      throw fail(`arguments in resource/name form may not have more than one slash`);
    }
    named.push({ mapping: yield* resolve(session, type), name });
  }
  return { types: [], named };
}

export interface Wanted {
  readonly accept?: string;
  readonly query?: Query;
  /** Arguments if not the session's. */
  readonly args?: readonly string[];
  /** Whether `--all` is in force where nothing is named. */
  readonly all?: boolean;
  /** A type alone stands for all its objects. */
  readonly bareTypes?: boolean;
  /** Of lists only. */
  readonly listQuery?: Query;
  /** Objects that are named are not fetched (`delete` does not look before it acts). */
  readonly unfetched?: boolean;
  readonly subresource?: string;
}

/** The objects that a command is about, fetched one by one or by a list; one that is refused ends the command. */
export function* infosOf(session: Session, wanted: Wanted = {}): Task<Info[]> {
  const { infos, errors } = yield* foundInfos(session, wanted);
  if (errors.length > 0) throw severalErrors(errors);
  return infos;
}

/** The same with what was refused (ContinueOnError). */
export function* foundInfos(session: Session, wanted: Wanted = {}): Task<{ infos: Info[]; errors: CommandError[] }> {
  const infos: Info[] = [];
  const errors = yield* eachInfo(session, wanted, function* (info) {
    infos.push(info);
  });
  return { infos, errors };
}

/** Does something with each object as soon as it was fetched; what is refused does not keep the others (Result.Visit). */
export function* visitInfos(session: Session, wanted: Wanted, act: (info: Info) => Task<void>): Task<void> {
  const errors = yield* eachInfo(session, wanted, act);
  if (errors.length > 0) throw severalErrors(errors);
}

function* eachInfo(session: Session, wanted: Wanted, act: (info: Info) => Task<void>): Task<CommandError[]> {
  const errors: CommandError[] = [];
  for (const source of yield* sourcesOf(session, wanted)) {
    try {
      for (const info of yield* source) yield* act(info);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      errors.push(error);
    }
  }
  return errors;
}

/** One task for each request that brings objects: for each name, or each type. */
function* sourcesOf(session: Session, wanted: Wanted): Task<Task<readonly Info[]>[]> {
  const files = session.flags.list('filename');
  if (files.length > 0) return (yield* fileInfos(session, files)).map((info) => just(info));
  const targets = yield* targetsOf(session, wanted.args ?? session.args);
  const selector = session.flags.text('selector');
  const fieldSelector = session.flags.text('field-selector');
  if (targets.named.length > 0) {
    if (selector !== '' || wanted.all) throw fail('name cannot be provided when a selector is specified');
    return targets.named.map((named) => namedInfo(session, named, wanted));
  }
  if (targets.types.length === 0) {
    throw fail(
      "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'",
    );
  }
  if (selector === '' && fieldSelector === '' && !wanted.all && !wanted.bareTypes)
    throw fail('resource(s) were provided, but no name was specified');
  const query = { labelSelector: selector, fieldSelector, ...wanted.query, ...wanted.listQuery };
  return targets.types.map((mapping) => listedInfos(session, mapping, query, wanted));
}

function* just(info: Info): Task<readonly Info[]> {
  return [info];
}

function* namedInfo(session: Session, { mapping, name }: Targets['named'][number], wanted: Wanted): Task<readonly Info[]> {
  const namespace = mapping.namespaced ? namespaceOf(session) : null;
  const info: Info = { mapping, namespace, name, object: null, source: '' };
  return [wanted.unfetched ? info : { ...info, object: yield* fetch(session, info, wanted.accept, wanted.query, wanted.subresource) }];
}

function* listedInfos(session: Session, mapping: ResourceInfo, query: Query, wanted: Wanted): Task<readonly Info[]> {
  const list = yield* listOf(session, mapping, query, wanted.accept);
  return itemsOf(list, mapping).map((object) => infoOf(mapping, object));
}

/** The path of one object. client-go sends nothing where the name is missing (rest.Request.Name). */
export function pathOf({ mapping, namespace, name }: Info, subresource: string | null = null): string {
  if (name === '') throw fail('resource name may not be empty');
  return resourcePath(mapping, namespace, name, subresource);
}

/** GET of one object; a missing one makes kubectl look whether its namespace is missing (resource.Info.Get). */
export function* fetch(
  session: Session,
  info: Info,
  accept = JSON_ONLY,
  query: Query = {},
  subresource: string | null = null,
): Task<JsonObject> {
  try {
    return yield* session.http.get(pathOf(info, subresource), accept, query);
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'NotFound' && info.namespace !== null && info.namespace !== 'default') {
      const probe = yield* session.http.exchange('GET', `/api/v1/namespaces/${info.namespace}`, { accept });
      if (probe.status === 404) throw new ApiError(probe.body as never);
    }
    throw error;
  }
}

/** A list, all pages of it as one. */
export function* listOf(session: Session, mapping: ResourceInfo, query: Query, accept = JSON_ONLY): Task<JsonObject> {
  const namespace = session.flags.bool('all-namespaces') || !mapping.namespaced ? null : namespaceOf(session);
  const path = resourcePath(mapping, namespace);
  try {
    let list = yield* session.http.get(path, accept, query);
    for (let page = continueOf(list); page !== ''; page = continueOf(list)) {
      const next = yield* session.http.get(path, accept, { ...query, continue: page });
      const items = accept === TABLE ? 'rows' : 'items';
      const metadata = next['metadata'] ?? {};
      list = { ...list, metadata, [items]: [...(list[items] as readonly JsonObject[]), ...((next[items] ?? []) as readonly JsonObject[])] };
    }
    return list;
  } catch (error) {
    throw error instanceof ApiError ? listRefused(error, mapping, query) : error;
  }
}

const continueOf = (list: JsonObject): string => String((list['metadata'] as JsonObject | undefined)?.['continue'] ?? '');

/** What a list was asked for stands in some refusals (cli-runtime EnhanceListError). */
function listRefused(error: ApiError, mapping: ResourceInfo, query: Query): ApiError {
  if (error.reason !== 'BadRequest' && error.reason !== 'NotFound') return error;
  const [labels, fields] = [String(query['labelSelector'] ?? ''), String(query['fieldSelector'] ?? '')];
  const what = goQuote(`${mapping.group}/${mapping.version}, Resource=${mapping.resource}`);
  const told =
    labels === '' && fields === ''
      ? `Unable to list ${what}`
      : `Unable to find ${what} that match label selector ${goQuote(labels)}, field selector ${goQuote(fields)}`;
  return new ApiError(error.status, `${told}: ${error.message}`);
}

/** The items of a list, each with its kind, which lists leave out. */
export function itemsOf(list: JsonObject, mapping: ResourceInfo): JsonObject[] {
  const apiVersion = mapping.group === '' ? mapping.version : `${mapping.group}/${mapping.version}`;
  return ((list['items'] ?? []) as readonly JsonObject[]).map((item) => ({ ...item, apiVersion, kind: mapping.kind }));
}

export function infoOf(mapping: ResourceInfo, object: JsonObject, source = ''): Info {
  const { namespace, name } = namesOf(object);
  return { mapping, namespace: mapping.namespaced && namespace !== '' ? namespace : null, name, object, source };
}

/** As Go's unstructured objects tell them: what is no text is none. */
function namesOf(object: JsonObject): { readonly name: string; readonly namespace: string } {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return { name: text(metadata['name']), namespace: text(metadata['namespace']) };
}

/** The objects of files, with their namespaces filled in. */
export function* fileInfos(session: Session, files: readonly string[]): Task<Info[]> {
  const infos: Info[] = [];
  for (const manifest of readManifests(session, files)) infos.push(yield* manifestInfo(session, manifest));
  if (infos.length === 0) throw fail(`no objects passed to ${session.command.split(' ')[1]}`);
  return infos;
}

export function* manifestInfo(session: Session, { object, source }: Manifest): Task<Info> {
  yield* ensureDiscovery(session);
  const apiVersion = object['apiVersion'] as string;
  const kind = object['kind'] as string;
  const mapping = findKind(apiVersion, kind);
  const names = namesOf(object);
  if (mapping === null) {
    yield* discover(session);
    throw new CommandError(
      `error: resource mapping not found for name: "${names.name}" namespace: "${names.namespace}" from "${source}": no matches for kind "${kind}" in version "${apiVersion}"\nensure CRDs are installed first`,
    );
  }
  if (!mapping.namespaced) return infoOf(mapping, object, source);
  const own = names.namespace;
  const wanted = session.flags.text('namespace');
  if (own !== '' && wanted && own !== wanted) {
    throw fail(
      `the namespace from the provided object "${own}" does not match the namespace "${wanted}". You must pass '--namespace=${own}' to perform this operation.`,
    );
  }
  if (own !== '') return infoOf(mapping, object, source);
  const { metadata = {} } = object;
  const namespace = namespaceOf(session);
  const placed = isObject(metadata) ? { ...object, metadata: { ...metadata, namespace } } : object;
  return { ...infoOf(mapping, placed, source), namespace };
}
