// kubectl get. Models kubectl pkg/cmd/get. Left out: --chunk-size above one page, subresources of lists, -k.
import type { Json, JsonObject } from '../../base/json';
import { compareBytes } from '../../base/order';
import { metaOf } from '../../machinery/object';
import { type ResourceInfo, resourcePath } from '../../machinery/resources';
import type { Task } from '../../sim/task';
import { fetch, fileInfos, type Info, itemsOf, listOf, type Targets, targetsOf } from './builder';
import { ApiError, CommandError, fail, severalErrors } from './errors';
import { ANY, JSON_ONLY, type Query, TABLE } from './http';
import { isTable, type ObjectPrinter, objectPrinter } from './print/output';
import { relaxedPath, sortedBy } from './print/sorting';
import { type TableText, tableText } from './print/table-text';
import { type Command, namespaceOf, type Session } from './session';

export const get: Command = {
  flags:
    'o/output w/watch:bool watch-only:bool output-watch-events:bool A/all-namespaces:bool l/selector field-selector show-labels:bool L/label-columns:list sort-by no-headers:bool ignore-not-found:bool show-kind:bool raw f/filename:list R/recursive:bool k/kustomize template show-managed-fields:bool subresource server-print:bool chunk-size:int allow-missing-template-keys:bool',
  run: runGet,
};

/** What one request brought: a list or one object, or the same as a Table. */
interface Found {
  readonly mapping: ResourceInfo;
  readonly body: JsonObject;
  readonly isList: boolean;
}

function* runGet(session: Session): Task<void> {
  const { flags, args } = session;
  const raw = flags.text('raw');
  if (raw !== '') {
    const body = yield* session.http.send('GET', raw.split('?')[0] ?? raw, { accept: ANY, query: rawQuery(raw) });
    session.out(rawText(raw, body));
    return;
  }
  if (args.length === 0 && flags.list('filename').length === 0) {
    throw new CommandError(
      `You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\nerror: Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).\nSee 'kubectl get -h' for help and examples`,
    );
  }
  if (flags.bool('output-watch-events') && !watching(session))
    throw fail('--output-watch-events option can only be used with --watch or --watch-only');
  if (watching(session)) yield* watch(session);
  else if (isTable(session)) yield* printTables(session);
  else yield* printObjects(session);
}

/** The bytes of an answer, as far as they are known: /version is indented, the API is not. */
function rawText(path: string, body: Json): string {
  if (typeof body === 'string') return body;
  return path === '/version' ? JSON.stringify(body, null, 2) : `${JSON.stringify(body)}\n`;
}

const watching = ({ flags }: Session): boolean => flags.bool('watch') || flags.bool('watch-only');

const rawQuery = (raw: string): Query =>
  Object.fromEntries(
    (raw.split('?')[1] ?? '')
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => {
        const [name = '', value = ''] = pair.split('=');
        return [decodeURIComponent(name), decodeURIComponent(value)];
      }),
  );

// ---- What is asked for

/** One task per request, in order; named objects that fail do not keep the others from being shown. */
function* requests(session: Session, accept: string): Task<{ found: Found[]; errors: CommandError[] }> {
  const { flags } = session;
  const found: Found[] = [];
  const errors: CommandError[] = [];
  const files = flags.list('filename');
  const includeObject = flags.has('sort-by') && accept === TABLE ? 'Object' : undefined;
  const subresource = flags.text('subresource') || null;
  if (files.length > 0) {
    for (const info of yield* fileInfos(session, files)) yield* one(session, info, accept, {}, null, found, errors);
    return { found, errors };
  }
  const targets = yield* targetsOf(session, session.args);
  check(session, targets, subresource);
  for (const { mapping, name } of targets.named) {
    const info: Info = { mapping, namespace: mapping.namespaced ? namespaceOf(session) : null, name, object: null, source: '' };
    yield* one(session, info, accept, { includeObject }, subresource, found, errors);
  }
  if (targets.named.length > 0) return { found, errors };
  for (const mapping of targets.types) {
    const query: Query = {
      labelSelector: flags.text('selector'),
      fieldSelector: sortedTerms(flags.text('field-selector')),
      includeObject,
      limit: flags.has('sort-by') ? undefined : flags.int('chunk-size', 500) || undefined,
    };
    try {
      found.push({ mapping, body: yield* listOf(session, mapping, query, accept), isList: true });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      errors.push(error);
    }
  }
  return { found, errors };
}

