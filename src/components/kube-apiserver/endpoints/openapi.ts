// The index of OpenAPI documents and of each group version the document, which kubectl asks for before it sends a
// manifest. Models kube-openapi pkg/handler3. Left out: schemas; a document says of each kind that it can be patched and
// that its fields are checked, which is what kubectl looks for.
import type { JsonObject } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { sha256 } from '../../../base/sha256';
import { groupVersion, RESOURCES, type ResourceInfo } from '../../../machinery/resources';
import type { Headers } from '../../../wire/payload';

const hex = (text: string): string => [...sha256(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** 128 hexadecimal digits, as SHA-512 has. */
const hash = (path: string): string => (hex(`${path} 1`) + hex(`${path} 2`)).toUpperCase();

const pathOf = (info: ResourceInfo): string => (info.group === '' ? `api/${info.version}` : `apis/${groupVersion(info)}`);
const names = new Set(RESOURCES.map(pathOf));
const groups = new Set(RESOURCES.flatMap(({ group }) => (group === '' ? [] : [`apis/${group}`])));
const PATHS = ['.well-known/openid-configuration', 'api', 'apis', 'openid/v1/jwks', 'version', ...groups, ...names].sort(compareBytes);

export const OPENAPI_INDEX: JsonObject = {
  paths: Object.fromEntries(PATHS.map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash(path)}` }])),
};
/** It is JSON all the same. */
export const OPENAPI_INDEX_TYPE = 'text/plain; charset=utf-8';

/** The document at `api/v1` or `apis/apps/v1`; null if there is none. */
export function openApiDocument(path: string): JsonObject | null {
  const own = RESOURCES.filter((info) => path === pathOf(info));
  if (own.length === 0) return null;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.36.2' },
    paths: Object.fromEntries(
      own.flatMap(({ group, version, kind, resource, namespaced, verbs }) => {
        if (!verbs.includes('patch')) return [];
        const patch = {
          parameters: [{ name: 'fieldValidation', in: 'query', schema: { type: 'string', uniqueItems: true } }],
          'x-kubernetes-action': 'patch',
          'x-kubernetes-group-version-kind': { group, version, kind },
        };
        return [[`/${path}/${namespaced ? 'namespaces/{namespace}/' : ''}${resource}/{name}`, { patch }]];
      }),
    ),
    components: { schemas: {} },
  };
}

/** Hashes are in the address, so what was fetched once stays. */
export const openApiHeaders = (path: string): Headers => ({
  'content-type': 'application/json',
  'cache-control': 'public, immutable',
  etag: `"${hash(path)}"`,
});
