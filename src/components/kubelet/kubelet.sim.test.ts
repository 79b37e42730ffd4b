// The kubelet on the real engine and the real kube-apiserver.
import { describe, expect, it } from 'vitest';
import type { Container } from '../../machinery/types';
import type { TraceRecord } from '../../wire/record';
import { KUBELET, Machine } from './testing/machine';

const nginx: Container = { name: 'c', image: 'nginx:1' };
const shell = (name: string, script: string): Container => ({ name, image: 'busybox:1', command: ['sh', '-c', script] });
const START = ['ImageStatus', 'ImageStatus', 'CreateContainer', 'StartContainer'];
const LOOK = ['PodSandboxStatus', 'PodSandboxStatus', 'ContainerStatus'];
const core = (resource: string) => ({ group: '', version: 'v1', resource });

describe('a pod', () => {
  it('is started with the calls, requests and Events that were recorded on a real cluster', () => {
    const machine = new Machine()
      .mark()
      .pod('a', { containers: [nginx] })
      .rest();
    expect(machine.calls()).toEqual(['RunPodSandbox', 'PodSandboxStatus', ...START, ...LOOK]);
    const [get, patch] = ['GET /api/v1/namespaces/default/pods/a', 'PATCH /api/v1/namespaces/default/pods/a/status'];
    const token = 'POST /api/v1/namespaces/default/serviceaccounts/default/token';
    expect(machine.requests()).toEqual(['GET /api/v1/namespaces/default/configmaps', get, patch, token, get, patch, get, patch]);
    expect(machine.events()).toEqual([
      'Normal Pulled: Container image "nginx:1" already present on machine and can be accessed by the pod',
      'Normal Created: Container created',
      'Normal Started: Container started',
    ]);
    expect(machine.condition('a', 'Ready')).toBe('True');
    expect(machine.status('a')).toMatchObject({ phase: 'Running', podIP: '10.244.0.2', hostIP: '10.0.0.7', observedGeneration: 1 });
  });

  it('tells first that it waits, then that its sandbox is up, then that it runs, each time what differs', () => {
    const machine = new Machine()
      .mark()
      .pod('a', { containers: [nginx] })
      .rest();
    const [waits, sandbox, runs] = machine.patches();
    expect(waits).toMatchObject({
      observedGeneration: 1,
      resources: {},
      containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }],
    });
    expect(Object.keys(sandbox ?? {}).sort()).toEqual(['$setElementOrder/conditions', 'conditions']);
    expect(sandbox?.['conditions']).toMatchObject([{ type: 'PodReadyToStartContainers', status: 'True' }]);
    expect(runs).toMatchObject({ phase: 'Running', podIP: '10.244.0.2' });
    expect(runs).not.toHaveProperty('hostIP');
  });

  it('has a chain of causes from its last status back through its start to its binding', () => {
    const machine = new Machine().pod('a', { containers: [nginx] }).rest();
    const { records } = machine.sim.recorder;
    const isLast = ({ from, payload }: TraceRecord) =>
      from === KUBELET && payload.kind === 'request' && payload.protocol === 'http' && payload.method === 'PATCH';
    const chain: string[] = [];
    for (let at = [...records].reverse().find(isLast); at !== undefined; at = at.cause === null ? undefined : records[at.cause]) {
      if (at.payload.kind === 'request')
        chain.push(
          at.payload.protocol === 'cri' ? at.payload.rpc : at.payload.protocol === 'http' ? `${at.payload.method} ${at.payload.path}` : '',
        );
    }
    for (const step of ['ContainerStatus', 'StartContainer', 'CreateContainer', 'RunPodSandbox', 'POST /api/v1/namespaces/default/pods'])
      expect(chain).toContain(step);
  });

  it('is ended gracefully: told, stopped, told, collected, deleted', () => {
    const machine = new Machine()
      .pod('a', { containers: [nginx] })
      .rest()
      .mark();
    machine.deletePod('a').rest();
    const [get, patch] = ['GET /api/v1/namespaces/default/pods/a', 'PATCH /api/v1/namespaces/default/pods/a/status'];
    expect(machine.requests()).toEqual([get, patch, get, patch, get, get, 'DELETE /api/v1/namespaces/default/pods/a']);
    const calls = machine.calls();
    expect(calls.slice(0, 4)).toEqual(['StopContainer', 'StopPodSandbox', 'PodSandboxStatus', 'ContainerStatus']);
    expect(calls).toContain('RemoveContainer');
    expect(machine.patches().at(-1)).toMatchObject({ phase: 'Succeeded', containerStatuses: [{ state: { terminated: { exitCode: 0 } } }] });
    expect(machine.events()).toEqual(['Normal Killing: Stopping container c']);
    expect(machine.get(core('pods'), 'a')).toBeNull();
    machine.mark().run(130);
    expect(machine.calls()).toEqual(['StopPodSandbox', 'RemovePodSandbox']);
  });

  it('that ignores SIGTERM is killed when its grace period is over, but gets two seconds', () => {
    const machine = new Machine().pod('a', { containers: [shell('c', 'sleep 1000')], terminationGracePeriodSeconds: 1 }).rest();
    const before = machine.mark().sim.now;
    machine.deletePod('a').rest();
    expect(machine.sim.now - before).toBeGreaterThan(2_000_000);
    expect(machine.patches().at(-1)).toMatchObject({
      phase: 'Failed',
      containerStatuses: [{ state: { terminated: { exitCode: 137, reason: 'Error' } } }],
    });
  });

  it('runs its preStop hook first', () => {
    const lifecycle = { preStop: { exec: { command: ['sleep', '3'] } } };
    const machine = new Machine()
      .pod('a', { containers: [{ ...nginx, lifecycle }] })
      .rest()
      .mark();
    machine.deletePod('a').rest();
    expect(machine.calls().slice(0, 3)).toEqual(['ExecSync', 'StopContainer', 'StopPodSandbox']);
  });

  it('whose image changes gets another container', () => {
    const machine = new Machine()
      .pod('a', { containers: [nginx] })
      .rest()
      .mark();
    machine.patch('a', { spec: { containers: [{ name: 'c', image: 'unready:1' }] } }).rest();
    expect(machine.events()[0]).toBe('Normal Killing: Container c definition changed, will be restarted');
    expect(machine.status('a').containerStatuses).toMatchObject([{ restartCount: 1, image: 'docker.io/library/unready:1' }]);
  });

  it('that asks for more than the node has is refused', () => {
    const resources = { requests: { cpu: '3' } };
    const machine = new Machine()
      .mark()
      .pod('a', { containers: [{ ...nginx, resources }] })
      .rest();
    expect(machine.status('a')).toMatchObject({ phase: 'Failed', reason: 'OutOfcpu' });
    expect(machine.calls()).toEqual([]);
  });
});

