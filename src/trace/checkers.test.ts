import { describe, expect, test } from 'vitest';
import { simTime } from '../base/brand';
import type { JsonObject } from '../base/json';
import { check } from './checkers';
import { Records } from './testing/records';

const object = (kind: string, name: string, spec: JsonObject, owner?: string): JsonObject => ({
  kind,
  metadata: {
    name,
    uid: `uid-${name}`,
    ...(owner === undefined
      ? {}
      : { ownerReferences: [{ kind: owner.split('/')[0] ?? '', uid: `uid-${owner.split('/')[1]}`, controller: true }] }),
  },
  spec,
});
const pod = (name: string, nodeName?: string, owner?: string): JsonObject =>
  object('Pod', name, nodeName === undefined ? {} : { nodeName }, owner);
const version = (resourceVersion: number, annotations?: JsonObject): JsonObject => ({
  kind: 'Pod',
  metadata: { name: 'p', resourceVersion: String(resourceVersion), ...(annotations === undefined ? {} : { annotations }) },
});
const INITIAL_END = { 'k8s.io/initial-events-end': 'true' };

/** A trace that begins with a command and goes on as `write` says; what is wrong with it. */
function wrong(write: (records: Records, input: number) => void): readonly string[] {
  const records = new Records();
  write(records, records.typed('kubectl get pods'));
  return check(records.list);
}

describe('a trace that keeps all laws', () => {
  test('has no violation', () => {
    const found = wrong((r, input) => {
      const watch = r.request('kubelet/node-1', input, 'GET', '/api/v1/pods?watch=true&sendInitialEvents=true');
      r.answer(watch, 200);
      r.delivery(watch, 'ADDED', version(7));
      r.delivery(watch, 'ADDED', version(3));
      r.delivery(watch, 'BOOKMARK', version(9, INITIAL_END));
      r.delivery(watch, 'ADDED', version(10));
      r.delivery(watch, 'MODIFIED', version(11));
      const post = r.request('kubectl', input, 'POST', '/api/v1/namespaces/default/pods', pod('p'));
      r.store('/registry/pods/default/p', pod('p'), post);
      r.store('/registry/pods/default/p', pod('p', 'node-1'), post);
      r.answer(post, 201);
      r.add('kubelet/control-plane', 'kube-scheduler', input, { protocol: 'probe', kind: 'request', rpc: 'GET /livez', body: {} });
      const logs = r.request('kubectl', input, 'GET', '/api/v1/namespaces/default/pods/p/log');
      r.add('kube-apiserver', 'kubelet/node-1', logs, {
        protocol: 'http',
        kind: 'request',
        method: 'GET',
        path: '/containerLogs/default/p/c',
        headers: {},
        body: null,
        certificate: null,
      });
    });
    expect(found).toEqual([]);
  });
});

describe('is wrong:', () => {
  test.each<[string, RegExp, (r: Records, input: number) => void]>([
    ['a message that nothing caused', /nothing caused it/, (r) => r.inside('kubelet/node-1', null, 'started', {})],
    ['a cause that comes later', /comes after it/, (r) => r.inside('kubelet/node-1', 99, 'queue', {})],
    [
      'a second answer',
      /a second time/,
      (r, input) => {
        const request = r.request('kubectl', input, 'GET', '/api/v1/pods');
        r.answer(request, 200);
        r.answer(request, 200);
      },
    ],
    [
      'an answer to what was no request',
      /no request/,
      (r, input) =>
        r.add(
          'a',
          'b',
          input,
          { protocol: 'http', kind: 'response', status: 200, headers: {}, body: null },
          { exchange: r.inside('b', input, 'queue', {}) },
        ),
    ],
    [
      'a message that overtakes another',
      /overtook/,
      (r, input) => {
        const slow = r.request('kubectl', input, 'GET', '/api/v1/pods');
        r.list[slow] = { ...(r.list[slow] as (typeof r.list)[number]), receivedUs: simTime(9_000_000) };
        r.request('kubectl', input, 'GET', '/api/v1/nodes');
      },
    ],
    [
      'a watch out of order',
      /version 10 after version 11/,
      (r, input) => {
        const watch = r.request('kube-scheduler', input, 'GET', '/api/v1/pods?watch=true&sendInitialEvents=true');
        r.delivery(watch, 'BOOKMARK', version(9, INITIAL_END));
        r.delivery(watch, 'MODIFIED', version(11));
        r.delivery(watch, 'MODIFIED', version(10));
      },
    ],
    [
      'a component that asks etcd',
      /asks etcd/,
      (r, input) => r.add('kubelet/node-1', 'etcd', input, { protocol: 'etcd', kind: 'request', rpc: 'Range', body: {} }),
    ],
    [
      'a scheduler that calls a kubelet',
      /scheduler and kubelet/,
      (r, input) => r.call('kube-scheduler', 'kubelet/node-1', input, 'cri', 'run', {}),
    ],
    [
      'a kube-proxy that watches Pods',
      /asks for Pods/,
      (r, input) => r.request('kube-proxy/node-1', input, 'GET', '/api/v1/pods?watch=true'),
    ],
    [
      'a kube-apiserver that tells a kubelet to run a Pod',
      /calls a kubelet/,
      (r, input) => r.call('kube-apiserver', 'kubelet/node-1', input, 'cri', '/run', {}),
    ],
    [
      'a Pod that moves',
      /was on node-1 and is now on node-2/,
      (r, input) => {
        r.store('/registry/pods/default/p', pod('p', 'node-1'), input);
        r.store('/registry/pods/default/p', pod('p', 'node-2'), input);
      },
    ],
    [
      'a revision that falls',
      /fell from 2 to 1/,
      (r, input) => {
        r.store('/registry/pods/default/a', pod('a'), input);
        r.store('/registry/pods/default/b', pod('b'), input);
        const detail = { revision: 1, type: 'PUT', key: '/registry/pods/default/c' };
        r.add('etcd', 'etcd', input, { protocol: 'inside', kind: 'inside', topic: 'commit', detail, set: {} });
      },
    ],
    [
      'more Pods than a ReplicaSet wants',
      /2 Pods of a ReplicaSet that wants 1/,
      (r, input) => {
        r.store('/registry/replicasets/default/rs', object('ReplicaSet', 'rs', { replicas: 1 }), input);
        r.store('/registry/pods/default/a', pod('a', undefined, 'ReplicaSet/rs'), input);
        r.store('/registry/pods/default/b', pod('b', undefined, 'ReplicaSet/rs'), input);
      },
    ],
    [
      'a rollout above its surge',
      /6 replicas wanted, more than 5 with surge/,
      (r, input) => {
        r.store('/registry/deployments/default/d', object('Deployment', 'd', { replicas: 4 }), input);
        r.store('/registry/replicasets/default/old', object('ReplicaSet', 'old', { replicas: 4 }, 'Deployment/d'), input);
        r.store('/registry/replicasets/default/new', object('ReplicaSet', 'new', { replicas: 2 }, 'Deployment/d'), input);
      },
    ],
    [
      'a rollout below what must be available',
      /2 replicas wanted, fewer than 3 available/,
      (r, input) => {
        r.store('/registry/deployments/default/d', object('Deployment', 'd', { replicas: 4 }), input);
        r.store('/registry/replicasets/default/old', object('ReplicaSet', 'old', { replicas: 4 }, 'Deployment/d'), input);
        r.store('/registry/replicasets/default/old', object('ReplicaSet', 'old', { replicas: 2 }, 'Deployment/d'), input);
      },
    ],
  ])('%s', (_, violation, write) => {
    const found = wrong(write);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(violation);
  });
});
