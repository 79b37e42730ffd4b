import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../base/json';
import { Records } from './testing/records';
import { Trace } from './trace';
import { summaryLine, traceLine } from './trace-line';

const records = new Records();
const input = records.typed('kubectl run web --image=nginx');
const watch = records.request('kube-scheduler', input, 'GET', '/api/v1/pods?watch=true');
records.answer(watch, 200);
const post = records.request('kubectl', input, 'POST', '/api/v1/namespaces/default/pods?fieldManager=kubectl-run', {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web' },
});
const { request: txn, commit } = records.store('/registry/pods/default/web', { kind: 'Pod', metadata: { name: 'web' } }, post);
const created = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default', resourceVersion: '1' } };
const answer = records.answer(post, 201, created);
const delivery = records.delivery(watch, 'ADDED', created, commit);
const metadata = { name: 'web', namespace: 'default', uid: 'u' };
const sandbox = records.call('kubelet/node-1', 'containerd/node-1', delivery, 'cri', 'RunPodSandbox', { config: { metadata } });
records.add(
  'containerd/node-1',
  'kubelet/node-1',
  sandbox,
  { protocol: 'cri', kind: 'response', rpc: 'RunPodSandbox', body: { podSandboxId: 'abc' }, error: null },
  { exchange: sandbox },
);
const stop = records.call('kubelet/node-1', 'containerd/node-1', delivery, 'cri', 'StopPodSandbox', { podSandboxId: 'abc' });
const trace = new Trace(records.list);
trace.follow();
const line = (seq: number, bodies = false): JsonObject => traceLine(records.list[seq] as (typeof records.list)[number], trace, { bodies });
const WEB = { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'web' };

describe('a trace line', () => {
  test.each<[string, number, JsonObject]>([
    ['of an input', input, { kind: 'input', protocol: 'input', cause: null, exchange: null, summary: 'kubectl run web --image=nginx' }],
    [
      'of a request',
      post,
      {
        method: 'POST',
        path: '/api/v1/namespaces/default/pods?fieldManager=kubectl-run',
        status: 201,
        object: { ...WEB, resourceVersion: null },
      },
    ],
    [
      'of an etcd transaction',
      txn,
      { rpc: 'Txn', summary: 'Txn put /registry/pods/default/web if mod_revision = 0', object: { ...WEB, resourceVersion: null } },
    ],
    [
      'of an answer',
      answer,
      { kind: 'response', status: 201, exchange: post, summary: '201 Created', object: { ...WEB, resourceVersion: '1' } },
    ],
    ['of a delivery', delivery, { kind: 'watch-delivery', type: 'ADDED', exchange: watch, path: '/api/v1/pods?watch=true', cause: commit }],
    ['of what an id stands for', stop, { rpc: 'StopPodSandbox', object: { ...WEB, resourceVersion: null } }],
  ])('%s', (_, seq, expected) => expect(line(seq)).toMatchObject(expected));

  test('carries bodies only when asked', () => {
    expect(line(answer)).not.toHaveProperty('body');
    expect(line(answer, true)).toMatchObject({ body: created });
    expect(line(delivery, true)).toMatchObject({ body: created });
    expect(line(commit, true)).toMatchObject({ set: { revision: 1 } });
  });

  test('of the end counts all records', () => {
    const end = summaryLine(trace, { atUs: 7, atRest: true, digest: 'd', model: 'm' });
    expect(JSON.stringify(end)).toBe(`{"kind":"summary","records":${records.list.length},"atUs":7,"atRest":true,"digest":"d","model":"m"}`);
  });
});
