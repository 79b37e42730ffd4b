// Sentences of a small trace written by hand: what each says of who, what and why.
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../base/json';
import { Records } from '../trace/testing/records';
import { Trace } from '../trace/trace';
import type { TraceRecord } from '../wire/record';
import { sentenceOf } from './sentence';

const POD: JsonObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default', uid: 'u' }, spec: {} };
const versioned = (object: JsonObject, resourceVersion: string): JsonObject => ({
  ...object,
  metadata: { ...(object.metadata as JsonObject), resourceVersion },
});

function tell(write: (records: Records, input: number) => number): string {
  const records = new Records();
  const seq = write(records, records.typed('kubectl run web --image=nginx'));
  const trace = new Trace(records.list);
  trace.follow();
  return sentenceOf(records.list[seq] as TraceRecord, trace);
}
/** A Pod is created and stored; its watcher hears of it as it is after `change`. */
function delivered(r: Records, input: number, to: string, change?: JsonObject): number {
  const watch = r.request(to, input, 'GET', '/api/v1/pods?watch=true');
  const post = r.request('kubectl', input, 'POST', '/api/v1/namespaces/default/pods', POD);
  const first = r.store('/registry/pods/default/web', POD, post);
  if (change === undefined) return r.delivery(watch, 'ADDED', versioned(POD, '1'), first.commit);
  const binding = r.request('kube-scheduler', first.answer, 'POST', '/api/v1/namespaces/default/pods/web/binding', {});
  const second = r.store('/registry/pods/default/web', { ...POD, ...change }, binding);
  return r.delivery(watch, 'MODIFIED', versioned({ ...POD, ...change }, '2'), second.commit);
}

const printed = (stdout: string, stderr: string, exit: number) => (r: Records, input: number) =>
  r.add('kubectl', 'user', input, { protocol: 'terminal', kind: 'output', stdout, stderr, exit });

describe('a sentence', () => {
  test.each<[string, string, (r: Records, input: number) => number]>([
    ['of an input', 'You -> kubectl: typed `kubectl run web --image=nginx`.', (_, input) => input],
    [
      'of a write by kubectl',
      'kubectl -> kube-apiserver: create Pod web, because you typed the command.',
      (r, input) => r.request('kubectl', input, 'POST', '/api/v1/namespaces/default/pods', POD),
    ],
    [
      'of a read',
      'kubectl -> kube-apiserver: list the Pods in default, because you typed the command.',
      (r, input) => r.request('kubectl', input, 'GET', '/api/v1/namespaces/default/pods?limit=500'),
    ],
    [
      'of a refusal',
      'kube-apiserver -> kubectl: 404, there is no Pod web.',
      (r, input) =>
        r.answer(r.request('kubectl', input, 'GET', '/api/v1/namespaces/default/pods/web'), 404, { kind: 'Status', reason: 'NotFound' }),
    ],
    [
      'of an etcd write',
      'kube-apiserver -> etcd: write /registry/pods/default/web if it does not exist, because kubectl asked.',
      (r, input) =>
        r.store('/registry/pods/default/web', POD, r.request('kubectl', input, 'POST', '/api/v1/namespaces/default/pods', POD)).request,
    ],
    [
      'of what a watch tells',
      'kube-apiserver -> kube-scheduler: there is a new Pod web, because its watch is open and kubectl created it.',
      (r, input) => delivered(r, input, 'kube-scheduler'),
    ],
    [
      'of what changed',
      'kube-apiserver -> kubelet on node-1: Pod web is bound to node-1, because its watch is open and kube-scheduler bound it.',
      (r, input) => delivered(r, input, 'kubelet/node-1', { spec: { nodeName: 'node-1' } }),
    ],
    [
      'of what follows from a delivery',
      'kubelet on node-1 -> containerd on node-1: make a sandbox for Pod web, because its watch said: Pod web is bound to node-1.',
      (r, input) => {
        const cause = delivered(r, input, 'kubelet/node-1', { spec: { nodeName: 'node-1' } });
        return r.call('kubelet/node-1', 'containerd/node-1', cause, 'cri', 'RunPodSandbox', { config: { metadata: POD.metadata } });
      },
    ],
    [
      'of a binding, by the part that speaks',
      'kube-scheduler -> kube-apiserver: bind Pod web to node-2, because its watch said: there is a new Pod web.',
      (r, input) =>
        r.request('kube-scheduler', delivered(r, input, 'kube-scheduler'), 'POST', '/api/v1/namespaces/default/pods/web/binding', {
          target: { kind: 'Node', name: 'node-2' },
        }),
    ],
    [
      'of a controller',
      'replicaset-controller -> kube-apiserver: create a Pod named web-…, because you typed the command.',
      (r, input) =>
        r.request(
          'kube-controller-manager',
          input,
          'POST',
          '/api/v1/namespaces/default/pods',
          { kind: 'Pod', apiVersion: 'v1', metadata: { generateName: 'web-' } },
          'replicaset-controller',
        ),
    ],
    [
      'of what happened inside',
      'kube-scheduler: weighed 2 nodes for default/web and chose node-1, because you typed the command.',
      (r, input) =>
        r.add('kube-scheduler', 'kube-scheduler', input, {
          protocol: 'inside',
          kind: 'inside',
          topic: 'schedule',
          detail: { pod: 'default/web', chosen: 'node-1', nodes: { 'node-1': {}, 'node-2': {} } },
          set: {},
        }),
    ],
    [
      'of a command that is done',
      'kubectl -> you: prints `deployment.apps/test created` and exits with 0.',
      printed('deployment.apps/test created\n', '', 0),
    ],
    [
      'of a table',
      'kubectl -> you: prints `NAME   READY` and 2 more lines, and exits with 0.',
      printed('NAME   READY\na      1/1\nb      1/1\n', '', 0),
    ],
    [
      'of a long refusal, cut at a word',
      'kubectl -> you: prints `Error from server (Forbidden): pods is forbidden: User "jane" cannot list …` and exits with 1.',
      printed('', 'Error from server (Forbidden): pods is forbidden: User "jane" cannot list resource "pods" in API group ""\n', 1),
    ],
    ['of the end alone', 'kubectl -> you: it is done; exit code 0.', printed('', '', 0)],
  ])('%s', (_, expected, write) => expect(tell(write)).toBe(expected));

  test('keeps within 25 words: first the reason goes, then the end', () => {
    const words = Array.from({ length: 40 }, (_, i) => `word-${i}`).join(' ');
    const text = tell((r) => r.typed(words));
    expect(text.split(' ')).toHaveLength(25);
    expect(text.endsWith('…')).toBe(true);
  });
});
