// What the network, etcd and the registry do to a cluster: each fault, what honestly follows from it, and that it stands in the causes.
import { describe, expect, it } from 'vitest';
import { parseTime } from '../machinery/time';
import { check } from '../trace/checkers';
import { Trace } from '../trace/trace';
import { traceLine } from '../trace/trace-line';
import type { TraceRecord } from '../wire/record';
import { type FaultSpec, MODEL, type NodeSpec, type RegistryState, type Run, type TimedInput } from '../wire/run';
import { clusterOf, worker } from './default-run';
import { Runner } from './runner';

const SECOND = 1_000_000;
const fault = (spec: FaultSpec, atUs?: number): TimedInput => ({
  when: atUs === undefined ? 'rest' : { atUs },
  input: { type: 'fault', fault: spec },
});
const kubectl = (line: string, atUs?: number): TimedInput => ({
  when: atUs === undefined ? 'rest' : { atUs },
  input: { type: 'kubectl', line: `kubectl ${line}` },
});

/** A run after boot: its records, their lines, and whether one came of another. */
function played(...given: readonly TimedInput[] | readonly [Pick<Run, 'cluster' | 'inputs'>]) {
  const [first] = given;
  const run = first !== undefined && 'cluster' in first ? first : { cluster: clusterOf(3), inputs: given as readonly TimedInput[] };
  const runner = new Runner({ model: MODEL, seed: 1, ...run });
  runner.finish();
  const { recorder, crashes } = runner.cluster.sim;
  const trace = new Trace(recorder.records);
  trace.follow();
  expect(crashes).toEqual([]);
  expect(check(recorder.records)).toEqual([]);
  const records = recorder.records.filter(({ seq }) => !trace.isBoot(seq));
  const line = (record: TraceRecord) => traceLine(record, trace, {});
  const find = (from: string, to: string, summary: RegExp): TraceRecord[] =>
    records.filter((record) => record.from === from && record.to === to && summary.test(String(line(record).summary)));
  const cause = records.find(({ payload }) => payload.kind === 'fault')?.seq ?? -1;
  const cameOf = (record: TraceRecord | undefined): boolean => {
    for (let at: number | null = record?.seq ?? null; at !== null; at = recorder.records[at]?.cause ?? null) if (at === cause) return true;
    return false;
  };
  return { find, cameOf, records };
}

const saysNotReady = (payload: TraceRecord['payload']): boolean => {
  if (payload.kind !== 'request' || payload.protocol !== 'http') return false;
  const { reason, involvedObject } = (payload.body ?? {}) as { reason?: string; involvedObject?: { kind?: string } };
  return reason === 'NodeNotReady' && involvedObject?.kind === 'Node';
};

describe('a reset', () => {
  it('of one watch: the reflector watches again from the last version, and misses nothing', () => {
    const { find, cameOf } = played(
      fault({ kind: 'reset', from: 'kube-scheduler', to: 'kube-apiserver', path: '/api/v1/pods' }),
      kubectl('run late --image=nginx', 10_000),
    );
    const again = find('kube-scheduler', 'kube-apiserver', /^GET .*watch=true/);
    expect(again.map((record) => /pods\?.*resourceVersion=\d+&/.test(JSON.stringify(record.payload)))).toEqual([true]);
    expect(again.every(cameOf)).toBe(true);
    expect(find('kube-apiserver', 'kube-scheduler', /^ADDED Pod default\/late/)[0]?.exchange).toBe(again[0]?.seq);
    expect(find('kube-scheduler', 'kube-apiserver', /pods\/late\/binding/)).toHaveLength(1);
  });

  it('of kube-apiserver and etcd: watches go on where they stood, and no client notices', () => {
    const { find, cameOf } = played(fault({ kind: 'reset', from: 'kube-apiserver', to: 'etcd', path: '/registry/pods/' }));
    const again = find('kube-apiserver', 'etcd', /^Watch \/registry\/pods\/\*/);
    expect(again).toHaveLength(1);
    expect(cameOf(again[0])).toBe(true);
    expect(find('kube-apiserver', 'kube-scheduler', /^(ERROR|end of stream)/)).toEqual([]);
  });
});

