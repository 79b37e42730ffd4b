// Where the usual short story differs from what was sent, and what people wrongly believe: said at the message
// that shows how it is. Each note is a pattern over one record, as a step's rule is.
import type { Trace } from '../trace/trace';
import { binaryOf } from '../wire/names';
import type { TraceRecord } from '../wire/record';
import {
  about,
  by,
  byActor,
  calls,
  creates,
  Here,
  hears,
  httpOf,
  isDeleting,
  isStatus,
  isStatusPatch,
  isTopic,
  objectOf,
  writes,
} from './here';
import { conditionOf, field } from './naming';

export interface Note {
  readonly id: string;
  /** The wrong belief that this message disproves; null where nothing wrong is believed. */
  readonly belief: string | null;
  readonly text: string;
  readonly matches: (here: Here) => boolean;
}

const opensWatch = ({ record }: Here): boolean => /[?&]watch=(true|1)/.test(httpOf(record)?.path ?? '');
const isRead = ({ record }: Here): boolean => httpOf(record)?.method === 'GET';
const writesKey = ({ record }: Here, prefix: string): boolean => {
  const { payload } = record;
  if (payload.kind !== 'request' || payload.protocol !== 'etcd' || payload.rpc !== 'Txn') return false;
  const put = field(payload.body, 'success');
  const [first] = Array.isArray(put) ? put : [];
  return String(field(first, 'request_put', 'key') ?? '').startsWith(prefix);
};

