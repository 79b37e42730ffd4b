// etcd on the wire: see SPEC.md for the rules.
import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND, simTime } from '../../base/brand';
import type { Json, JsonObject } from '../../base/json';
import type { StreamItem } from '../../sim/network';
import type { Ctx, Program } from '../../sim/process';
import { Simulation } from '../../sim/simulation';
import type { Task } from '../../sim/task';
import { API_SERVER, ETCD } from '../../wire/names';
import type { EtcdRequest, EtcdResponse, EtcdRpc, EtcdWatchDelivery, Inside } from '../../wire/payload';
import { etcd } from './etcd';
import { newDisk } from './member';

const ask = (rpc: EtcdRpc, body: JsonObject): EtcdRequest => ({ protocol: 'etcd', kind: 'request', rpc, body });
const program = (start: (ctx: Ctx) => void): Program => ({ start, inspect: () => ({}) });
const simulation = (): Simulation => new Simulation({ seed: 1, latency: () => ({ leastUs: 50, spreadUs: 50 }) });

/** Runs calls of an apiserver one after the other and returns their answers. */
function calls(sim: Simulation, requests: readonly EtcdRequest[]): EtcdResponse[] {
  const answers: EtcdResponse[] = [];
  sim.process(API_SERVER)?.kill(0);
  sim.start(
    API_SERVER,
    program((ctx) =>
      ctx.spawn(
        (function* (): Task<void> {
          for (const request of requests) {
            const answer = yield* ctx.call(ETCD, request);
            if (answer.ok) answers.push(answer.payload as EtcdResponse);
          }
        })(),
      ),
    ),
  );
  sim.runToRest();
  return answers;
}

/** Opens a watch and gives the bodies that it hears. */
function watch(sim: Simulation, request: JsonObject): Json[] {
  const heard: Json[] = [];
  sim.start(
    API_SERVER,
    program(
      (ctx) =>
        void ctx.open(ETCD, ask('Watch', { create_request: request }), (item: StreamItem) => {
          if (item.type === 'end') heard.push(item.reason);
          else heard.push((item.payload as EtcdResponse | EtcdWatchDelivery).body);
        }),
    ),
  );
  sim.runToRest();
  return heard;
}

const folded = (sim: Simulation): { [path: string]: Json } => {
  const interior: { [path: string]: Json } = {};
  for (const { from, payload } of sim.recorder.records) {
    if (from !== ETCD || payload.kind !== 'inside') continue;
    if ((payload as Inside).topic === 'stopped') for (const path of Object.keys(interior)) delete interior[path];
    for (const [path, value] of Object.entries((payload as Inside).set)) {
      if (value === null || value === undefined) delete interior[path];
      else interior[path] = value;
    }
  }
  return interior;
};

describe('calls', () => {
  it('are answered with the revision they made or saw [P1]', () => {
    const sim = simulation();
    sim.start(ETCD, etcd(newDisk()));
    const [put, read, refused] = calls(sim, [
      ask('Put', { key: 'a', value: { is: 'stored as it is' } }),
      ask('Range', { key: 'a' }),
      ask('Range', { key: 'a', revision: 9 }),
    ]);
    expect(put?.body).toMatchObject({ header: { revision: 2 } });
    expect(read?.body.kvs).toEqual([{ key: 'a', create_revision: 2, mod_revision: 2, version: 1, value: { is: 'stored as it is' } }]);
    expect(refused?.error).toEqual({ code: 'OutOfRange', message: 'etcdserver: mvcc: required revision is a future revision' });
  });

  it('that write are applied in the order in which they arrive [P2]', () => {
    const sim = simulation();
    sim.start(ETCD, etcd(newDisk()));
    sim.start(
      API_SERVER,
      program((ctx) => {
        for (let i = 0; i < 50; i++)
          ctx.spawn(
            (function* (): Task<void> {
              yield* ctx.call(ETCD, ask('Put', { key: `k${i}`, value: 'v' }));
            })(),
          );
      }),
    );
    sim.runToRest();
    const commits = sim.recorder.records.filter((r) => r.payload.kind === 'inside' && (r.payload as Inside).topic === 'commit');
    expect(commits.map((r) => (r.payload as Inside).detail.key)).toEqual(Array.from({ length: 50 }, (_, i) => `k${i}`));
  });
});

