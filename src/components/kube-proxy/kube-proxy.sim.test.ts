// kube-proxy and the kernel of its node against a scripted apiserver, which keeps objects and answers watches.
import { describe, expect, it } from 'vitest';
import { simTime } from '../../base/brand';
import type { Json, JsonObject } from '../../base/json';
import { parsePath } from '../../machinery/resources';
import type { EndpointSlice, KubeObject, Node, Service } from '../../machinery/types';
import type { Incoming } from '../../sim/network';
import type { Ctx, Interior, Program } from '../../sim/process';
import { Simulation } from '../../sim/simulation';
import { API_SERVER, componentId, onNode } from '../../wire/names';
import type { CallRequest, HttpRequest, Inside, WatchType } from '../../wire/payload';
import { NodeKernel } from '../node-kernel/node-kernel';
import type { Wires } from '../node-kernel/router';
import { kubeProxy } from './kube-proxy';

class ScriptedServer implements Program {
  readonly requests: { readonly method: string; readonly path: string; readonly body: Json }[] = [];
  private readonly objects = new Map<string, KubeObject>();
  private readonly watches: { readonly resource: string; readonly incoming: Incoming }[] = [];
  private version = 0;

  start(ctx: Ctx): void {
    ctx.listen((incoming) => {
      const { method, path, body } = incoming.payload as HttpRequest;
      this.requests.push({ method, path, body });
      if (method === 'POST') return incoming.respond({ protocol: 'http', kind: 'response', status: 201, headers: {}, body });
      this.watch(parsePath(path)?.resource ?? '', incoming);
    });
  }
  inspect(): Interior {
    return {};
  }