function check(session: Session, targets: Targets, subresource: string | null): void {
  const { flags } = session;
  if (subresource !== null && targets.named.length === 0) throw fail('subresource cannot be used when bulk resources are specified');
  if (targets.named.length === 0) return;
  if (flags.has('selector') || flags.has('field-selector')) throw fail('name cannot be provided when a selector is specified');
  if (flags.bool('all-namespaces') && targets.named.some(({ mapping }) => mapping.namespaced)) {
    throw fail('a resource cannot be retrieved by name across all namespaces');
  }
}

const sortedTerms = (selector: string): string => selector.split(',').sort(compareBytes).join(',');

function* one(
  session: Session,
  info: Info,
  accept: string,
  query: Query,
  subresource: string | null,
  found: Found[],
  errors: CommandError[],
): Task<void> {
  try {
    found.push({ mapping: info.mapping, body: yield* fetch(session, info, accept, query, subresource), isList: false });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.reason === 'NotFound' && session.flags.bool('ignore-not-found')) return;
    errors.push(error);
  }
}

// ---- Objects

/** The printer is made, and complains of what was asked of it, only when there is something to print. */
function requiredPrinter(session: Session): ObjectPrinter {
  const printer = objectPrinter(session);
  if (printer === null) throw fail('no printer');
  return printer;
}

function* printObjects(session: Session): Task<void> {
  const { found, errors } = yield* requests(session, JSON_ONLY);
  const printer = requiredPrinter(session);
  const [only] = found;
  const items = sorted(
    session,
    found.flatMap(({ mapping, body, isList }) => (isList ? itemsOf(body, mapping) : [body])),
  );
  const single = only !== undefined && found.length === 1 && !only.isList;
  if (single) session.out(printer(only.body));
  else if (session.flags.text('output') === 'name') session.out(items.map(printer).join(''));
  else if (found.length > 0) session.out(printer({ apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } }));
  if (errors.length > 0) throw severalErrors(errors);
}

function sorted(session: Session, items: readonly JsonObject[]): readonly JsonObject[] {
  const path = session.flags.text('sort-by');
  if (path === '') return items;
  const sorted = sortedBy(items, path, (item) => item);
  if (sorted === null) throw fail(`couldn't find any field with path "${relaxedPath(path)}" in the list of objects`);
  return sorted;
}

// ---- Tables

function* printTables(session: Session): Task<void> {
  const { found, errors } = yield* requests(session, TABLE);
  const several = session.flags.bool('show-kind') || kinds(session, found) > 1;
  let printed = 0;
  let shown: ResourceInfo | null = null;
  for (const group of byMapping(found)) {
    const rows = group.tables.flatMap((table) => sortedRows(session, (table['rows'] ?? []) as readonly JsonObject[]));
    if (rows.length === 0) continue;
    if (shown !== null) session.out('\n');
    shown = group.mapping;
    printed += rows.length;
    const columns = (group.tables[0]?.['columnDefinitions'] ?? []) as readonly JsonObject[];
    session.out(tableText({ rows }, columns, textOptions(session, group.mapping, several, true)));
  }
  if (errors.length > 0) throw severalErrors(errors);
  if (printed === 0 && !session.flags.bool('ignore-not-found')) session.err(nothingFound(session, found));
}

const kinds = (session: Session, found: readonly Found[]): number => {
  const typed = session.args[0]?.split(',') ?? [];
  const named = new Set(found.map(({ mapping }) => mapping.resource));
  return Math.max(named.size, typed.length > 1 || typed[0] === 'all' ? 2 : 1);
};

function textOptions(session: Session, mapping: ResourceInfo, several: boolean, first: boolean): TableText {
  const { flags } = session;
  const singular = mapping.kind.toLowerCase();
  return {
    wide: flags.text('output') === 'wide',
    headers: first && !flags.bool('no-headers'),
    withNamespace: flags.bool('all-namespaces') && mapping.namespaced,
    kind: several ? (mapping.group === '' ? singular : `${singular}.${mapping.group}`) : '',
    showLabels: flags.bool('show-labels'),
    labelColumns: flags.list('label-columns'),
  };
}

