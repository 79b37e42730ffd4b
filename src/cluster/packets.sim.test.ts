// Requests on a whole cluster: from a Pod, a node and outside to a Service, over the rules that kube-proxy wrote.
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../base/json';
import { parseCurlLine } from '../wire/curl-line';
import type { Inside, Output, Packet } from '../wire/payload';
import type { TraceRecord } from '../wire/record';
import { type FaultSpec, MODEL, type TimedInput, type When } from '../wire/run';
import { clusterOf } from './default-run';
import { Runner } from './runner';

const kubectl = (line: string): TimedInput => ({ when: 'rest', input: { type: 'kubectl', line: `kubectl ${line}` } });
const fault = (spec: FaultSpec, when: When = 'rest'): TimedInput => ({ when, input: { type: 'fault', fault: spec } });
function curl(rest: string, when: When = 'rest'): TimedInput {
  const parsed = parseCurlLine(`curl ${rest}`);
  if (!parsed.ok) throw new Error(parsed.error);
  return { when, input: parsed.value };
}

const CREATE = kubectl('create deployment test --image=nginx --replicas=3');
const EXPOSE = kubectl('expose deployment test --port=80 --cluster-ip=10.96.0.50');
const NODE_PORT = kubectl('create service nodeport test --tcp=80:80 --node-port=30080');
const CLIENT = kubectl('run client --image=busybox -- sleep 3600');

function played(inputs: readonly TimedInput[], seed = 1) {
  const runner = new Runner({ model: MODEL, cluster: clusterOf(3), seed, inputs }, { payloads: 'copied' });
  runner.finish();
  const { sim } = runner.cluster;
  expect(sim.crashes).toEqual([]);
  const { records } = sim.recorder;
  const of = <P>(kind: string): TraceRecord[] & { readonly payloads: readonly P[] } => {
    const found = records.filter(({ payload }) => payload.kind === kind);
    return Object.assign(found, { payloads: found.map(({ payload }) => payload as P) });
  };
  const printed = of<Output>('output').payloads.map(({ stdout, stderr }) => stdout + stderr);
  const packets = of<Packet>('packet');
  const walks = records.filter(({ payload }) => payload.kind === 'inside' && payload.topic === 'packet');
  return { runner, sim, records, printed, packets, walks };
}
const way = (packets: readonly TraceRecord[], flags: string): string[] =>
  packets.filter(({ payload }) => (payload as Packet).flags === flags).map(({ from, to }) => `${from} > ${to}`);
const detailOf = ({ payload }: TraceRecord): JsonObject => (payload as Inside).detail;
function targets(walk: TraceRecord): string[] {
  const hooks = detailOf(walk).hooks as readonly {
    readonly steps: readonly { readonly kind: string; readonly verdict: string; readonly rule: string | null }[];
  }[];
  return hooks.flatMap(({ steps }) => steps.filter(({ kind }) => kind === 'rule').map(({ verdict }) => verdict));
}

