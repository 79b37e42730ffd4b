import { describe, expect, test } from 'vitest';
import {
  findKind,
  findResource,
  groupVersion,
  parsePath,
  queryEscape,
  RESOURCES,
  resolveName,
  resourcePath,
  storageKey,
} from './resources';

describe('finding resources', () => {
  test.each([
    ['po', 'v1', 'pods'],
    ['deploy', 'apps/v1', 'deployments'],
    ['deployments.apps', 'apps/v1', 'deployments'],
    ['Deployment', 'apps/v1', 'deployments'],
    ['deployments.v1.apps', 'apps/v1', 'deployments'],
    ['ev', 'v1', 'events'],
    ['events.events.k8s.io', 'events.k8s.io/v1', 'events'],
    ['hpa', 'autoscaling/v2', 'horizontalpodautoscalers'],
    ['endpoints', 'v1', 'endpoints'],
    ['crds', 'apiextensions.k8s.io/v1', 'customresourcedefinitions'],
  ])('%s is %s %s', (name, gv, resource) => {
    const info = resolveName(name);
    expect(info && [groupVersion(info), info.resource]).toEqual([gv, resource]);
  });
  test('a name that nothing has is null', () => expect(resolveName('foo')).toBeNull());
  test('kinds and resources lead to the same entry', () => {
    for (const info of RESOURCES) {
      expect(findKind(groupVersion(info), info.kind)).toBe(info);
      expect(findResource(info.group, info.version, info.resource)).toBe(info);
    }
    expect(findResource('autoscaling', null, 'horizontalpodautoscalers')?.version).toBe('v2');
  });
  test('a subresource has its own kind where the API says so', () => {
    const pods = findResource('', 'v1', 'pods');
    expect(pods?.subresources.find(({ name }) => name === 'eviction')).toEqual({
      name: 'eviction',
      group: 'policy',
      version: 'v1',
      kind: 'Eviction',
      verbs: ['create'],
    });
    expect(pods?.subresources.find(({ name }) => name === 'status')?.verbs).toEqual(['get', 'patch', 'update']);
  });
});

describe('paths', () => {
  test.each([
    ['/apis/apps/v1/namespaces/default/deployments/test/status?x=y', ['apps', 'v1', 'deployments', 'default', 'test', 'status', '']],
    ['/api/v1/namespaces/default', ['', 'v1', 'namespaces', 'default', 'default', null, '']],
    ['/api/v1/namespaces/default/finalize', ['', 'v1', 'namespaces', 'default', 'default', 'finalize', '']],
    ['/api/v1/namespaces', ['', 'v1', 'namespaces', null, null, null, '']],
    ['/api/v1/namespaces/a/pods', ['', 'v1', 'pods', 'a', null, null, '']],
    ['/api/v1/nodes/n/proxy/logs/x', ['', 'v1', 'nodes', null, 'n', 'proxy', 'logs/x']],
    [
      '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode',
      ['rbac.authorization.k8s.io', 'v1', 'clusterroles', null, 'system:node', null, ''],
    ],
  ])('%s', (path, [group, version, resource, namespace, name, subresource, rest]) => {
    expect(parsePath(path)).toMatchObject({ group, version, resource, namespace, name, subresource, rest });
  });
  test.each(['/', '/healthz', '/api', '/api/v1', '/apis', '/apis/apps', '/apis/apps/v1', '/version'])('%s is no resource', (path) => {
    expect(parsePath(path)).toBeNull();
  });
  test('the query is decoded, the first value counts, damaged escapes stay', () => {
    expect(parsePath('/api/v1/pods?labelSelector=a%3Db%2Cc&a=1&a=2&flag&bad=%zz')?.query).toEqual({
      labelSelector: 'a=b,c',
      a: '1',
      flag: '',
      bad: '%zz',
    });
  });
  test('a path that was made is read back', () => {
    const roles = findResource('rbac.authorization.k8s.io', 'v1', 'roles');
    const path = roles && resourcePath(roles, 'a', 'system:x y', null);
    expect(path).toBe('/apis/rbac.authorization.k8s.io/v1/namespaces/a/roles/system:x%20y');
    expect(parsePath(path ?? '')).toMatchObject({ resource: 'roles', namespace: 'a', name: 'system:x y' });
  });
  test('queries escape as in Go', () => expect(queryEscape('a=b,c d(e)!')).toBe('a%3Db%2Cc+d%28e%29%21'));
});

test.each([
  ['nodes', '', null, 'node-1', '/registry/minions/node-1'],
  ['services', '', 'a', 's', '/registry/services/specs/a/s'],
  ['endpoints', '', 'a', null, '/registry/services/endpoints/a/'],
  ['deployments', 'apps', null, null, '/registry/deployments/'],
  ['namespaces', '', 'a', 'a', '/registry/namespaces/a'],
])('the etcd key of %s', (resource, group, namespace, name, key) => {
  const info = findResource(group, null, resource);
  expect(info && storageKey(info, namespace, name)).toBe(key);
});
