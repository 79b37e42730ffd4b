import { describe, expect, test } from 'vitest';
import { Records } from '../trace/testing/records';
import { Trace } from '../trace/trace';
import type { Payload } from '../wire/payload';
import type { TraceRecord } from '../wire/record';
import { curlOf, rawOf } from './curl';

/** The command of one request from `from`. */
function commandOf(payload: Payload, from = 'kubectl', command = curlOf): string | null {
  const records = new Records();
  const seq = records.add(from, 'anybody', null, payload);
  const trace = new Trace(records.list);
  trace.follow();
  return command(records.list[seq] as TraceRecord, trace);
}
const etcd = (rpc: 'Range' | 'Txn' | 'Watch', body: Extract<Payload, { protocol: 'etcd'; kind: 'request' }>['body']): Payload => ({
  protocol: 'etcd',
  kind: 'request',
  rpc,
  body,
});

describe('a request as a command', () => {
  test('of the API: JSON where protobuf travels, and quotes that a shell reads back', () => {
    const command = commandOf({
      protocol: 'http',
      kind: 'request',
      method: 'POST',
      path: '/api/v1/namespaces/default/configmaps?fieldManager=kubectl-create',
      headers: { accept: 'application/vnd.kubernetes.protobuf,application/json', 'content-type': 'application/vnd.kubernetes.protobuf' },
      body: { metadata: { name: 'it' }, data: { text: "it's" } },
      certificate: { commonName: 'kubernetes-admin', organizations: [] },
    });
    expect(command).toBe(
      [
        'curl --cacert /etc/kubernetes/pki/ca.crt',
        '--cert admin.crt --key admin.key',
        "-H 'accept: application/json'",
        "-H 'content-type: application/json'",
        "-X POST 'https://127.0.0.1:6443/api/v1/namespaces/default/configmaps?fieldManager=kubectl-create'",
        `-d '{"metadata":{"name":"it"},"data":{"text":"it'\\''s"}}'`,
      ].join(' \\\n  '),
    );
  });

  test('with a token for who shows no certificate', () => {
    const headers = { authorization: 'Bearer abc' };
    const request = {
      protocol: 'http',
      kind: 'request',
      method: 'GET',
      path: '/api/v1/pods',
      headers,
      body: null,
      certificate: null,
    } as const;
    expect(commandOf(request, 'kube-proxy/node-1')).toContain('-H "Authorization: Bearer $TOKEN"');
  });

  test.each<[string, Payload, string]>([
    [
      'a range of a prefix',
      etcd('Range', { key: '/registry/pods/', range_end: '/registry/pods0', limit: 5 }),
      'get /registry/pods/ --prefix --limit=5',
    ],
    ['a watch', etcd('Watch', { create_request: { key: '/a/', range_end: '/a0', start_revision: 7 } }), 'watch /a/ --prefix --rev=7'],
    [
      'a transaction',
      etcd('Txn', {
        compare: [{ target: 'MOD', key: '/k', mod_revision: 3 }],
        success: [{ request_put: { key: '/k', value: { a: 1 } } }],
        failure: [{ request_range: { key: '/k' } }],
      }),
      `txn <<'EOF'\nmod("/k") = "3"\n\nput /k '{"a":1}'\n\nget /k\n\nEOF`,
    ],
    [
      'a CRI call',
      { protocol: 'cri', kind: 'request', rpc: 'StopContainer', body: { containerId: 'abc', timeout: 30 } },
      'crictl stop --timeout 30 abc',
    ],
    [
      'a pull',
      { protocol: 'cri', kind: 'request', rpc: 'PullImage', body: { image: { image: 'nginx:latest' } } },
      'crictl pull nginx:latest',
    ],
    [
      'rules',
      {
        protocol: 'iptables',
        kind: 'request',
        rpc: 'iptables-restore',
        body: { argv: ['iptables-restore', '-w', '5'], stdin: '*nat\nCOMMIT\n' },
      },
      "iptables-restore -w 5 <<'EOF'\n*nat\nCOMMIT\nEOF",
    ],
  ])('of %s', (_, payload, expected) => {
    const command = commandOf(payload) ?? '';
    expect(command.slice(-expected.length)).toBe(expected);
  });

  test('there is none for what no program sends', () => {
    expect(commandOf({ protocol: 'inside', kind: 'inside', topic: 'queue', detail: {}, set: {} })).toBeNull();
    expect(commandOf({ protocol: 'cni', kind: 'request', rpc: 'ADD', body: {} })).toBeNull();
  });

  test('of the API through kubectl, where kubectl has a way to send it', () => {
    const request = (method: 'GET' | 'POST' | 'PATCH', path: string, body: { name: string } | null): Payload => ({
      protocol: 'http',
      kind: 'request',
      method,
      path,
      headers: {},
      body,
      certificate: null,
    });
    const raw = (payload: Payload) => commandOf(payload, 'kubelet/node-1', rawOf);
    expect(raw(request('GET', '/api/v1/pods?watch=true', null))).toBe("kubectl get --raw '/api/v1/pods?watch=true'");
    expect(raw(request('POST', '/api/v1/nodes', { name: 'x' }))).toBe(
      'kubectl create --raw /api/v1/nodes -f - <<\'EOF\'\n{\n  "name": "x"\n}\nEOF',
    );
    expect(raw(request('PATCH', '/api/v1/nodes/x', { name: 'x' }))).toBeNull();
    expect(raw(etcd('Range', { key: '/registry/pods' }))).toBeNull();
  });
});
