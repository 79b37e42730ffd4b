// Before it sends a manifest, kubectl asks the server's OpenAPI whether it validates fields itself
// (kubectl pkg/util/openapi, resource.QueryParamVerifierV3); documents are kept in an HTTP cache.
// Simplified: the documents' content is not read: our server always validates.
import type { JsonObject } from '../../base/json';
import { isObject } from '../../base/json';
import { groupVersion, type ResourceInfo } from '../../machinery/resources';
import type { Task } from '../../sim/task';
import { ANY, JSON_ONLY } from './http';
import type { Session } from './session';

/** Asks for the OpenAPI index and the documents of the mappings' groups that are not in the cache. */
export class SchemaVerifier {
  private index: JsonObject | null = null;
  private readonly asked = new Set<string>();

  constructor(private readonly session: Session) {}

  *verify(mapping: ResourceInfo): Task<void> {
    this.index ??= yield* this.document('/openapi/v3', ANY, { timeout: '32s' });
    const key = mapping.group === '' ? `api/${mapping.version}` : `apis/${groupVersion(mapping)}`;
    if (this.asked.has(key)) return;
    this.asked.add(key);
    const { cache } = this.session;
    const known = cache.documents.get(key);
    if (known === 'fresh' || (known === undefined && cache.documentsFresh)) return;
    const url = ((this.index['paths'] as JsonObject | undefined)?.[key] as JsonObject | undefined)?.['serverRelativeURL'];
    const [path = '', query = ''] = (typeof url === 'string' ? url : `/openapi/v3/${key}`).split('?');
    const hash = /hash=([^&]*)/.exec(query)?.[1];
    yield* this.document(path, JSON_ONLY, { timeout: '32s', ...(hash === undefined ? {} : { hash }) }, key);
  }

  private *document(path: string, accept: string, query: { readonly [name: string]: string }, key = path): Task<JsonObject> {
    const { documents } = this.session.cache;
    const etag = documents.get(key);
    const response = yield* this.session.http.exchange('GET', path, {
      accept,
      query,
      ...(etag === undefined || etag === 'fresh' ? {} : { headers: { 'if-none-match': etag } }),
    });
    const fresh = /immutable|max-age=[1-9]/.test(response.headers['cache-control'] ?? '');
    const tag = fresh ? 'fresh' : response.headers['etag'];
    if (response.status < 300 && tag !== undefined) documents.set(key, tag);
    return isObject(response.body) ? response.body : {};
  }
}
