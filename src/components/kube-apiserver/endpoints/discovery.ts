// Which groups, versions and resources there are. Models apiserver pkg/endpoints/discovery (legacy and
// aggregated, v2) and /version. Left out: storageVersionHash, OpenAPI documents.
import type { Json, JsonObject } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { groupVersion, RESOURCES, type ResourceInfo } from '../../../machinery/resources';
import type { Headers } from '../../../wire/payload';
import { healthPaths } from '../bootstrap/health';
import { ISSUER } from '../chain/token';
import { OPENAPI_INDEX, OPENAPI_INDEX_TYPE, openApiDocument, openApiHeaders } from './openapi';

export interface Found {
  readonly body: Json;
  readonly headers: Headers;
}

const VERSION = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.2',
  gitCommit: '0000000000000000000000000000000000000000',
  gitTreeState: 'clean',
  buildDate: '2026-06-01T00:00:00Z',
  goVersion: 'go1.26.10',
  compiler: 'gc',
  platform: 'linux/amd64',
};
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** The document at a path, null if there is none. */
export function discovery(path: string, headers: Headers): Found | null {
  if (path === '/' || path === '') return found({ paths: ALL_PATHS });
  if (path === '/.well-known/openid-configuration') return found(OPENID);
  const plain = path.length > 1 ? path.replace(/\/$/, '') : path;
  const aggregated = (headers.accept ?? '').includes('as=APIGroupDiscoveryList');
  if (plain === '/version') return found(VERSION);
  if (plain === '/openapi/v3') return { body: OPENAPI_INDEX, headers: { 'content-type': OPENAPI_INDEX_TYPE } };
  if (plain.startsWith('/openapi/v3/')) {
    const name = plain.slice('/openapi/v3/'.length);
    const body = openApiDocument(name);
    return body === null ? null : { body, headers: openApiHeaders(name) };
  }
  if (plain === '/api') return aggregated ? { body: aggregatedList(''), headers: { 'content-type': AGGREGATED } } : found(API_VERSIONS);
  if (plain === '/apis')
    return aggregated
      ? { body: aggregatedList(null), headers: { 'content-type': AGGREGATED } }
      : found({ kind: 'APIGroupList', apiVersion: 'v1', groups: GROUPS.map(groupOf) });
  const [, root, group, version, ...more] = plain.split('/');
  if (root === 'apis' && group !== undefined && version === undefined)
    return GROUPS.includes(group) ? found({ kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) }) : null;
  const name = root === 'api' && version === undefined ? group : root === 'apis' && more.length === 0 ? `${group}/${version}` : undefined;
  const resources = RESOURCES.filter((info) => groupVersion(info) === name);
  return resources.length === 0
    ? null
    : found({
        kind: 'APIResourceList',
        ...(root === 'apis' ? { apiVersion: 'v1' } : {}),
        groupVersion: name,
        resources: resources.flatMap(legacy),
      });
}

const found = (body: Json): Found => ({ body, headers: {} });

const API_VERSIONS = {
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '192.168.49.2:6443' }],
};
const GROUPS = [...new Set(RESOURCES.map(({ group }) => group))].filter((group) => group !== '');
const versionsOf = (group: string): string[] => [
  ...new Set(RESOURCES.filter((info) => info.group === group).map(({ version }) => version)),
];

function groupOf(name: string): JsonObject {
  const versions = versionsOf(name).map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions, preferredVersion: versions[0] };
}

const OPENID = {
  issuer: ISSUER,
  jwks_uri: 'https://192.168.49.2:6443/openid/v1/jwks',
  response_types_supported: ['id_token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
};

/** What GET / lists. */
const ALL_PATHS = [
  '/.well-known/openid-configuration',
  '/api',
  '/api/v1',
  '/apis',
  '/apis/',
  ...GROUPS.flatMap((group) => [`/apis/${group}`, ...versionsOf(group).map((version) => `/apis/${group}/${version}`)]),
  '/flagz',
  ...healthPaths(),
  '/metrics',
  '/metrics/slis',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/',
  '/openid/v1/jwks',
  '/statusz',
  '/version',
].sort(compareBytes);

function legacy(info: ResourceInfo): JsonObject[] {
  const { resource: name, singular: singularName, namespaced, kind, verbs, shortNames, categories, subresources } = info;
  return [
    {
      name,
      singularName,
      namespaced,
      kind,
      verbs,
      ...(shortNames.length > 0 ? { shortNames } : {}),
      ...(categories.length > 0 ? { categories } : {}),
    },
    ...subresources.map((sub) => ({
      name: `${name}/${sub.name}`,
      singularName: '',
      namespaced,
      kind: sub.kind,
      verbs: sub.verbs,
      ...(sub.group === info.group && sub.version === info.version ? {} : { group: sub.group, version: sub.version }),
    })),
  ];
}

function aggregatedList(only: string | null): JsonObject {
  const groups = only === null ? GROUPS : [only];
  const items = groups.map((group) => ({
    metadata: group === '' ? {} : { name: group },
    versions: versionsOf(group).map((version) => ({
      version,
      resources: RESOURCES.filter((info) => info.group === group && info.version === version).map(aggregatedResource),
      freshness: 'Current',
    })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

/** The resource's own group and version are not repeated. */
const OWN = { group: '', version: '' };

function aggregatedResource({
  group,
  version,
  resource,
  kind,
  namespaced,
  singular,
  verbs,
  shortNames,
  categories,
  subresources,
}: ResourceInfo): JsonObject {
  return {
    resource,
    responseKind: { ...OWN, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(subresources.length > 0
      ? {
          subresources: subresources.map((sub) => ({
            subresource: sub.name,
            responseKind: {
              ...(sub.group === group && sub.version === version ? OWN : { group: sub.group, version: sub.version }),
              kind: sub.kind,
            },
            verbs: sub.verbs,
          })),
        }
      : {}),
  };
}
