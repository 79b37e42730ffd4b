// The runs of the library by name. The texts and what is expected stand in `library.ts`, which the page loads later.
import { CONTROL_PLANE, clusterOf, worker } from '../cluster/default-run';
import type { ClusterSpec, FaultSpec, Input, NodeSpec, TimedInput, When } from '../wire/run';
import type { ScenarioRun } from './scenario';

const SECOND = 1_000_000;
const given = (input: Input, when: When = 'rest'): TimedInput => ({ when, input });
const kubectl = (line: string, stdin?: string): TimedInput =>
  given(stdin === undefined ? { type: 'kubectl', line: `kubectl ${line}` } : { type: 'kubectl', line: `kubectl ${line}`, stdin });
const at = (seconds: number, line: string): TimedInput => given({ type: 'kubectl', line: `kubectl ${line}` }, { atUs: seconds * SECOND });
const fault = (spec: FaultSpec): TimedInput => given({ type: 'fault', fault: spec });
const run = (title: string, ...inputs: readonly TimedInput[]): ScenarioRun => ({ title, seed: 1, cluster: null, inputs });

const on = (cluster: ClusterSpec, { title, ...more }: ScenarioRun): ScenarioRun => ({ ...more, title, cluster });
const clusterWith = (...nodes: readonly NodeSpec[]): ClusterSpec => ({ ...clusterOf(0), nodes: [CONTROL_PLANE, ...nodes] });
const soon = (spec: FaultSpec, milliseconds: number): TimedInput => given({ type: 'fault', fault: spec }, { atUs: milliseconds * 1000 });

const ask = (from: string, to: string): TimedInput => given({ type: 'request', from, to });

const CREATE = kubectl('create deployment test --image=nginx');
const CREATE_THREE = kubectl('create deployment test --image=nginx --replicas=3');

