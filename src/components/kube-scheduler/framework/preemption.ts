// Which pods would have to go so that a more important one fits? Models pkg/scheduler/framework/preemption
// and plugins/defaultpreemption. Pure: who evicts is schedule-one.ts. Left out: extenders, pod groups.

import type { JsonObject } from '../../../base/json';
import { matchesSelector, selectorOf } from '../../../machinery/selector';
import { parseTime } from '../../../machinery/time';
import type { KubeObject, LabelSelector } from '../../../machinery/types';
import { type Diagnosis, fitErrorMessage, resolvableNodes, type Verdict } from './fit-error';
import type { NodeInfo } from './node-info';
import type { Cluster } from './plugin';
import type { PodInfo } from './pod-info';
import { checkWithNominated, copies, type Filter, type Nominated, place, unplace } from './run';
import { type Status, unresolvable, unschedulable } from './status';

export interface PodDisruptionBudget extends KubeObject {
  readonly spec: { readonly selector?: LabelSelector };
  readonly status?: { readonly disruptionsAllowed?: number; readonly disruptedPods?: JsonObject };
}
export interface Candidate {
  readonly node: string;
  /** The most important first. */
  readonly victims: readonly PodInfo[];
  readonly budgetViolations: number;
}
export interface Preemption {
  /** Null: nothing helps, or nothing may be done; `status` says why. */
  readonly candidate: Candidate | null;
  readonly status: Status;
  /** The pod's earlier nomination holds no more. */
  readonly clearsNomination: boolean;
}

const MIN_CANDIDATES = 100;
const MIN_CANDIDATE_PERCENT = 10;
const NO_VICTIMS = unresolvable('No preemption victims found for incoming pod');
const NOT_HELPFUL = unresolvable('Preemption is not helpful for scheduling');

/** `below` chooses where among the nodes the search begins. */
export function preempt(
  pod: PodInfo,
  cluster: Cluster,
  filters: readonly Filter[],
  diagnosis: Pick<Diagnosis, 'nodes' | 'absent'>,
  budgets: readonly PodDisruptionBudget[],
  nominated: Nominated,
  below: (bound: number) => number,
): Preemption {
  const refusal = whyNotEligible(pod, cluster, diagnosis);
  if (refusal !== null) return { candidate: null, status: unschedulable(`preemption: ${refusal}`), clearsNomination: false };
  const resolvable = new Set(
    resolvableNodes(
      diagnosis,
      cluster.nodes.map(({ name }) => name),
    ),
  );
  const nodes = cluster.nodes.filter(({ name }) => resolvable.has(name));
  const offset = nodes.length > 0 ? below(nodes.length) : 0;
  const { candidates, statuses } = dryRun(pod, nodes, filters, budgets, nominated, offset);
  if (candidates.length === 0) {
    const message = fitErrorMessage(cluster.nodes.length, { nodes: statuses, absent: NOT_HELPFUL, preFilterMessage: '' });
    return { candidate: null, status: unschedulable(`preemption: ${message}`), clearsNomination: true };
  }
  return { candidate: bestCandidate(candidates), status: { code: 'Success', reasons: [] }, clearsNomination: false };
}