describe('containers', () => {
  it('that fail are started again, later each time, and only the last dead one is kept', () => {
    const machine = new Machine().mark().pod('a', { containers: [shell('c', 'sleep 1; exit 1')] });
    machine.run(25);
    const crashes = machine.calls().filter((call) => call === 'StartContainer');
    expect(crashes.length).toBe(3);
    expect(machine.events().filter((event) => event.includes('BackOff'))).toEqual([
      expect.stringMatching(/^Warning BackOff: Back-off restarting failed container c in pod a_default\(/),
    ]);
    expect(machine.calls().filter((call) => call === 'RemoveContainer').length).toBe(2);
    expect(machine.status('a').containerStatuses).toMatchObject([
      { restartCount: 2, ready: false, lastState: { terminated: { exitCode: 1, reason: 'Error' } } },
    ]);
    expect(machine.condition('a', 'Ready')).toBe('False ContainersNotReady');
  });

  it('of a pod that is not restarted end it: Succeeded or Failed', () => {
    const machine = new Machine();
    machine.pod('good', { containers: [shell('c', 'exit 0')], restartPolicy: 'Never' });
    machine.pod('bad', { containers: [shell('c', 'exit 3')], restartPolicy: 'Never' }).rest();
    expect(machine.status('good')).toMatchObject({ phase: 'Succeeded' });
    expect(machine.condition('good', 'Ready')).toBe('False PodCompleted');
    expect(machine.status('bad')).toMatchObject({ phase: 'Failed', containerStatuses: [{ state: { terminated: { exitCode: 3 } } }] });
  });

  it('that initialise run one after the other, before the others', () => {
    const machine = new Machine().mark();
    machine.pod('a', { initContainers: [shell('one', 'sleep 1'), shell('two', 'sleep 1')], containers: [nginx] }).rest();
    expect(machine.condition('a', 'Initialized')).toBe('True');
    expect(machine.status('a')).toMatchObject({
      phase: 'Running',
      initContainerStatuses: [
        { name: 'one', ready: true, state: { terminated: { exitCode: 0, reason: 'Completed' } } },
        { name: 'two', ready: true },
      ],
    });
    const created = machine.patches().map((patch) => JSON.stringify(patch));
    expect(created[0]).toContain('containers with incomplete status: [one two]');
  });

  it('that initialise and fail are tried again, or end a pod that is not restarted', () => {
    const machine = new Machine().pod('a', { initContainers: [shell('i', 'exit 1')], containers: [nginx], restartPolicy: 'Never' }).rest();
    expect(machine.status('a')).toMatchObject({ phase: 'Failed' });
  });

  it('beside the others start before them and stop after them', () => {
    const sidecar = { ...nginx, name: 's', restartPolicy: 'Always' };
    const machine = new Machine()
      .mark()
      .pod('a', { initContainers: [sidecar], containers: [shell('c', 'trap "exit 0" TERM; sleep 2')], restartPolicy: 'Never' });
    machine.rest();
    expect(machine.status('a')).toMatchObject({
      phase: 'Succeeded',
      initContainerStatuses: [{ name: 's', state: { terminated: { exitCode: 0 } } }],
    });
    expect(machine.calls().filter((call) => call === 'StartContainer').length).toBe(2);
  });
});

describe('images', () => {
  it('that do not exist are waited for with a back-off', () => {
    const machine = new Machine().mark().pod('a', { containers: [{ name: 'c', image: 'nope/nothing' }] });
    machine.run(14);
    const [pulling, failed, error, ...later] = machine.events();
    expect(pulling).toBe('Normal Pulling: Pulling image "nope/nothing"');
    expect(failed).toMatch(/^Warning Failed: Failed to pull image "nope\/nothing": rpc error: code = NotFound desc = failed to pull/);
    expect(error).toBe('Warning Failed: Error: ErrImagePull');
    expect(later.slice(0, 2)).toEqual(['Normal BackOff: Back-off pulling image "nope/nothing"', 'Warning Failed: Error: ImagePullBackOff']);
    machine.run(30);
    expect(machine.status('a').containerStatuses?.[0]?.state?.waiting?.reason).toMatch(/^(ErrImagePull|ImagePullBackOff)$/);
  });

  it('are pulled one at a time', () => {
    const machine = new Machine().mark();
    for (const name of ['a', 'b', 'd']) machine.pod(name, { containers: [{ name: 'c', image: `nginx:${name}` }] });
    machine.rest();
    const waits = machine.events().flatMap((event) => /in (\d+)ms \((\d+)ms including/.exec(event)?.slice(1).map(Number) ?? []);
    expect(waits.length).toBe(6);
    expect(waits.some((wait, i) => i % 2 === 1 && wait > (waits[i - 1] ?? 0))).toBe(true);
  });
});

describe('what a pod needs', () => {
  it('from a missing ConfigMap: its environment is an error, until the ConfigMap is there', () => {
    const machine = new Machine().mark().pod('a', { containers: [{ ...nginx, envFrom: [{ configMapRef: { name: 'settings' } }] }] });
    machine.run(3);
    expect(machine.events()).toContain('Warning Failed: Error: configmap "settings" not found');
    expect(machine.status('a').containerStatuses).toMatchObject([
      { state: { waiting: { reason: 'CreateContainerConfigError', message: 'configmap "settings" not found' } } },
    ]);
    machine.create(core('configmaps'), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { A: '1' } }).run(20);
    expect(machine.status('a').phase).toBe('Running');
    expect(machine.created()[0]?.envs).toContainEqual({ key: 'A', value: '1' });
  });

  it('from a missing Secret as a volume: it is tried after 0.5, 1, 2, 4 seconds', () => {
    const machine = new Machine().mark();
    machine.pod('a', {
      containers: [{ ...nginx, volumeMounts: [{ name: 's', mountPath: '/s' }] }],
      volumes: [{ name: 's', secret: { secretName: 'keys' } }],
    });
    machine.run(8.5);
    const text = 'MountVolume.SetUp failed for volume "s" : secret "keys" not found';
    expect(machine.events()).toEqual([`Warning FailedMount: ${text}`, ...Array<string>(4).fill(`again: ${text}`)]);
    machine.create(core('secrets'), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys' }, data: { k: 'dg==' } }).run(10);
    expect(machine.status('a').phase).toBe('Running');
  });

  it('is watched once for all its pods, and not after the last of them', () => {
    const watches = (machine: Machine) => machine.requests().filter((request) => request.includes('configmaps')).length;
    const machine = new Machine()
      .mark()
      .pod('a', { containers: [nginx] })
      .pod('b', { containers: [nginx] })
      .rest();
    expect(watches(machine)).toBe(1);
    machine
      .deletePod('a')
      .deletePod('b')
      .rest()
      .pod('d', { containers: [nginx] })
      .rest();
    expect(watches(machine)).toBe(2);
  });

  it('of fields, keys and services reaches its environment in the spec’s order', () => {
    const env = [
      { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'URL', value: 'http://$(IP)/$(NOBODY)' },
    ];
    const machine = new Machine()
      .mark()
      .pod('a', { containers: [{ ...nginx, env, args: ['--node=$(NODE)'] }] })
      .rest();
    const config = machine.created()[0];
    expect(config?.args).toEqual(['--node=n']);
    expect(config?.envs.slice(0, 3)).toEqual([
      { key: 'NODE', value: 'n' },
      { key: 'IP', value: '10.244.0.2' },
      { key: 'URL', value: 'http://10.244.0.2/$(NOBODY)' },
    ]);
    expect(config?.envs.map(({ key }) => key)).toContain('KUBERNETES_SERVICE_HOST');
  });
});

describe('probes', () => {
  it('of readiness decide whether a pod is ready', () => {
    const readinessProbe = { httpGet: { path: '/', port: 80 }, periodSeconds: 2 };
    const machine = new Machine().mark();
    machine.pod('good', { containers: [{ ...nginx, readinessProbe }] }).rest();
    expect(machine.condition('good', 'Ready')).toBe('True');
    machine.mark().pod('bad', { containers: [{ name: 'c', image: 'unready:1', readinessProbe }] });
    machine.run(5);
    expect(machine.condition('bad', 'Ready')).toBe('False ContainersNotReady');
    expect(machine.status('bad').containerStatuses).toMatchObject([{ started: true, ready: false }]);
    expect(machine.events()).toContain('Warning Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503');
  });

  it('of liveness restart a container', () => {
    const script = 'touch /tmp/ok; sleep 4; rm /tmp/ok; sleep 1000';
    const livenessProbe = { exec: { command: ['cat', '/tmp/ok'] }, periodSeconds: 2, failureThreshold: 2 };
    const machine = new Machine()
      .mark()
      .pod('a', { containers: [{ ...shell('c', script), livenessProbe }], terminationGracePeriodSeconds: 1 });
    machine.run(13);
    expect(machine.events()).toContain('Normal Killing: Container c failed liveness probe, will be restarted');
    expect(machine.events()).toContain("Warning Unhealthy: Liveness probe failed: cat: can't open '/tmp/ok': No such file or directory\n");
    expect(machine.status('a').containerStatuses).toMatchObject([{ restartCount: 1, ready: true }]);
  });

  it('of startup hold the others back', () => {
    const startupProbe = { tcpSocket: { port: 80 }, periodSeconds: 1 };
    const machine = new Machine()
      .pod('a', { containers: [{ ...nginx, startupProbe, readinessProbe: { httpGet: { port: 80 }, periodSeconds: 5 } }] })
      .rest();
    expect(machine.status('a').containerStatuses).toMatchObject([{ started: true, ready: true }]);
  });
});

describe('a kubelet', () => {
  it('that starts again finds its containers and leaves them alone', () => {
    const machine = new Machine().pod('a', { containers: [nginx] }).rest();
    const before = machine.status('a');
    machine.mark().kill(KUBELET).run(1);
    machine.startKubelet().run(5);
    expect(machine.calls()).toEqual(LOOK);
    expect(machine.requests()).toContain('GET /api/v1/namespaces/default/pods/a');
    // For its CSINode, because it is registered already, and for the volumes that it finds.
    expect(machine.nodeReads()).toBe(3);
    expect(machine.status('a')).toEqual(before);
  });

  it('ends a pod that was deleted while it was away', () => {
    const machine = new Machine().pod('a', { containers: [nginx] }).rest();
    machine.kill(KUBELET).deletePod('a').mark().startKubelet().run(5);
    expect(machine.calls().filter((call) => call.startsWith('Stop'))).toEqual(['StopContainer', 'StopPodSandbox']);
    // Its volumes are set up once more, but nothing that it refers to is watched any more.
    expect(machine.events()).toContainEqual(expect.stringMatching(/^Warning FailedMount: .*"kube-root-ca.crt" not registered$/));
    expect(machine.get(core('pods'), 'a')).toBeNull();
  });

  it('stops what runs for a pod that is gone', () => {
    const machine = new Machine().pod('a', { containers: [nginx] }).rest();
    machine.kill(KUBELET).deletePod('a', { gracePeriodSeconds: 0 }).mark().startKubelet().run(10);
    expect(machine.calls().filter((call) => call.startsWith('Stop'))).toEqual(['StopContainer', 'StopPodSandbox']);
  });

  it('starts static pods without a server, and shows them once there is one', () => {
    const machine = new Machine({ withServer: false });
    machine.mark().manifests.set('web', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'kube-system' },
      spec: { containers: [nginx], hostNetwork: true },
    });
    machine.run(5);
    expect(machine.calls()).toEqual(['RunPodSandbox', 'PodSandboxStatus', ...START, ...LOOK]);
    machine.startServer().run(60);
    expect(machine.status('web-n', 'kube-system')).toMatchObject({ phase: 'Running', podIP: '10.0.0.7' });
    machine.manifests.delete('web');
    machine.mark().run(10);
    expect(machine.calls().slice(0, 2)).toEqual(['StopContainer', 'StopPodSandbox']);
    expect(machine.get(core('pods'), 'web-n', 'kube-system')).toBeNull();
  });

  it('says that it is not ready when its engine is gone for long, and recovers', () => {
    const ready = (machine: Machine) => machine.node().status?.conditions?.find(({ type }) => type === 'Ready');
    const machine = new Machine().run(10);
    expect(ready(machine)).toMatchObject({ status: 'True', reason: 'KubeletReady' });
    machine.killEngine().run(50);
    expect(ready(machine)).toMatchObject({ status: 'False', message: 'container runtime is down' });
    machine.startEngine().run(20);
    expect(ready(machine)).toMatchObject({ status: 'True' });
  });

  it('has an interior that is the fold of its inside records', () => {
    const machine = new Machine().pod('a', { containers: [{ ...nginx, readinessProbe: { httpGet: { port: 80 } } }] });
    machine
      .pod('b', { containers: [shell('c', 'exit 1')] })
      .pod('d', { containers: [{ name: 'c', image: 'nope' }] })
      .run(30);
    machine.deletePod('a').deletePod('b').run(5);
    const { folded, inspected } = machine.interiors();
    expect(inspected).toEqual(folded);
    expect(Object.keys(inspected).length).toBeGreaterThan(3);
  });

  it('keeps to the same trace when payloads are copied and frozen', () => {
    const digest = (payloads: 'shared' | 'copied') =>
      new Machine({ payloads })
        .pod('a', { containers: [nginx] })
        .rest()
        .deletePod('a')
        .rest()
        .sim.recorder.digest();
    expect(digest('copied')).toBe(digest('shared'));
  });
});
