import { describe, expect, it } from 'vitest';
import type { Container, Pod, PodSpec } from '../../machinery/types';
import { computePodActions, type ProbeResult } from './compute-actions';
import { containerHash } from './containers-of';
import type { RuntimeContainer, RuntimePod, RuntimeState } from './runtime-status';

const main: Container = { name: 'c', image: 'i' };
const init: Container = { name: 'init', image: 'i' };
const sidecar: Container = { name: 'side', image: 'i', restartPolicy: 'Always' };
const podOf = (spec: Partial<PodSpec>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', uid: 'u' },
  spec: { restartPolicy: 'Always', containers: [main], ...spec },
});
const status = (container: Container, state: RuntimeState, exitCode = 0): RuntimeContainer => ({
  id: `${container.name}-id`,
  name: container.name,
  state,
  createdUs: 0,
  startedUs: 0,
  finishedUs: 0,
  exitCode,
  reason: '',
  message: '',
  image: '',
  imageRef: '',
  hash: containerHash(container),
  restartCount: 0,
});
const runtime = (containers: readonly RuntimeContainer[], sandbox: { ready?: boolean; attempt?: number } | null = {}): RuntimePod => ({
  uid: 'u',
  ips: [],
  sandboxes:
    sandbox === null ? [] : [{ id: 's', attempt: 0, createdUs: 0, ready: true, ips: ['10.0.0.2'], hostNetwork: false, ...sandbox }],
  containers,
});
const decide = (spec: Partial<PodSpec>, found: RuntimePod, liveness: ProbeResult = 'success') =>
  computePodActions(podOf(spec), found, { liveness: () => liveness, startup: () => 'success' });

describe('what to do for a pod', () => {
  it.each<[string, Partial<PodSpec>, RuntimePod, object]>([
    ['a new pod needs a sandbox and all containers', {}, runtime([], null), { createSandbox: true, attempt: 0, containersToStart: [0] }],
    ['one that runs needs nothing', {}, runtime([status(main, 'running')]), { containersToStart: [], killPod: false }],
    [
      'a dead sandbox takes all with it',
      {},
      runtime([status(main, 'running')], { ready: false }),
      { killPod: true, createSandbox: true, attempt: 1 },
    ],
    ['what ended is started again', {}, runtime([status(main, 'exited', 1)]), { containersToStart: [0] }],
    [
      '... but not if it may not',
      { restartPolicy: 'Never' },
      runtime([status(main, 'exited', 1)]),
      { containersToStart: [], killPod: true },
    ],
    [
      '... nor after success if only failures are',
      { restartPolicy: 'OnFailure' },
      runtime([status(main, 'exited')]),
      { containersToStart: [] },
    ],
    ['another image needs another container', {}, runtime([{ ...status(main, 'running'), hash: 'old' }]), { containersToStart: [0] }],
    ['init containers go first', { initContainers: [init] }, runtime([]), { initContainersToStart: [0], containersToStart: [] }],
    ['a running init container is waited for', { initContainers: [init] }, runtime([status(init, 'running')]), { containersToStart: [] }],
    ['after the last of them the others start', { initContainers: [init] }, runtime([status(init, 'exited')]), { containersToStart: [0] }],
    ['one that failed is tried again', { initContainers: [init] }, runtime([status(init, 'exited', 1)]), { initContainersToStart: [0] }],
    [
      'a sidecar that runs lets the others start',
      { initContainers: [sidecar] },
      runtime([status(sidecar, 'running')]),
      { containersToStart: [0] },
    ],
    [
      'a sidecar that ended is started beside them',
      { initContainers: [sidecar] },
      runtime([status(sidecar, 'exited'), status(main, 'running')]),
      { initContainersToStart: [0], containersToStart: [] },
    ],
  ])('%s', (_name, spec, found, expected) => {
    expect(decide(spec, found)).toMatchObject(expected);
  });

  it('a failed liveness probe kills and, unless it may not, starts again', () => {
    const found = runtime([status(main, 'running')]);
    expect(decide({}, found, 'failure')).toMatchObject({
      containersToStart: [0],
      containersToKill: [{ id: 'c-id', message: 'Container c failed liveness probe, will be restarted' }],
    });
    expect(decide({ restartPolicy: 'Never' }, found, 'failure')).toMatchObject({ containersToStart: [], killPod: true });
  });
});