/** The first that matches is told. */
export const NOTES: readonly Note[] = [
  // ---- kubectl
  {
    id: 'kubectl-waits',
    belief: 'kubectl waits for the Pod',
    text: 'After its 201 kubectl exits. All that follows is no answer to it: nobody waits for it.',
    matches: ({ record }) => record.payload.kind === 'output' && record.payload.exit === 0,
  },
  {
    id: 'apply-replaces',
    belief: 'apply replaces the object',
    text: 'Client-side apply sends a patch made of three versions: what you applied last, what is there, and what you apply now. Only the differences travel.',
    matches: (h) =>
      by(h, 'kubectl') &&
      httpOf(h.record)?.method === 'PATCH' &&
      /fieldManager=kubectl-client-side-apply/.test(httpOf(h.record)?.path ?? ''),
  },
  {
    id: 'kubectl-protobuf',
    belief: null,
    text: 'One request does it; what the server can do kubectl knows from its cache. On the real wire this body is protobuf; here it is shown decoded. In your place a controller could have sent it: the API does not care.',
    matches: (h) => by(h, 'kubectl') && creates(h.record) && httpOf(h.record)?.headers['content-type']?.includes('protobuf') === true,
  },
  {
    id: 'lists-go-to-etcd',
    belief: 'A list goes to etcd',
    text: 'A list is served from kube-apiserver’s watch cache, which asks etcd only how far it has got. A plain get of one object does go to etcd. Neither passes admission: reads stop after authorization.',
    matches: (h) => by(h, 'kubectl') && isRead(h) && !opensWatch(h) && h.subject !== null && h.subject.name === null,
  },
  {
    id: 'reads-are-admitted',
    belief: 'Reads go through admission',
    text: 'Get, list and watch stop after authorization. Admission looks at writes only.',
    matches: (h) => by(h, 'kubectl') && isRead(h) && h.subject !== null,
  },

  // ---- etcd
  {
    id: 'secrets-encrypted',
    belief: 'Secrets are encrypted in etcd',
    text: 'Only if encryption at rest is configured. It is not here: the value is written as it is, base64 is no encryption.',
    matches: (h) => writesKey(h, '/registry/secrets/'),
  },
  {
    id: 'status-after-creation',
    belief: null,
    text: 'The short story tells this right after the Deployment. It is sent only after the ReplicaSet was created, several times, each time as one transaction on the same key.',
    matches: (h) => writesKey(h, '/registry/deployments/') && byActor(h.served, 'deployment-controller'),
  },
  {
    id: 'etcd-keys',
    belief: 'etcd keys are /registry/apps/v1/…',
    text: 'The key has neither group nor version, but for a few kinds: Nodes are under /registry/minions/, Services under /registry/services/specs/. The write is conditional: if somebody changed the key meanwhile, nothing is written.',
    matches: (h) => writesKey(h, '/registry/') && h.served?.from === 'kubectl',
  },
  {
    id: 'watch-per-client',
    belief: 'Each client’s watch is a watch of etcd',
    text: 'One etcd watch per resource feeds kube-apiserver’s watch cache; all clients’ watches are served from there. Only Events have no cache.',
    matches: ({ record: { payload } }) => payload.protocol === 'etcd' && payload.kind === 'request' && payload.rpc === 'Watch',
  },

  // ---- Notified, not asked
  {
    id: 'controllers-poll',
    belief: 'Controllers poll every few seconds',
    text: 'Nobody asks. This is an item on a watch that was opened long ago and is still open. It goes into a cache; its key goes into a queue; a worker then compares.',
    matches: (h) => hears(h, 'kube-controller-manager', 'deployments', 'replicasets', 'daemonsets', 'services'),
  },
  {
    id: 'apiserver-asks-scheduler',
    belief: 'The API server asks the scheduler which node to take',
    text: 'It does not ask. The scheduler opened a watch on all Pods that have not ended; one without a node goes into its queue. kube-apiserver does not know what the scheduler is.',
    matches: (h) => hears(h, 'kube-scheduler', 'pods') && !field(objectOf(h), 'spec', 'nodeName'),
  },
  {
    id: 'node-unreachable',
    belief: 'The node died, so its Pods are gone',
    text: 'The Pods still run, for all anybody knows. After about 50 s without a sign the Node is not Ready and no traffic goes there; 300 s later its Pods are marked for deletion and replaced. The old ones stay Terminating until the node is back or removed.',
    matches: (h) => byActor(h.record, 'node-controller') && about(h, 'nodes', 'status') && writes(h),
  },
  {
    id: 'apiserver-tells-kubelet',
    belief: 'The API server tells the kubelet to run the Pod',
    text: 'This is an item on a watch that the kubelet itself opened, on Pods with its own node’s name. kube-apiserver calls a kubelet only for logs, exec, attach, port-forward and proxy.',
    matches: (h) => hears(h, 'kubelet', 'pods') && !isDeleting(objectOf(h)),
  },
  {
    id: 'proxy-hears-of-pods',
    belief: 'kube-proxy is told about Pods',
    text: 'It watches Services, EndpointSlices and its own Node, no Pods. So without a Service that selects the Pod it hears nothing; with one, only when an endpoint changes: a Pod’s address counts once it is Ready, after step 16.',
    matches: (h) => hears(h, 'kube-proxy', 'endpointslices', 'services'),
  },
  {
    id: 'resync-asks',
    belief: 'Watching means asking again and again',
    text: 'One request, which stays open: first what exists (sendInitialEvents), then every change. List and then watch is only the fallback.',
    matches: (h) => opensWatch(h) && /sendInitialEvents=true/.test(httpOf(h.record)?.path ?? ''),
  },

  // ---- Who does what
  {
    id: 'controller-creates-deployment',
    belief: 'The controller creates the Deployment',
    text: 'kubectl did. The Deployment controller only makes ReplicaSets, and the ReplicaSet controller makes Pods. Each speaks with an account of its own.',
    matches: (h) => byActor(h.record, 'deployment-controller') && creates(h.record) && about(h, 'replicasets'),
  },
  {
    id: 'pods-move',
    belief: 'Pods move to another node',
    text: 'A Pod is bound once and never moves. This one is deleted; its ReplicaSet makes another with another name, which is scheduled anew.',
    matches: (h) => httpOf(h.record)?.method === 'DELETE' && about(h, 'pods') && by(h, 'kube-controller-manager'),
  },
  {
    id: 'scheduler-starts-pods',
    belief: 'Scheduler and kubelet talk to each other',
    text: 'They never do, and neither writes to etcd. The scheduler sends this one object, a Binding, to kube-apiserver, which sets spec.nodeName. The kubelet learns of it from its own watch.',
    matches: (h) => by(h, 'kube-scheduler') && about(h, 'pods', 'binding'),
  },
  {
    id: 'scheduling-needs-room',
    belief: 'The scheduler looks how busy the nodes are',
    text: 'It adds up what Pods requested, from its own cache; it measures nothing. Filters say which nodes may take the Pod, scores which is best, and chance decides between equals.',
    matches: (h) => isTopic(h, 'schedule'),
  },
  {
    id: 'conflict-is-an-error',
    belief: 'A conflict is an error',
    text: '409 is normal. The object was written between this client’s read and its write; nothing was overwritten. It reads again and tries again. In 20 of 20 recordings of a real cluster this happens in this flow.',
    matches: (h) => isStatus(h, 409) && !hears(h, 'kubectl'),
  },
  {
    id: 'docker-runs',
    belief: 'Docker runs the containers',
    text: 'Older texts say “Docker engine”. Today it is a container runtime behind one interface, CRI: most often containerd. The runtime, not the kubelet, calls CNI for the Pod’s address.',
    matches: (h) => calls(h, 'RunPodSandbox'),
  },
  {
    id: 'engine-reports',
    belief: null,
    text: 'Each call has its own answer; there is no message “the Pod runs”. The kubelet looks at the container’s status right after this, and, to be safe, lists all containers every second.',
    matches: (h) => h.record.payload.kind === 'response' && calls(h, 'StartContainer'),
  },
  {
    id: 'running-gets-traffic',
    belief: 'Running means it gets traffic',
    text: 'Only Ready endpoints do. The status is sent in several patches, each with what changed since the last; this one is what the short story calls “success”. kube-apiserver stores it, and everybody who watches Pods hears of it.',
    matches: (h) =>
      isStatusPatch(h.record, h.subject) &&
      (field(httpOf(h.record)?.body, 'status', 'phase') === 'Running' || conditionOf(httpOf(h.record)?.body, 'Ready')?.status === 'True'),
  },
  {
    id: 'proxy-carries-traffic',
    belief: 'Traffic passes through kube-proxy',
    text: 'No packet does. It writes rules into the node’s kernel, which sends each connection on to one of the Pods. Stop kube-proxy and the rules still work.',
    matches: (h) => by(h, 'kube-proxy') && calls(h, 'iptables-restore'),
  },
  {
    id: 'kubelet-mounts',
    belief: null,
    text: 'Before the containers start, the kubelet gets what the Pod’s volumes need: ConfigMaps and Secrets on watches of their own, a token by request. Until it has them the Pod waits.',
    matches: (h) =>
      by(h, 'kubelet') &&
      httpOf(h.record) !== null &&
      (about(h, 'serviceaccounts', 'token') || about(h, 'configmaps') || about(h, 'secrets')),
  },
  {
    id: 'heartbeat',
    belief: null,
    text: 'A Lease of a few hundred bytes, renewed every 10 seconds by each kubelet and every 2 by each leader, says “I am alive”. Nothing else travels while nothing changes.',
    matches: ({ record }) => httpOf(record)?.method === 'PUT' && /\/leases\//.test(httpOf(record)?.path ?? ''),
  },
];

/** The note of a record as text, with the wrong belief first; null if there is nothing to say. */
export function noteOf(record: TraceRecord, trace: Trace): string | null {
  if (binaryOf(record.from) === 'kubeadm') return null;
  const here = new Here(record, trace, () => null);
  const note = NOTES.find(({ matches }) => matches(here));
  if (note === undefined) return null;
  return note.belief === null ? note.text : `You may have read: “${note.belief}.” ${note.text}`;
}
