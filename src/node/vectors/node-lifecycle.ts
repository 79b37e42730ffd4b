// Kubernetes' own tables about the health of nodes and about taints that drive pods away, against
// components/kube-controller-manager/node-lifecycle and ttl.
import { SECOND, simTime } from '../../base/brand';
import type { Json } from '../../base/json';
import { type Health, judge } from '../../components/kube-controller-manager/node-lifecycle/node-health';
import { labelChanges } from '../../components/kube-controller-manager/node-lifecycle/node-lifecycle-controller';
import { noScheduleTaints } from '../../components/kube-controller-manager/node-lifecycle/node-taints';
import { leastSeconds, replan, secondsTolerated } from '../../components/kube-controller-manager/node-lifecycle/taint-eviction-controller';
import {
  disruption,
  isExcludedFromDisruption,
  type ZoneState,
  zoneOf,
} from '../../components/kube-controller-manager/node-lifecycle/zones';
import { secondsOf, stepFor } from '../../components/kube-controller-manager/ttl/ttl-controller';
import { parseTime } from '../../machinery/time';
import type { Condition, Node, Pod, Taint, Toleration } from '../../machinery/types';
import { adapterOf } from './adapter';

const KINDS: { readonly [kind: string]: (input: never) => unknown } = {
  'zone-state': zoneStates,
  'taints-by-condition': ({ node }: { readonly node: Node }) => ({ noScheduleTaints: noScheduleTaints(node) }),
  'node-label-reconcile': ({ Node: node }: { readonly Node: Node }) => ({
    ExpectedLabels: { ...node.metadata.labels, ...labelChanges(node) },
  }),
  'excluded-from-disruption': ({ node }: { readonly node: Node }) => ({ excluded: isExcludedFromDisruption(node) }),
  'min-toleration-time': ({ tolerations }: { readonly tolerations: readonly Toleration[] }) => {
    const seconds = leastSeconds(tolerations);
    return { tolerationSeconds: seconds === 0 ? 0 : seconds === null ? { seconds: -1e-9 } : { seconds } };
  },
  'node-ttl-annotation': (input: { readonly addNode: boolean; readonly nodeCount: number; readonly boundaryStep: number }) => ({
    expectedTTL: secondsOf(stepFor(input.boundaryStep, input.nodeCount + (input.addNode ? 1 : -1))),
  }),
  'taint-eviction-pod-created': ({ pod, taintedNodes }: { readonly pod: Pod; readonly taintedNodes: TaintedNodes }) =>
    eviction(isEvictedSoon([pod], taintedNodes)),
  'taint-eviction-pod-updated': (input: { readonly prevPod: Pod; readonly newPod: Pod; readonly taintedNodes: TaintedNodes }) =>
    eviction(isEvictedSoon([input.prevPod, input.newPod], input.taintedNodes)),
  'taint-eviction-node-created': ({ pods, node }: { readonly pods: readonly Pod[]; readonly node: Node }) =>
    eviction(pods.some((pod) => isEvictedSoon([pod], { [node.metadata.name]: node.spec?.taints ?? [] }))),
  'taint-eviction-node-updated': ({ pods, newNode }: { readonly pods: readonly Pod[]; readonly newNode: Node }) =>
    eviction(pods.some((pod) => isEvictedSoon([pod], { [newNode.metadata.name]: newNode.spec?.taints ?? [] }))),
};

type TaintedNodes = { readonly [node: string]: readonly Taint[] };
const eviction = (evicted: boolean): Json => ({ patchesDisruptionTargetCondition: evicted, deletesPod: evicted });

/** Whether the versions of a pod, a tenth of a second apart, end in an eviction within the next seconds. */
function isEvictedSoon(versions: readonly Pod[], taintedNodes: TaintedNodes): boolean {
  let plan: ReturnType<typeof replan> = null;
  versions.forEach(({ spec }, i) => {
    const taints = (taintedNodes[spec.nodeName ?? ''] ?? []).filter(({ effect }) => effect === 'NoExecute');
    plan = replan(plan, secondsTolerated(taints, spec.tolerations ?? []), simTime((i * SECOND) / 10));
  });
  return ((plan as ReturnType<typeof replan>)?.dueUs ?? Number.POSITIVE_INFINITY) < 10 * SECOND;
}

interface ZoneInput {
  readonly nodeList: readonly Node[];
  readonly updatedNodeStatuses: readonly Node['status'][];
  readonly now: string;
  readonly secondsPassedBeforeFollowing: number;
  readonly nodeMonitorGracePeriodSeconds: number;
  readonly nodeStartupGracePeriodSeconds: number;
  readonly unhealthyZoneThreshold: number;
}

/** Two passes over all nodes, with new statuses between them. */
function zoneStates(input: ZoneInput): Json {
  const grace = { monitorUs: input.nodeMonitorGracePeriodSeconds * SECOND, startupUs: input.nodeStartupGracePeriodSeconds * SECOND };
  const healths = new Map<string, Health>();
  let states: ReadonlyMap<string, ZoneState> = new Map();
  const pass = (nodes: readonly Node[], nowUs: number): Json => {
    const ready = new Map<string, (Condition | null)[]>();
    for (const node of nodes) {
      const verdict = judge(node, healths.get(node.metadata.name) ?? null, undefined, simTime(nowUs), grace);
      healths.set(node.metadata.name, verdict.health);
      ready.set(zoneOf(node), [...(ready.get(zoneOf(node)) ?? []), verdict.current]);
    }
    const news = disruption(states, ready, input.unhealthyZoneThreshold);
    states = news.type === 'entered' ? new Map([...ready.keys()].map((zone) => [zone, 'FullDisruption'])) : news.states;
    return Object.fromEntries(states);
  };
  const startUs = parseTime(input.now) ?? 0;
  const expectedInitialStates = pass(input.nodeList, startUs);
  const updated = input.nodeList.map((node, i) => ({ ...node, status: input.updatedNodeStatuses[i] }) as Node);
  return { expectedInitialStates, expectedFollowingStates: pass(updated, startUs + input.secondsPassedBeforeFollowing * SECOND) };
}

export const adapter = adapterOf(KINDS);