  put(resource: string, object: KubeObject): void {
    const key = `${resource}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.version) } };
    this.tell(resource, this.objects.has(key) ? 'MODIFIED' : 'ADDED', stored);
    this.objects.set(key, stored);
  }
  remove(resource: string, name: string): void {
    const key = `${resource}/default/${name}`;
    this.tell(resource, 'DELETED', this.objects.get(key) as KubeObject);
    this.objects.delete(key);
  }

  private watch(resource: string, incoming: Incoming): void {
    this.watches.push({ resource, incoming });
    incoming.respond({ protocol: 'http', kind: 'response', status: 200, headers: {}, body: null });
    for (const [key, object] of this.objects) if (key.startsWith(`${resource}/`)) this.push(incoming, 'ADDED', object);
    const metadata = { name: '', resourceVersion: String(this.version), annotations: { 'k8s.io/initial-events-end': 'true' } };
    this.push(incoming, 'BOOKMARK', { apiVersion: 'v1', kind: 'Any', metadata });
  }
  private tell(resource: string, type: WatchType, object: KubeObject): void {
    for (const watch of this.watches) if (watch.resource === resource) this.push(watch.incoming, type, object);
  }
  private push(incoming: Incoming, type: WatchType, object: KubeObject): void {
    incoming.push({ protocol: 'http', kind: 'watch-delivery', type, object: object as unknown as JsonObject });
  }
}

const NODE: Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1' },
  spec: {},
  status: { addresses: [{ type: 'InternalIP', address: '192.168.49.11' }] },
};
const service = (name: string, clusterIP: string): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'default', name },
  spec: { type: 'ClusterIP', clusterIP, ports: [{ port: 80, protocol: 'TCP' }] },
});
const slice = (of: string, addresses: readonly string[]): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { namespace: 'default', name: `${of}-1`, labels: { 'kubernetes.io/service-name': of } },
  addressType: 'IPv4',
  endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
  ports: [{ name: '', port: 80, protocol: 'TCP' }],
});

const MS = 1_000;
const SECOND = 1_000 * MS;

const NO_WIRES: Wires = {
  host: { interfaces: [], defaultInterface: 'eth0' },
  bridge: 'cni0',
  pod: () => null,
  local: () => null,
  beyond: (address) => componentId(address),
};

function node(prepare: (server: ScriptedServer) => void = () => {}) {
  const sim = new Simulation({ seed: 1, payloads: 'copied', latency: () => ({ leastUs: 100, spreadUs: 50 }) });
  const server = new ScriptedServer();
  server.put('nodes', NODE);
  prepare(server);
  sim.start(API_SERVER, server);
  const kernel = sim.start(onNode('kernel', 'node-1'), new NodeKernel({ node: 'node-1', address: '192.168.49.11', wires: NO_WIRES }));
  const proxy = sim.start(onNode('kube-proxy', 'node-1'), kubeProxy({ node: 'node-1', credentials: { type: 'token', token: 'secret' } }));
  const later = (us: number, action: () => void): void => void sim.at(simTime(sim.now + us), action, false);
  const calls = (from = 0): { atUs: number; argv: string; stdin: string }[] =>
    sim.recorder.records.slice(from).flatMap(({ atUs, payload }) => {
      if (payload.kind !== 'request' || payload.protocol !== 'iptables') return [];
      const { argv, stdin } = (payload as CallRequest).body as { argv: string[]; stdin?: string };
      return [{ atUs, argv: argv.join(' '), stdin: stdin ?? '' }];
    });
  const restores = (from = 0) => calls(from).filter(({ argv }) => argv.startsWith('iptables-restore'));
  return { sim, server, kernel, proxy, later, calls, restores };
}

function folded(sim: Simulation, id: string): JsonObject {
  const interior: { [path: string]: Json } = {};
  for (const { from, payload } of sim.recorder.records) {
    if (from !== id || payload.kind !== 'inside') continue;
    for (const [path, value] of Object.entries((payload as Inside).set)) {
      if (value === null || value === undefined) delete interior[path];
      else interior[path] = value;
    }
  }
  return interior;
}

describe('kube-proxy', () => {
  it('asks for its own Node, then for Services, EndpointSlices and ServiceCIDRs, never for Pods, and tells that it starts', () => {
    const { sim, server } = node();
    sim.runToRest();
    const asked = server.requests.map(({ method, path }) => `${method} ${path.replace(/timeout=\w+&timeoutSeconds=\d+/, '..')}`);
    expect(asked).toEqual([
      'GET /api/v1/nodes?allowWatchBookmarks=true&fieldSelector=metadata.name%3Dnode-1&resourceVersionMatch=NotOlderThan&sendInitialEvents=true&..&watch=true',
      'GET /api/v1/services?allowWatchBookmarks=true&fieldSelector=spec.clusterIP%21%3DNone&labelSelector=%21service.kubernetes.io%2Fservice-proxy-name&resourceVersionMatch=NotOlderThan&sendInitialEvents=true&..&watch=true',
      'GET /apis/discovery.k8s.io/v1/endpointslices?allowWatchBookmarks=true&labelSelector=%21service.kubernetes.io%2Fheadless&resourceVersionMatch=NotOlderThan&sendInitialEvents=true&..&watch=true',
      'GET /apis/networking.k8s.io/v1/servicecidrs?allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&sendInitialEvents=true&..&watch=true',
      'POST /apis/events.k8s.io/v1/namespaces/default/events',
    ]);
    expect(server.requests.at(-1)?.body).toMatchObject({
      reason: 'Starting',
      action: 'StartKubeProxy',
      regarding: { kind: 'Node', name: 'node-1' },
    });
  });

  it('refuses connections to a Service at once, and leads them to its endpoints at the earliest a second later', () => {
    const { sim, server, later, restores } = node((it) => it.put('services', service('other', '10.96.0.9')));
    sim.runToRest();
    const start = sim.recorder.records.length;
    later(5 * SECOND, () => server.put('services', service('web', '10.96.0.50')));
    later(5 * SECOND + 200 * MS, () => server.put('endpointslices', slice('web', ['10.244.0.5'])));
    sim.runToRest();
    const [refused, led, ...more] = restores(start);
    expect(more).toEqual([]);
    expect(refused?.stdin).toContain('"default/web has no endpoints" -m tcp -p tcp -d 10.96.0.50 --dport 80 -j REJECT');
    expect(led?.stdin).toContain('"default/web cluster IP" -m tcp -p tcp -d 10.96.0.50 --dport 80 -j KUBE-SVC-');
    expect(led?.stdin).not.toContain('"default/web has no endpoints"');
    expect((led?.atUs ?? 0) - (refused?.atUs ?? 0)).toBeGreaterThan(SECOND);
    expect((led?.atUs ?? 0) - (refused?.atUs ?? 0)).toBeLessThan(1_100 * MS);
  });

  it('writes in one sync what changed within a second, and the chains of nothing else', () => {
    const { sim, server, later, restores } = node((it) => {
      it.put('services', service('other', '10.96.0.9'));
      it.put('endpointslices', slice('other', ['10.244.0.9']));
    });
    sim.runToRest();
    const start = sim.recorder.records.length;
    server.put('services', service('web', '10.96.0.50'));
    for (let i = 1; i <= 9; i++)
      later(i * 100 * MS, () =>
        server.put(
          'endpointslices',
          slice(
            'web',
            Array.from({ length: i }, (_, n) => `10.244.0.${n + 1}`),
          ),
        ),
      );
    sim.runToRest();
    const syncs = restores(start);
    expect(syncs).toHaveLength(2);
    expect(syncs[1]?.stdin.match(/-j DNAT/g)).toHaveLength(9);
    expect(syncs[1]?.stdin).toContain('"default/other cluster IP"');
    expect(syncs[1]?.stdin.match(/default\/other/g)).toHaveLength(1);
  });

  it('deletes the chains of a Service that is gone', () => {
    const { sim, server, kernel } = node((it) => {
      it.put('services', service('web', '10.96.0.50'));
      it.put('endpointslices', slice('web', ['10.244.0.5']));
    });
    sim.runToRest();
    const own = (): string[] => Object.keys(kernel.program.inspect()).filter((path) => /KUBE-(SVC|SEP)/.test(path));
    expect(own()).toHaveLength(2);
    server.remove('services', 'web');
    sim.runToRest();
    expect(own()).toEqual([]);
  });

  it('runs nothing but a look at its canary while nothing changes', () => {
    const { sim, calls } = node();
    sim.runToRest();
    const start = sim.recorder.records.length;
    sim.runUntil(simTime(sim.now + 100 * SECOND));
    expect(new Set(calls(start).map(({ argv }) => argv))).toEqual(new Set(['iptables -w 5 -S KUBE-PROXY-CANARY -t mangle']));
    expect(calls(start)).toHaveLength(3);
  });

  it('writes all rules again after somebody flushed the tables', () => {
    const { sim, kernel } = node((it) => {
      it.put('services', service('web', '10.96.0.50'));
      it.put('endpointslices', slice('web', ['10.244.0.5']));
    });
    sim.runToRest();
    const before = kernel.program.inspect();
    const tables = (names: string): string =>
      names
        .split(' ')
        .map((name) => `*${name}\nCOMMIT\n`)
        .join('');
    const body = { argv: ['iptables-restore'], stdin: tables('mangle nat filter') };
    sim.start(componentId('outside'), {
      start: (ctx) =>
        ctx.spawn(
          (function* () {
            yield* ctx.call(onNode('kernel', 'node-1'), { protocol: 'iptables', kind: 'request', rpc: 'iptables-restore', body });
          })(),
        ),
      inspect: () => ({}),
    });
    sim.runToRest();
    expect(Object.keys(kernel.program.inspect())).toHaveLength(12);
    sim.runUntil(simTime(sim.now + 31 * SECOND));
    sim.runToRest();
    expect(kernel.program.inspect()).toEqual(before);
  });

  it('leaves comments out and asks less for old chains where there are more than a thousand endpoints', () => {
    const addresses = Array.from({ length: 1_001 }, (_, i) => `10.244.${Math.floor(i / 250)}.${(i % 250) + 1}`);
    const { sim, server, calls, restores } = node((it) => {
      it.put('services', service('web', '10.96.0.50'));
      it.put('endpointslices', slice('web', addresses));
    });
    sim.runToRest();
    expect(restores()[0]?.stdin).toMatch(/^-A KUBE-SEP-\w+ -s 10.244.0.1 -j KUBE-MARK-MASQ$/m);
    const start = sim.recorder.records.length;
    server.put('endpointslices', slice('web', [...addresses, '10.244.9.9']));
    sim.runToRest();
    expect(calls(start).map(({ argv }) => argv)).toEqual(['iptables-restore -w 5 --noflush --counters']);
  });

  it('shows an interior that is the sum of what it told, and so does the kernel', () => {
    const { sim, server, proxy, kernel, later } = node();
    later(SECOND, () => server.put('services', service('web', '10.96.0.50')));
    later(2 * SECOND, () => server.put('endpointslices', slice('web', ['10.244.0.5', '10.244.1.5'])));
    later(4 * SECOND, () => server.put('endpointslices', slice('web', ['10.244.1.5'])));
    sim.runToRest();
    expect(sim.crashes).toEqual([]);
    expect(folded(sim, proxy.id)).toEqual(proxy.program.inspect());
    expect(folded(sim, kernel.id)).toEqual(kernel.program.inspect());
    expect(kernel.program.inspect()['chain/nat/KUBE-SERVICES']).toHaveLength(2);
  });
});
