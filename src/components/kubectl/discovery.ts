// From what a person types (`po`, `deploy/web`, `pods.v1.`) to a resource. Models cli-runtime's RESTMapper and
// the disk cache of discovery. Simplified: what there is comes from our own table, the two discovery requests are
// sent where kubectl would send them, and their answers are not read.
import { isObject, type Json, type JsonObject } from '../../base/json';
import { goQuote } from '../../machinery/go-json';
import { RESOURCES, type ResourceInfo, resolveName } from '../../machinery/resources';
import type { Task } from '../../sim/task';
import { ApiError, CommandError, fail } from './errors';
import { serverUrl } from './http';
import { klog } from './log';
import type { Session } from './session';

const TRIES = 5;
const DISCOVERY =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

/** Asks the server what it has, as with an empty cache or when something is missing from it. */
export function* discover(session: Session, query: { readonly timeout?: string } = { timeout: '32s' }): Task<Discovery> {
  const core = yield* askedFor(session, '/api', query);
  const groups = yield* askedFor(session, '/apis', query);
  session.cache.discovery = true;
  return [core, groups].flatMap((list) => (isObject(list) ? ((list['items'] ?? []) as readonly JsonObject[]) : []));
}

/** Groups with their versions and resources (APIGroupDiscovery), the core group first. */
type Discovery = readonly JsonObject[];

/** Where no server answers, kubectl tells so as often as it tries. */
function* askedFor(session: Session, path: string, query: { readonly timeout?: string }): Task<Json> {
  const { http } = session;
  try {
    return yield* http.send('GET', path, { accept: DISCOVERY, query });
  } catch (error) {
    if (error instanceof ApiError || !(error instanceof CommandError)) throw error;
    const { server } = http.identity;
    const cause = `dial tcp ${server}: connect: connection refused`;
    const text = `couldn't get current server API group list: Get "${serverUrl(http.identity)}${path}?timeout=32s": ${cause}`;
    for (let tries = 0; tries < TRIES; tries++)
      session.err(klog(http.ctx, 'E', 'memcache.go:265', `"Unhandled Error" err=${goQuote(text)}`));
    throw error;
  }
}

/** Makes sure that discovery is in the cache, as everything does that maps names or kinds. */
export function* ensureDiscovery(session: Session): Task<void> {
  if (!session.cache.discovery || session.http.identity.elsewhere) yield* discover(session);
}

/** The resource that a name stands for; an unknown one makes kubectl ask the server again first. */
export function* resolve(session: Session, name: string): Task<ResourceInfo> {
  yield* ensureDiscovery(session);
  const found = resolveName(name);
  if (found !== null) return found;
  yield* discover(session);
  throw unknownType(name);
}

const unknownType = (name: string) => fail(`the server doesn't have a resource type "${name.split('.')[0] ?? ''}"`);

/** Types separated by commas; a category (`all`) stands for its resources. */
export function* resolveTypes(session: Session, text: string): Task<readonly ResourceInfo[]> {
  const found: ResourceInfo[] = [];
  for (const name of text.split(',')) {
    const category = RESOURCES.filter((info) => info.categories.includes(name));
    if (category.length > 0) yield* ensureDiscovery(session);
    for (const info of category.length > 0 ? preferred(category) : [yield* resolve(session, name)]) found.push(info);
  }
  return found;
}

/** A resource that two versions of a group have is named once. */
const preferred = (infos: readonly ResourceInfo[]): readonly ResourceInfo[] =>
  infos.filter((info, i) => infos.findIndex((other) => other.group === info.group && other.resource === info.resource) === i);