/** A Pod's manifest; `more` goes into its spec, `container` into its only container. */
const pod = (name: string, image: string, container = '', more = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\nspec:\n${more}  containers:\n  - name: main\n    image: ${image}\n${container}`;

const SPREAD = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      topologySpreadConstraints:
      - maxSkew: 1
        topologyKey: topology.kubernetes.io/zone
        whenUnsatisfiable: DoNotSchedule
        labelSelector:
          matchLabels: {app: web}
      containers:
      - name: main
        image: nginx
`;
const inZone = (node: NodeSpec, zone: string): NodeSpec => ({ ...node, labels: { 'topology.kubernetes.io/zone': zone } });
const ZONES = clusterWith(inZone(worker(1), 'a'), inZone(worker(2), 'a'), inZone(worker(3), 'b'));
const BIG = pod('big', 'nginx', '    resources:\n      requests:\n        cpu: "3"\n');
const STANDBY: NodeSpec = {
  ...worker(4),
  name: 'control-plane-2',
  role: 'control-plane',
  staticPods: ['kube-controller-manager', 'kube-scheduler'],
};

export const RUNS = {
  'create-deployment': run('Create a Deployment', CREATE),
  'create-deployment-and-service': run('A Deployment with a Service', CREATE, kubectl('expose deployment test --port=80')),
  'service-and-packet': run(
    'A Service and the packet’s way',
    CREATE_THREE,
    kubectl('expose deployment test --port=80 --cluster-ip=10.96.0.50'),
    kubectl('run client --image=busybox -- sleep 3600'),
    ask('pod/default/client', '10.96.0.50:80'),
    kubectl('scale deployment test --replicas=0'),
    ask('pod/default/client', '10.96.0.50:80'),
  ),
  scale: run('Scale up and down', CREATE, kubectl('scale deployment test --replicas=3'), kubectl('scale deployment test --replicas=1')),
  'rolling-update': run('Rolling update', CREATE_THREE, kubectl('set image deployment/test nginx=httpd')),
  'stuck-update': run('An update that gets stuck', CREATE_THREE, kubectl('set image deployment/test nginx=missing')),
  'bare-pod': run('A Pod without a controller', kubectl('run solo --image=nginx'), kubectl('delete pod solo')),
  'node-dies': run(
    'A node dies under load',
    CREATE_THREE,
    kubectl('create service nodeport test --tcp=80:80 --node-port=30080'),
    given({ type: 'load', from: 'outside', to: '192.168.49.12:30080', seconds: 120 }),
    soon({ kind: 'node-power', node: 'node-1', on: false }, 30_000),
    at(420, 'get pods -o wide'),
  ),
  'container-crashes': run('A container crashes', kubectl('run crash --image=watchloop/crash'), at(60, 'get pods')),
  'image-missing': run('The image does not exist', kubectl('run lost --image=missing'), at(60, 'get pods')),
  'configmap-missing': run(
    'A ConfigMap is missing, then there',
    kubectl('apply -f -', pod('reader', 'nginx', '    envFrom:\n    - configMapRef:\n        name: settings\n')),
    kubectl('create configmap settings --from-literal=color=blue'),
    at(90, 'get pods'),
  ),
  'secret-mounted': run(
    'A Secret as a file',
    kubectl('create secret generic login --from-literal=password=open'),
    kubectl(
      'apply -f -',
      pod(
        'reader',
        'nginx',
        '    volumeMounts:\n    - name: login\n      mountPath: /login\n',
        '  volumes:\n  - name: login\n    secret:\n      secretName: login\n',
      ),
    ),
  ),
  'no-node-fits': run('No node fits', kubectl('apply -f -', BIG)),
  'node-joins': on(
    clusterWith(worker(1), worker(2), { ...worker(3), cpu: '4', off: true }),
    run(
      'No node fits, then one is added',
      kubectl('apply -f -', BIG),
      fault({ kind: 'node-power', node: 'node-3', on: true }),
      kubectl('get pods -o wide'),
    ),
  ),
  'spread-over-zones': on(
    ZONES,
    run(
      'Spread over zones',
      kubectl('apply -f -', SPREAD),
      kubectl('cordon node-3'),
      kubectl('scale deployment web --replicas=4'),
      kubectl('uncordon node-3'),
      kubectl('get pods -o wide'),
    ),
  ),
  taints: run(
    'Taints and tolerations',
    kubectl('taint nodes node-1 node-2 node-3 team=red:NoSchedule'),
    kubectl('run guest --image=nginx'),
    kubectl('apply -f -', pod('member', 'nginx', '', '  tolerations:\n  - key: team\n    value: red\n    effect: NoSchedule\n')),
  ),
  'delete-background': run('Delete in the background', CREATE, kubectl('delete deployment test')),
  'delete-foreground': run('Delete in the foreground', CREATE, kubectl('delete deployment test --cascade=foreground')),
  'delete-orphan': run('Delete and leave orphans', CREATE, kubectl('delete deployment test --cascade=orphan')),
  'rbac-forbids': run(
    'RBAC forbids, then allows',
    kubectl('get pods --as=jane'),
    kubectl('create rolebinding jane --clusterrole=view --user=jane'),
    kubectl('get pods --as=jane'),
  ),
  'two-writers': run(
    'Two writers: 409 Conflict',
    kubectl('create configmap note --from-literal=text=first'),
    kubectl(
      'replace -f -',
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: note\n  namespace: default\n  resourceVersion: "1"\ndata:\n  text: second\n',
    ),
  ),
  'no-scheduler': run(
    'The scheduler is away',
    fault({ kind: 'static-pod-away', component: 'kube-scheduler', away: true }),
    CREATE,
    fault({ kind: 'static-pod-away', component: 'kube-scheduler', away: false }),
  ),
  'no-api-server': run(
    'The API server is away and Pods keep running',
    CREATE,
    fault({ kind: 'static-pod-away', component: 'kube-apiserver', away: true }),
    kubectl('get pods'),
    fault({ kind: 'static-pod-away', component: 'kube-apiserver', away: false }),
    kubectl('get pods'),
  ),
  'watch-lost': run(
    'A watch is lost',
    fault({ kind: 'reset', from: 'kube-scheduler', to: 'kube-apiserver', path: '/api/v1/pods' }),
    given({ type: 'kubectl', line: 'kubectl run late --image=nginx' }, { atUs: 10_000 }),
  ),
  'version-too-old': run(
    'A version that is too old: 410 Gone',
    fault({ kind: 'compact-etcd' }),
    soon({ kind: 'reset', from: 'kube-apiserver', to: 'etcd', path: '/registry/pods/' }, 500),
    kubectl('run late --image=nginx'),
  ),
  'answer-lost': run(
    'An answer is lost after its write',
    fault({ kind: 'lose-answer', from: 'kubectl', to: 'kube-apiserver', path: '' }),
    CREATE,
    CREATE,
  ),
  'node-cut-off': run(
    'A node is cut off and comes back',
    CREATE_THREE,
    fault({ kind: 'partition', from: 'node-1', to: 'control-plane', oneWay: false, forUs: 120 * SECOND }),
    kubectl('get pods -o wide'),
  ),
  'disk-full': run('A disk fills up', CREATE_THREE, fault({ kind: 'disk', node: 'node-1', full: true }), kubectl('get pods -o wide')),
  'registry-fails': run(
    'The registry fails',
    fault({ kind: 'registry', state: 'failing' }),
    kubectl('run patient --image=nginx'),
    soon({ kind: 'registry', state: 'well' }, 40_000),
    kubectl('get pods'),
  ),
  'leader-election': on(
    clusterWith(worker(1), worker(2), worker(3), STANDBY),
    run(
      'The leader is gone, another takes over',
      fault({ kind: 'static-pod-away', component: 'kube-controller-manager', away: true }),
      CREATE,
    ),
  ),
} as const satisfies { readonly [name: string]: ScenarioRun };

export type ScenarioName = keyof typeof RUNS;
/** In the order in which a newcomer may want to see them. */
export const SCENARIO_NAMES = Object.keys(RUNS) as ScenarioName[];
