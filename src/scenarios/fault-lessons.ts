// What to look at in the runs in which something breaks.
import { type Lesson, question, read, readReference, step } from './lesson';
import { asks, complains, hears, prints, request } from './matchers';
import type { ScenarioName } from './runs';

const TIMED_OUT = { kind: 'inside', topic: 'request', 'detail.outcome': 'timed out' };
const FAULT = { kind: 'fault' };
const BINDING = request('POST', '/api/v1/namespaces/default/pods/*/binding*');
const NODE_MARKED = request('PUT', '/api/v1/nodes/node-1/status*', { actor: 'node-controller' });
const NEW_STATE = request('GET', '/api/v1/pods?*sendInitialEvents=true*', { from: 'kube-scheduler' });
const POD_STATUS = '/api/v1/namespaces/default/pods/*/status';
const TURNED_AWAY = request('PATCH', POD_STATUS, { 'body.status.message': 'Pod was rejected: *' });
const LEASES = read('Leases', 'architecture/leases/');

export const FAULT_LESSONS = {
  'node-dies': {
    steps: [
      step(FAULT, 'The power fails. No message tells anybody.'),
      step(TIMED_OUT, 'A third of the requests hit the dead Pod: nobody answers, nobody refuses.'),
      step(NODE_MARKED, 'No lease for 50 seconds: the node is marked, and its Pod leaves the rules. Requests go well again.'),
      step(request('DELETE', '/api/v1/namespaces/default/pods/*'), 'Five minutes later its Pods are deleted; others take their place.'),
    ],
    questions: [
      question(
        NODE_MARKED,
        'How does the cluster learn of it?',
        'Silence is the only sign.',
        'A lease is not renewed',
        'The kubelet says goodbye',
        'The scheduler asks the node',
      ),
    ],
    reading: [read('Nodes', 'architecture/nodes/'), LEASES],
  },
  'no-scheduler': {
    steps: [
      step('request.2', 'Deployment, ReplicaSet and Pod are made as ever.'),
      step(BINDING, 'The new scheduler found a Pod without a node in its first list.'),
    ],
    questions: [
      question(
        'request.2',
        'What is missing while the scheduler is away?',
        'All else is the work of others.',
        'The Pod’s node',
        'The Pod',
        'The ReplicaSet',
      ),
    ],
    reading: [read('Kubernetes scheduler', 'scheduling-eviction/kube-scheduler/')],
  },
  'no-api-server': {
    steps: [
      step(FAULT, 'From here on nobody can ask anything.'),
      step({ kind: 'output', exit: 1 }, 'kubectl is refused. The Pod runs on.'),
    ],
    questions: [
      question(
        { kind: 'output', exit: 1 },
        'Does the application still run?',
        'Its kubelet and its runtime need nobody’s leave.',
        'Yes',
        'No',
      ),
    ],
    reading: [read('Cluster architecture', 'architecture/')],
  },
  'watch-lost': {
    steps: [
      step(FAULT, 'One watch breaks: the scheduler’s of Pods. All others stay open.'),
      step(
        request('GET', '/api/v1/pods?*&resourceVersion=*watch=true', { from: 'kube-scheduler' }),
        'It asks again, and says which version it had last.',
      ),
      step(hears('ADDED', 'Pod', 'late', { to: 'kube-scheduler' }), 'What happened meanwhile comes first.'),
    ],
    questions: [
      question(
        hears('ADDED', 'Pod', 'late', { to: 'kube-scheduler' }),
        'A Pod was made while no watch was open. Is it missed?',
        'The API server remembers recent changes and goes on after the version it is given.',
        'No',
        'Yes',
      ),
    ],
    reading: [readReference('Efficient detection of changes', 'using-api/api-concepts/#efficient-detection-of-changes')],
  },
  'version-too-old': {
    steps: [
      step(FAULT, 'etcd is told to forget: of each key only the present value is left.'),
      step({ kind: 'stream', from: 'etcd', end: 'compacted' }, 'The API server wants to go on from a revision that is gone.'),
      step({ kind: 'watch-delivery', type: 'ERROR', 'body.code': 410 }, 'Its clients come with old versions and are told 410 Gone.'),
      step(NEW_STATE, 'So the scheduler asks for all Pods, and watches on from there.'),
    ],
    questions: [
      question(
        NEW_STATE,
        'What does a client do that is told 410?',
        'What happened in between can no longer be told.',
        'It asks for the whole state',
        'It asks again with the same version',
        'It stops',
      ),
    ],
    reading: [readReference('410 Gone responses', 'using-api/api-concepts/#410-gone-responses')],
  },
  'answer-lost': {
    steps: [
      step(
        asks('POST', '/apis/apps/v1/namespaces/default/deployments*', 201, { to: 'kubectl', receivedUs: null }),
        'The Deployment is written. This answer does not arrive.',
      ),
      step(complains('Unable to connect to the server: EOF*'), 'kubectl knows that the connection broke, and no more.'),
    ],
    questions: [
      question(
        complains('error: failed to create deployment*'),
        'You type the command again. What comes of it?',
        'The first one was done, though nobody heard of it.',
        'It is told that the Deployment exists',
        'There are two Deployments',
        'The Deployment is made only now',
      ),
    ],
    reading: [readReference('Kubernetes API concepts', 'using-api/api-concepts/')],
  },
  'node-cut-off': {
    steps: [
      step(FAULT, 'No packet passes. The Pods of node-1 run on.'),
      step(NODE_MARKED, 'No sign of life for 50 seconds: the node counts as unreachable.'),
      step(prints('*node-1*'), 'It was back before its Pods’ five minutes were over: nothing was moved.'),
    ],
    questions: [
      question(NODE_MARKED, 'Do the Pods on node-1 still run?', 'Their kubelet and its engine need no connection for that.', 'Yes', 'No'),
    ],
    reading: [read('Nodes', 'architecture/nodes/#node-status'), LEASES],
  },
  'disk-full': {
    steps: [
      step(FAULT, 'Something fills the disk. No message tells anybody.'),
      step(request('PATCH', POD_STATUS, { 'body.status.reason': 'Evicted' }), 'The kubelet ended this Pod to get room.'),
      step(TURNED_AWAY, 'The new Pod came to the same node: the scheduler does not know yet.'),
      step(
        request('PATCH', '/api/v1/nodes/node-1', { actor: 'node-controller' }),
        'Now the node has a taint, and the scheduler keeps away from it.',
      ),
    ],
    questions: [
      question(
        TURNED_AWAY,
        'A new Pod is bound to the node whose disk is short. What does its kubelet do?',
        'It takes only Pods that the node cannot do without; others fail at once.',
        'It turns the Pod away',
        'It runs the Pod',
        'It hands the Pod to another node',
      ),
    ],
    reading: [read('Node-pressure eviction', 'scheduling-eviction/node-pressure-eviction/')],
  },
  'registry-fails': {
    steps: [
      step('report.3', 'ErrImagePull: the Pod has its node, and no image.'),
      step('report.4', 'ImagePullBackOff: the kubelet waits before it tries again, longer each time.'),
      step('report.7', 'The registry is well, and the next try gets the image.'),
    ],
    questions: [
      question(
        'report.7',
        'The registry is well again. Who has to do something?',
        'The kubelet tries until it has the image.',
        'Nobody',
        'You: make the Pod anew',
        'The scheduler: find another node',
      ),
    ],
    reading: [read('Images', 'containers/images/#imagepullbackoff')],
  },
  'leader-election': {
    steps: [
      step(FAULT, 'The leader’s manifest is taken away, so its kubelet stops it.'),
      step({ kind: 'inside', topic: 'leader' }, 'The lease was not renewed for 15 seconds; now the other holds it.'),
      step('reconcile.2', 'Controllers run only where the lease is held: here, now.'),
    ],
    questions: [
      question(
        { kind: 'inside', topic: 'leader' },
        'How does the one that stood by know?',
        'It reads the lease every two seconds, and sees when it last changed.',
        'The lease is not renewed',
        'The leader hands over',
        'The API server tells it',
      ),
    ],
    reading: [read('Leases', 'architecture/leases/#leader-election')],
  },
} as const satisfies { readonly [name in ScenarioName]?: Lesson };