describe('a restarted kube-apiserver', () => {
  it('knows no old versions: 410, and its clients ask for the whole state', () => {
    const { find, cameOf } = played(fault({ kind: 'kill-container', component: 'kube-apiserver' }));
    const refused = find('kube-apiserver', 'kube-scheduler', /^ERROR Status too old resource version/);
    expect(refused.length).toBeGreaterThan(5);
    const listed = find(
      'kube-scheduler',
      'kube-apiserver',
      /^GET .*&resourceVersion=\d+&resourceVersionMatch=NotOlderThan&sendInitialEvents=true/,
    );
    expect(listed.length).toBe(refused.length);
    expect(listed.every(cameOf)).toBe(true);
  });
});

describe('etcd compacted', () => {
  it('under a watch that breaks: the cache is read anew, its clients are told 410 and ask for the whole state', () => {
    const { find, cameOf } = played(
      fault({ kind: 'compact-etcd' }, 0),
      fault({ kind: 'reset', from: 'kube-apiserver', to: 'etcd', path: '/registry/pods/' }, 500_000),
    );
    expect(find('etcdctl', 'etcd', /^Compact to revision/).every(cameOf)).toBe(true);
    expect(find('etcd', 'kube-apiserver', /^end of stream: compacted/)).toHaveLength(1);
    expect(find('kube-apiserver', 'kubelet/node-1', /^ERROR Status too old resource version/)).toHaveLength(1);
    expect(find('kubelet/node-1', 'kube-apiserver', /^GET \/api\/v1\/pods\?.*sendInitialEvents=true/)).toHaveLength(1);
  });
});

describe('an answer lost after its write', () => {
  const lose = (from: string, path: string): TimedInput => fault({ kind: 'lose-answer', from, to: 'kube-apiserver', path });

  it('to kubectl: the object is there, and who tries again is told so', () => {
    const { find, cameOf } = played(lose('kubectl', ''), kubectl('create namespace blue'), kubectl('create namespace blue'));
    const [lost, refused] = find('kube-apiserver', 'kubectl', /^(201|409)/);
    expect(lost?.receivedUs).toBeNull();
    expect(cameOf(find('kubectl', 'user', /EOF/)[0])).toBe(true);
    expect(refused?.payload).toMatchObject({ status: 409 });
  });

  it('to the ReplicaSet controller: it sees its Pod on its watch and makes no second one', () => {
    const { find } = played(
      lose('kube-controller-manager', '/api/v1/namespaces/default/pods'),
      kubectl('create deployment test --image=nginx'),
    );
    expect(find('kube-controller-manager', 'kube-apiserver', /^POST \/api\/v1\/namespaces\/default\/pods$/)).toHaveLength(1);
    expect(find('kube-apiserver', 'kube-scheduler', /^ADDED Pod default\/test-/)).toHaveLength(1);
  });
});

