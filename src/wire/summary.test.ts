import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../base/json';
import type { EtcdRpc, Payload } from './payload';
import { summaryOf } from './summary';

const etcd = (rpc: EtcdRpc, body: JsonObject): Payload => ({ protocol: 'etcd', kind: 'request', rpc, body });
const KEY = '/registry/deployments/default/test';
const sandboxConfig = { metadata: { namespace: 'default', name: 'web' } };

describe('a summary', () => {
  test.each<[string, Payload]>([
    [
      'POST /api/v1/namespaces/default/pods?fieldManager=kubectl-run',
      {
        protocol: 'http',
        kind: 'request',
        method: 'POST',
        path: '/api/v1/namespaces/default/pods?fieldManager=kubectl-run',
        headers: {},
        body: {},
        certificate: null,
      },
    ],
    ['409 Conflict', { protocol: 'http', kind: 'response', status: 409, headers: {}, body: {} }],
    [
      'ADDED Pod default/web',
      { protocol: 'http', kind: 'watch-delivery', type: 'ADDED', object: { kind: 'Pod', metadata: { namespace: 'default', name: 'web' } } },
    ],
    [
      `Txn put ${KEY} if mod_revision = 0`,
      etcd('Txn', { compare: [{ target: 'MOD', key: KEY, mod_revision: 0 }], success: [{ request_put: { key: KEY, value: {} } }] }),
    ],
    [
      `Txn delete ${KEY} if mod_revision = 7 else range ${KEY}`,
      etcd('Txn', {
        compare: [{ target: 'MOD', key: KEY, mod_revision: 7 }],
        success: [{ request_delete_range: { key: KEY } }],
        failure: [{ request_range: { key: KEY } }],
      }),
    ],
    [
      'Range /registry/pods/* limit 500 at revision 9',
      etcd('Range', { key: '/registry/pods/', range_end: '/registry/pods0', limit: 500, revision: 9 }),
    ],
    [
      'Watch /registry/pods/* from revision 4',
      etcd('Watch', { create_request: { key: '/registry/pods/', range_end: '/registry/pods0', start_revision: 4 } }),
    ],
    [
      'PUT /registry/pods/default/web at revision 5 and 1 more',
      { protocol: 'etcd', kind: 'watch-delivery', body: { events: [{ kv: { key: '/registry/pods/default/web', mod_revision: 5 } }, {}] } },
    ],
    ['RunPodSandbox default/web', { protocol: 'cri', kind: 'request', rpc: 'RunPodSandbox', body: { config: sandboxConfig } }],
    [
      'CreateContainer default/web nginx',
      { protocol: 'cri', kind: 'request', rpc: 'CreateContainer', body: { sandboxConfig, config: { metadata: { name: 'nginx' } } } },
    ],
    [
      'PullImage nginx:latest',
      { protocol: 'cri', kind: 'request', rpc: 'PullImage', body: { sandboxConfig, image: { image: 'nginx:latest' } } },
    ],
    [
      'PullImage failed: NotFound: no such image',
      { protocol: 'cri', kind: 'response', rpc: 'PullImage', body: {}, error: { code: 'NotFound', message: 'no such image' } },
    ],
    [
      'kill-container component=kube-scheduler',
      { protocol: 'input', kind: 'input', input: { type: 'fault', fault: { kind: 'kill-container', component: 'kube-scheduler' } } },
    ],
    [
      'deployment.apps/test created (exit 0)',
      { protocol: 'terminal', kind: 'output', stdout: 'deployment.apps/test created\n', stderr: '', exit: 0 },
    ],
  ])('%s', (expected, payload) => expect(summaryOf(payload)).toBe(expected));

  test('is one line of bounded length', () => {
    const text = summaryOf({ protocol: 'terminal', kind: 'output', stdout: `${'x'.repeat(1_000)}\nmore`, stderr: '', exit: null });
    expect(text.length).toBeLessThanOrEqual(240);
    expect(text).not.toContain('\n');
  });
});
