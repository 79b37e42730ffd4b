import { describe, expect, it } from 'vitest';
import { simTime } from '../../base/brand';
import type { JsonObject } from '../../base/json';
import { answer, newDisk, type UnaryRpc } from './member';
import { WatchHub } from './watch';

/** The last answer's body, or its error's text. */
function run(...calls: readonly (readonly [UnaryRpc, JsonObject])[]): JsonObject | string {
  const disk = newDisk();
  let last: JsonObject | string = '';
  for (const [rpc, body] of calls) {
    const outcome = answer(disk, rpc, body, simTime(0));
    last = outcome.ok ? outcome.value : outcome.error.message;
  }
  return last;
}
const put = (key: string, value = 'v'): readonly [UnaryRpc, JsonObject] => ['Put', { key, value }];
const all = { key: '\0', range_end: '\0' };

describe('a range', () => {
  it.each([
    ['one key', { key: 'b' }, ['b'], 1, false],
    ['up to, without its end', { key: 'a', range_end: 'c' }, ['a', 'b'], 2, false],
    ['from a key on', { key: 'b', range_end: '\0' }, ['b', 'c'], 2, false],
    ['backwards', { ...all, sort_order: 'DESCEND' }, ['c', 'b', 'a'], 3, false],
    ['limited, but counted whole', { ...all, limit: 2 }, ['a', 'b'], 3, true],
    ['newest first', { ...all, sort_order: 'DESCEND', sort_target: 'MOD', limit: 1 }, ['a'], 3, true],
    ['sorted without an order, only what the limit let through', { ...all, sort_target: 'MOD', limit: 1 }, ['b'], 3, true],
    ['filtered by revision, but counted whole', { ...all, min_mod_revision: 5 }, ['a'], 3, false],
    ['the past', { ...all, revision: 3 }, ['a', 'b'], 2, false],
    ['counted only', { ...all, count_only: true }, undefined, 3, false],
  ])('%s [M3, M4, M5, M6]', (_, body, keys, count, more) => {
    const found = run(put('a'), put('b'), put('c'), put('a'), ['Range', body]) as JsonObject;
    expect((found.kvs as JsonObject[] | undefined)?.map((kv) => kv.key)).toEqual(keys);
    expect([found.count, found.more ?? false]).toEqual([count, more]);
  });
});

describe('a transaction', () => {
  const put1 = { request_put: { key: 'a', value: '1' } };
  it.each<[string, JsonObject, string | JsonObject]>([
    [
      'creates if the key is not there',
      { compare: [{ key: 'x', target: 'MOD', mod_revision: 0 }], success: [put1] },
      { header: { revision: 3 }, succeeded: true, responses: [{ response_put: { header: { revision: 3 } } }] },
    ],
    ['takes the other branch', { compare: [{ key: 'a', target: 'MOD', mod_revision: 9 }], success: [put1] }, { header: { revision: 2 } }],
    ['puts no key twice', { success: [put1, put1] }, 'etcdserver: duplicate key given in txn request'],
    [
      'does not put what it deletes',
      { success: [{ request_delete_range: { key: 'a', range_end: 'b' } }, put1] },
      'etcdserver: duplicate key given in txn request',
    ],
    [
      'may put a key in either branch of a nested one',
      { success: [{ request_txn: { success: [put1], failure: [put1] } }] },
      {
        header: { revision: 3 },
        succeeded: true,
        responses: [{ response_txn: { succeeded: true, responses: [{ response_put: { header: { revision: 3 } } }] } }],
      },
    ],
    [
      'is not too long',
      { success: Array.from({ length: 129 }, (_, i) => ({ request_put: { key: `${i}` } })) },
      'etcdserver: too many operations in txn request',
    ],
    [
      'never holds for the value of what is not there',
      { compare: [{ key: 'x', target: 'VALUE', result: 'NOT_EQUAL', value: '' }], failure: [put1] },
      { header: { revision: 3 }, responses: [{ response_put: { header: { revision: 3 } } }] },
    ],
    ['is refused as a whole', { success: [put1, { request_put: { key: 'y', ignore_value: true } }] }, 'etcdserver: key not found'],
  ])('%s [T1 to T6]', (_, body, expected) => {
    expect(run(put('a'), ['Txn', body])).toEqual(expected);
  });

  it('compares before it writes, and reads what it wrote [T1, T3]', () => {
    const nested = { compare: [{ key: 'a', target: 'VERSION', version: 1 }], success: [{ request_range: { key: 'a' } }] };
    const done = run(put('a', '0'), ['Txn', { success: [put1, { request_txn: nested }] }]) as JsonObject;
    expect(done.responses).toMatchObject([
      {},
      { response_txn: { succeeded: true, responses: [{ response_range: { kvs: [{ value: '1', version: 2 }] } }] } },
    ]);
  });
});

it.each<[string, readonly (readonly [UnaryRpc, JsonObject])[], string]>([
  [
    'twice',
    [put('a'), ['Compact', { revision: 2 }], ['Compact', { revision: 2 }]],
    'etcdserver: mvcc: required revision has been compacted',
  ],
  ['beyond the present', [['Compact', { revision: 2 }]], 'etcdserver: mvcc: required revision is a future revision'],
  [
    'and a read below',
    [put('a'), put('a'), ['Compact', { revision: 3 }], ['Range', { key: 'a', revision: 2 }]],
    'etcdserver: mvcc: required revision has been compacted',
  ],
])('compaction %s is refused [C2]', (_, calls, expected) => {
  expect(run(...calls)).toBe(expected);
});

it.each<[string, readonly (readonly [UnaryRpc, JsonObject])[], JsonObject | string]>([
  ['lives 2 s at least', [['LeaseGrant', { ID: 1, TTL: 1 }]], { header: { revision: 1 }, ID: 1, TTL: 2 }],
  ['does not live for ever', [['LeaseGrant', { ID: 1, TTL: 9_000_000_001 }]], 'etcdserver: too large lease TTL'],
  [
    'has its own id',
    [
      ['LeaseGrant', { ID: 1, TTL: 9 }],
      ['LeaseGrant', { ID: 1, TTL: 9 }],
    ],
    'etcdserver: lease already exists',
  ],
  ['must be there for a put', [['Put', { key: 'a', lease: 1 }]], 'etcdserver: requested lease not found'],
  [
    'loses a key that is put without it',
    [
      ['LeaseGrant', { ID: 1, TTL: 9 }],
      ['Put', { key: 'a', lease: 1 }],
      put('a'),
      ['LeaseRevoke', { ID: 1 }],
      ['Range', { key: 'a', count_only: true }],
    ],
    { header: { revision: 3 }, count: 1 },
  ],
])('a lease %s [L1, L2]', (_, calls, expected) => {
  expect(run(...calls)).toEqual(expected);
});

it.each([
  ['NOPUT', ['DELETE']],
  ['NODELETE', ['PUT', 'PUT']],
])('a watch with filter %s hears %j only [W2]', (filter, types) => {
  const disk = newDisk();
  const hub = new WatchHub(disk.store);
  disk.store.onCommit = (commit) => hub.notify(commit);
  const heard: unknown[] = [];
  hub
    .stream((response) => void heard.push(...(response.events as JsonObject[]).map((event) => event.type)))
    .create({ key: 'a', filters: [filter] });
  for (const [rpc, body] of [put('a'), put('a'), ['DeleteRange', { key: 'a' }] as const]) answer(disk, rpc, body, simTime(0));
  expect(heard).toEqual(types);
});