describe('a partition', () => {
  const cut = (forUs: number, oneWay = false): TimedInput =>
    fault({ kind: 'partition', from: 'node-1', to: 'control-plane', oneWay, forUs }, 0);

  it('that is short: what was sent comes when TCP sends it again, in order, and no watch breaks', () => {
    const { find } = played(cut(20 * SECOND));
    const renewals = find('kubelet/node-1', 'kube-apiserver', /leases\/node-1/);
    expect(find('kubelet/node-1', 'kube-apiserver', /watch=true/)).toEqual([]);
    expect(renewals[0]?.receivedUs).toBeNull(); // its client waits 10 s
    expect(renewals.some(({ receivedUs }) => (receivedUs ?? 0) > 20 * SECOND)).toBe(true);
  });

  it('that is long: the connection is given up, the node is not ready, and comes back with a list', () => {
    const { find, cameOf } = played(cut(120 * SECOND));
    expect(
      find('kube-controller-manager', 'kube-apiserver', /^PUT \/api\/v1\/nodes\/node-1\/status|^PATCH \/api\/v1\/nodes\/node-1/),
    ).not.toEqual([]);
    const lists = find('kubelet/node-1', 'kube-apiserver', /^GET \/api\/v1\/pods\?.*resourceVersion=\d+.*sendInitialEvents=true/);
    expect(lists.length).toBeGreaterThan(1);
    expect(lists.every(cameOf)).toBe(true);
    expect(lists.map(({ receivedUs }) => receivedUs !== null)).toEqual([...lists.slice(1).map(() => false), true]);
  });

  it('that ends: what waited for a connection that never came about holds nobody up', () => {
    const seen = played(
      kubectl('create deployment web --image=nginx --replicas=3', 0),
      fault({ kind: 'partition', from: 'node-1', to: 'control-plane', oneWay: false, forUs: 120 * SECOND }, 4_682_773),
      kubectl('get nodes', 165 * SECOND),
    );
    const renewed = seen.find('kubelet/node-1', 'kube-apiserver', /^PUT .*leases\/node-1/).filter(({ atUs }) => atUs > 120 * SECOND);
    expect(renewed[0]?.atUs).toBeLessThan(150 * SECOND);
  });

  it('in one direction keeps answers away, not requests', () => {
    const { find } = played(fault({ kind: 'partition', from: 'control-plane', to: 'node-1', oneWay: true, forUs: 30 * SECOND }, 0));
    const renewals = find('kubelet/node-1', 'kube-apiserver', /^PUT .*leases\/node-1/);
    expect((renewals[0]?.receivedUs ?? 0) - (renewals[0]?.atUs ?? 0)).toBeLessThan(1000);
    expect(find('kube-apiserver', 'kubelet/node-1', /^200/)[0]?.receivedUs).toBeNull();
  });

  it('that is mended: what waited comes when TCP next tries, in order, and the node stays ready', () => {
    const heal = (atUs: number, from = 'control-plane', to = 'node-1'): TimedInput => fault({ kind: 'heal', from, to }, atUs);
    const seen = played(cut(120 * SECOND), kubectl('run late --image=nginx', 10 * SECOND), heal(15 * SECOND), heal(16 * SECOND));
    expect(seen.records.filter(({ payload }) => saysNotReady(payload))).toEqual([]);
    const held = seen.records.filter(({ atUs, to, receivedUs }) => to === 'kubelet/node-1' && atUs < 15 * SECOND && receivedUs !== null);
    const late = held.filter(({ receivedUs }) => Number(receivedUs) > 15 * SECOND);
    expect(late.length).toBeGreaterThan(0);
    expect(late.filter(({ atUs, receivedUs }) => Number(receivedUs) > 15 * SECOND + 2 * (15 * SECOND - atUs) + SECOND)).toEqual([]);
    expect(
      seen.find('kernel/control-plane', 'kernel/control-plane', /refused=nothing is wrong between control-plane and node-1/),
    ).toHaveLength(1);
  });

  it('takes the lease from a leader within 12 s: it ends itself', () => {
    const { find, cameOf } = played(
      fault({ kind: 'partition', from: 'kube-scheduler', to: 'kube-apiserver', oneWay: false, forUs: 30 * SECOND }, 0),
    );
    const [ended] = find('kube-scheduler', 'kube-scheduler', /^stopped/);
    expect(ended?.atUs).toBeLessThan(13 * SECOND);
    expect(cameOf(ended)).toBe(true);
  });
});

describe('a kubelet that is stopped', () => {
  it('lets its lease run out: the node is given up, its containers run on, and it takes them up again', () => {
    const seen = played(
      kubectl('run web --image=nginx', 0),
      fault({ kind: 'kill-process', component: 'kubelet/node-1' }, 20 * SECOND),
      fault({ kind: 'kill-process', component: 'kubelet/node-2' }, 20 * SECOND),
      fault({ kind: 'kill-process', component: 'kubelet/node-3' }, 20 * SECOND),
      ...[1, 2, 3].map((node) => fault({ kind: 'start-process', component: `kubelet/node-${node}` }, 100 * SECOND)),
      kubectl('get pods', 130 * SECOND),
    );
    const given = seen.records.filter(({ payload }) => saysNotReady(payload));
    expect(given.length).toBe(3);
    expect(given.every(({ atUs }) => atUs > 60 * SECOND && atUs < 80 * SECOND)).toBe(true);
    expect(seen.records.some(({ payload }) => payload.kind === 'output' && /web +1\/1 +Running +0 /.test(payload.stdout))).toBe(true);
  });
});

describe('of two controller managers', () => {
  const standby: NodeSpec = { ...worker(4), name: 'standby', role: 'control-plane', staticPods: ['kube-controller-manager'] };
  const cluster = { ...clusterOf(3), nodes: [...clusterOf(3).nodes, standby] };
  const [first, second] = ['kube-controller-manager', 'kube-controller-manager/standby'] as const;

  it('the leader that is cut off gives up before the other takes over, so that never two act', () => {
    const cut = fault({ kind: 'partition', from: first, to: 'kube-apiserver', oneWay: false, forUs: 60 * SECOND }, 0);
    const { find, cameOf } = played({ cluster, inputs: [cut] });
    const [ended] = find(first, first, /^stopped/);
    const [leads] = find(second, second, /^leader lease=kube-controller-manager/);
    expect(ended?.atUs).toBeLessThan(leads?.atUs ?? 0);
    expect(leads?.atUs).toBeLessThan(20 * SECOND);
    expect(cameOf(ended)).toBe(true);
  });
});

