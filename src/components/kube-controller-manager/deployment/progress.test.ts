import { describe, expect, it } from 'vitest';
import { SECOND, simTime } from '../../../base/brand';
import { rfc3339 } from '../../../machinery/time';
import type { Condition, Deployment, ReplicaSet } from '../../../machinery/types';
import { isComplete, isProgressing, progressCheckAfter, rolloutStatus } from './progress';
import { conditionOf, type DeploymentStatus, withCondition } from './status';

const at = (seconds: number): ReturnType<typeof simTime> => simTime(seconds * SECOND);
const progressing = (reason: string, seconds: number, status: Condition['status'] = 'True'): Condition => ({
  type: 'Progressing',
  status,
  reason,
  message: '',
  lastUpdateTime: rfc3339(at(seconds)),
  lastTransitionTime: rfc3339(at(seconds)),
});
const deployment = (status: DeploymentStatus, progressDeadlineSeconds = 60): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd', generation: 2 },
  spec: { replicas: 3, selector: {}, template: { spec: { containers: [] } }, strategy: { type: 'Recreate' }, progressDeadlineSeconds },
  status,
});
const set = (name: string, replicas: number, status: NonNullable<ReplicaSet['status']>): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name },
  spec: { replicas, selector: {}, template: { spec: { containers: [] } } },
  status,
});
const counts = { replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 };

describe('a rollout', () => {
  const current = set('new', 3, { replicas: 2, availableReplicas: 1, observedGeneration: 1, terminatingReplicas: 0 });

  it('is complete if all pods are new and available, of the generation that is wanted', () => {
    expect(isComplete(deployment({}), { ...counts, observedGeneration: 2 })).toBe(true);
    expect(isComplete(deployment({}), { ...counts, observedGeneration: 1 })).toBe(false);
    expect(isComplete(deployment({}), { ...counts, replicas: 4, observedGeneration: 2 })).toBe(false);
  });

  it('gets on with each new pod, each old one that goes, each that becomes ready or available', () => {
    const before = deployment({ replicas: 5, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 });
    const now = { replicas: 5, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };
    expect(isProgressing(before, now)).toBe(false);
    expect(isProgressing(before, { ...now, replicas: 4 })).toBe(true);
    expect(isProgressing(before, { ...now, availableReplicas: 3 })).toBe(true);
    expect(isProgressing(before, { ...now, readyReplicas: 1 })).toBe(false);
  });

  it('renews the time of its progress with each step, not that of its beginning', () => {
    const before = deployment({ conditions: [progressing('ReplicaSetUpdated', 5)] });
    const status = rolloutStatus(before, [current], current, at(9));
    expect(conditionOf(status, 'Progressing')).toMatchObject({
      reason: 'ReplicaSetUpdated',
      message: 'ReplicaSet "new" is progressing.',
      lastUpdateTime: rfc3339(at(9)),
      lastTransitionTime: rfc3339(at(5)),
    });
  });

  it('that stands still too long is told so once', () => {
    const stuck: DeploymentStatus = {
      replicas: 2,
      updatedReplicas: 2,
      availableReplicas: 1,
      conditions: [progressing('ReplicaSetUpdated', 5)],
    };
    expect(conditionOf(rolloutStatus(deployment(stuck), [current], current, at(65)), 'Progressing')?.reason).toBe('ReplicaSetUpdated');
    const late = rolloutStatus(deployment(stuck), [current], current, at(66));
    expect(conditionOf(late, 'Progressing')).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' });
    expect(rolloutStatus(deployment(late), [current], current, at(99))).toEqual(late);
  });

  it('is looked at again when its deadline is over', () => {
    const status = { replicas: 2 };
    const stuck = deployment({ conditions: [progressing('ReplicaSetUpdated', 5)] });
    expect(progressCheckAfter(stuck, status, at(25))).toBe(40 * SECOND);
    expect(progressCheckAfter(stuck, status, at(65))).toBe(0);
    expect(progressCheckAfter(deployment({ conditions: [progressing('ReplicaSetUpdated', 5)] }, 2_147_483_647), status, at(25))).toBeNull();
    expect(progressCheckAfter(deployment({}), status, at(25))).toBeNull();
    expect(progressCheckAfter(stuck, { ...counts, observedGeneration: 2 }, at(25))).toBeNull();
  });

  it('that has ended does not begin again with a new size', () => {
    const done = deployment({ ...counts, conditions: [progressing('NewReplicaSetAvailable', 5)] });
    expect(conditionOf(rolloutStatus(done, [current], current, at(9)), 'Progressing')).toEqual(progressing('NewReplicaSetAvailable', 5));
  });

  it('tells what hinders its ReplicaSets, and stops telling it', () => {
    const failure: Condition = {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: 'no',
      lastTransitionTime: rfc3339(at(1)),
    };
    const hindered = set('new', 3, { replicas: 0, conditions: [failure] });
    const status = rolloutStatus(deployment({}), [hindered], hindered, at(2));
    expect(conditionOf(status, 'ReplicaFailure')).toEqual({ ...failure, lastUpdateTime: rfc3339(at(1)) });
    expect(conditionOf(rolloutStatus(deployment(status), [current], current, at(3)), 'ReplicaFailure')).toBeUndefined();
  });
});

it('a condition moves to the end when it changes, and keeps the time of its status', () => {
  const available: Condition = { ...progressing('A', 1), type: 'Available' };
  const status = { conditions: [progressing('ReplicaSetUpdated', 1), available] };
  expect(withCondition(status, progressing('ReplicaSetUpdated', 9))).toBe(status);
  expect(withCondition(status, progressing('Other', 9)).conditions).toEqual([
    available,
    { ...progressing('Other', 9), lastTransitionTime: rfc3339(at(1)) },
  ]);
});

it('nobody knows how many pods are ending if one ReplicaSet does not say', () => {
  const told = set('a', 1, { replicas: 1, observedGeneration: 1, terminatingReplicas: 2 });
  const unseen = set('b', 1, { replicas: 0 });
  const silent = set('c', 1, { replicas: 1, observedGeneration: 1 });
  expect(rolloutStatus(deployment({}), [told, unseen], unseen, at(0)).terminatingReplicas).toBe(2);
  expect(rolloutStatus(deployment({}), [told, silent], silent, at(0)).terminatingReplicas).toBeUndefined();
});
