// What a request asks for: verb, resource, namespace, name. Models apiserver
// pkg/endpoints/request/requestinfo.go (RequestInfoFactory.NewRequestInfo).
import { findResource, parsePath, parseQuery, type ResourceInfo } from '../../machinery/resources';
import type { Method } from '../../wire/payload';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';
export type Query = { readonly [name: string]: string };

export interface RequestInfo {
  /** False for `/healthz`, `/apis` and the like. */
  readonly isResource: boolean;
  /** Of a non-resource request the method in small letters. */
  readonly verb: Verb | string;
  /** Without the query. */
  readonly path: string;
  readonly query: Query;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** The built-in resource, if there is one of that name. */
  readonly info: ResourceInfo | null;
}

const VERBS: { readonly [method in Method]: Verb } = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
const METADATA_NAME = /^metadata\.name==?([^,=!]+)$/;

export const isTrue = (value: string | undefined): boolean => value === 'true' || value === '1';

export function requestInfo(method: Method, target: string): RequestInfo {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const parsed = parsePath(target);
  if (parsed === null) {
    const query = mark < 0 ? {} : parseQuery(target.slice(mark + 1));
    return { ...NOTHING, verb: method.toLowerCase(), path, query };
  }
  const { group, version, resource, subresource, query } = parsed;
  let name = parsed.name ?? '';
  const verb = verbOf(method, name, query);
  if (name === '' && query.fieldSelector !== undefined) name = METADATA_NAME.exec(query.fieldSelector)?.[1] ?? '';
  return {
    isResource: true,
    verb,
    path,
    query,
    group,
    version,
    resource,
    subresource: subresource ?? '',
    namespace: parsed.namespace ?? '',
    name,
    info: findResource(group, version, resource),
  };
}

const NOTHING: RequestInfo = {
  isResource: false,
  verb: '',
  path: '',
  query: {},
  group: '',
  version: '',
  resource: '',
  subresource: '',
  namespace: '',
  name: '',
  info: null,
};

function verbOf(method: Method, name: string, query: Query): Verb {
  if (method === 'GET' && name === '') return isTrue(query.watch) ? 'watch' : 'list';
  if (method === 'DELETE' && name === '') return 'deletecollection';
  return VERBS[method];
}
