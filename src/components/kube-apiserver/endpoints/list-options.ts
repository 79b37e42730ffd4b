// The options of lists and watches: what may be combined, continue tokens, where a watch starts. Pure.
// Models apimachinery pkg/apis/meta/internalversion/validation, apiserver pkg/storage/continue.go and
// cacher.go (getWatchCacheResourceVersion, computeListLimit).

import { fromBase64Url, toBase64Url } from '../../../base/base64';
import { isObject } from '../../../base/json';
import { err, ok, type Result } from '../../../base/result';
import { type FieldError, fieldForbidden } from '../../../machinery/status';
import { isTrue, type Query } from '../request-info';

export interface ListOptions {
  readonly watch: boolean;
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  readonly sendInitialEvents: boolean | null;
  readonly allowWatchBookmarks: boolean;
  readonly continue: string;
  readonly limit: number;
  readonly timeoutSeconds: number | null;
}

/** The error is the message of a 400. */
export function listOptionsOf(query: Query): Result<ListOptions> {
  const limit = integer(query.limit);
  if (!limit.ok) return limit;
  const timeoutSeconds = integer(query.timeoutSeconds);
  if (!timeoutSeconds.ok) return timeoutSeconds;
  return ok({
    watch: isTrue(query.watch),
    resourceVersion: query.resourceVersion ?? '',
    resourceVersionMatch: query.resourceVersionMatch ?? '',
    sendInitialEvents: query.sendInitialEvents === undefined ? null : isTrue(query.sendInitialEvents),
    allowWatchBookmarks: isTrue(query.allowWatchBookmarks),
    continue: query.continue ?? '',
    limit: limit.value ?? 0,
    timeoutSeconds: timeoutSeconds.value,
  });
}

function integer(text: string | undefined): Result<number | null> {
  if (text === undefined || text === '') return ok(null);
  return /^[+-]?[0-9]+$/.test(text) ? ok(Number(text)) : err(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}

const notSupported = (field: string, value: string, supported: string): FieldError => ({
  type: 'FieldValueNotSupported',
  field,
  value,
  detail: `supported values: ${supported}`,
});
const MATCH = 'resourceVersionMatch';
const SEND = 'sendInitialEvents';

export function validateListOptions(options: ListOptions, watchListEnabled = true): FieldError[] {
  if (options.watch) return validateWatchOptions(options, watchListEnabled);
  const { resourceVersionMatch: match, resourceVersion } = options;
  const errors: FieldError[] = [];
  if (match !== '') {
    if (resourceVersion === '') errors.push(fieldForbidden(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (options.continue !== '') errors.push(fieldForbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided'));
    if (match !== 'Exact' && match !== 'NotOlderThan') errors.push(notSupported(MATCH, match, '"Exact", "NotOlderThan", ""'));
    if (match === 'Exact' && resourceVersion === '0')
      errors.push(fieldForbidden(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  if (options.sendInitialEvents !== null) errors.push(fieldForbidden(SEND, 'sendInitialEvents is forbidden for list'));
  return errors;
}

function validateWatchOptions(
  { sendInitialEvents, resourceVersionMatch: match, continue: token }: ListOptions,
  watchListEnabled: boolean,
): FieldError[] {
  const errors: FieldError[] = [];
  if (sendInitialEvents === null) {
    if (match !== '')
      errors.push(fieldForbidden(MATCH, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
  } else if (match !== 'NotOlderThan') {
    errors.push(fieldForbidden(MATCH, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  }
  if (sendInitialEvents !== null && !watchListEnabled) {
    errors.push(fieldForbidden(SEND, 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled'));
  }
  if (match !== '') {
    if (match !== 'NotOlderThan') errors.push(notSupported(MATCH, match, '"NotOlderThan"'));
    if (token !== '') errors.push(fieldForbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided'));
  }
  return errors;
}

/** How many objects a page has, 0 for all: who takes any version gets the whole cache. cacher.go computeListLimit. */
export const pageLimit = ({ limit, resourceVersion }: Pick<ListOptions, 'limit' | 'resourceVersion'>): number =>
  limit <= 0 || resourceVersion === '0' ? 0 : limit;

/** The revision that the cache must have reached before a watch is served: `current` is etcd's. */
export function watchStartRevision(
  options: Pick<ListOptions, 'resourceVersion' | 'sendInitialEvents' | 'allowWatchBookmarks'>,
  given: number,
): 'current' | number {
  if (options.resourceVersion !== '') return given;
  return options.sendInitialEvents === null ? 0 : 'current';
}

// ---- Continue tokens

const VERSION = 'meta.k8s.io/v1';

/** `key` is where the next page starts, under `prefix`. */
export function encodeContinue(key: string, prefix: string, revision: number): Result<string> {
  if (!key.startsWith(prefix)) return err(`encode continue: unable to encode next field: the key and key prefix do not match`);
  return ok(toBase64Url(`{"v":"${VERSION}","rv":${revision},"start":${goText(key.slice(prefix.length))}}`));
}

const goText = (text: string): string => JSON.stringify(text);

export function decodeContinue(token: string, prefix: string): Result<{ readonly fromKey: string; readonly revision: number }> {
  const text = fromBase64Url(token);
  if (text === null) return err(`continue key is not valid: illegal base64 data at input byte ${firstBadByte(token)}`);
  const parsed = parse(text);
  if (!parsed.ok) return err(`continue key is not valid: ${parsed.error}`);
  const { v, rv, start } = parsed.value as { readonly v?: string; readonly rv?: number; readonly start?: string };
  if (v !== VERSION) return err(`continue key is not valid: server does not recognize this encoded version ${v ?? ''}`);
  if (!rv) return err('continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (!start) return err('continue key is not valid: encoded start key empty (version meta.k8s.io/v1)');
  const key = start.startsWith('/') ? start : `/${start}`;
  const clean = cleanPath(key);
  if (clean !== key) return err(`continue key is not valid: ${start}`);
  return ok({ fromKey: prefix.replace(/\/$/, '') + clean, revision: rv });
}

const firstBadByte = (token: string): number => Math.max(0, token.search(/[^A-Za-z0-9_-]/));

function parse(text: string): Result<object> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? ok(value) : err('json: cannot unmarshal');
  } catch {
    return err(`invalid character '${text[0] ?? ''}' looking for beginning of value`);
  }
}

/** Go's path.Clean of an absolute path. */
function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}
