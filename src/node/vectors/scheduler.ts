// vectors/scheduler.json: plugins, queue and preemption, against components/kube-scheduler.
import { type Json, jsonEqual } from '../../base/json';
import { SchedulerCache } from '../../components/kube-scheduler/cache';
import { fitErrorMessage, type Verdict } from '../../components/kube-scheduler/framework/fit-error';
import type { NodeInfo } from '../../components/kube-scheduler/framework/node-info';
import { isStatus, type Plugin } from '../../components/kube-scheduler/framework/plugin';
import { mostAllocated, requestedToCapacityRatio } from '../../components/kube-scheduler/framework/plugins/allocation-scoring';
import { balancedAllocation } from '../../components/kube-scheduler/framework/plugins/balanced-allocation';
import {
  interPodAffinity,
  REASON_AFFINITY,
  REASON_ANTI_AFFINITY,
  REASON_EXISTING_ANTI_AFFINITY,
} from '../../components/kube-scheduler/framework/plugins/inter-pod-affinity';
import { nodeAffinity, REASON_NODE_AFFINITY } from '../../components/kube-scheduler/framework/plugins/node-affinity';
import { REASON_NODE_NAME } from '../../components/kube-scheduler/framework/plugins/node-name';
import { REASON_PORTS } from '../../components/kube-scheduler/framework/plugins/node-ports';
import { insufficientResources, nodeResourcesFit } from '../../components/kube-scheduler/framework/plugins/node-resources-fit';
import { REASON_CORDONED } from '../../components/kube-scheduler/framework/plugins/node-unschedulable';
import {
  podTopologySpread,
  REASON_NO_TOPOLOGY,
  REASON_SPREAD,
  SYSTEM_DEFAULTS,
} from '../../components/kube-scheduler/framework/plugins/pod-topology-spread';
import { REASON_TAINT } from '../../components/kube-scheduler/framework/plugins/taint-toleration';
import { type PodInfo, podInfoOf } from '../../components/kube-scheduler/framework/pod-info';
import {
  bestCandidate,
  dryRun,
  type PodDisruptionBudget,
  preempt,
  whyNotEligible,
} from '../../components/kube-scheduler/framework/preemption';
import { DEFAULT_PLUGINS, DEFAULT_PROFILE, type Weighted } from '../../components/kube-scheduler/framework/registry';
import { podRequestsForScoring } from '../../components/kube-scheduler/framework/resources';
import { findNodesThatFit, numFeasibleNodesToFind, prepareFilters } from '../../components/kube-scheduler/framework/run';
import { type Code, OK, type Status, unresolvable } from '../../components/kube-scheduler/framework/status';
import { backoffFor, comesBefore } from '../../components/kube-scheduler/queue';
import { type NodeAffinity, nodeMatchesSpec } from '../../machinery/node-selector';
import { parseTime } from '../../machinery/time';
import type { Namespace, Node, Pod, Service } from '../../machinery/types';
import type { Adapter } from './adapter';

// biome-ignore lint/suspicious/noExplicitAny: cases are read as they come; a wrong one fails.
type Loose = any;
interface Case {
  readonly id: string;
  readonly kind: string;
  readonly input: Loose;
  readonly expect: Loose;
}

export const adapter: Adapter = (file) =>
  (file as { readonly cases: readonly Case[] }).cases.map((test) => ({
    group: test.kind,
    id: test.id,
    run: () => {
      const got = run(test);
      const want = wanted(test);
      return agree(test, got, want) ? null : `${JSON.stringify(got)} instead of ${JSON.stringify(want)}`;
    },
  }));

