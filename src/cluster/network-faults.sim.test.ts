// What the network does to a cluster: each fault, what honestly follows from it, and that it stands in the causes.
import { describe, expect, it } from 'vitest';
import { check } from '../trace/checkers';
import { Trace } from '../trace/trace';
import { traceLine } from '../trace/trace-line';
import type { TraceRecord } from '../wire/record';
import { type FaultSpec, MODEL, type TimedInput } from '../wire/run';
import { clusterOf } from './default-run';
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
function played(...inputs: readonly TimedInput[]) {
  const runner = new Runner({ model: MODEL, cluster: clusterOf(3), seed: 1, inputs });
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
  return { find, cameOf };
}

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

  it('in one direction keeps answers away, not requests', () => {
    const { find } = played(fault({ kind: 'partition', from: 'control-plane', to: 'node-1', oneWay: true, forUs: 30 * SECOND }, 0));
    const renewals = find('kubelet/node-1', 'kube-apiserver', /^PUT .*leases\/node-1/);
    expect((renewals[0]?.receivedUs ?? 0) - (renewals[0]?.atUs ?? 0)).toBeLessThan(1000);
    expect(find('kube-apiserver', 'kubelet/node-1', /^200/)[0]?.receivedUs).toBeNull();
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

describe('a slow network', () => {
  const seen = (spec: FaultSpec) => {
    const { find } = played(fault(spec, 0), kubectl('create namespace blue', 1000));
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
});

it('what is not there cannot be broken, and the record says so', () => {
  const { find } = played(
    fault({ kind: 'reset', from: 'kube-sheduler', to: 'etcd', path: '' }),
    fault({ kind: 'kill-process', component: 'kubelet/node-9' }),
  );
  expect(find('kube-sheduler', 'kube-sheduler', /refused=there is no component or node kube-sheduler/)).toHaveLength(1);
  expect(find('kubelet/node-9', 'kubelet/node-9', /refused=no component kubelet\/node-9 runs/)).toHaveLength(1);
});
