// Whatever is typed and broken: no component crashes, and every trace keeps the laws. A sample here; more by
// WATCHLOOP_RUNS.
import { describe, expect, it } from 'vitest';
import { Random } from '../base/random';
import { sentenceOf } from '../narration/sentence';
import { check } from '../trace/checkers';
import { Trace } from '../trace/trace';
import type { ClusterSpec, FaultSpec, Input, NodeSpec, TimedInput } from '../wire/run';
import { MODEL } from '../wire/run';
import { clusterOf, worker } from './default-run';
import { Runner } from './runner';

const RUNS = Number(process.env.WATCHLOOP_RUNS ?? 8);
const LONGEST_MS = 60_000 + RUNS * 5_000;

const NAMES = ['a', 'b', 'web', '--all', 'node-1', 'Bad_Name'];
const IMAGES = ['nginx', 'nginx:1.25', 'busybox', 'missing', 'watchloop/crash', 'watchloop/never-ready', 'UPPER'];
const KINDS = ['pods', 'deploy', 'rs', 'svc', 'cm', 'secret', 'nodes', 'ns', 'events', 'ds', 'job', 'crd', 'all', 'unicorns'];
/** NAME, IMAGE, KIND and NUMBER are drawn for each. */
const LINES = [
  'create deployment NAME --image=IMAGE --replicas=NUMBER',
  'create ns team',
  'create cm c --from-literal=a=1',
  'run NAME --image=IMAGE --restart=Never -- sleep 3',
  'scale deployment NAME --replicas=NUMBER',
  'set image deployment/NAME *=IMAGE',
  'expose deployment NAME --port=80 --type=NodePort',
  'create service nodeport NAME --tcp=80:80 --node-port=30080',
  'create service clusterip NAME --tcp=80:80 --clusterip=10.96.0.7',
  'delete KIND NAME --wait=false',
  'delete KIND NAME --cascade=foreground',
  'get KIND -A -o wide',
  'get KIND NAME -o yaml',
  'get pods --watch',
  'describe KIND NAME',
  'rollout undo deployment/NAME',
  'rollout status deployment/NAME --timeout=20s',
  'taint nodes node-1 t=1:NoExecute',
  'drain node-2 --ignore-daemonsets --force',
  `patch deployment NAME -p '{"spec":{"template":{"spec":{"nodeSelector":{"x":"y"}}}}}'`,
  'label KIND NAME k=v --overwrite',
  'apply -f -',
  'logs NAME',
  'foo',
];
const MANIFESTS = [
  'apiVersion: v1\nkind: Pod\nmetadata: {name: NAME}\nspec: {containers: [{name: c, image: IMAGE, livenessProbe: {tcpSocket: {port: 81}, periodSeconds: 2}}]}\n',
  'apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: NAME}\nspec: {selector: {matchLabels: {d: x}}, template: {metadata: {labels: {d: x}}, spec: {containers: [{name: c, image: IMAGE}]}}}\n',
  'apiVersion: v1\nkind: Service\nmetadata: {name: NAME}\nspec: {selector: {app: a}, ports: [{port: 80, targetPort: http}]}\n',
  'a: [b\n c',
];
const ASKERS = ['outside', 'node/node-1', 'node/node-3', 'node/none', 'pod/default/a', 'pod/default/web'];
const TARGETS = ['10.96.0.1:443', '10.96.0.7:80', '192.168.49.11:30080', '192.168.49.13:80', '10.244.1.2:80', 'web:80'];
const FAULTS: readonly FaultSpec[] = [
  { kind: 'static-pod-away', component: 'kube-scheduler', away: true },
  { kind: 'static-pod-away', component: 'kube-scheduler', away: false },
  { kind: 'kill-container', component: 'etcd' },
  { kind: 'kill-container', component: 'kube-apiserver' },
  { kind: 'kill-container', component: 'kube-controller-manager' },
  { kind: 'kill-container', component: 'kube-controller-manager/standby' },
  { kind: 'static-pod-away', component: 'kube-controller-manager', away: true },
  { kind: 'kill-process', component: 'kubelet/node-1' },
  { kind: 'start-process', component: 'kubelet/node-1' },
  { kind: 'node-power', node: 'node-3', on: false },
  { kind: 'node-power', node: 'node-3', on: true },
  { kind: 'node-power', node: 'node-4', on: true },
  { kind: 'reset', from: 'kube-scheduler', to: 'kube-apiserver', path: '' },
  { kind: 'partition', from: 'node-1', to: 'kube-apiserver', oneWay: false, forUs: 60_000_000 },
  { kind: 'partition', from: 'kube-apiserver', to: 'kube-controller-manager', oneWay: true, forUs: 30_000_000 },
  { kind: 'stall', from: 'etcd', to: 'kube-apiserver', forUs: 5_000_000 },
  { kind: 'delay', from: 'kubelet/node-2', to: 'kube-apiserver', byUs: 200_000, forUs: 60_000_000 },
  { kind: 'heal', from: 'node-1', to: 'kube-apiserver' },
  { kind: 'heal', from: 'kube-controller-manager', to: 'kube-apiserver' },
  { kind: 'heal', from: 'kubelet/node-2', to: 'kube-apiserver' },
  { kind: 'lose-answer', from: 'kube-controller-manager', to: 'kube-apiserver', path: '/api/v1/namespaces/default/pods' },
  { kind: 'compact-etcd' },
  { kind: 'registry', state: 'failing' },
  { kind: 'registry', state: 'down' },
  { kind: 'registry', state: 'well' },
  { kind: 'clock', node: 'node-1', aheadUs: 7_200_000_000 },
  { kind: 'clock', node: 'node-1', aheadUs: -300_000_000 },
  { kind: 'clock', node: 'standby', aheadUs: 7_200_000_000 },
  { kind: 'disk', node: 'node-2', full: true },
  { kind: 'disk', node: 'node-2', full: false },
  { kind: 'disk', node: 'control-plane', full: true },
];