/** A pod waits for those it already had evicted from the node it was promised. */
export function whyNotEligible(pod: PodInfo, cluster: Cluster, { nodes, absent }: Pick<Diagnosis, 'nodes' | 'absent'>): string | null {
  if (pod.pod.spec?.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const promised = pod.pod.status?.nominatedNodeName;
  if (!promised || (nodes.get(promised)?.status ?? absent).code === 'UnschedulableAndUnresolvable') return null;
  for (const other of cluster.node(promised)?.pods.values() ?? []) {
    if (other.priority < pod.priority && isBeingPreempted(other)) return 'not eligible due to a terminating pod on the nominated node.';
  }
  return null;
}

const isBeingPreempted = ({ pod }: PodInfo): boolean =>
  Boolean(pod.metadata.deletionTimestamp) &&
  (pod.status?.conditions ?? []).some(
    ({ type, status, reason }) => type === 'DisruptionTarget' && status === 'True' && reason === 'PreemptionByScheduler',
  );

/** Tries each node on a copy. Candidates that break no disruption budget come first. */
export function dryRun(
  pod: PodInfo,
  nodes: readonly NodeInfo[],
  filters: readonly Filter[],
  budgets: readonly PodDisruptionBudget[],
  nominated: Nominated,
  offset: number,
): { readonly candidates: readonly Candidate[]; readonly statuses: ReadonlyMap<string, Verdict> } {
  const wanted = Math.min(nodes.length, Math.max(MIN_CANDIDATES, Math.trunc((nodes.length * MIN_CANDIDATE_PERCENT) / 100)));
  const harmless: Candidate[] = [];
  const violating: Candidate[] = [];
  const statuses = new Map<string, Verdict>();
  for (let i = 0; i < nodes.length; i++) {
    if (harmless.length > 0 && harmless.length + violating.length >= wanted) break;
    const node = nodes[(offset + i) % nodes.length] as NodeInfo;
    const result = victimsOn(pod, node, filters, budgets, nominated);
    if ('victims' in result) (result.budgetViolations === 0 ? harmless : violating).push(result);
    else statuses.set(node.name, result);
  }
  return { candidates: [...harmless, ...violating], statuses };
}

/** The fewest pods that must go: all less important ones are taken away, then as many as possible put
 *  back, the most important first. */
function victimsOn(
  pod: PodInfo,
  original: NodeInfo,
  filters: readonly Filter[],
  budgets: readonly PodDisruptionBudget[],
  nominated: Nominated,
): Candidate | Verdict {
  const potential = [...original.pods.values()].filter(({ priority }) => priority < pod.priority);
  if (potential.length === 0) return { plugin: null, status: NO_VICTIMS };
  const { filters: then, node } = copies(filters, original);
  for (const other of potential) unplace(then, node, other);
  const verdict = checkWithNominated(then, pod, node, nominated);
  if (verdict.status.code !== 'Success') return verdict;
  const { violating, rest } = splitByBudget([...potential].sort(byImportance), budgets);
  const victims: PodInfo[] = [];
  const spare = (other: PodInfo): boolean => {
    place(then, node, other);
    if (checkWithNominated(then, pod, node, nominated).status.code === 'Success') return true;
    unplace(then, node, other);
    victims.push(other);
    return false;
  };
  const budgetViolations = violating.filter((other) => !spare(other)).length;
  rest.forEach(spare);
  return { node: original.name, victims: victims.sort(byImportance), budgetViolations };
}

/** Higher priority first, then the longer running. */
export function byImportance(a: PodInfo, b: PodInfo): number {
  return b.priority - a.priority || startOf(a) - startOf(b);
}
/** A pod that has not started starts now, after all others. */
const startOf = ({ pod }: PodInfo): number => parseTime(pod.status?.startTime ?? '') ?? Number.MAX_SAFE_INTEGER;

/** Pods whose eviction some budget does not allow any more, and the others; order is kept. */
export function splitByBudget(
  pods: readonly PodInfo[],
  budgets: readonly PodDisruptionBudget[],
): { readonly violating: PodInfo[]; readonly rest: PodInfo[] } {
  const left = budgets.map(({ status }) => status?.disruptionsAllowed ?? 0);
  const violating: PodInfo[] = [];
  const rest: PodInfo[] = [];
  for (const pod of pods) {
    const { labels, name } = pod.pod.metadata;
    let violates = false;
    budgets.forEach(({ metadata, spec, status }, i) => {
      if ((metadata?.namespace ?? '') !== pod.namespace || labels === undefined || Object.keys(labels).length === 0) return;
      const selector = selectorOf(spec.selector);
      if (selector.nothing || selector.requirements.length === 0 || !matchesSelector(selector, labels)) return;
      if (status?.disruptedPods?.[name] !== undefined) return;
      left[i] = (left[i] ?? 0) - 1;
      if ((left[i] ?? 0) < 0) violates = true;
    });
    (violates ? violating : rest).push(pod);
  }
  return { violating, rest };
}

/** Fewest broken budgets, then least important victims, lowest sum of priorities, fewest victims, the most
 *  lately started; of equals the first. */
export function bestCandidate(candidates: readonly Candidate[]): Candidate {
  const worth = ({ victims, budgetViolations }: Candidate): readonly number[] => [
    -budgetViolations,
    -(victims[0]?.priority ?? 0),
    // Every victim costs, however negative its priority.
    -victims.reduce((sum, { priority }) => sum + priority + 2_147_483_648, 0),
    -victims.length,
    earliestStart(victims),
  ];
  return candidates.reduce((best, next) => (compareLists(worth(next), worth(best)) > 0 ? next : best));
}

/** When the first of the most important victims started. */
const earliestStart = (victims: readonly PodInfo[]): number =>
  Math.min(...victims.filter(({ priority }) => priority === victims[0]?.priority).map(startOf));

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return (a[i] ?? 0) - (b[i] ?? 0);
  return 0;
}
