import { describe, expect, it } from 'vitest';
import { SECOND, simTime } from '../../../base/brand';
import { rfc3339 } from '../../../machinery/time';
import type { Pod, ReplicaSet } from '../../../machinery/types';
import { nextBatch } from '../pod-control';
import { compareForDeletion, podsToDelete } from './deletion-rank';
import { calculateStatus, statusToWrite } from './status';

const NOW = simTime(100_000 * SECOND);
interface PodOptions {
  readonly on?: string;
  readonly phase?: 'Pending' | 'Running';
  readonly ready?: boolean;
  readonly cost?: string;
  readonly restarts?: number;
  readonly ageSeconds?: number;
}
const pod = (
  name: string,
  { on = 'n1', phase = 'Running', ready = true, cost, restarts = 0, ageSeconds = 1_000 }: PodOptions = {},
): Pod => {
  const since = rfc3339(simTime(NOW - ageSeconds * SECOND));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      labels: { app: 'd' },
      creationTimestamp: since,
      ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
    },
    spec: { containers: [], ...(on === '' ? {} : { nodeName: on }) },
    status: {
      phase,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: since }],
      containerStatuses: [{ name: 'c', ready, restartCount: restarts, image: '', imageID: '' }],
    },
  };
};
const set = (change: Partial<ReplicaSet> = {}): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'd', generation: 1 },
  spec: { replicas: 2, selector: {}, template: { metadata: { labels: { app: 'd' } }, spec: { containers: [] } } },
  status: { replicas: 0 },
  ...change,
});

describe('the first to go', () => {
  const goesFirst = (a: Pod, b: Pod, ranks: readonly [number, number] = [1, 1]): boolean =>
    compareForDeletion(a, ranks[0], b, ranks[1], NOW) < 0 && compareForDeletion(b, ranks[1], a, ranks[0], NOW) > 0;

  it.each([
    ['is on no node yet', pod('a', { on: '' }), pod('b')],
    ['is pending', pod('a', { phase: 'Pending' }), pod('b')],
    ['is not ready', pod('a', { ready: false }), pod('b')],
    ['costs less', pod('a', { cost: '-5' }), pod('b')],
    ['was ready for less long', pod('a', { ageSeconds: 10 }), pod('b', { ageSeconds: 10_000 })],
    ['restarted more often', pod('a', { restarts: 3 }), pod('b')],
  ])('%s', (_, a, b) => expect(goesFirst(a, b)).toBe(true));

  it('is on the node that has more of them', () => expect(goesFirst(pod('a'), pod('b'), [3, 1])).toBe(true));
  it('is told by its uid alone among pods of about one age', () =>
    expect(goesFirst(pod('a', { ageSeconds: 700 }), pod('b', { ageSeconds: 600 }))).toBe(true));
  it('is found without sorting if all go', () => {
    const pods = [pod('b'), pod('a')];
    expect(podsToDelete(pods, pods, 2, NOW)).toBe(pods);
  });
});

describe('the status', () => {
  it('counts pods that are labelled, ready, and ready for long enough', () => {
    const slow = set({ spec: { ...set().spec, minReadySeconds: 100 } });
    const pods = [pod('a'), pod('b', { ageSeconds: 10 }), pod('c', { ready: false })];
    expect(calculateStatus(slow, pods, 1, null, NOW)).toEqual({
      replicas: 3,
      fullyLabeledReplicas: 3,
      readyReplicas: 2,
      availableReplicas: 1,
      terminatingReplicas: 1,
    });
  });

  it('keeps the first failure until there is none', () => {
    const failure = { reason: 'FailedCreate', message: 'no' } as const;
    const failed = calculateStatus(set(), [], 0, failure, NOW);
    expect(failed.conditions).toMatchObject([{ type: 'ReplicaFailure', status: 'True', ...failure }]);
    const again = calculateStatus(set({ status: failed }), [], 0, { ...failure, message: 'still no' }, NOW);
    expect(again.conditions).toEqual(failed.conditions);
    expect(calculateStatus(set({ status: failed }), [], 0, null, NOW).conditions).toBeUndefined();
  });

  it('is written only if it says something new, or of a new generation', () => {
    const status = { replicas: 0, terminatingReplicas: 0 };
    expect(statusToWrite(set(), status)).toEqual({ ...status, observedGeneration: 1 });
    const known = set({ status: { ...status, observedGeneration: 1 } });
    expect(statusToWrite(known, { ...status, observedGeneration: 1 })).toBeNull();
    expect(statusToWrite({ ...known, metadata: { name: 'd', generation: 2 } }, { ...status, observedGeneration: 1 })).not.toBeNull();
  });
});

it('pods are asked for one, two, four, ... at a time', () => {
  const batches: number[] = [];
  for (let left = 10, size = nextBatch(10, null, 1); size > 0; left -= size, size = nextBatch(left, size, 1)) batches.push(size);
  expect(batches).toEqual([1, 2, 4, 3]);
});
