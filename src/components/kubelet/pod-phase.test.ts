import { describe, expect, it } from 'vitest';
import type { ContainerState, ContainerStatus, PodSpec } from '../../machinery/types';
import { type Phase, podPhase } from './pod-phase';

const running: ContainerState = { running: { startedAt: '' } };
const ended = (exitCode: number): ContainerState => ({ terminated: { exitCode } });
const waiting: ContainerState = { waiting: {} };
const status = (name: string, state: ContainerState, more: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name,
  state,
  ready: false,
  restartCount: 0,
  image: '',
  imageID: '',
  ...more,
});
const spec = (restartPolicy: 'Always' | 'OnFailure' | 'Never', inits: PodSpec['initContainers'] = []): PodSpec => ({
  restartPolicy,
  initContainers: inits,
  containers: [
    { name: 'a', image: 'i' },
    { name: 'b', image: 'i' },
  ],
});
const both = (a: ContainerState, b: ContainerState): ContainerStatus[] => [status('a', a), status('b', b)];

describe('a pod’s phase', () => {
  it.each<[Phase, PodSpec['restartPolicy'] & string, ContainerState, ContainerState]>([
    ['Running', 'Always', running, running],
    ['Running', 'Always', ended(1), ended(0)],
    ['Pending', 'Always', running, waiting],
    ['Running', 'OnFailure', ended(1), ended(0)],
    ['Succeeded', 'OnFailure', ended(0), ended(0)],
    ['Running', 'Never', running, ended(1)],
    ['Failed', 'Never', ended(0), ended(1)],
    ['Succeeded', 'Never', ended(0), ended(0)],
  ])('is %s with restartPolicy %s', (phase, policy, a, b) => {
    expect(podPhase(spec(policy), both(a, b), false, true)).toBe(phase);
  });

  it('is its end once nothing will be started again', () => {
    expect(podPhase(spec('Always'), both(ended(0), ended(0)), true, true)).toBe('Succeeded');
    expect(podPhase(spec('Always'), both(ended(0), ended(1)), true, true)).toBe('Failed');
  });

  it('is Pending until it is initialized, and Failed if that failed for good', () => {
    const init = [{ name: 'i', image: 'i' }];
    expect(podPhase(spec('Never', init), [status('i', running)], false, false)).toBe('Pending');
    expect(podPhase(spec('Never', init), [status('i', ended(1))], false, false)).toBe('Failed');
    expect(podPhase(spec('Always', init), [status('i', ended(1))], false, false)).toBe('Pending');
  });

  it('is not taken back by a sidecar that starts again', () => {
    const sidecar = [{ name: 's', image: 'i', restartPolicy: 'Always' }];
    const statuses = [status('s', running, { started: false }), ...both(running, running)];
    expect(podPhase(spec('Always', sidecar), statuses, false, true)).toBe('Running');
    expect(podPhase(spec('Always', sidecar), statuses, false, false)).toBe('Pending');
  });
});
