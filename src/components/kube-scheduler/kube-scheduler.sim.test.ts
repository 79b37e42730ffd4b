// The scheduler against a scripted apiserver: which keeps objects, answers watches and obeys bindings.
import { describe, expect, it } from 'vitest';
import { simTime } from '../../base/brand';
import type { Json, JsonObject } from '../../base/json';
import { parsePath } from '../../machinery/resources';
import type { KubeObject, Node, Pod } from '../../machinery/types';
import type { Incoming } from '../../sim/network';
import type { Ctx, Interior, Program } from '../../sim/process';
import { Simulation } from '../../sim/simulation';
import { API_SERVER, SCHEDULER } from '../../wire/names';
import type { HttpRequest, Inside, WatchType } from '../../wire/payload';
import { kubeScheduler } from './kube-scheduler';

class ScriptedServer implements Program {
  readonly objects = new Map<string, KubeObject>();
  readonly requests: { readonly method: string; readonly path: string; readonly body: Json; readonly userAgent: string }[] = [];
  refuseBindings = 0;
  private readonly watches: { readonly resource: string; readonly incoming: Incoming }[] = [];
  private version = 1;

  start(ctx: Ctx): void {
    ctx.listen((incoming) => this.handle(incoming));
  }
  inspect(): Interior {
    return {};
  }

  put(resource: string, object: KubeObject): KubeObject {
    const { namespace = '', name } = object.metadata;
    const key = `${resource}/${namespace}/${name}`;
    const stored = { ...object, metadata: { uid: `uid-${name}`, ...object.metadata, resourceVersion: String(++this.version) } };
    this.tell(resource, this.objects.has(key) ? 'MODIFIED' : 'ADDED', stored);
    this.objects.set(key, stored);
    return stored;
  }
  remove(resource: string, namespace: string, name: string): void {
    const key = `${resource}/${namespace}/${name}`;
    const object = this.objects.get(key) as KubeObject;
    this.objects.delete(key);
    this.tell(resource, 'DELETED', object);
  }
  pod(name: string): Pod {
    return this.objects.get(`pods/default/${name}`) as Pod;
  }
  sent(method: string, part: string): JsonObject[] {
    return this.requests
      .filter((request) => request.method === method && request.path.includes(part))
      .map(({ body }) => body as JsonObject);
  }

  private handle(incoming: Incoming): void {
    const { method, path, body, headers } = incoming.payload as HttpRequest;
    this.requests.push({ method, path, body, userAgent: headers['user-agent'] ?? '' });
    const { resource = '', query = {}, name, subresource } = parsePath(path) ?? {};
    if (query['watch'] === 'true') return this.watch(resource, incoming);
    if (subresource === 'binding') return this.bind(incoming, name ?? '', body as { target: { name: string } });
    if (method === 'POST') return this.answer(incoming, 201, this.put(resource, body as unknown as KubeObject));
    if (method === 'DELETE') {
      this.remove(resource, 'default', name ?? '');
      return this.answer(incoming, 200, { kind: 'Status', apiVersion: 'v1', status: 'Success', metadata: {} });
    }
    if (method === 'PATCH') return this.patch(incoming, name ?? '', body as { status: JsonObject });
    const found = this.objects.get(`${resource}/kube-system/${name ?? ''}`);
    if (method === 'PUT') return this.answer(incoming, 200, this.put(resource, body as unknown as KubeObject));
    if (found === undefined)
      return this.answer(incoming, 404, {
        kind: 'Status',
        apiVersion: 'v1',
        status: 'Failure',
        code: 404,
        message: 'not found',
        metadata: {},
      });
    this.answer(incoming, 200, found);
  }

  /** As much of a strategic merge patch as the scheduler needs. */
  private patch(incoming: Incoming, name: string, { status }: { status: JsonObject }): void {
    const pod = this.pod(name);
    const { nominatedNodeName } = status;
    const patched = { ...pod.status, conditions: status['conditions'], ...(nominatedNodeName === undefined ? {} : { nominatedNodeName }) };
    this.answer(incoming, 200, this.put('pods', { ...pod, status: patched } as unknown as Pod));
  }