const RUNNERS: { readonly [kind: string]: (input: Loose, expect: Loose) => Loose } = {
  filter: runFilter,
  'filter-nodes': runFilterNodes,
  score: runScore,
  'score-pod-request': ({ pod }) => {
    const { cpu, memory } = podRequestsForScoring(podOf(pod));
    return { requestsForScoring: { cpu, memory } };
  },
  'num-feasible-nodes': (input) => ({
    nodesToFind: numFeasibleNodesToFind(input.numAllNodes, input.profilePercentage ?? input.globalPercentage),
  }),
  'fit-error-message': ({ numAllNodes, diagnosis }) => {
    const nodes = new Map<string, Verdict>(
      Object.entries(diagnosis.NodeToStatus.nodes ?? {}).map(([name, status]) => [name, { plugin: null, status: statusOf(status) }]),
    );
    const absent = statusOf(diagnosis.NodeToStatus.absentNodes ?? {});
    return {
      message: fitErrorMessage(
        numAllNodes,
        { nodes, absent, preFilterMessage: diagnosis.PreFilterMsg ?? '' },
        diagnosis.PostFilterMsg ?? '',
      ),
    };
  },
  'queue-backoff': runBackoff,
  'queue-sort': ({ a, b }) => {
    const order = ({ pod, timestamp }: Loose) => ({ info: { priority: pod.spec?.priority ?? 0 }, sinceUs: timestamp?.nowPlusSeconds ?? 0 });
    return { aBeforeB: comesBefore(order(a), order(b)) };
  },
  'default-plugin': ({ plugin }) => {
    const order = DEFAULT_PROFILE.findIndex(({ name }) => name === plugin);
    return { order, scoreWeight: DEFAULT_PROFILE[order]?.weight };
  },
  'filter-reason': ({ plugin, situation }) => ({ reason: REASONS[`${plugin}: ${situation}`] ?? null }),
  'preemption-select': runSelect,
  'preemption-dryrun': runDryRun,
  'preemption-postfilter': runPostFilter,
  'preemption-full': runPreemption,
  'preemption-eligible': ({ pod, existingPods, nodeNames, nominatedNodeStatus }) => {
    const cluster = clusterOf({ nodes: nodeNames.map((name: string) => ({ metadata: { name } })), existingPods });
    const info = podInfoOf(podOf(pod));
    const nodes = new Map<string, Verdict>();
    if (nominatedNodeStatus) nodes.set(info.pod.status?.nominatedNodeName ?? '', { plugin: null, status: statusOf(nominatedNodeStatus) });
    return { eligible: whyNotEligible(info, cluster, { nodes, absent: statusOf({}) }) === null };
  },
};

const REASONS: { readonly [situation: string]: string } = {
  'NodeResourcesFit: too many pods': 'Too many pods',
  'NodeResourcesFit: cpu short': 'Insufficient cpu',
  'NodeResourcesFit: memory short': 'Insufficient memory',
  'TaintToleration: untolerated taint': REASON_TAINT,
  'NodeAffinity: selector or required affinity mismatch': REASON_NODE_AFFINITY,
  'NodeName: spec.nodeName mismatch': REASON_NODE_NAME,
  'NodePorts: host port taken': REASON_PORTS,
  'NodeUnschedulable: cordoned': REASON_CORDONED,
  'PodTopologySpread: skew': REASON_SPREAD,
  'PodTopologySpread: topology label absent': REASON_NO_TOPOLOGY,
  'InterPodAffinity: existing pods anti-affinity': REASON_EXISTING_ANTI_AFFINITY,
  'InterPodAffinity: affinity unmet': REASON_AFFINITY,
  'InterPodAffinity: anti-affinity unmet': REASON_ANTI_AFFINITY,
};

function run({ kind, input, expect }: Case): Loose {
  const runner = RUNNERS[kind];
  return runner === undefined ? 'not supported' : runner(input, expect);
}

function wanted({ kind, expect }: Case): Loose {
  if (kind === 'queue-backoff')
    return typeof expect.backoff === 'object' && expect.backoff !== null
      ? { backoff: nanos(expect.backoff) }
      : { backoff: expect.backoff ?? 0 };
  return expect;
}

function agree({ kind }: Case, got: Loose, want: Loose): boolean {
  if (kind === 'preemption-select') return want.nominatedNodeAnyOf.includes(got.nominatedNode);
  if (want.preScoreStatus?.code === 'Error')
    return got.preScoreStatus?.code === 'Error' && got.preScoreStatus.reasons[0].includes(want.preScoreStatus.reasons[0]);
  return jsonEqual(got as Json, want as Json);
}