/** Tables of one type that follow each other are printed as one. */
function byMapping(found: readonly Found[]): { mapping: ResourceInfo; tables: JsonObject[] }[] {
  const groups: { mapping: ResourceInfo; tables: JsonObject[] }[] = [];
  for (const { mapping, body } of found) {
    const last = groups.at(-1);
    if (last?.mapping === mapping) last.tables.push(body);
    else groups.push({ mapping, tables: [body] });
  }
  return groups;
}

function sortedRows(session: Session, rows: readonly JsonObject[]): readonly JsonObject[] {
  const path = session.flags.text('sort-by');
  return path === '' ? rows : (sortedBy(rows, path, (row) => row['object'] ?? null) ?? []);
}

function nothingFound(session: Session, found: readonly Found[]): string {
  const clusterWide = found.some(({ mapping }) => !mapping.namespaced) || session.flags.bool('all-namespaces');
  return clusterWide ? 'No resources found\n' : `No resources found in ${namespaceOf(session)} namespace.\n`;
}

// ---- Watching

function* watch(session: Session): Task<void> {
  const accept = isTable(session) ? TABLE : JSON_ONLY;
  const { found, errors } = yield* requests(session, accept);
  const printer = objectPrinter(session);
  const [first] = found;
  if (errors[0] !== undefined) throw errors[0];
  if (first === undefined) return;
  if (found.length > 1) throw fail('you may only specify a single resource type');
  const { mapping, body, isList } = first;
  const show = watchPrinter(session, printer, mapping);
  if (!session.flags.bool('watch-only')) {
    if (printer === null) show('ADDED', body);
    else for (const item of isList ? itemsOf(body, mapping) : [body]) show('ADDED', item);
  }
  // A watch of one object starts at "now" and tells it once more first; that event is not shown.
  let skip = !isList;
  const name = isList ? '' : (metaOf(printer === null ? rowObject(body) : body).name ?? '');
  const watcher = session.http.watch(listPath(session, mapping), accept, {
    labelSelector: session.flags.text('selector'),
    fieldSelector: isList ? sortedTerms(session.flags.text('field-selector')) : `metadata.name=${name}`,
    resourceVersion: isList ? String((body['metadata'] as JsonObject)['resourceVersion'] ?? '') : '0',
  });
  for (;;) {
    const item = yield* watcher.next();
    if (item.type === 'refused') throw item.error;
    if (item.type === 'end' || item.type === 'timeout') break;
    const { type, object } = item.event;
    if (type === 'ERROR') throw new ApiError(object as never);
    if (type === 'BOOKMARK') continue;
    if (skip) skip = false;
    else show(type, object);
  }
  watcher.close();
  if (session.http.interrupted) throw new CommandError('', 1);
}

const rowObject = (table: JsonObject): JsonObject => (((table['rows'] ?? []) as readonly JsonObject[])[0]?.['object'] ?? {}) as JsonObject;

const listPath = (session: Session, mapping: ResourceInfo): string =>
  resourcePath(mapping, session.flags.bool('all-namespaces') ? null : namespaceOf(session));

/** Prints each object or table row as it comes, in columns that keep their widths. */
function watchPrinter(session: Session, printer: ObjectPrinter | null, mapping: ResourceInfo): (type: string, object: JsonObject) => void {
  const events = session.flags.bool('output-watch-events');
  if (printer !== null) {
    return (type, object) => session.out(printer(events ? { type, object } : object));
  }
  const widths: number[] = [];
  let columns: readonly JsonObject[] | null = null;
  return (_type, table) => {
    const headers = columns === null;
    columns ??= (table['columnDefinitions'] ?? []) as readonly JsonObject[];
    if (((table['rows'] ?? []) as readonly JsonObject[]).length === 0) {
      if (headers) columns = null;
      return;
    }
    session.out(tableText(table, columns, textOptions(session, mapping, false, headers), widths));
  };
}