describe('a clock that is set wrong', () => {
  const HOUR = 3600 * SECOND;
  const renewals = (seen: ReturnType<typeof played>, node: string) =>
    seen.records.flatMap(({ from, payload, atUs }) => {
      if (from !== `kubelet/${node}` || payload.kind !== 'request' || payload.protocol !== 'http' || payload.method !== 'PUT') return [];
      const { spec } = payload.body as { spec?: { renewTime?: string } };
      return spec?.renewTime === undefined ? [] : [{ atUs, stampUs: parseTime(spec.renewTime) }];
    });
  it('ahead: what the node writes carries its time, and that is all', () => {
    const seen = played(fault({ kind: 'clock', node: 'node-1', aheadUs: HOUR }, 0), kubectl('run web --image=nginx', 30 * SECOND));
    expect(renewals(seen, 'node-1').length).toBeGreaterThan(3);
    expect(renewals(seen, 'node-1').filter(({ atUs, stampUs }) => stampUs !== atUs + HOUR)).toEqual([]);
    expect(renewals(seen, 'node-2').filter(({ atUs, stampUs }) => stampUs !== atUs)).toEqual([]);
    expect(seen.records.filter(({ payload }) => saysNotReady(payload))).toEqual([]);
  });

  it('back: its renewals look older than the last one, so it is given up once, until its kubelet reports', () => {
    const seen = played(fault({ kind: 'clock', node: 'node-1', aheadUs: -5 * 60 * SECOND }, 0), kubectl('get nodes', 200 * SECOND));
    const given = seen.records.filter(({ payload }) => saysNotReady(payload));
    expect(given.map(({ atUs }) => Math.floor(atUs / SECOND / 10))).toEqual([4]);
    expect(renewals(seen, 'node-1').filter(({ atUs }) => atUs < (given[0]?.atUs ?? 0)).length).toBeGreaterThan(3);
    expect(seen.records.some(({ payload }) => payload.kind === 'output' && /node-1 +Ready/.test(payload.stdout))).toBe(true);
  });

  it('of the one that stands by: the lease is not taken, for it counts how long it has seen no renewal', () => {
    const standby: NodeSpec = { ...worker(4), name: 'standby', role: 'control-plane', staticPods: ['kube-controller-manager'] };
    const cluster = { ...clusterOf(3), nodes: [...clusterOf(3).nodes, standby] };
    const { find } = played({
      cluster,
      inputs: [fault({ kind: 'clock', node: 'standby', aheadUs: HOUR }, 0), kubectl('get nodes', 60 * SECOND)],
    });
    expect(find('kube-controller-manager/standby', 'kube-controller-manager/standby', /^leader/)).toEqual([]);
  });
});

describe('a disk that is nearly full', () => {
  const filled = (full: boolean, atUs: number): TimedInput => fault({ kind: 'disk', node: 'node-1', full }, atUs);
  const three = kubectl('create deployment web --image=nginx --replicas=3', 0);
  const events = ({ records }: ReturnType<typeof played>, reason: string): readonly { readonly atUs: number; readonly message: string }[] =>
    records.flatMap(({ payload, atUs }) => {
      if (payload.kind !== 'request' || payload.protocol !== 'http' || payload.method !== 'POST') return [];
      const body = (payload.body ?? {}) as { reason?: string; message?: string };
      return body.reason === reason ? [{ atUs, message: body.message ?? '' }] : [];
    });

  it('ends one pod at each look, lets none in, and is told to the scheduler by a taint', () => {
    const seen = played(three, filled(true, 20 * SECOND), kubectl('get pods', 90 * SECOND));
    const low = events(seen, 'Evicted').filter(({ message }) =>
      message.startsWith('The node was low on resource: ephemeral-storage. Threshold'),
    );
    expect(low.length).toBeGreaterThan(0);
    expect(seen.find('kubelet/node-1', 'kubelet/node-1', /^node evicts=default/).every(seen.cameOf)).toBe(true);
    const [told] = events(seen, 'NodeHasDiskPressure');
    expect(told?.message).toBe('Node node-1 status is now: NodeHasDiskPressure');
    const late = seen.find('kube-scheduler', 'kube-apiserver', /^POST .*binding/).filter(({ atUs }) => atUs > (told?.atUs ?? 0) + SECOND);
    expect(late.filter(({ payload }) => JSON.stringify(payload).includes('node-1'))).toEqual([]);
    expect(seen.records.some(({ payload }) => payload.kind === 'output' && /(Running.*\n.*){3}/s.test(payload.stdout))).toBe(true);
  });

  it('spares what the node cannot do without, and counts as short for five minutes after there is room', () => {
    const seen = played(filled(true, 0), filled(false, 60 * SECOND), kubectl('get nodes', 400 * SECOND));
    expect(seen.find('kubelet/node-1', 'kubelet/node-1', /^node evicts=/)).toEqual([]);
    const [calm] = seen.find('kubelet/node-1', 'kubelet/node-1', /^node diskPressure=false/);
    expect(Math.floor((calm?.atUs ?? 0) / SECOND)).toBe(350); // the last look that saw it short was at 50 s
  });
});