// ---- Plugins

/** What gates that are off take out of a pod (the apiserver and older schedulers did not look at it). */
function gated(pod: Loose, gates: { readonly [gate: string]: boolean } = {}): Loose {
  const spec = { ...pod.spec };
  if (gates['PodLevelResources'] === false) delete spec.resources;
  if (gates['TaintTolerationComparisonOperators'] === false) {
    spec.tolerations = (spec.tolerations ?? []).filter(({ operator }: Loose) => operator !== 'Gt' && operator !== 'Lt');
  }
  spec.topologySpreadConstraints = (spec.topologySpreadConstraints ?? []).map((constraint: Loose) => {
    const { matchLabelKeys, nodeAffinityPolicy, nodeTaintsPolicy, ...rest } = constraint;
    return {
      ...rest,
      ...(matchLabelKeys && gates['MatchLabelKeysInPodTopologySpread'] !== false ? { matchLabelKeys } : {}),
      ...(gates['NodeInclusionPolicyInPodTopologySpread'] !== false
        ? { ...(nodeAffinityPolicy ? { nodeAffinityPolicy } : {}), ...(nodeTaintsPolicy ? { nodeTaintsPolicy } : {}) }
        : {}),
    };
  });
  return { ...pod, spec };
}

/** A pod as the scheduler gets it: with metadata and containers. */
const podOf = (pod: Loose, name = 'pod'): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    ...pod,
    metadata: { name, ...pod.metadata },
    spec: { ...pod.spec, containers: pod.spec?.containers ?? [] },
  }) as Pod;
const nodeOf = (node: Loose): Node =>
  ({ apiVersion: 'v1', kind: 'Node', ...node, metadata: { name: '', ...node?.metadata }, spec: node?.spec ?? {} }) as Node;

function clusterOf({ nodes = [], existingPods = [], namespaces = [], services = [] }: Loose): SchedulerCache {
  const cache = new SchedulerCache({ services: () => services as Service[], selectorOfController: () => undefined });
  for (const node of nodes) cache.setNode(nodeOf(node));
  for (const namespace of namespaces) cache.setNamespace(namespace as Namespace);
  existingPods.forEach((pod: Loose, i: number) => void cache.setPod(podInfoOf(podOf(pod, `existing-${i}`))));
  return cache;
}

/** Keys of arguments come in Go's and in JSON's spelling. */
function lowerKeys(value: Loose): Loose {
  if (Array.isArray(value)) return value.map(lowerKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.charAt(0).toLowerCase() + key.slice(1), lowerKeys(member)]));
}

function pluginOf(name: string, given: Loose): Plugin {
  const args = lowerKeys(given ?? {});
  switch (name) {
    case 'NodeResourcesFit': {
      const { scoringStrategy: strategy } = args;
      const scorer =
        strategy?.type === 'MostAllocated'
          ? mostAllocated
          : strategy?.type === 'RequestedToCapacityRatio'
            ? requestedToCapacityRatio(strategy.requestedToCapacityRatio.shape)
            : null;
      return nodeResourcesFit({ ...args, ...(strategy ? { resources: strategy.resources } : {}), ...(scorer ? { scorer } : {}) });
    }
    case 'NodeResourcesBalancedAllocation':
      return balancedAllocation(args.resources);
    case 'NodeAffinity':
      return nodeAffinity((args.addedAffinity ?? null) as NodeAffinity | null);
    case 'PodTopologySpread':
      return podTopologySpread(args.defaultingType === 'List' ? (args.defaultConstraints ?? []) : SYSTEM_DEFAULTS);
    case 'InterPodAffinity':
      return interPodAffinity(args.hardPodAffinityWeight ?? 1);
    default: {
      const found = DEFAULT_PLUGINS.find(({ plugin }) => plugin.name === name);
      if (found === undefined) throw new Error(`no plugin ${name}`);
      return found.plugin;
    }
  }
}

