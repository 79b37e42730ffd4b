// Asks the plugins about a pod: which nodes pass, and what each is worth. Models pkg/scheduler/framework/
// runtime (RunPreFilterPlugins, RunFilterPluginsWithNominatedPods, RunScorePlugins) and schedule_one.go
// (findNodesThatFitPod, prioritizeNodes). Pure: decides, and changes nothing.

import { ABSENT, type Diagnosis, type Verdict } from './fit-error';
import type { NodeInfo } from './node-info';
import { type Cluster, isStatus, type PodFilter } from './plugin';
import type { PodInfo } from './pod-info';
import type { Weighted } from './registry';
import { messageOf, OK, type Status, unresolvable } from './status';

export interface Filter {
  readonly plugin: string;
  readonly filter: PodFilter;
}
/** Pods that are promised a node while room is made for them there. */
export type Nominated = (node: string) => readonly PodInfo[];

export interface Prepared {
  readonly filters: readonly Filter[];
  /** Null: any node may pass. */
  readonly nodeNames: ReadonlySet<string> | null;
  /** Plugins that named those nodes. */
  readonly namedBy: readonly string[];
  readonly rejected: Verdict | null;
}

/** PreFilter: each plugin looks at the pod once. */
export function prepareFilters(plugins: readonly Weighted[], pod: PodInfo, cluster: Cluster): Prepared {
  const filters: Filter[] = [];
  let nodeNames: ReadonlySet<string> | null = null;
  const namedBy: string[] = [];
  for (const { plugin } of plugins) {
    const answer = plugin.preFilter?.(pod, cluster);
    if (answer === undefined) continue;
    if (isStatus(answer)) {
      if (answer.code === 'Skip') continue;
      return { filters, nodeNames, namedBy, rejected: { plugin: plugin.name, status: answer } };
    }
    filters.push({ plugin: plugin.name, filter: answer });
    if (answer.nodeNames === undefined) continue;
    namedBy.push(plugin.name);
    const both = intersection(nodeNames, answer.nodeNames);
    nodeNames = both;
    if (both.size === 0) {
      const text = `node(s) didn't satisfy plugin(s) [${namedBy.join(' ')}]${namedBy.length > 1 ? ' simultaneously' : ''}`;
      return { filters, nodeNames, namedBy, rejected: { plugin: plugin.name, status: unresolvable(text) } };
    }
  }
  return { filters, nodeNames, namedBy, rejected: null };
}

const intersection = (a: ReadonlySet<string> | null, b: ReadonlySet<string>): ReadonlySet<string> =>
  a === null ? b : new Set([...a].filter((name) => b.has(name)));

const PASSED: Verdict = { plugin: null, status: OK };

function check(filters: readonly Filter[], node: NodeInfo): Verdict {
  for (const { plugin, filter } of filters) {
    const status = filter.check(node);
    if (status.code !== 'Success') return { plugin, status };
  }
  return PASSED;
}

/** The node must do with the pods that are promised it, and also without them. */
export function checkWithNominated(filters: readonly Filter[], pod: PodInfo, node: NodeInfo, nominated: Nominated): Verdict {
  const promised = nominated(node.name).filter(({ key, priority }) => priority >= pod.priority && key !== pod.key);
  if (promised.length === 0) return check(filters, node);
  const { filters: then, node: there } = copies(filters, node);
  for (const other of promised) place(then, there, other);
  const verdict = check(then, there);
  return verdict.status.code === 'Success' ? check(filters, node) : verdict;
}

/** For what-ifs. */
export function copies(filters: readonly Filter[], node: NodeInfo): { readonly filters: readonly Filter[]; readonly node: NodeInfo } {
  return { filters: filters.map(({ plugin, filter }) => ({ plugin, filter: filter.copy?.() ?? filter })), node: node.copy() };
}
export function place(filters: readonly Filter[], node: NodeInfo, pod: PodInfo): void {
  node.addPod(pod);
  for (const { filter } of filters) filter.count?.(pod, node, 1);
}
export function unplace(filters: readonly Filter[], node: NodeInfo, pod: PodInfo): void {
  node.removePod(pod.key);
  for (const { filter } of filters) filter.count?.(pod, node, -1);
}

export interface Found {
  readonly feasible: readonly NodeInfo[];
  readonly diagnosis: Diagnosis;
  readonly prepared: Prepared;
}

/** Nodes that pass, looked at from `start` on, until enough are found. A node that is promised to the pod
 *  is tried first and alone. */