describe('a request to a Service', () => {
  const fromPod = played([CREATE, EXPOSE, CLIENT, curl('10.96.0.50 from pod/client')]);

  test('from a Pod goes from kernel to kernel to one endpoint, and its answer comes back the same way', () => {
    expect(fromPod.printed.at(-1)).toBe('HTTP/1.1 200 OK\n');
    const there = way(fromPod.packets, 'SYN');
    expect(there[0]).toBe('pod/default/client > kernel/node-1');
    expect(there.at(-1)).toMatch(/^kernel\/node-\d > pod\/default\/test-/);
    const back = there.map((hop) => hop.split(' > ').reverse().join(' > ')).reverse();
    expect(way(fromPod.packets, 'SYN+ACK')).toEqual(back);
    expect(way(fromPod.packets, 'FIN+ACK')).toEqual(back);
  });

  test('reaches the endpoint under its own address, and is answered under the address of the Service', () => {
    const ends = fromPod.packets.payloads.map(({ source, destination, flags }) => `${flags} ${source} > ${destination}`);
    const [client, endpoint] = [
      fromPod.packets.payloads[0]?.source,
      fromPod.packets.payloads.filter(({ flags }) => flags === 'SYN').at(-1)?.destination,
    ];
    expect(ends[0]).toBe(`SYN ${client} > 10.96.0.50`);
    expect(ends).toContain(`SYN ${client} > ${endpoint}`);
    expect(ends.at(-1)).toBe(`FIN+ACK 10.96.0.50 > ${client}`);
  });

  test('passes the chains of the Service, and its other packets do not', () => {
    const [first, ...others] = fromPod.walks.filter(({ from }) => from === 'kernel/node-1');
    expect(targets(first as TraceRecord).slice(0, 3)).toEqual([
      'JUMP:KUBE-SERVICES',
      expect.stringMatching(/^JUMP:KUBE-SVC-/),
      expect.stringMatching(/^JUMP:KUBE-SEP-/),
    ]);
    expect(others.flatMap(targets).filter((verdict) => verdict.includes('KUBE-SVC'))).toEqual([]);
  });

  test('has causes that all end in the input', () => {
    for (const record of [...fromPod.packets, ...fromPod.walks]) {
      let at = record;
      while (at.cause !== null) at = fromPod.records[at.cause] as TraceRecord;
      expect(at.payload).toMatchObject({ kind: 'input', input: { type: 'request' } });
    }
  });

  test('from a node and from outside seems to come from the node that led it to the endpoint', () => {
    const { printed, packets } = played([CREATE, NODE_PORT, curl('192.168.49.12:30080'), curl('192.168.49.12:30080 from node-2')]);
    expect(printed.slice(-2)).toEqual(['HTTP/1.1 200 OK\n', 'HTTP/1.1 200 OK\n']);
    const arrived = packets.filter(({ to, payload }) => to.startsWith('pod/') && (payload as Packet).flags === 'SYN');
    for (const { payload } of arrived) expect((payload as Packet).source).toMatch(/^(192\.168\.49\.12|10\.244\.1\.1)$/);
    expect(arrived).toHaveLength(2);
  });

  test('hits every endpoint in time, and the same ones in the same run', () => {
    const inputs = [CREATE, EXPOSE, curl('10.96.0.50 from node-1 for 30s')];
    const hit = (run: ReturnType<typeof played>): string[] => way(run.packets, 'SYN').filter((hop) => hop.includes('> pod/'));
    const first = hit(played(inputs));
    expect(new Set(first).size).toBe(3);
    expect(hit(played(inputs))).toEqual(first);
  });

  test('of a client that must stay with one endpoint stays with it', () => {
    const sticky = kubectl(`patch service test -p '{"spec":{"sessionAffinity":"ClientIP"}}'`);
    const { packets, printed } = played([CREATE, EXPOSE, sticky, CLIENT, curl('10.96.0.50 from pod/client for 12s')]);
    expect(printed.at(-1)).toBe('12 requests: 12 ok, 0 failed\n');
    expect(new Set(way(packets, 'SYN').filter((hop) => hop.includes('> pod/'))).size).toBe(1);
  });
});

