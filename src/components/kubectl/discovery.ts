// From what a person types (`po`, `deploy/web`, `pods.v1.`) to a resource. Models cli-runtime's RESTMapper and
// the disk cache of discovery. Simplified: what there is comes from our own table, the two discovery requests are
// sent where kubectl would send them, and their answers are not read.
import { RESOURCES, type ResourceInfo, resolveName } from '../../machinery/resources';
import type { Task } from '../../sim/task';
import { fail } from './errors';
import type { Session } from './session';

const DISCOVERY =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

/** Asks the server what it has, as with an empty cache or when something is missing from it. */
export function* discover(session: Session, query: { readonly timeout?: string } = { timeout: '32s' }): Task<void> {
  yield* session.http.send('GET', '/api', { accept: DISCOVERY, query });
  yield* session.http.send('GET', '/apis', { accept: DISCOVERY, query });
  session.cache.discovery = true;
}

/** Makes sure that discovery is in the cache, as everything does that maps names or kinds. */
export function* ensureDiscovery(session: Session): Task<void> {
  if (!session.cache.discovery) yield* discover(session);
}

/** The resource that a name stands for; an unknown one makes kubectl ask the server again first. */
export function* resolve(session: Session, name: string): Task<ResourceInfo> {
  yield* ensureDiscovery(session);
  const found = resolveName(name);
  if (found !== null) return found;
  yield* discover(session);
  throw unknownType(name);
}

function unknownType(name: string) {
  const [resource = '', ...rest] = name.split('.');
  const group = rest.join('.');
  if (group === '') return fail(`the server doesn't have a resource type "${name}"`);
  return fail(`the server doesn't have a resource type "${resource}" in group "${group}"`);
}

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