const statusOf = ({ code, reasons }: Loose): Status => ({ code: (code ?? 'UnschedulableAndUnresolvable') as Code, reasons: reasons ?? [] });
const shown = ({ code, reasons }: Status): Loose => (reasons.length > 0 ? { code, reasons: [...reasons] } : { code });

function runFilter(input: Loose, expect: Loose): Loose {
  const plugin = pluginOf(input.plugin, input.args);
  const pod = podInfoOf(podOf(gated(input.pod, input.featureGates)));
  const node = nodeOf(input.node);
  const onNode = (input.existingPodsOnNode ?? []).map((other: Loose) => ({
    ...other,
    spec: { ...other.spec, nodeName: node.metadata.name },
  }));
  const cluster = clusterOf({ ...input, nodes: [node], existingPods: [...onNode, ...(input.existingPods ?? [])] });
  const info = cluster.nodes[0] as NodeInfo;
  const filter = plugin.preFilter?.(pod, cluster);
  // The tables ask for the verdict on the node even if the pod was turned away before.
  const always = { check: () => (nodeMatchesSpec(pod.pod.spec, node) ? OK : unresolvable(REASON_NODE_AFFINITY)) };
  const status = shown((filter === undefined || isStatus(filter) ? always : filter).check(info));
  const names = filter === undefined || isStatus(filter) ? undefined : filter.nodeNames;
  const preFilterStatus = filter !== undefined && isStatus(filter) ? shown(filter) : { code: 'Success' };
  return {
    ...('status' in expect ? { status } : {}),
    ...('preFilterStatus' in expect ? { preFilterStatus } : {}),
    ...(names === undefined ? {} : { preFilterNodeNames: [...names].sort() }),
    ...('insufficient' in expect
      ? {
          insufficient: insufficientResources(pod.requests, info, lowerKeys(input.args ?? {})).map(
            ({ resource, reason, requested, used, capacity, unresolvable }) => ({
              ResourceName: resource,
              Reason: reason,
              Requested: requested,
              Used: used,
              Capacity: capacity,
              ...(unresolvable ? { Unresolvable: true } : {}),
            }),
          ),
        }
      : {}),
  };
}

function runFilterNodes(input: Loose, expect: Loose): Loose {
  const plugin = pluginOf(input.plugin, input.args);
  const pod = podInfoOf(podOf(gated(input.pod, input.featureGates)));
  const cluster = clusterOf(input);
  const filter = plugin.preFilter?.(pod, cluster);
  const statuses = cluster.nodes.map((node) =>
    filter === undefined || isStatus(filter) ? { code: 'Success' } : shown(filter.check(node)),
  );
  if ('statusByNodeIndex' in expect) return { statusByNodeIndex: statuses };
  return { statusCodeByNode: Object.fromEntries(cluster.nodes.map(({ name }, i) => [name, statuses[i].code])) };
}

function runScore(input: Loose, expect: Loose): Loose {
  const plugin = pluginOf(input.plugin, input.args);
  const pod = podInfoOf(podOf(gated(input.pod, input.featureGates)));
  const cluster = clusterOf({ ...input, nodes: [...input.nodes, ...(input.filteredOutNodes ?? [])], services: input.otherObjects });
  const feasible = cluster.nodes.slice(0, input.nodes.length);
  const scorer = plugin.preScore?.(pod, cluster, feasible);
  if (scorer === undefined) return 'does not score';
  if (isStatus(scorer)) {
    const none = feasible.map(({ name }) => ({ node: name, score: 0 }));
    return 'preScoreStatus' in expect
      ? { preScoreStatus: shown(scorer) }
      : 'scores' in expect
        ? { scores: none }
        : { normalizedScores: none };
  }
  const raw = feasible.map((node) => scorer.score(node));
  const listed = (scores: readonly number[]) => feasible.map(({ name }, i) => ({ node: name, score: scores[i] }));
  return {
    ...('preScoreStatus' in expect ? { preScoreStatus: { code: 'Success' } } : {}),
    ...('scores' in expect ? { scores: listed(raw) } : {}),
    ...('normalizedScores' in expect ? { normalizedScores: listed(scorer.normalize?.(raw, feasible) ?? raw) } : {}),
  };
}

