// The architecture in fourteen statements, each with something that never happens, and a pattern over one record
// that shows it.
import { about, by, byActor, calls, type Here, httpOf, isStatusPatch, isTopic, persists, writes } from './here';

export interface Statement {
  /** A1 to A14. */
  readonly id: string;
  readonly title: string;
  readonly does: string;
  readonly never: string;
  /** A command that shows it, where a recording does not; null if something must break first. */
  readonly command: string | null;
  readonly matches: (here: Here) => boolean;
}

const DEPLOY = 'kubectl create deployment test --image=nginx';

export const STATEMENTS: readonly Statement[] = [
  {
    id: 'A1',
    title: 'Nodes',
    does: 'Machines, physical or virtual, make a cluster. The kubelet of each registers it as a Node and reports its kernel, runtime, capacity and addresses.',
    never: 'A node never decides what runs on it.',
    command: null,
    matches: (h) => by(h, 'kubelet') && about(h, 'nodes') && httpOf(h.record)?.method === 'POST',
  },
  {
    id: 'A2',
    title: 'Containers everywhere',
    does: 'Every node runs containers. The control plane’s own programs are containers too: the kubelet starts them from files, and starts them again when they end.',
    never: 'A component of the control plane is never more than its container.',
    command: null,
    matches: (h) => h.record.from === 'kubelet/control-plane' && calls(h, 'StartContainer') && h.record.payload.kind === 'request',
  },
  {
    id: 'A3',
    title: 'A node fails',
    does: 'When no sign of life comes, the control plane marks the Node, and after five minutes has its Pods replaced elsewhere.',
    never: 'A Pod never moves: another one takes its place.',
    command: null,
    matches: (h) => byActor(h.record, 'node-controller') && about(h, 'nodes', 'status') && writes(h),
  },
  {
    id: 'A4',
    title: 'Several workers',
    does: 'Pods on several nodes stand behind one Service; its EndpointSlice grows and shrinks as they get ready or end.',
    never: 'A Pod that is not Ready never gets traffic.',
    command: 'kubectl expose deployment test --port=80',
    matches: (h) => byActor(h.record, 'endpointslice-controller') && about(h, 'endpointslices') && writes(h),
  },
  {
    id: 'A5',
    title: 'kube-apiserver: the only door',
    does: 'It exposes the API. Every call of every component goes through it.',
    never: 'It never tells a component what to do.',
    command: DEPLOY,
    matches: (h) => h.record.to === 'kube-apiserver' && by(h, 'kubectl') && writes(h),
  },
  {
    id: 'A6',
    title: 'kube-apiserver: the chain',
    does: 'Each call passes authentication, fairness and authorization; a write then admission and validation. Each says who, which rule, what changed.',
    never: 'A read never goes through admission.',
    command: DEPLOY,
    matches: (h) => isTopic(h, 'chain'),
  },
  {
    id: 'A7',
    title: 'kube-apiserver and etcd',
    does: 'It alone reads and writes etcd: one conditional transaction for each change of an object.',
    never: 'No controller, scheduler, kubelet or kubectl ever talks to etcd.',
    command: DEPLOY,
    matches: persists,
  },
  {
    id: 'A8',
    title: 'kubectl',
    does: 'It turns a command into HTTP requests, which you can copy as curl, and prints the answer.',
    never: 'It never waits for the Pod unless you ask it to.',
    command: DEPLOY,
    matches: (h) => by(h, 'kubectl') && httpOf(h.record) !== null,
  },
  {
    id: 'A9',
    title: 'kube-scheduler',
    does: 'It finds a node for each Pod that has none: filters say which nodes may take it, scores which is best. Then it sends a Binding.',
    never: 'It never talks to a kubelet, and never measures how busy a node is.',
    command: DEPLOY,
    matches: (h) => isTopic(h, 'schedule'),
  },
  {
    id: 'A10',
    title: 'etcd',
    does: 'It keeps all that must last: each change is a new revision of a key under /registry.',
    never: 'It never knows what a Pod is.',
    command: DEPLOY,
    matches: (h) => h.record.from === 'etcd' && h.record.payload.kind === 'response' && calls(h, 'Txn') && h.subject?.resource === 'pods',
  },
  {
    id: 'A11',
    title: 'kubelet',
    does: 'It makes the container engine’s reality match the specs of its node’s Pods, and keeps at it: what ends is started again.',
    never: 'It never starts a Pod of another node.',
    command: DEPLOY,
    matches: (h) => by(h, 'kubelet') && calls(h, 'RunPodSandbox'),
  },
  {
    id: 'A12',
    title: 'kubelet: what a Pod needs',
    does: 'Before the containers start it fetches ConfigMaps, Secrets and a token, and mounts them. Until it has them the Pod waits.',
    never: 'A ConfigMap never travels to a node that has no Pod for it.',
    command: DEPLOY,
    matches: (h) => by(h, 'kubelet') && (about(h, 'configmaps') || about(h, 'secrets') || about(h, 'serviceaccounts', 'token')),
  },
  {
    id: 'A13',
    title: 'kubelet: the report',
    does: 'It patches the status of its Pods, with what changed since the last patch; kube-apiserver stores it, and who watches hears it.',
    never: 'Nobody ever asks it how a Pod is.',
    command: DEPLOY,
    matches: (h) => isStatusPatch(h.record, h.subject),
  },
  {
    id: 'A14',
    title: 'kube-proxy',
    does: 'It watches Services and EndpointSlices and writes the node’s forwarding rules.',
    never: 'No packet ever passes through it, and it never watches Pods.',
    command: 'kubectl expose deployment test --port=80',
    matches: (h) => by(h, 'kube-proxy') && calls(h, 'iptables-restore'),
  },
];