  private watch(resource: string, incoming: Incoming): void {
    this.watches.push({ resource, incoming });
    incoming.respond({ protocol: 'http', kind: 'response', status: 200, headers: {}, body: null });
    for (const [key, object] of this.objects) if (key.startsWith(`${resource}/`)) this.push(incoming, 'ADDED', object);
    const metadata = { name: '', resourceVersion: String(this.version), annotations: { 'k8s.io/initial-events-end': 'true' } };
    this.push(incoming, 'BOOKMARK', { apiVersion: 'v1', kind: 'Any', metadata });
  }

  private bind(incoming: Incoming, name: string, { target }: { target: { name: string } }): void {
    const pod = this.pod(name);
    if (this.refuseBindings-- > 0)
      return this.answer(incoming, 500, {
        kind: 'Status',
        apiVersion: 'v1',
        status: 'Failure',
        code: 500,
        message: 'etcd is away',
        metadata: {},
      });
    this.put('pods', { ...pod, spec: { ...pod.spec, nodeName: target.name } } as Pod);
    this.answer(incoming, 201, { kind: 'Status', apiVersion: 'v1', status: 'Success', metadata: {} });
  }

  private answer(incoming: Incoming, status: number, body: unknown): void {
    incoming.respond({ protocol: 'http', kind: 'response', status, headers: {}, body: body as Json });
  }
  private tell(resource: string, type: WatchType, object: KubeObject): void {
    for (const watch of this.watches) if (watch.resource === resource && watch.incoming.open) this.push(watch.incoming, type, object);
  }
  private push(incoming: Incoming, type: WatchType, object: KubeObject): void {
    incoming.push({ protocol: 'http', kind: 'watch-delivery', type, object: object as unknown as JsonObject });
  }
}

const node = (name: string, change: JsonObject = {}, cpu = '2'): Node =>
  ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...(change['labels'] as JsonObject) } },
    spec: { ...(change['spec'] as JsonObject) },
    status: { allocatable: { cpu, memory: '4Gi', pods: '110' } },
  }) as unknown as Node;
const pod = (name: string, spec: JsonObject = {}, cpu = ''): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: 'test' } },
    spec: {
      schedulerName: 'default-scheduler',
      containers: [{ name: 'c', image: 'nginx', ...(cpu ? { resources: { requests: { cpu } } } : {}) }],
      ...spec,
    },
  }) as unknown as Pod;

function cluster(objects: (server: ScriptedServer) => void = () => {}, payloads: 'shared' | 'copied' = 'copied') {
  const sim = new Simulation({ seed: 1, payloads, latency: () => ({ leastUs: 200, spreadUs: 100 }) });
  const server = new ScriptedServer();
  objects(server);
  sim.start(API_SERVER, server);
  const process = sim.start(SCHEDULER, kubeScheduler({ host: 'control-plane' }));
  sim.runToRest();
  const inside = (topic: string): Inside[] =>
    sim.recorder.records.flatMap(({ payload }) => (payload.kind === 'inside' && payload.topic === topic ? [payload] : []));
  const folded = (): Interior => {
    const interior: { [path: string]: Json } = {};
    for (const { from, payload } of sim.recorder.records) {
      if (from !== SCHEDULER || payload.kind !== 'inside') continue;
      for (const [path, value] of Object.entries(payload.set)) {
        if (value === null || value === undefined) delete interior[path];
        else interior[path] = value;
      }
    }
    return interior;
  };
  return { sim, server, process, inside, folded };
}
const three = (server: ScriptedServer): void => ['node-1', 'node-2', 'node-3'].forEach((name) => void server.put('nodes', node(name)));

describe('at its start', () => {
  it('reads what the real one reads, opens its 18 watches and 3 of the client CA, and is elected', () => {
    const { sim, server } = cluster(three);
    const by = (part: string) => server.requests.filter(({ userAgent }) => userAgent.endsWith(part));
    expect(by('/scheduler').filter(({ path }) => path.includes('watch=true'))).toHaveLength(18);
    expect(by('kubernetes/0000000').map(({ path }) => path.includes('watch=true'))).toEqual([false, false, true, true, true]);
    expect(server.requests.find(({ path }) => path.startsWith('/api/v1/pods'))?.path).toMatch(
      /^\/api\/v1\/pods\?allowWatchBookmarks=true&fieldSelector=status.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed&resourceVersionMatch=NotOlderThan&sendInitialEvents=true&timeout=\w+&timeoutSeconds=\d+&watch=true$/,
    );
    expect(by('/leader-election').map(({ method }) => method)).toEqual(['GET', 'POST', 'PUT']);
    expect(server.sent('POST', '/api/v1/namespaces/kube-system/events')).toMatchObject([
      {
        reason: 'LeaderElection',
        source: { component: 'default-scheduler' },
        involvedObject: { kind: 'Lease', name: 'kube-scheduler', resourceVersion: expect.any(String) },
      },
    ]);
    expect(sim.crashes).toEqual([]);
  });
});