/** A controller manager that stands by, and a machine that is switched off at first. */
const MORE_NODES: readonly NodeSpec[] = [
  { ...worker(4), off: true },
  { ...worker(5), name: 'standby', role: 'control-plane', staticPods: ['kube-controller-manager'] },
];
const CLUSTERS: readonly ClusterSpec[] = [clusterOf(3), { ...clusterOf(3), nodes: [...clusterOf(3).nodes, ...MORE_NODES] }];

function inputsFrom(random: Random): readonly TimedInput[] {
  const pick = <T>(items: readonly T[]): T => items[random.below(items.length)] as T;
  const drawn = (text: string): string =>
    text
      .replaceAll('NAME', () => pick(NAMES))
      .replaceAll('IMAGE', () => pick(IMAGES))
      .replaceAll('KIND', () => pick(KINDS))
      .replaceAll('NUMBER', () => String(random.below(4)));
  const input = (): Input => {
    switch (random.below(8)) {
      case 0:
        return { type: 'fault', fault: pick(FAULTS) };
      case 1:
        return { type: 'request', from: pick(ASKERS), to: pick(TARGETS) };
      case 2:
        return { type: 'load', from: pick(ASKERS), to: pick(TARGETS), seconds: 1 + random.below(40) };
      default:
        return { type: 'kubectl', line: `kubectl ${drawn(pick(LINES))}`, stdin: drawn(pick(MANIFESTS)) };
    }
  };
  return Array.from({ length: 3 + random.below(8) }, () => ({
    when: random.below(2) === 0 ? 'rest' : { atUs: random.below(60) * 1_000_000 },
    input: input(),
  }));
}

describe('anything typed and broken', () => {
  it('crashes nobody, keeps the laws, and has a sentence for each message', { timeout: LONGEST_MS }, () => {
    for (let n = 0; n < RUNS; n++) {
      const inputs = inputsFrom(new Random(n, 'anything'));
      const runner = new Runner({ model: MODEL, cluster: CLUSTERS[n % CLUSTERS.length] ?? clusterOf(3), seed: 1, inputs });
      runner.finish();
      const { crashes, recorder } = runner.cluster.sim;
      const trace = new Trace(recorder.records);
      trace.follow();
      const unsaid = trace.records.map((record) => sentenceOf(record, trace)).filter((said) => /undefined|NaN|\[object/.test(said));
      expect({ inputs, crashes, broken: check(trace.records), unsaid }).toEqual({ inputs, crashes: [], broken: [], unsaid: [] });
    }
  });
});
