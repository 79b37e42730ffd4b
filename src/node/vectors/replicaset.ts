// vectors/replicaset.json: which pods go first, status and slow start, against components/kube-controller-manager.
import { SECOND, type SimTime, simTime } from '../../base/brand';
import { NodeTainter } from '../../components/kube-controller-manager/node-lifecycle/node-taints';
import { nextBatch } from '../../components/kube-controller-manager/pod-control';
import { untilAvailable } from '../../components/kube-controller-manager/pods';
import { compareForDeletion, podsToDelete } from '../../components/kube-controller-manager/replicaset/deletion-rank';
import { calculateStatus } from '../../components/kube-controller-manager/replicaset/status';
import { rfc3339 } from '../../machinery/time';
import { adapterOf } from './adapter';

// biome-ignore lint/suspicious/noExplicitAny: cases are read as they come; a wrong one fails.
type Loose = any;

const NOW: SimTime = simTime(0);

const RUNNERS: { readonly [kind: string]: (input: Loose, expect: Loose) => Loose } = {
  'slow-start-batch': ({ count, initialBatchSize, callsThatSucceed }) => {
    let [calls, successes] = [0, 0];
    for (let size = nextBatch(count, null, initialBatchSize); size > 0; size = nextBatch(count - successes, size, initialBatchSize)) {
      calls += size;
      successes = Math.min(calls, callsThatSucceed);
      if (successes < calls) return { successes, calls, error: true };
    }
    return { successes, calls, error: false };
  },
  'pods-to-delete': ({ pods, relatedPods, diff }) => ({
    toDelete: podsToDelete(pods.map(withSpec), relatedPods.map(withSpec), diff, NOW).map(({ metadata }) => metadata.name),
  }),
  'deletion-rank': ({ a, rankA, b, rankB }) => ({
    deletedFirst: compareForDeletion(dated(a), rankA, dated(b), rankB, NOW) < 0 ? 'a' : 'b',
  }),
  'deletion-rank-equal': ({ a, rankA, b, rankB }) => ({
    compare: compareForDeletion(dated(a), rankA, dated(b), rankB, NOW) === 0 ? 'equal' : 'different',
  }),
  'rs-status': ({ replicaSet, activePods, terminatingPods, featureGates }, expect) => {
    const terminating = featureGates?.DeploymentReplicaSetTerminatingReplicas === false ? null : (terminatingPods ?? []).length;
    const status: Loose = calculateStatus(replicaSet, activePods, terminating, null, NOW);
    // The table writes every count that is zero.
    return {
      status: Object.fromEntries(Object.entries(expect.status).map(([name, value]) => [name, status[name] ?? (value === null ? null : 0)])),
    };
  },
  'node-taint-update': runTaintUpdate,
  'next-availability-check': ({ pod, minReadySeconds }) => {
    const after = untilAvailable(dated(pod), minReadySeconds, NOW);
    return { after: after === null ? null : { seconds: after / SECOND } };
  },
};

/** The tainter against a server that has these nodes and answers at once. The table counts its own reads too: one after
 *  adding, one before and one after removing; none of a node that is not there. */
function runTaintUpdate({ op, nodes, node: name, taints }: Loose): Loose {
  const [known] = nodes.filter(({ metadata }: Loose) => metadata.name === name);
  if (known === undefined) return { taints: null, apiRequests: 0 };
  let node: Loose = withSpec(known);
  let apiRequests = op === 'remove' ? 2 : 1;
  const answer = (body: Loose): Loose => {
    apiRequests++;
    return { ok: true, status: 200, body };
  };
  const api: Loose = {
    *get() {
      return answer(node);
    },
    *patch(_ref: Loose, _name: Loose, _type: Loose, { spec }: Loose) {
      node = { ...node, spec: { ...node.spec, taints: spec.taints } };
      return answer(node);
    },
  };
  const ctx: Loose = { *sleep() {}, random: () => ({ below: () => 0 }) };
  const tainter = new NodeTainter(ctx, api);
  const task = op === 'remove' ? tainter.remove(node, taints) : tainter.add(name, taints);
  while (!task.next().done);
  return { taints: node.spec.taints ?? null, apiRequests };
}

const withSpec = (pod: Loose): Loose => ({ ...pod, spec: pod.spec ?? {} });

/** Times relative to the test's as texts. */
function dated(value: Loose): Loose {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(dated);
  if (typeof value.nowPlusSeconds === 'number') return rfc3339(simTime(value.nowPlusSeconds * SECOND));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, dated(member)]));
}

export const adapter = adapterOf(RUNNERS);