describe('a pod', () => {
  it('is bound to the best node, and that is told', () => {
    const { server, sim, inside, process, folded } = cluster((s) => {
      three(s);
      s.put('pods', { ...pod('busy', { nodeName: 'node-1' }, '1500m') });
      s.put('pods', { ...pod('busy2', { nodeName: 'node-2' }, '1500m') });
    });
    server.put('pods', pod('p', {}, '100m'));
    sim.runToRest();
    expect(server.pod('p').spec.nodeName).toBe('node-3');
    expect(server.sent('POST', '/pods/p/binding')).toEqual([
      {
        kind: 'Binding',
        apiVersion: 'v1',
        metadata: { name: 'p', namespace: 'default', uid: 'uid-p' },
        target: { kind: 'Node', name: 'node-3' },
      },
    ]);
    expect(server.sent('POST', '/apis/events.k8s.io/v1/namespaces/default/events')).toMatchObject([
      {
        reason: 'Scheduled',
        action: 'Binding',
        note: 'Successfully assigned default/p to node-3',
        reportingController: 'default-scheduler',
        reportingInstance: 'default-scheduler-control-plane',
      },
    ]);
    const [record] = inside('schedule');
    expect(record?.detail).toMatchObject({
      pod: 'default/p',
      chosen: 'node-3',
      nodes: { 'node-1': { filter: 'ok', total: expect.any(Number) } },
    });
    expect(sim.crashes).toEqual([]);
    expect(process.program.inspect()).toEqual(folded());
    expect(Object.keys(folded())).toEqual(['leader/kube-scheduler']);
  });

  it('counts on its node before the server knows, so that the next one goes elsewhere', () => {
    const { server, sim } = cluster(three);
    for (const name of ['a', 'b', 'c']) server.put('pods', pod(name, {}, '1'));
    sim.runToRest();
    expect(['a', 'b', 'c'].map((name) => server.pod(name).spec.nodeName).sort()).toEqual(['node-1', 'node-2', 'node-3']);
  });

  it('goes where it would have gone without an unrelated pod before it', () => {
    const chosen = [false, true].map((unrelated) => {
      const { server, sim } = cluster(three);
      if (unrelated) server.put('pods', pod('other', { nodeSelector: { nowhere: 'x' } }));
      for (const name of ['a', 'b', 'c', 'd']) server.put('pods', pod(name));
      sim.runToRest();
      return ['a', 'b', 'c', 'd'].map((name) => server.pod(name).spec.nodeName);
    });
    expect(chosen[0]?.every((node) => node?.startsWith('node-'))).toBe(true);
    expect(chosen[1]).toEqual(chosen[0]);
  });

  it('that fits nowhere is told why, waits, and is tried again when a change may help', () => {
    const { server, sim, process, folded } = cluster(three);
    server.put('pods', pod('big', {}, '100'));
    server.put('pods', pod('sel', { nodeSelector: { disk: 'ssd' } }));
    sim.runToRest();
    const preempt = 'no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';
    const notes = () => server.sent('POST', 'events.k8s.io/v1/namespaces/default').map(({ note }) => note);
    expect(notes()).toEqual([
      `0/3 nodes are available: 3 Insufficient cpu. ${preempt}`,
      `0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. ${preempt}`,
    ]);
    const patches = server.sent('PATCH', '/pods/big/status');
    expect(patches).toMatchObject([
      { status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', lastProbeTime: null }] } },
    ]);
    expect(process.program.inspect()).toMatchObject({ 'queue/default/big': 'unschedulable', 'queue/default/sel': 'unschedulable' });
    server.put('nodes', node('node-2', { labels: { disk: 'ssd' } }));
    sim.runToRest();
    expect(server.pod('sel').spec.nodeName).toBe('node-2');
    expect(server.pod('big').spec.nodeName).toBeUndefined();
    expect(notes()).toHaveLength(3);
    expect(process.program.inspect()).toEqual(folded());
  });

  it('with scheduling gates is not looked at until they are gone', () => {
    const { server, sim, process, inside } = cluster(three);
    const gated = server.put('pods', pod('p', { schedulingGates: [{ name: 'wait' }] })) as Pod;
    sim.runToRest();
    expect(process.program.inspect()).toMatchObject({ 'queue/default/p': 'gated' });
    expect(inside('schedule')).toEqual([]);
    server.put('pods', { ...gated, spec: { ...gated.spec, schedulingGates: [] } } as Pod);
    sim.runToRest();
    expect(server.pod('p').spec.nodeName).toMatch(/^node-/);
  });

  it('whose binding fails is given back, and comes again after its back-off', () => {
    const { server, sim, process, folded } = cluster(three);
    server.refuseBindings = 1;
    server.put('pods', pod('p'));
    const before = sim.now;
    sim.runToRest();
    expect(server.sent('POST', '/pods/p/binding')).toHaveLength(2);
    expect(server.sent('POST', 'events.k8s.io/v1/namespaces/default')[0]).toMatchObject({
      reason: 'FailedScheduling',
      note: 'binding rejected: running Bind plugin "DefaultBinder": etcd is away',
    });
    expect(server.pod('p').spec.nodeName).toMatch(/^node-/);
    expect(sim.now - before).toBeGreaterThan(1_000_000);
    expect(process.program.inspect()).toEqual(folded());
  });

  it('of another scheduler is left alone', () => {
    const { server, sim, inside } = cluster(three);
    server.put('pods', pod('p', { schedulerName: 'mine' }));
    sim.runToRest();
    expect(inside('schedule')).toEqual([]);
  });

  it('that is deleted while it waits leaves the queue', () => {
    const { server, sim, process } = cluster(three);
    server.put('pods', pod('big', {}, '100'));
    sim.runToRest();
    server.remove('pods', 'default', 'big');
    sim.runToRest();
    expect(process.program.inspect()).toEqual({ 'leader/kube-scheduler': expect.any(String) });
  });

  it('of more importance makes room, and takes it when it is there', () => {
    const { server, sim } = cluster((s) => void s.put('nodes', node('node-1')));
    server.put('pods', pod('small', { priority: 0 }, '1500m'));
    sim.runToRest();
    server.put('pods', pod('important', { priority: 1000 }, '1500m'));
    sim.runToRest();
    expect(server.sent('PATCH', '/pods/small/status')).toMatchObject([
      { status: { conditions: [{ type: 'DisruptionTarget', reason: 'PreemptionByScheduler' }] } },
    ]);
    expect(server.requests.some(({ method, path }) => method === 'DELETE' && path.endsWith('/pods/small'))).toBe(true);
    expect(server.sent('PATCH', '/pods/important/status')).toMatchObject([{ status: { nominatedNodeName: 'node-1' } }]);
    expect(server.pod('important').spec.nodeName).toBe('node-1');
    expect(sim.crashes).toEqual([]);
  });
});

describe('a run', () => {
  it('gives the same trace whether payloads are shared or copied', () => {
    const digest = (payloads: 'shared' | 'copied'): string => {
      const { server, sim } = cluster(three, payloads);
      for (let i = 0; i < 5; i++) server.put('pods', pod(`p-${i}`));
      sim.runToRest();
      return sim.recorder.digest();
    };
    expect(digest('copied')).toBe(digest('shared'));
  });

  it('of 1,000 pods on 10 nodes costs little', () => {
    const { server, sim } = cluster((s) => Array.from({ length: 10 }, (_, i) => s.put('nodes', node(`node-${i}`))), 'shared');
    server.put('services', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'test', namespace: 'default' },
      spec: { selector: { app: 'test' } },
    } as unknown as KubeObject);
    for (let i = 0; i < 1_000; i++) server.put('pods', pod(`p-${i}`));
    const started = performance.now();
    sim.runUntil(simTime(sim.now + 120_000_000));
    console.log(`1,000 pods: ${Math.round(performance.now() - started)} ms`);
    const perNode = new Map<string, number>();
    for (const object of server.objects.values())
      if (object.kind === 'Pod')
        perNode.set((object as Pod).spec.nodeName ?? '', (perNode.get((object as Pod).spec.nodeName ?? '') ?? 0) + 1);
    expect([...perNode.values()].every((count) => count === 100)).toBe(true);
  });
});