// ---- Queue

/** Durations in nanoseconds. */
const nanos = ({ seconds }: { readonly seconds: number }): number => Math.round(seconds * 1e9);

function runBackoff({ initialBackoffDuration, maxBackoffDuration, count, podInfo }: Loose): Loose {
  const counts = { unschedulableCount: count ?? podInfo.UnschedulableCount ?? 0, errorCount: podInfo?.ConsecutiveErrorsCount ?? 0 };
  const backoff = backoffFor(counts, nanos(initialBackoffDuration), nanos(maxBackoffDuration));
  if (podInfo === undefined || backoff === 0) return { backoff };
  const ends = (parseTime(podInfo.Timestamp) as number) + backoff / 1_000;
  return { backoff: new Date(1_767_225_600_000 + ends / 1_000).toISOString().replace('.000Z', 'Z') };
}

// ---- Preemption

const NOBODY = (): readonly PodInfo[] => [];
const FIRST = (): number => 0;

function preemptor(
  input: Loose,
  pod: Loose,
): { readonly cluster: SchedulerCache; readonly info: PodInfo; readonly plugins: readonly Weighted[] } {
  const plugins = input.filterPlugins.map((name: string) => ({ plugin: pluginOf(name, null), weight: 0 }));
  return { cluster: clusterOf(input), info: podInfoOf(podOf(pod)), plugins };
}

const budgetsOf = (input: Loose): PodDisruptionBudget[] => (input.pdbs ?? []).map((pdb: Loose) => ({ metadata: {}, ...pdb }));

function runSelect(input: Loose): Loose {
  const { cluster, info, plugins } = preemptor(input, input.pod);
  const { filters } = prepareFilters(plugins, info, cluster);
  return { nominatedNode: bestCandidate(dryRun(info, cluster.nodes, filters, [], NOBODY, 0).candidates).node };
}

function runDryRun(input: Loose): Loose {
  return {
    candidatesPerPod: input.pods.map((pod: Loose) => {
      const { cluster, info, plugins } = preemptor(input, pod);
      const { filters } = prepareFilters(plugins, info, cluster);
      const { candidates } = dryRun(info, cluster.nodes, filters, budgetsOf(input), NOBODY, 0);
      return candidates
        .map(({ node, victims, budgetViolations }) => ({
          node,
          victims: victims.map(({ pod: victim }) => victim.metadata.name).sort(),
          pdbViolations: budgetViolations,
        }))
        .sort((a, b) => (a.node < b.node ? -1 : 1));
    }),
  };
}

function runPostFilter(input: Loose): Loose {
  const { cluster, info, plugins } = preemptor(input, input.pod);
  const { nodes = {}, absentNodes } = input.filteredNodesStatuses;
  const verdicts = new Map<string, Verdict>(
    Object.entries(nodes).map(([name, status]) => [name, { plugin: null, status: statusOf(status) }]),
  );
  const { filters } = prepareFilters(plugins, info, cluster);
  const { candidate, status } = preempt(
    info,
    cluster,
    filters,
    { nodes: verdicts, absent: statusOf(absentNodes ?? {}) },
    budgetsOf(input),
    NOBODY,
    FIRST,
  );
  return { result: { nominatedNode: candidate?.node ?? '' }, status: shown(status) };
}

function runPreemption(input: Loose): Loose {
  const { cluster, info, plugins } = preemptor(input, input.pod);
  const { diagnosis, prepared } = findNodesThatFit(plugins, info, cluster, NOBODY, 0);
  const { candidate } = preempt(info, cluster, prepared.filters, diagnosis, budgetsOf(input), NOBODY, FIRST);
  if (candidate === null) return { result: null, deletedPods: null };
  return { result: { nominatedNode: candidate.node }, deletedPods: candidate.victims.map(({ pod }) => pod.metadata.name).sort() };
}
