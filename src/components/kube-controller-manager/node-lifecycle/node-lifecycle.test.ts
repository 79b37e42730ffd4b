// When a node is given up, and how fast: by its signs of life, by the state of its zone, by what its pods tolerate.
import { describe, expect, test } from 'vitest';
import { SECOND, simTime } from '../../../base/brand';
import { rfc3339, rfc3339Micro } from '../../../machinery/time';
import type { Condition, Lease, Node } from '../../../machinery/types';
import { type Health, judge, type Verdict } from './node-health';
import { hasTaint, noScheduleChanges } from './node-taints';
import { replan, secondsTolerated } from './taint-eviction-controller';
import { disruption, evictionRate, ZoneQueue, type ZoneState } from './zones';

const at = (seconds: number) => simTime(seconds * SECOND);
const condition = (type: string, status: Condition['status'], heartbeat = 0): Condition => ({
  type,
  status,
  lastHeartbeatTime: rfc3339(at(heartbeat)),
  lastTransitionTime: rfc3339(at(0)),
});
const node = (conditions: readonly Condition[]): Node =>
  ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n', creationTimestamp: rfc3339(at(0)) },
    spec: {},
    status: { conditions },
  }) as Node;
const lease = (seconds: number): Lease =>
  ({ apiVersion: 'v1', kind: 'Lease', metadata: { name: 'n' }, spec: { renewTime: rfc3339Micro(at(seconds)) } }) as Lease;

/** Looks at a node every five seconds, with its lease as it then is. */
function watch(
  until: number,
  of: Node,
  renewedAt: (seconds: number) => number | null,
): { readonly seconds: number; readonly verdict: Verdict } | null {
  let health: Health | null = null;
  for (let seconds = 0; seconds <= until; seconds += 5) {
    const renewed = renewedAt(seconds);
    const verdict = judge(of, health, renewed === null ? undefined : lease(renewed), at(seconds));
    if (verdict.write !== null) return { seconds, verdict };
    health = verdict.health;
  }
  return null;
}

describe('a node', () => {
  const ready = node([condition('MemoryPressure', 'False'), condition('NetworkUnavailable', 'False'), condition('Ready', 'True')]);
  test('that renews its lease is left alone', () => {
    expect(watch(600, ready, (now) => now - (now % 10))).toBeNull();
  });
  test('that is silent is called unknown at the first look after 50 seconds', () => {
    const lost = watch(600, ready, () => 0);
    expect(lost?.seconds).toBe(55);
    expect(lost?.verdict.observed.status).toBe('True');
    const told = lost?.verdict.write?.status?.conditions ?? [];
    expect(told.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'MemoryPressure=Unknown',
      'NetworkUnavailable=False',
      'Ready=Unknown',
      'DiskPressure=Unknown',
      'PIDPressure=Unknown',
    ]);
    expect(told[0]).toMatchObject({ reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' });
    expect(told[3]).toMatchObject({ reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.' });
  });
  test('that never said anything has a minute', () => {
    expect(watch(600, node([]), () => null)?.seconds).toBe(65);
  });
  test('that is known to be unknown is not written again', () => {
    const unknown = node(['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => condition(type, 'Unknown')));
    expect(watch(600, unknown, () => 0)).toBeNull();
  });
});

describe('taints that keep pods away', () => {
  test('follow the conditions and leave others alone', () => {
    const other = { key: 'mine', effect: 'NoSchedule' } as const;
    const unreachable = { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' } as const;
    const silent = { ...node([condition('Ready', 'Unknown')]), spec: { taints: [other] } };
    expect(noScheduleChanges(silent)).toEqual({ add: [unreachable], remove: [] });
    const back = { ...node([condition('Ready', 'True')]), spec: { taints: [other, unreachable] } };
    expect(noScheduleChanges(back)).toEqual({ add: [], remove: [unreachable] });
    expect(hasTaint(back.spec.taints, unreachable)).toBe(true);
  });
});

describe('zones', () => {
  const ready = (well: number, ill: number): Condition[] => [
    ...Array.from({ length: well }, () => condition('Ready', 'True')),
    ...Array.from({ length: ill }, () => condition('Ready', 'Unknown')),
  ];
  const look = (before: { readonly [zone: string]: ZoneState }, now: { readonly [zone: string]: Condition[] }) =>
    disruption(new Map(Object.entries(before)), new Map(Object.entries(now)));
  test('with a few nodes ill give up one in ten seconds, with most ill none', () => {
    expect([evictionRate('Normal', 9), evictionRate('PartialDisruption', 9), evictionRate('PartialDisruption', 51)]).toEqual([
      0.1, 0, 0.01,
    ]);
    expect(look({ z: 'Normal' }, { z: ready(3, 4) })).toMatchObject({ states: new Map([['z', 'PartialDisruption']]) });
    expect(look({ z: 'Normal' }, { z: ready(1, 2) })).toMatchObject({ states: new Map([['z', 'Normal']]) });
  });
  test('all without a node that is well give up nobody', () => {
    expect(look({ a: 'Normal', b: 'Normal' }, { a: ready(0, 2), b: ready(0, 1) }).type).toBe('entered');
    expect(look({ a: 'FullDisruption' }, { a: ready(0, 2) }).type).toBe('states');
    expect(look({ a: 'FullDisruption' }, { a: ready(1, 1) }).type).toBe('left');
  });
  test('hand out their nodes one by one, and a node once until it is well again', () => {
    const queue = new ZoneQueue();
    expect([queue.add('a'), queue.add('b'), queue.add('a')]).toEqual([true, true, false]);
    expect([queue.take(at(0)), queue.take(at(5)), queue.readyAtUs(), queue.take(at(10))]).toEqual(['a', null, at(10), 'b']);
    expect(queue.add('a')).toBe(false);
    queue.remove('a');
    expect(queue.add('a')).toBe(true);
    queue.limit(0);
    expect([queue.take(at(99)), queue.readyAtUs()]).toEqual([null, null]);
  });
});

describe('a pod on a tainted node', () => {
  const taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' } as const;
  const tolerates = (tolerationSeconds?: number) => [
    { key: taint.key, operator: 'Exists', effect: 'NoExecute', ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }) },
  ];
  test('may stay as long as it tolerates all taints', () => {
    expect(secondsTolerated([taint], [])).toBe(0);
    expect(secondsTolerated([taint], tolerates(300))).toBe(300);
    expect(secondsTolerated([taint], tolerates())).toBeNull();
    expect(secondsTolerated([taint, { key: 'other', effect: 'NoExecute' }], tolerates(300))).toBe(0);
    expect(secondsTolerated([], [])).toBeNull();
  });
  test('wins no time by a change that comes later, and is saved when the taint goes', () => {
    const planned = replan(null, 300, at(0));
    expect(planned).toEqual({ sinceUs: at(0), dueUs: at(300) });
    expect(replan(planned, 600, at(10))).toBe(planned);
    expect(replan(planned, 0, at(10))).toEqual({ sinceUs: at(10), dueUs: at(10) });
    expect(replan(planned, null, at(10))).toBeNull();
  });
});
