// Every resource that Kubernetes 1.36 serves, and the paths and etcd keys made from it. Models discovery,
// RequestInfo (apiserver pkg/endpoints/request/requestinfo.go) and the key prefixes of
// pkg/kubeapiserver/default_storage_factory_builder.go. Left out: the deprecated /watch/ paths.
import { assert } from '../base/assert';
import { percentEncoded } from '../base/utf8';
import { ETCD_PREFIXES, STANDARD_VERBS, SUBRESOURCES, TABLE, VERBS } from './resource-table';

export interface ResourceInfo {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly subresources: readonly SubresourceInfo[];
  /** `/registry/deployments/`, `/registry/minions/`; empty for what is never stored (reviews). */
  readonly etcdPrefix: string;
}

/** What a path needs to know of a resource; a ResourceInfo fits. */
export interface ResourceName {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** False: a namespace is left out of the path. */
  readonly namespaced?: boolean;
}

export interface SubresourceInfo {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

const splitGroupVersion = (text: string): { readonly group: string; readonly version: string } => {
  const slash = text.indexOf('/');
  return slash < 0 ? { group: '', version: text } : { group: text.slice(0, slash), version: text.slice(slash + 1) };
};
const listOf = (word: string): readonly string[] => (word === '-' ? [] : word.split(','));

function resourceOf(apiVersion: string, line: string): ResourceInfo {
  const [resource, kind, short, scope, category, subs] = line.trim().split(' ');
  assert(resource && kind && short && scope && category && subs, `bad line in the resource table: ${line}`);
  const gv = splitGroupVersion(apiVersion);
  const verbs = VERBS[resource] ?? STANDARD_VERBS;
  return {
    ...gv,
    resource,
    kind,
    singular: kind.toLowerCase(),
    verbs,
    shortNames: listOf(short),
    categories: listOf(category),
    namespaced: scope === 'N',
    subresources: listOf(subs).map((name) => {
      const { groupVersion: own, kind: ownKind = kind, verbs = ['get', 'patch', 'update'] } = SUBRESOURCES[`${resource}/${name}`] ?? {};
      return { name, kind: ownKind, verbs, ...(own ? splitGroupVersion(own) : gv) };
    }),
    etcdPrefix: verbs.includes('watch') ? (ETCD_PREFIXES[resource] ?? `/registry/${resource}/`) : '',
  };
}

/** In the order of discovery: the preferred version of a group is its first. */
export const RESOURCES: readonly ResourceInfo[] = Object.entries(TABLE).flatMap(([apiVersion, lines]) =>
  lines
    .trim()
    .split('\n')
    .map((line) => resourceOf(apiVersion, line)),
);

/** The first resource under each key wins: core before the groups, the preferred version before the others. */
function index(keysOf: (info: ResourceInfo) => readonly string[]): ReadonlyMap<string, ResourceInfo> {
  const map = new Map<string, ResourceInfo>();
  for (const info of RESOURCES) for (const key of keysOf(info)) if (!map.has(key)) map.set(key, info);
  return map;
}
const byResource = index(({ group, version, resource }) => [`${group}/${version}/${resource}`, `${group}//${resource}`]);
const byKind = index((info) => [`${groupVersion(info)} ${info.kind}`]);
const byName = index(({ group, version, resource, singular, shortNames }) =>
  [resource, singular, ...shortNames].flatMap((name) => [name, `${name}.${group}`, `${name}.${version}.${group}`]),
);

/** By group and plural name; without a version, the group's preferred one. */
export const findResource = (group: string, version: string | null, resource: string): ResourceInfo | null =>
  byResource.get(`${group}/${version ?? ''}/${resource}`) ?? null;

/** By `apps/v1` and `Deployment`. */
export const findKind = (apiVersion: string, kind: string): ResourceInfo | null => byKind.get(`${apiVersion} ${kind}`) ?? null;

/** By any name a person may type: `po`, `Pod`, `pods`, `deployments.apps`, `deployments.v1.apps`. */
export const resolveName = (name: string): ResourceInfo | null => byName.get(name.toLowerCase()) ?? null;

/** `v1`, `apps/v1`. */
export function groupVersion(info: { readonly group: string; readonly version: string }): string {
  return info.group === '' ? info.version : `${info.group}/${info.version}`;
}

/** `pods`, `deployments.apps`: Go's GroupResource.String. */
export const groupResource = (info: { readonly group: string; readonly resource: string }): string =>
  info.group === '' ? info.resource : `${info.resource}.${info.group}`;

export interface RequestPath {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** Of a Namespace its own name, as upstream: a Role in it may grant access to it. */
  readonly namespace: string | null;
  readonly name: string | null;
  readonly subresource: string | null;
  /** What follows the subresource (`nodes/NAME/proxy/PATH`), without its leading slash; else ''. */
  readonly rest: string;
  /** The first value of each parameter. */
  readonly query: { readonly [name: string]: string };
}

const NAMESPACE_SUBRESOURCES = ['status', 'finalize'];

/** A resource path, decoded; null for any other (`/healthz`, `/api`). Paths of unknown resources are parsed too. */
export function parsePath(path: string): RequestPath | null {
  const mark = path.indexOf('?');
  const parts = (mark < 0 ? path : path.slice(0, mark))
    .split('/')
    .filter((part) => part !== '')
    .map(decode);
  const root = parts.shift();
  if (root !== 'api' && root !== 'apis') return null;
  const group = root === 'api' ? '' : parts.shift();
  const version = parts.shift();
  if (group === undefined || version === undefined || parts.length === 0) return null;
  let namespace: string | null = null;
  if (parts[0] === 'namespaces' && parts[1] !== undefined) {
    namespace = parts[1];
    if (parts[2] !== undefined && !NAMESPACE_SUBRESOURCES.includes(parts[2])) parts.splice(0, 2);
  }
  const [resource = '', name = null, subresource = null, ...rest] = parts;
  return {
    group,
    version,
    resource,
    namespace,
    name,
    subresource,
    rest: rest.join('/'),
    query: mark < 0 ? {} : parseQuery(path.slice(mark + 1)),
  };
}

/** What RBAC calls a request. */
export function verbOf(method: string, path: string): string {
  const name = parsePath(path)?.name ?? null;
  if (method === 'GET') return /[?&]watch=(true|1)/.test(path) ? 'watch' : name === null ? 'list' : 'get';
  if (method === 'DELETE') return name === null ? 'deletecollection' : 'delete';
  return { POST: 'create', PUT: 'update', PATCH: 'patch' }[method] ?? method.toLowerCase();
}

/** `a=b&c=d%20e`, decoded: the first value of each name. */
export function parseQuery(text: string): { readonly [name: string]: string } {
  const query: { [name: string]: string } = {};
  for (const [name, value] of queryPairs(text)) if (!Object.hasOwn(query, name)) query[name] = value;
  return query;
}

/** The same with all values, as they come. */
export function queryPairs(text: string): readonly (readonly [name: string, value: string])[] {
  const pairs = text.split('&').filter((pair) => pair !== '');
  return pairs.map((pair) => {
    const equals = pair.indexOf('=');
    const parts = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    const [name = '', value = ''] = parts.map((part) => decode(part.replaceAll('+', ' ')));
    return [name, value];
  });
}

function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Go's url.QueryEscape: for values in a query. */
export const queryEscape = (text: string): string => percentEncoded(text).replaceAll('%20', '+');

/** Go's escaping of a path segment as URL.String prints it: `system:node` keeps its colon. */
const pathEscape = (text: string): string => percentEncoded(text).replace(/%(24|26|2B|2C|3A|3B|3D|40)/g, decodeURIComponent);

/** `/apis/apps/v1/namespaces/default/deployments/test/status`; without a namespace, of all or of none. */
export function resourcePath(info: ResourceName, namespace?: string | null, name?: string | null, subresource?: string | null): string {
  let path = `${info.group === '' ? '/api' : '/apis'}/${groupVersion(info)}/`;
  if (info.namespaced !== false && namespace) path += `namespaces/${pathEscape(namespace)}/`;
  path += info.resource;
  if (name) path += `/${pathEscape(name)}`;
  return subresource ? `${path}/${subresource}` : path;
}

/** The etcd key of an object; with a null name the prefix of its list (of one namespace, or of all). */
export const storageKey = (info: ResourceInfo, namespace: string | null, name: string | null): string =>
  info.etcdPrefix + (info.namespaced && namespace ? `${namespace}/` : '') + (name ?? '');