describe('a watch', () => {
  it('hears its commits, caused by the request that wrote [W1, P3]', () => {
    const sim = simulation();
    sim.start(ETCD, etcd(newDisk()));
    const heard = watch(sim, { key: '/registry/pods/', range_end: '/registry/pods0', prev_kv: true });
    sim.start(
      'kubectl' as never,
      program((ctx) =>
        ctx.spawn(
          (function* (): Task<void> {
            yield* ctx.call(ETCD, ask('Put', { key: '/registry/pods/default/a', value: { n: 1 } }));
            yield* ctx.call(ETCD, ask('Put', { key: '/registry/nodes/x', value: {} }));
            yield* ctx.call(ETCD, ask('DeleteRange', { key: '/registry/pods/default/a' }));
          })(),
        ),
      ),
    );
    sim.runToRest();
    expect(heard).toMatchObject([
      { created: true },
      { header: { revision: 2 }, events: [{ type: 'PUT', kv: { key: '/registry/pods/default/a', value: { n: 1 } } }] },
      { header: { revision: 4 }, events: [{ type: 'DELETE', kv: { mod_revision: 4 }, prev_kv: { value: { n: 1 } } }] },
    ]);
    const delivery = sim.recorder.records.find((r) => r.payload.kind === 'watch-delivery');
    expect(sim.recorder.records[delivery?.cause ?? -1]?.payload).toMatchObject({ rpc: 'Put' });
  });

  it('from the past gets its backlog in one message; from below the compaction it is canceled and ended [W3, W5]', () => {
    const sim = simulation();
    sim.start(ETCD, etcd(newDisk()));
    calls(sim, [ask('Put', { key: 'a', value: '1' }), ask('Put', { key: 'a', value: '2' }), ask('Put', { key: 'a', value: '3' })]);
    sim.process(API_SERVER)?.kill(0);
    expect(watch(sim, { key: 'a', start_revision: 3 })).toMatchObject([
      { created: true },
      { events: [{ kv: { value: '2' } }, { kv: { value: '3' } }] },
    ]);
    calls(sim, [ask('Compact', { revision: 4 })]);
    sim.process(API_SERVER)?.kill(0);
    expect(watch(sim, { key: 'a', start_revision: 3 })).toMatchObject([
      { created: true },
      { canceled: true, compact_revision: 4 },
      'compacted',
    ]);
  });
});

describe('a lease', () => {
  it('takes its keys with it when it expires, unless it is kept alive [L3, L4]', () => {
    const sim = simulation();
    const disk = newDisk();
    sim.start(ETCD, etcd(disk));
    const [grant] = calls(sim, [ask('LeaseGrant', { TTL: 60 })]);
    const ID = grant?.body.ID as number;
    expect(Number.isSafeInteger(ID) && ID > 0).toBe(true);
    calls(sim, [ask('Put', { key: 'b', value: '', lease: ID }), ask('Put', { key: 'a', value: '', lease: ID })]);
    sim.runUntil(simTime(50 * SECOND));
    calls(sim, [ask('LeaseKeepAlive', { ID })]);
    sim.runUntil(simTime(100 * SECOND));
    expect(disk.store.get('a')).not.toBeNull();
    sim.runUntil(simTime(2 * MINUTE));
    expect(disk.store.get('a')).toBeNull();
    expect(disk.store.since(disk.store.revision)[0]?.changes.map(({ kv }) => kv.key)).toEqual(['a', 'b']);
  });
});

describe('a restart', () => {
  it('goes on from the disk, and leases get their whole time again [L5, P4]', () => {
    const sim = simulation();
    const disk = newDisk();
    const first = sim.start(ETCD, etcd(disk));
    calls(sim, [ask('LeaseGrant', { ID: 7, TTL: 60 }), ask('Put', { key: 'a', value: '1', lease: 7 })]);
    sim.runUntil(simTime(50 * SECOND));
    first.kill(137);
    sim.start(ETCD, etcd(disk));
    expect(calls(sim, [ask('Range', { key: 'a' })])[0]?.body).toMatchObject({ count: 1 });
    sim.runUntil(simTime(100 * SECOND));
    expect(disk.store.get('a')).not.toBeNull();
    sim.runUntil(simTime(111 * SECOND));
    expect(disk.store.get('a')).toBeNull();
    expect(folded(sim)).toEqual(sim.process(ETCD)?.program.inspect());
  });
});

it('folding what etcd noted gives its interior [P5]', () => {
  const sim = simulation();
  sim.start(ETCD, etcd(newDisk()));
  calls(sim, [
    ask('Put', { key: 'a', value: '1' }),
    ask('Put', { key: 'b', value: '1' }),
    ask('DeleteRange', { key: 'a' }),
    ask('LeaseGrant', { ID: 5, TTL: 60 }),
    ask('LeaseGrant', { ID: 6, TTL: 60 }),
    ask('LeaseRevoke', { ID: 5 }),
    ask('Compact', { revision: 3 }),
  ]);
  expect(folded(sim)).toEqual(sim.process(ETCD)?.program.inspect());
  expect(folded(sim)).toEqual({ revision: 4, compacted: 3, 'key/b': 3, 'lease/6': 60 });
});