describe('a registry', () => {
  const pulls = (state: RegistryState) =>
    played(fault({ kind: 'registry', state }), kubectl('run web --image=nginx'), fault({ kind: 'registry', state: 'well' }, 30 * SECOND));

  it('that fails or is down: the kubelet waits and tries again until it is well', () => {
    for (const state of ['failing', 'down'] as const) {
      const { find } = pulls(state);
      const tries = find('containerd/node-1', 'registry', /^HEAD/).length + find('containerd/node-2', 'registry', /^HEAD/).length;
      expect(tries + find('containerd/node-3', 'registry', /^HEAD/).length).toBeGreaterThan(2);
    }
  });

  it('that is slow: the same pull takes fifty times as long', () => {
    const took = (state: RegistryState): number => {
      const { records } = pulls(state);
      const blobs = records.filter(
        ({ to, payload }) => to === 'registry' && payload.kind === 'request' && /blobs/.test(JSON.stringify(payload)),
      );
      const last = blobs[blobs.length - 1];
      return (records.find(({ exchange, seq }) => exchange === last?.seq && seq !== last?.seq)?.atUs ?? 0) - (last?.atUs ?? 0);
    };
    expect(Math.round(took('slow') / took('well'))).toBe(50);
  });
});

describe('a slow network', () => {
  const seen = (spec: FaultSpec, ...more: readonly TimedInput[]) => {
    const { find } = played(fault(spec, 0), kubectl('create namespace blue', 1000), ...more);
    const [asked] = find('kubectl', 'kube-apiserver', /^POST/);
    const [answered] = find('kube-apiserver', 'kubectl', /^201/);
    return [asked, answered].map((record) => ((record?.receivedUs ?? 0) - (record?.atUs ?? 0)) / 1000);
  };

  it('that delays: each message takes so much longer', () => {
    const [there = 0, back = 0] = seen({ kind: 'delay', from: 'kubectl', to: 'kube-apiserver', byUs: 500_000, forUs: 5 * SECOND });
    expect([Math.floor(there), Math.floor(back)]).toEqual([500, 500]);
  });

  it('that stalls: what is sent comes at the end, the other direction is free', () => {
    const [there = 0, back = 0] = seen({ kind: 'stall', from: 'kubectl', to: 'kube-apiserver', forUs: 5 * SECOND });
    expect([Math.floor(there), Math.floor(back)]).toEqual([4999, 0]);
  });

  it('that is mended: what waits at the door is taken in at once', () => {
    const mended = fault({ kind: 'heal', from: 'kube-apiserver', to: 'kubectl' }, 2 * SECOND);
    const [there = 0, back = 0] = seen({ kind: 'stall', from: 'kubectl', to: 'kube-apiserver', forUs: 5 * SECOND }, mended);
    expect([Math.floor(there), Math.floor(back)]).toEqual([1999, 0]);
  });
});

it('what is not there cannot be broken, and the record says so', () => {
  const { find } = played(
    fault({ kind: 'reset', from: 'kube-sheduler', to: 'etcd', path: '' }),
    fault({ kind: 'kill-process', component: 'kubelet/node-9' }),
  );
  expect(find('kube-sheduler', 'kube-sheduler', /refused=there is no component or node kube-sheduler/)).toHaveLength(1);
  expect(find('kubelet/node-9', 'kubelet/node-9', /refused=no component kubelet\/node-9 runs/)).toHaveLength(1);
});