describe('a request that fails', () => {
  test.each<[string, readonly TimedInput[], string, string]>([
    [
      'no endpoint: refused',
      [kubectl('create service clusterip none --tcp=80 --clusterip=10.96.0.51'), curl('10.96.0.51 from node-1')],
      'refused',
      '(7)',
    ],
    ['no Service: timed out', [curl('10.96.0.99 from node-1')], 'timed out', '(28)'],
    ['a port where nobody listens: refused', [curl('192.168.49.11:81')], 'refused', '(7)'],
    ['a Service from outside: no way', [CREATE, EXPOSE, curl('10.96.0.50')], 'no route', '(7)'],
    [
      'a node without power: timed out',
      [fault({ kind: 'node-power', node: 'node-3', on: false }), curl('192.168.49.13:81 from node-1')],
      'timed out',
      '(28)',
    ],
    [
      'a node that is cut off: timed out',
      [
        fault({ kind: 'partition', from: 'node-2', to: 'node-1', oneWay: false, forUs: 60_000_000 }),
        curl('192.168.49.11:81 from node-2', { atUs: 20_000_000 }),
      ],
      'timed out',
      '(28)',
    ],
    [
      'outside cut off before anybody asked there: timed out',
      [
        fault({ kind: 'partition', from: 'outside', to: 'node-1', oneWay: true, forUs: 60_000_000 }, { atUs: 0 }),
        curl('192.168.49.11:81', { atUs: 1 }),
      ],
      'timed out',
      '(28)',
    ],
    ['a Pod that is gone: no way after three seconds', [curl('10.244.0.77 from node-1')], 'no route', '(7)'],
  ])('%s', (_, inputs, outcome, code) => {
    const { printed, records } = played(inputs);
    expect(printed.find((text) => text.startsWith('curl'))).toContain(code);
    expect(records.find(({ payload }) => payload.kind === 'inside' && payload.topic === 'request')?.payload).toMatchObject({
      detail: { outcome },
    });
  });

  test('by a rule is told by ICMP: from the kernel to the Pod that asked', () => {
    const none = kubectl('create service clusterip none --tcp=80 --clusterip=10.96.0.51');
    const { packets, walks } = played([none, CLIENT, curl('10.96.0.51 from pod/client')]);
    expect(way(packets, 'port-unreachable')).toEqual(['kernel/node-1 > pod/default/client']);
    expect(walks.map((walk) => detailOf(walk).outcome)).toEqual(['rejected']);
  });

  test('names and askers that are not there are said', () => {
    const { printed } = played([
      curl('web from node-1'),
      curl('web.shop.svc.cluster.local from node-1'),
      curl('10.96.0.1 from pod/nobody'),
      curl('10.96.0.1 from node-9'),
    ]);
    expect(printed).toEqual([
      'curl: (6) Could not resolve host: web\n(No cluster DNS runs here. Give the CLUSTER-IP instead: kubectl get service web)\n',
      expect.stringMatching(/^curl: \(6\) .*\n\(.* kubectl get service web -n shop\)\n$/),
      'pod/default/nobody does not run\n',
      'node/node-9 does not run\n',
    ]);
  });
});

test('a load fails for a while when a node dies, and its counts are those of the records', () => {
  const load = curl('192.168.49.12:30080 for 120s', { atUs: 20_000_000 });
  const dies = fault({ kind: 'node-power', node: 'node-3', on: false }, { atUs: 30_000_000 });
  const { records, printed, sim } = played([CREATE, NODE_PORT, load, dies]);
  const requests = records.filter(({ payload }) => payload.kind === 'inside' && payload.topic === 'request');
  const failures = requests.filter((record) => detailOf(record).outcome !== 'HTTP/1.1 200 OK');
  expect(requests).toHaveLength(120);
  expect(new Set(failures.map((record) => detailOf(record).outcome))).toEqual(new Set(['timed out']));
  expect(failures.every(({ atUs }) => atUs > 30_000_000 && atUs < 95_000_000)).toBe(true);
  expect(failures.length).toBeGreaterThan(5);
  expect(printed.at(-1)).toBe(`120 requests: ${120 - failures.length} ok, ${failures.length} failed (${failures.length} timed out)\n`);
  const counted = sim
    .running()
    .find(({ id }) => id === 'outside')
    ?.program.inspect()['load/1'];
  expect(counted).toMatchObject({ ok: 120 - failures.length, failed: failures.length });
});

test('a load ends with the Pod that sends it', () => {
  const gone = { ...kubectl('delete pod client --now --wait=false'), when: { atUs: 20_000_000 } };
  const { printed } = played([CREATE, EXPOSE, CLIENT, curl('10.96.0.50 from pod/client for 60s'), gone]);
  expect(printed.at(-1)).toBe('Killed\n');
});

test('what kernels and askers say of themselves equals the fold of what they noted', () => {
  const { sim, records } = played([CREATE, EXPOSE, CLIENT, curl('10.96.0.50 from pod/client for 9s'), curl('10.96.0.50 from node-2')]);
  for (const { id, program } of sim.running()) {
    if (!/^(kernel|pod|outside)/.test(id)) continue;
    const folded: { [path: string]: unknown } = {};
    const started = records.reduce(
      (last, { from, payload, seq }) => (from === id && payload.kind === 'inside' && payload.topic === 'started' ? seq : last),
      0,
    );
    for (const { from, payload } of records.slice(started)) {
      if (from !== id || payload.kind !== 'inside') continue;
      for (const [path, value] of Object.entries(payload.set)) {
        if (value === null) delete folded[path];
        else folded[path] = value;
      }
    }
    expect(program.inspect()).toEqual(folded);
  }
});
