// The library: what each run of `runs.ts` is about, and what must be seen for it to be that. What to look at in it: `lessons.ts`.
import { LESSONS } from './lessons';
import { asks, complains, event, hears, prints } from './matchers';
import { RUNS, SCENARIO_NAMES, type ScenarioName } from './runs';
import { type LibraryScenario, SCENARIO_VERSION } from './scenario';

type Told = Pick<LibraryScenario, 'level' | 'text' | 'expectations' | 'key'>;

const BINDING = asks('POST', '/api/v1/namespaces/default/pods/*/binding', 201);
const PULLED = event('Pulled');
const STARTED = event('Started');

const TOLD: { readonly [name in ScenarioName]: Told } = {
  'create-deployment': {
    level: 'story',
    text: 'One command writes one object. Everything after it is done by programs that each watch the API server: one makes a ReplicaSet, one makes a Pod, one picks a node, and the kubelet of that node starts the container. None of them calls another.',
    expectations: { occurs: [BINDING, STARTED, hears('MODIFIED', 'Deployment', 'test', { 'body.status.readyReplicas': 1 })], never: [] },
    key: 0,
  },
  'create-deployment-and-service': {
    level: 'story',
    text: 'A Service gives the Pods one address. The endpoint slice controller lists the Pods that are ready, and the kube-proxy of every node turns that list into rules of its kernel. The API server never touches a packet.',
    expectations: {
      occurs: [asks('POST', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', 201), hears('ADDED', 'Service', 'test')],
      never: [],
    },
    key: 1,
  },
  'service-and-packet': {
    level: 'story',
    text: 'A Pod asks for a Service. The kernel of its own node walks the rules that kube-proxy wrote there, picks one of three endpoints and writes its address into the packet; the answer comes back under the address of the Service. Once no endpoint is left, a rule refuses.',
    expectations: {
      occurs: [
        { kind: 'packet', from: 'pod/default/client', destination: '10.96.0.50', flags: 'SYN' },
        { kind: 'packet', to: 'pod/default/test-*', flags: 'SYN' },
        prints('HTTP/1.1 200 OK*'),
        { kind: 'inside', topic: 'packet', 'detail.outcome': 'rejected' },
        { kind: 'output', stderr: 'curl: (7)*' },
      ],
      never: [{ kind: 'packet', to: 'kube-proxy/*' }],
    },
    key: 1,
  },
  scale: {
    level: 'story',
    text: 'Scaling changes one number in the Deployment. The Deployment controller copies it to the ReplicaSet, and the ReplicaSet controller makes the missing Pods. Scaled down again, it chooses which Pods to delete and leaves the rest alone.',
    expectations: { occurs: [event('SuccessfulDelete'), asks('DELETE', '/api/v1/namespaces/default/pods/*', 200)], never: [] },
    key: 1,
  },
  'rolling-update': {
    level: 'story',
    text: 'A new image means a new ReplicaSet. The Deployment controller lets it grow by one Pod, waits until that Pod is ready, takes one away from the old ReplicaSet, and goes on in turns until only new Pods are left.',
    expectations: {
      occurs: [
        event('ScalingReplicaSet', { 'body.message': 'Scaled up replica set * from 2 to 3' }),
        event('ScalingReplicaSet', { 'body.message': 'Scaled down replica set * from 1 to 0' }),
      ],
      never: [],
    },
    key: 1,
  },
  'stuck-update': {
    level: 'story',
    text: 'The new image does not exist. The first new Pod never becomes ready, so the Deployment controller takes no old Pod away: the update stands still, and the application keeps running as it was.',
    expectations: {
      occurs: [event('ScalingReplicaSet', { 'body.message': 'Scaled up replica set * from 0 to 1' }), event('BackOff')],
      never: [event('SuccessfulDelete')],
    },
    key: 1,
  },
  'bare-pod': {
    level: 'story',
    text: 'A Pod that nobody owns. The scheduler and the kubelet treat it like any other, but once it is deleted no controller misses it, and nothing takes its place.',
    expectations: { occurs: [STARTED, event('Killing'), hears('DELETED', 'Pod', 'solo')], never: [event('SuccessfulCreate')] },
    key: 1,
  },
  'node-dies': {
    level: 'story',
    text: 'The power of a node fails while requests come in, one each second. Nobody is told: those that hit the dead Pod time out. After 50 seconds without a renewed lease the node lifecycle controller marks the node as unreachable; its Pod leaves the rules of all nodes, and every request goes well again. Its Pods may stay for another five minutes, then they are deleted and replaced elsewhere. The old Pod stays in Terminating, for no kubelet is left to confirm its end.',
    expectations: {
      occurs: [event('NodeNotReady'), event('TaintManagerEviction'), prints('120 requests: * (* timed out)*'), prints('*Terminating*')],
      never: [],
    },
    key: 3,
  },
  'container-crashes': {
    level: 'story',
    text: 'The process ends with an error a second after its start. The kubelet starts it again, each time after a longer wait: 10 seconds, 20, 40, up to five minutes. Neither the scheduler nor any controller takes part; the Pod stays on its node.',
    expectations: {
      occurs: [event('BackOff', { 'body.message': 'Back-off restarting failed container*' }), prints('*crash *')],
      never: [],
    },
    key: 0,
  },
  'image-missing': {
    level: 'story',
    text: 'The registry has no such image. The Pod has a node, and its kubelet asks again and again with growing waits. ErrImagePull is the failed try, ImagePullBackOff the wait before the next.',
    expectations: { occurs: [BINDING, event('BackOff'), event('Failed', { 'body.message': 'Error: ErrImagePull' })], never: [STARTED] },
    key: 0,
  },
  'configmap-missing': {
    level: 'story',
    text: 'The container wants its environment from a ConfigMap that does not exist. The scheduler does not look at that; the kubelet does, and cannot create the container. It tries again, and soon after the ConfigMap is there the container starts.',
    expectations: {
      occurs: [event('Failed', { 'body.message': 'Error: configmap "settings" not found' }), STARTED],
      never: [],
    },
    key: 1,
  },
  'secret-mounted': {
    level: 'story',
    text: 'A Secret becomes a file. The kubelet of the Pod’s node watches this one Secret because a Pod of its own names it, writes its content into a volume, and only then creates the container.',
    expectations: {
      occurs: [{ kind: 'request', from: 'kubelet/*', method: 'GET', path: '/api/v1/namespaces/default/secrets*', status: 200 }, STARTED],
      never: [event('FailedMount')],
    },
    key: 0,
  },
  'no-node-fits': {
    level: 'story',
    text: 'The Pod asks for three processors; each node has two. The scheduler looks at every node, writes down why none will do, and puts the Pod aside until something in the cluster changes that could help.',
    expectations: {
      occurs: [event('FailedScheduling', { 'body.note': '*3 Insufficient cpu*' })],
      never: [BINDING, PULLED],
    },
    key: 0,
  },
  'node-joins': {
    level: 'story',
    text: 'The Pod asks for more than any node has, so it waits, and nobody asks again. Then a machine is switched on: its kubelet creates the Node object, the scheduler hears of it on its watch of nodes, and because a new node could help it takes the Pod out of its waiting place and tries once more.',
    expectations: {
      occurs: [
        event('FailedScheduling'),
        asks('POST', '/api/v1/nodes', 201, { to: 'kubelet/node-3' }),
        event('Scheduled', { 'body.note': '*big to node-3' }),
        prints('*big *1/1 *node-3*'),
      ],
      never: [],
    },
    key: 1,
  },
  'spread-over-zones': {
    level: 'story',
    text: 'Two zones, and the Pods say that no zone may have more than one of them more than another. With the only node of zone b closed, zone a may take one more Pod and then none, though there is room: the fourth waits. Opened again, node-3 gets it.',
    expectations: {
      occurs: [
        event('FailedScheduling', { 'body.note': "*1 node(s) were unschedulable*2 node(s) didn't match pod topology spread constraints*" }),
        event('Scheduled', { 'body.note': '*to node-3' }),
      ],
      never: [],
    },
    key: 1,
  },
  taints: {
    level: 'story',
    text: 'All workers get a taint: only Pods that tolerate it may come. The first Pod does not and finds no node; the second says that it does and is placed at once. A toleration allows a node, it does not ask for one.',
    expectations: {
      occurs: [event('FailedScheduling', { 'body.regarding.name': 'guest' }), event('Scheduled', { 'body.regarding.name': 'member' })],
      never: [event('Scheduled', { 'body.regarding.name': 'guest' })],
    },
    key: 0,
  },
  'delete-background': {
    level: 'story',
    text: 'The usual way to delete: the Deployment is gone at once. The garbage collector then finds a ReplicaSet whose owner is gone and deletes it, then the Pods of that one. From the top down, each because its owner is no longer there.',
    expectations: {
      occurs: [hears('DELETED', 'Deployment', 'test'), hears('DELETED', 'ReplicaSet', 'test-*'), hears('DELETED', 'Pod', 'test-*')],
      never: [hears('MODIFIED', 'Deployment', 'test', { 'body.metadata.deletionTimestamp': '*' })],
    },
    key: 1,
  },
  'delete-foreground': {
    level: 'story',
    text: 'Deleted in the foreground, the Deployment stays, marked as going, until all that it owns is gone. A finalizer holds it; the garbage collector deletes from the bottom up and takes the finalizer away last.',
    expectations: {
      occurs: [
        hears('MODIFIED', 'Deployment', 'test', { 'body.metadata.deletionTimestamp': '*' }),
        hears('DELETED', 'Deployment', 'test'),
        hears('DELETED', 'Pod', 'test-*'),
      ],
      never: [],
    },
    key: 1,
  },
  'delete-orphan': {
    level: 'story',
    text: 'The Deployment goes, its ReplicaSet stays. The garbage collector takes the owner’s name out of the ReplicaSet before it lets the Deployment go. The Pods run on and never notice.',
    expectations: {
      occurs: [hears('DELETED', 'Deployment', 'test'), asks('PATCH', '/apis/apps/v1/namespaces/default/replicasets/*', 200)],
      never: [hears('DELETED', 'ReplicaSet', 'test-*'), hears('DELETED', 'Pod', 'test-*')],
    },
    key: 1,
  },
  'rbac-forbids': {
    level: 'messages',
    text: 'Jane may not list Pods: the API server knows who asks, looks through its roles, finds none, and answers 403 without looking at a single Pod. Bound to the role “view”, she gets her answer. Nothing was restarted; the API server watches its own role bindings.',
    expectations: {
      occurs: [
        complains('Error from server (Forbidden): pods is forbidden: User "jane"*'),
        asks('GET', '/api/v1/namespaces/default/pods*', 403, { to: 'kubectl' }),
        asks('GET', '/api/v1/namespaces/default/pods*', 200, { to: 'kubectl' }),
      ],
      never: [],
    },
    key: 1,
  },
  'two-writers': {
    level: 'messages',
    text: 'Two people change the same object. The second works on an old copy: its resourceVersion is not the one that is stored. The API server refuses with 409, so that no change is lost without anybody noticing. Controllers meet this every day; they read again and try again.',
    expectations: {
      occurs: [asks('PUT', '/api/v1/namespaces/default/configmaps/note*', 409), complains('Error from server (Conflict)*')],
      never: [hears('MODIFIED', 'ConfigMap', 'note')],
    },
    key: 1,
  },
  'no-scheduler': {
    level: 'story',
    text: 'With the scheduler away, objects are still made: Deployment, ReplicaSet and Pod are there, and the Pod waits without a node. Once the scheduler is back it lists all Pods, finds the one without a node, and the work goes on as if nothing had been.',
    expectations: {
      occurs: [
        { kind: 'fault', from: 'kube-scheduler' },
        event('Killing', { 'body.message': 'Stopping container kube-scheduler' }),
        BINDING,
        STARTED,
      ],
      never: [],
    },
    key: 2,
  },
  'no-api-server': {
    level: 'story',
    text: 'Without the API server nobody can look and nothing can change: kubectl is refused, watches end, leases run out. The container of the Pod runs on, because its kubelet and its runtime need nobody’s leave. When the API server is back, everybody lists and watches again.',
    expectations: {
      occurs: [complains('The connection to the server * was refused*'), prints('*1/1     Running*')],
      never: [event('SuccessfulDelete'), event('TaintManagerEviction')],
    },
    key: 1,
  },
  'watch-lost': {
    level: 'wire',
    text: 'The scheduler’s watch of Pods breaks, and just then a Pod is made. The scheduler asks again and says which version it had last; the API server first sends what it missed. Nothing is listed anew and nothing is lost: that is what resource versions are for.',
    expectations: {
      occurs: [
        { kind: 'request', from: 'kube-scheduler', path: '/api/v1/pods?*&resourceVersion=*watch=true' },
        hears('ADDED', 'Pod', 'late', { to: 'kube-scheduler' }),
        asks('POST', '/api/v1/namespaces/default/pods/late/binding', 201),
      ],
      never: [{ kind: 'request', from: 'kube-scheduler', path: '/api/v1/pods?*sendInitialEvents=true*' }],
    },
    key: 0,
  },
  'version-too-old': {
    level: 'wire',
    text: 'etcd forgets its old revisions, as it is told to every five minutes. Then the API server’s watch of Pods breaks: the revision that it wants to go on from is gone, so it reads all Pods again and ends the watches that it served. Its clients come back with versions that it no longer knows, are told 410, and ask for the whole state.',
    expectations: {
      occurs: [
        { kind: 'stream', from: 'etcd', end: 'compacted' },
        { kind: 'watch-delivery', type: 'ERROR', 'body.code': 410, 'body.message': 'too old resource version: *' },
        { kind: 'request', from: 'kube-scheduler', path: '/api/v1/pods?*sendInitialEvents=true*' },
        asks('POST', '/api/v1/namespaces/default/pods/late/binding', 201),
      ],
      never: [],
    },
    key: 0,
  },
  'answer-lost': {
    level: 'messages',
    text: 'The Deployment is written, and the connection breaks before kubectl hears of it. kubectl cannot know whether it was: it does not ask again by itself. The person does, and is told that the Deployment exists. Controllers live with this every day; that is why they look at what is there before they write.',
    expectations: {
      occurs: [
        asks('POST', '/apis/apps/v1/namespaces/default/deployments*', 201, { to: 'kubectl', receivedUs: null }),
        complains('error: failed to create deployment: deployments.apps "test" already exists*'),
        STARTED,
      ],
      never: [],
    },
    key: 0,
  },
  'node-cut-off': {
    level: 'story',
    text: 'No packet passes between node-1 and the control plane for two minutes. Its Pods run on; nobody hears of them. The node’s lease is not renewed, so after 50 seconds it counts as unreachable. The Pods may stay for five minutes, and the network is back before: the kubelet renews its lease, lists its Pods, and nothing was moved.',
    expectations: {
      occurs: [
        event('NodeNotReady', { 'body.involvedObject.name': 'node-1' }),
        event('TaintManagerEviction', { 'body.message': 'Cancelling deletion of Pod*' }),
        prints('*node-1*'),
      ],
      never: [event('TaintManagerEviction', { 'body.message': 'Marking for deletion*' }), event('SuccessfulDelete')],
    },
    key: 1,
  },
  'disk-full': {
    level: 'story',
    text: 'The disk of node-1 is nearly full. Its kubelet sees so at its next look, says so in the Node, and ends Pods to get room, one with each look. The ReplicaSet controller makes new ones at once. Until the node has its taint, the scheduler chooses it again and again, and the kubelet turns each Pod away.',
    expectations: {
      occurs: [
        event('Evicted', { 'body.message': 'The node was low on resource: ephemeral-storage.*' }),
        event('NodeHasDiskPressure'),
        asks('PATCH', '/api/v1/nodes/node-1', 200, { to: 'kube-controller-manager' }),
        prints('*Running*Running*Running*'),
      ],
      never: [],
    },
    key: 1,
  },
  'registry-fails': {
    level: 'story',
    text: 'The registry answers 503. The Pod has its node, the kubelet asks for the image, fails, and waits longer before each try. Once the registry is well again, the next try gets the image; nobody had to do anything.',
    expectations: {
      occurs: [
        event('Failed', {
          'body.message': '*unexpected status from HEAD request to https://registry-1.docker.io/*: 503 Service Unavailable',
        }),
        event('BackOff'),
        STARTED,
      ],
      never: [],
    },
    key: 0,
  },
  'leader-election': {
    level: 'story',
    text: 'Two controller managers run; one holds the lease and acts, the other looks at the lease every two seconds. The leader’s manifest is taken away. Its lease is not given back, so the other waits until it has not been renewed for 15 seconds, writes its own name into it, and only then starts its controllers.',
    expectations: {
      occurs: [
        asks('PUT', '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-controller-manager*', 200, {
          to: 'kube-controller-manager/control-plane-2',
        }),
        { kind: 'inside', from: 'kube-controller-manager/control-plane-2', topic: 'leader' },
        {
          kind: 'request',
          from: 'kube-controller-manager/control-plane-2',
          actor: 'replicaset-controller',
          path: '/api/v1/namespaces/default/pods',
        },
        STARTED,
      ],
      never: [],
    },
    key: 0,
  },
};

export const LIBRARY: readonly LibraryScenario[] = SCENARIO_NAMES.map((name) => ({
  version: SCENARIO_VERSION,
  name,
  restless: null,
  goals: [],
  ...RUNS[name],
  ...TOLD[name],
  ...LESSONS[name],
}));
