// What to look at in the runs of the library; those of faults stand in `fault-lessons.ts`. Moments are matchers where an
// occurrence would change with every message that our model learns to send.
import type { Matcher } from '../wire/run';
import { FAULT_LESSONS } from './fault-lessons';
import { type Lesson, question, read, readReference, step } from './lesson';
import { hears, request } from './matchers';
import type { ScenarioName } from './runs';

const BINDING = request('POST', '/api/v1/namespaces/default/pods/*/binding*');
const GONE = hears('DELETED', 'Deployment', 'test', { to: 'kube-controller-manager' });
const TURN: Matcher = { kind: 'inside', topic: 'packet', 'detail.flags': 'SYN' };
const REJECTED: Matcher = { kind: 'inside', topic: 'packet', 'detail.outcome': 'rejected' };
const GARBAGE: Matcher = { actor: 'generic-garbage-collector' };

export const LESSONS: { readonly [name in ScenarioName]: Lesson } = {
  ...FAULT_LESSONS,
  'create-deployment': {
    steps: [
      step('persist.1', 'The Deployment is stored; kubectl hears so and is done. No Pod exists yet.'),
      step('reconcile.1', 'A controller heard of it by its own watch. Nobody told it what to do.'),
      step('schedule.2', 'The scheduler’s whole work is this one write: which node.'),
      step('report.3', 'The kubelet says what became of it. The loop is closed.'),
    ],
    questions: [
      question(
        'notify.4',
        'Who tells the kubelet to run the Pod?',
        'It watches the Pods of its own node, and one of them is new.',
        'Nobody: it watches',
        'The scheduler',
        'The Deployment controller',
      ),
    ],
    goals: [
      { text: 'Make the Deployment have three ready Pods.', reached: { 'object.kind': 'Deployment', 'body.status.readyReplicas': 3 } },
    ],
    reading: [read('Deployments', 'workloads/controllers/deployment/'), read('Cluster architecture', 'architecture/')],
  },
  'create-deployment-and-service': {
    steps: [
      step('reconcile.3', 'The list of ready Pods becomes an object of its own: an EndpointSlice.'),
      step('route.2', 'kube-proxy writes rules into its node’s kernel. No packet ever passes through kube-proxy.'),
    ],
    questions: [
      question('route.3', 'What does kube-proxy watch?', 'It never watches Pods.', 'Services and EndpointSlices', 'Pods', 'Deployments'),
    ],
    reading: [read('Service', 'services-networking/service/'), read('EndpointSlices', 'services-networking/endpoint-slices/')],
  },
  'service-and-packet': {
    steps: [
      step({ kind: 'packet', from: 'pod/default/client', flags: 'SYN' }, 'The client asks the address of the Service. No machine has it.'),
      step(TURN, 'The kernel of the client’s node asks rule by rule, and writes an endpoint’s address into the packet.'),
      step(
        { kind: 'packet', flags: 'FIN+ACK' },
        'The endpoint answers; on its way back the packet gets the Service’s address as its source.',
      ),
      step(REJECTED, 'No endpoint is left: kube-proxy wrote a rule that rejects what asks for the Service.'),
    ],
    questions: [
      question(
        TURN,
        'Who chooses the endpoint?',
        'kube-proxy wrote the rules before; no packet passes through it.',
        'The kernel of the client’s node',
        'kube-proxy',
        'kube-apiserver',
      ),
    ],
    reading: [read('Service', 'services-networking/service/'), readReference('Virtual IPs', 'networking/virtual-ips/')],
  },
  scale: {
    steps: [
      step(request('PATCH', '/apis/apps/v1/namespaces/default/deployments/test/scale*'), 'kubectl changes one number in the Deployment.'),
      step(request('DELETE', '/api/v1/namespaces/default/pods/*'), 'Two Pods too many: the ReplicaSet controller picks which ones go.'),
    ],
    questions: [
      question(
        request('DELETE', '/api/v1/namespaces/default/pods/*'),
        'Who chooses which Pods are deleted?',
        'First those that are not ready, then those that share a node, then the younger.',
        'The ReplicaSet controller',
        'The scheduler',
        'The kubelet',
      ),
    ],
    reading: [read('ReplicaSet', 'workloads/controllers/replicaset/')],
  },
  'rolling-update': {
    steps: [
      step('reconcile.5', 'A new template means a new ReplicaSet; the old one stays.'),
      step(request('DELETE', '/api/v1/namespaces/default/pods/*'), 'The first old Pod goes only once a new one is ready.'),
    ],
    questions: [
      question(
        'request.3',
        'What will the Deployment controller do to the old ReplicaSet?',
        'It stays with 0 replicas, so that the update can be undone.',
        'Scale it down step by step',
        'Delete it',
        'Change its template',
      ),
    ],
    reading: [read('Rolling update', 'workloads/controllers/deployment/#rolling-update-deployment')],
  },
  'stuck-update': {
    steps: [step('reconcile.5', 'The update begins like any other: a new ReplicaSet.')],
    questions: [
      question(
        'request.3',
        'How many old Pods will be taken away?',
        'Only a new Pod that is ready makes room for that.',
        'None',
        'One',
        'All three',
      ),
    ],
    goals: [{ text: 'Bring the Deployment back to a working image.', reached: { kind: 'output', stdout: '*rolled back*' } }],
    reading: [read('Failed Deployment', 'workloads/controllers/deployment/#failed-deployment')],
  },
  'bare-pod': {
    steps: [
      step('schedule.2', 'For the scheduler a Pod is a Pod, whoever made it.'),
      step(request('DELETE', '/api/v1/namespaces/default/pods/solo*'), 'It is deleted, and nobody makes another.'),
    ],
    questions: [
      question('request.2', 'What takes its place?', 'No controller counts it among its own.', 'Nothing', 'A Pod on another node'),
    ],
    reading: [read('Pods', 'workloads/pods/')],
  },
  'container-crashes': {
    steps: [step('run.8', 'The process ends with exit code 1.'), step('report.7', 'CrashLoopBackOff is the wait before the next start.')],
    questions: [
      question(
        'run.8',
        'Who starts it again?',
        'It stays the same Pod on the same node.',
        'The kubelet of its node',
        'The ReplicaSet controller',
        'The scheduler',
      ),
    ],
    reading: [read('Pod lifecycle', 'workloads/pods/pod-lifecycle/#container-restarts')],
  },
  'image-missing': {
    steps: [
      step('run.5', 'The registry has no such image.'),
      step('report.4', 'ImagePullBackOff: the kubelet waits before it asks again.'),
    ],
    questions: [question('report.3', 'Will the Pod move to another node?', 'A Pod that is bound stays where it is.', 'No', 'Yes')],
    reading: [read('Images', 'containers/images/')],
  },
  'configmap-missing': {
    steps: [
      step('report.3', 'The Pod has its node and its image, and cannot be configured.'),
      step(
        request('POST', '/api/v1/namespaces/default/configmaps*'),
        'Now it is there. That starts nothing by itself; the kubelet tries again.',
      ),
    ],
    questions: [question('schedule.1', 'Does the scheduler look whether the ConfigMap exists?', 'It only looks for a node.', 'No', 'Yes')],
    reading: [read('ConfigMaps', 'configuration/configmap/')],
  },
  'secret-mounted': {
    steps: [step({ protocol: 'cri', kind: 'request', rpc: 'CreateContainer' }, 'Only now is the container created: its volume is there.')],
    questions: [
      question(
        'schedule.2',
        'Which kubelets read the Secret?',
        'A kubelet may read only what its own Pods name.',
        'Only that of the Pod’s node',
        'All of them',
      ),
    ],
    reading: [read('Secrets', 'configuration/secret/')],
  },
  'no-node-fits': {
    steps: [step('schedule.1', 'Every node is looked at, and why none will do is written down.')],
    questions: [
      question(
        'schedule.1',
        'What becomes of the Pod?',
        'It waits until something changes that could help.',
        'It waits',
        'It is deleted',
        'It runs anyway',
      ),
    ],
    goals: [{ text: 'Make a Pod named big run.', reached: { 'object.kind': 'Pod', 'object.name': 'big', 'body.status.phase': 'Running' } }],
    reading: [read('Managing resources', 'configuration/manage-resources-containers/')],
  },
  'node-joins': {
    steps: [
      step('schedule.1', 'The Pod asks for 3 processors, and no node has as many free.'),
      step(
        hears('ADDED', 'Node', 'node-3', { to: 'kube-controller-manager' }),
        'The kubelet of the new machine made this Node object itself.',
      ),
      step(request('POST', '/api/v1/namespaces/default/pods/big/binding*'), 'Once the node is ready, the Pod that waited gets it.'),
    ],
    questions: [
      question(
        request('POST', '/api/v1/namespaces/default/pods/big/binding*'),
        'What made the scheduler try this Pod again?',
        'A node that is new or has changed may be one that fits.',
        'Its own watch of Nodes',
        'The kubelet of the new node',
        'You typed the command again',
      ),
    ],
    reading: [read('Nodes', 'architecture/nodes/#self-registration-of-nodes')],
  },
  'spread-over-zones': {
    steps: [
      step('schedule.3', 'Zone a has one Pod, so the second must go to zone b.'),
      step('schedule.7', 'One more in zone a would be two more than in zone b.'),
      step('schedule.12', 'Zone b is open again, and the Pod that waited goes there.'),
    ],
    questions: [
      question(
        'schedule.7',
        'Zone a has room. Will the fourth Pod go there?',
        'Zones may differ by one Pod; there it would be two.',
        'No',
        'Yes',
      ),
    ],
    reading: [read('Pod topology spread constraints', 'scheduling-eviction/topology-spread-constraints/')],
  },
  taints: {
    steps: [
      step(request('PATCH', '/api/v1/nodes/node-1*', { from: 'kubectl' }), 'A taint is written into each worker.'),
      step(BINDING, 'Only the Pod with the toleration gets a node.'),
    ],
    questions: [question(BINDING, 'Does a toleration draw a Pod to a node?', 'It only allows the node.', 'No', 'Yes')],
    reading: [read('Taints and tolerations', 'scheduling-eviction/taint-and-toleration/')],
  },
  'delete-background': {
    steps: [
      step(GONE, 'The Deployment is gone at once.'),
      step(
        request('DELETE', '/apis/apps/v1/namespaces/default/replicasets/*', GARBAGE),
        'The garbage collector finds a ReplicaSet without an owner.',
      ),
    ],
    questions: [question('request.2', 'What is deleted first?', 'From the top down.', 'The Deployment', 'The Pod', 'The ReplicaSet')],
    reading: [read('Garbage collection', 'architecture/garbage-collection/')],
  },
  'delete-foreground': {
    steps: [
      step(request('DELETE', '/api/v1/namespaces/default/pods/*', GARBAGE), 'From the bottom up: first the Pod.'),
      step(GONE, 'The finalizer is gone, and with it the Deployment.'),
    ],
    questions: [
      question(
        'request.2',
        'What goes last?',
        'A finalizer holds it until all that it owns is gone.',
        'The Deployment',
        'The Pod',
        'The ReplicaSet',
      ),
    ],
    reading: [read('Finalizers', 'overview/working-with-objects/finalizers/')],
  },
  'delete-orphan': {
    steps: [
      step(request('PATCH', '/apis/apps/v1/namespaces/default/replicasets/*', GARBAGE), 'The owner’s name is taken out of the ReplicaSet.'),
    ],
    questions: [
      question('request.2', 'What happens to the Pods?', 'They are owned by the ReplicaSet, which stays.', 'Nothing', 'They are deleted'),
    ],
    reading: [read('Owners and dependents', 'overview/working-with-objects/owners-dependents/')],
  },
  'rbac-forbids': {
    steps: [
      step({ kind: 'response', status: 403, to: 'kubectl' }, 'Who asks is known; she may not.'),
      step(
        request('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings*'),
        'A binding is an object like any other.',
      ),
    ],
    questions: [
      question(
        'request.4',
        'What had to be restarted?',
        'The API server watches its own role bindings.',
        'Nothing',
        'The API server',
        'kubectl',
      ),
    ],
    reading: [readReference('Using RBAC authorization', 'access-authn-authz/rbac/')],
  },
  'two-writers': {
    steps: [step({ kind: 'response', status: 409, to: 'kubectl' }, 'The version it was made from is not the one that is stored.')],
    questions: [
      question(
        'request.2',
        'Who notices the conflict?',
        'It writes only if the version is still the same.',
        'The API server',
        'kubectl',
        'Nobody',
      ),
    ],
    reading: [readReference('Kubernetes API concepts', 'using-api/api-concepts/')],
  },
};
