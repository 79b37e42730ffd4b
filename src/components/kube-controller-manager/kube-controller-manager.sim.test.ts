// The binary on an empty cluster: what it makes of it, as a real 1.36.2 was recorded to (real-startup.json).
import { describe, expect, test } from 'vitest';
import type { Json } from '../../base/json';
import { ControlPlane, MANAGER } from '../../cluster/testing/control-plane';
import type { ConfigMap, KubeObject, Node, Role, ServiceAccount } from '../../machinery/types';
import { CLUSTER_ROLES, CONFIG_MAPS, NAMESPACES, NODES, SERVICE_ACCOUNTS, SERVICE_CIDRS } from './refs';

const FIRST_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

describe('an empty cluster', () => {
  const world = new ControlPlane(['node-1', 'node-2']);

  test('gets a root certificate and a default account in each namespace', () => {
    for (const namespace of FIRST_NAMESPACES) {
      expect(world.get<ConfigMap>(CONFIG_MAPS, 'kube-root-ca.crt', namespace)?.data).toEqual({ 'ca.crt': 'CERTIFICATE' });
      expect(world.get<ServiceAccount>(SERVICE_ACCOUNTS, 'default', namespace)).not.toBeNull();
    }
  });

  test('has its ServiceCIDR made ready in two patches', () => {
    const path = '/apis/networking.k8s.io/v1/servicecidrs/kubernetes';
    expect(world.lines('service-cidrs-controller')).toEqual([
      `PATCH ${path} 200`,
      `PATCH ${path}/status?fieldManager=service-cidr-controller&force=true 200`,
    ]);
    expect(world.get(SERVICE_CIDRS, 'kubernetes', null)).toMatchObject({
      metadata: { finalizers: ['networking.k8s.io/service-cidr-finalizer'] },
      status: { conditions: [{ type: 'Ready', status: 'True', message: 'Kubernetes Service CIDR is ready' }] },
    });
  });

  test('has its roles put together: view once, edit twice, admin three times', () => {
    const patched = world.lines('clusterrole-aggregation-controller').map((line) => /clusterroles\/(\w+)/.exec(line)?.[1] ?? '');
    expect(patched.sort()).toEqual(['admin', 'admin', 'admin', 'edit', 'edit', 'view']);
    const rules = (name: string): number => world.get<Role>(CLUSTER_ROLES, name, null)?.rules?.length ?? 0;
    expect([rules('admin'), rules('edit'), rules('view')]).toEqual([29, 27, 12]);
  });

  test('gives each node a range of addresses and the labels and the annotation that real ones have', () => {
    const nodes = world.list<Node>(NODES, null);
    expect(nodes.map(({ spec }) => spec.podCIDR)).toEqual(['10.244.0.0/24', '10.244.1.0/24']);
    for (const { metadata, spec } of nodes) {
      expect(spec.taints).toBeUndefined();
      expect(metadata.labels).toHaveProperty(['beta.kubernetes.io/os'], 'linux');
      expect(metadata.annotations).toHaveProperty(['node.alpha.kubernetes.io/ttl'], '0');
    }
  });

  test('says once of each node that it is registered', () => {
    const told = world.told('node-controller');
    expect(told).toEqual(['node-1', 'node-2'].map((name) => `RegisteredNode: Node ${name} event: Registered Node ${name} in Controller`));
  });

  test('is at rest, and what it says of its interior is the fold of what it noted', () => {
    world.mark().run(30);
    expect(world.sent()).toEqual([]);
    const fold = new Map<string, Json>();
    for (const { from, payload } of world.sim.recorder.records) {
      if (from !== MANAGER || payload.kind !== 'inside') continue;
      for (const [path, value] of Object.entries(payload.set))
        value === null || value === undefined ? fold.delete(path) : fold.set(path, value);
    }
    expect(world.manager.inspect()).toEqual(Object.fromEntries(fold));
  });
});

describe('a new namespace', () => {
  const world = new ControlPlane();
  test('gets its account and its certificate in two requests', () => {
    world
      .mark()
      .create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'new' } }, null)
      .rest();
    expect(
      world
        .sent()
        .map(({ actor, line }) => `${actor} ${line}`)
        .sort(),
    ).toEqual([
      'root-ca-cert-publisher POST /api/v1/namespaces/new/configmaps 201',
      'service-account-controller POST /api/v1/namespaces/new/serviceaccounts 201',
    ]);
  });
  test('gets them again when somebody deletes or changes them', () => {
    world.delete(SERVICE_ACCOUNTS, 'default', 'new').delete(CONFIG_MAPS, 'kube-root-ca.crt', 'new').rest();
    expect(world.get(SERVICE_ACCOUNTS, 'default', 'new')).not.toBeNull();
    const found = world.get<ConfigMap>(CONFIG_MAPS, 'kube-root-ca.crt', 'new');
    world.ask((api) => api.update(CONFIG_MAPS, { ...found, data: {} } as unknown as KubeObject));
    world.rest();
    expect(world.get<ConfigMap>(CONFIG_MAPS, 'kube-root-ca.crt', 'new')?.data).toEqual({ 'ca.crt': 'CERTIFICATE' });
  });
});