export function findNodesThatFit(plugins: readonly Weighted[], pod: PodInfo, cluster: Cluster, nominated: Nominated, start: number): Found {
  const prepared = prepareFilters(plugins, pod, cluster);
  const { filters, nodeNames, namedBy, rejected } = prepared;
  if (rejected !== null) {
    const rejectedBy = new Set([rejected.plugin ?? '']);
    return {
      feasible: [],
      prepared,
      diagnosis: { nodes: new Map(), absent: rejected.status, preFilterMessage: messageOf(rejected.status), rejectedBy },
    };
  }
  const promised = cluster.node(pod.pod.status?.nominatedNodeName ?? '');
  if (promised !== undefined && checkWithNominated(filters, pod, promised, nominated).status.code === 'Success') {
    return { feasible: [promised], prepared, diagnosis: { nodes: new Map(), absent: ABSENT, preFilterMessage: '', rejectedBy: new Set() } };
  }
  const candidates = nodeNames === null ? cluster.nodes : cluster.nodes.filter(({ name }) => nodeNames.has(name));
  const wanted = numFeasibleNodesToFind(candidates.length);
  const feasible: NodeInfo[] = [];
  const nodes = new Map<string, Verdict>();
  const rejectedBy = new Set<string>();
  for (let i = 0; i < candidates.length && feasible.length < wanted; i++) {
    const node = candidates[(start + i) % candidates.length] as NodeInfo;
    const verdict = checkWithNominated(filters, pod, node, nominated);
    if (verdict.status.code === 'Success') feasible.push(node);
    else {
      nodes.set(node.name, verdict);
      if (verdict.plugin !== null) rejectedBy.add(verdict.plugin);
    }
  }
  for (const plugin of namedBy) rejectedBy.add(plugin);
  const absent: Status = nodeNames === null ? ABSENT : unresolvable(`node(s) didn't satisfy plugin(s) [${namedBy.join(' ')}]`);
  return { feasible, prepared, diagnosis: { nodes, absent, preFilterMessage: '', rejectedBy } };
}

const MIN_FEASIBLE_NODES = 100;
const MIN_FEASIBLE_PERCENT = 5;

/** Of many nodes only some are looked at. `percentage` 0: by size of the cluster. */
export function numFeasibleNodesToFind(allNodes: number, percentage = 0): number {
  if (allNodes < MIN_FEASIBLE_NODES) return allNodes;
  const percent = percentage || Math.max(MIN_FEASIBLE_PERCENT, 50 - Math.trunc(allNodes / 125));
  return Math.max(MIN_FEASIBLE_NODES, Math.trunc((allNodes * percent) / 100));
}

export interface NodeScore {
  readonly node: string;
  /** By plugin, weights included; plugins that had nothing to say are absent. */
  readonly scores: { readonly [plugin: string]: number };
  readonly total: number;
}

/** The plugins' scores, each brought to 0..100 and multiplied by its weight. A Status if one failed. */
export function scoreNodes(
  plugins: readonly Weighted[],
  pod: PodInfo,
  cluster: Cluster,
  feasible: readonly NodeInfo[],
): readonly NodeScore[] | Status {
  const table = feasible.map(() => ({}) as { [plugin: string]: number });
  const totals = feasible.map(() => 0);
  for (const { plugin, weight } of plugins) {
    const scorer = weight === 0 ? undefined : plugin.preScore?.(pod, cluster, feasible);
    if (scorer === undefined) continue;
    if (isStatus(scorer)) {
      if (scorer.code === 'Skip') continue;
      return scorer;
    }
    const raw = feasible.map((node) => scorer.score(node));
    const scores = scorer.normalize?.(raw, feasible) ?? raw;
    scores.forEach((score, i) => {
      (table[i] as { [plugin: string]: number })[plugin.name] = score * weight;
      totals[i] = (totals[i] ?? 0) + score * weight;
    });
  }
  return feasible.map((node, i) => ({ node: node.name, scores: table[i] ?? {}, total: totals[i] ?? 0 }));
}

/** One of those with the highest total; `below(n)` gives a number in [0, n). */
export function selectHost(
  scores: readonly NodeScore[],
  below: (bound: number) => number,
): { readonly node: string; readonly ties: readonly string[] } {
  const max = Math.max(...scores.map(({ total }) => total));
  const ties = scores.filter(({ total }) => total === max).map(({ node }) => node);
  let chosen = ties[0] ?? '';
  for (let i = 1; i < ties.length; i++) if (below(i + 1) === 0) chosen = ties[i] ?? '';
  return { node: chosen, ties };
}
