// Pods that want to be near other pods, or far from them. Models plugins/interpodaffinity: filtering.go,
// scoring.go. Left out: IgnorePreferredTermsOfExistingPods (off by default).

import { EVERYTHING, NOTHING } from '../../../../machinery/selector';
import type { StringMap } from '../../../../machinery/types';
import { type AffinityTerm, termMatches } from '../affinity-term';
import { type ClusterEvent, nodeBrings } from '../cluster-event';
import type { NodeInfo } from '../node-info';
import { type Cluster, MAX_NODE_SCORE, type Plugin, type PodFilter, type PodScorer } from '../plugin';
import type { PodInfo } from '../pod-info';
import { failed, OK, SKIP, type Status, unresolvable, unschedulable } from '../status';

export const REASON_AFFINITY = "node(s) didn't match pod affinity rules";
export const REASON_ANTI_AFFINITY = "node(s) didn't match pod anti-affinity rules";
export const REASON_EXISTING_ANTI_AFFINITY = "node(s) didn't satisfy existing pods anti-affinity rules";
const ANY_NAMESPACE: StringMap = {};

/** How much the required affinity of a pod that is there weighs for one that comes. */
export const interPodAffinity = (hardPodAffinityWeight = 1): Plugin => ({
  name: 'InterPodAffinity',
  preFilter: (pod, cluster) => {
    if (pod.terms.error !== null) return unresolvable(`parsing pod: ${pod.terms.error}`);
    return AffinityFilter.of(pod, cluster);
  },
  preScore: (pod, cluster, feasible) => scorerOf(pod, cluster, feasible, hardPodAffinityWeight),
  mayHelp: (pod, event) => mayHelp(pod, event),
});

/** Terms of the pod that comes: its namespace selectors become the namespaces that there are. */
function inNamespaces(terms: readonly AffinityTerm[], cluster: Cluster): readonly AffinityTerm[] {
  return terms.map((term) => {
    const { namespaceSelector } = term;
    if (namespaceSelector.nothing || namespaceSelector.requirements.length === 0) return term;
    return {
      ...term,
      namespaces: new Set([...term.namespaces, ...cluster.namespacesSelected(namespaceSelector)]),
      namespaceSelector: NOTHING,
    };
  });
}

/** Matching pods per topology: `zone` -> `east` -> how many. */
class TopologyCounts {
  private readonly counts = new Map<string, Map<string, number>>();

  add(node: NodeInfo, key: string, delta: number): void {
    const value = node.labels[key];
    if (value === undefined) return;
    const values = this.counts.get(key) ?? new Map<string, number>();
    this.counts.set(key, values);
    const sum = (values.get(value) ?? 0) + delta;
    if (sum === 0) values.delete(value);
    else values.set(value, sum);
  }
  of(key: string, value: string): number {
    return this.counts.get(key)?.get(value) ?? 0;
  }
  get empty(): boolean {
    for (const values of this.counts.values()) if (values.size > 0) return false;
    return true;
  }
  get topologies(): number {
    return this.counts.size;
  }
  /** What the node's own labels add up to. */
  sumFor(node: NodeInfo): number {
    let sum = 0;
    for (const [key, values] of this.counts) {
      const value = node.labels[key];
      if (value !== undefined) sum += values.get(value) ?? 0;
    }
    return sum;
  }
  /** Some topology of the node has a match. */
  anyFor(node: NodeInfo): boolean {
    for (const [key, values] of this.counts) {
      const value = node.labels[key];
      if (value !== undefined && (values.get(value) ?? 0) > 0) return true;
    }
    return false;
  }
  copy(): TopologyCounts {
    const copy = new TopologyCounts();
    for (const [key, values] of this.counts) copy.counts.set(key, new Map(values));
    return copy;
  }
}

class AffinityFilter implements PodFilter {
  private constructor(
    private readonly pod: PodInfo,
    private readonly affinity: readonly AffinityTerm[],
    private readonly antiAffinity: readonly AffinityTerm[],
    private readonly namespaceLabels: StringMap,
    private readonly affinityCounts: TopologyCounts,
    private readonly antiAffinityCounts: TopologyCounts,
    private readonly existingAntiAffinityCounts: TopologyCounts,
  ) {}

  static of(pod: PodInfo, cluster: Cluster): PodFilter | Status {
    const affinity = inNamespaces(pod.terms.required, cluster);
    const antiAffinity = inNamespaces(pod.terms.requiredAnti, cluster);
    const counts = [new TopologyCounts(), new TopologyCounts(), new TopologyCounts()] as const;
    const filter = new AffinityFilter(pod, affinity, antiAffinity, cluster.namespaceLabels(pod.namespace), ...counts);
    const own = affinity.length + antiAffinity.length > 0;
    for (const node of cluster.nodes) {
      for (const other of (own ? node.pods : node.podsWithRequiredAntiAffinity).values()) filter.count(other, node, 1);
    }
    return !own && filter.existingAntiAffinityCounts.empty ? SKIP : filter;
  }

  check(node: NodeInfo): Status {
    if (!this.satisfiesAffinity(node)) return unresolvable(REASON_AFFINITY);
    if (this.antiAffinity.some(({ topologyKey }) => this.taken(this.antiAffinityCounts, node, topologyKey)))
      return unschedulable(REASON_ANTI_AFFINITY);
    return this.existingAntiAffinityCounts.anyFor(node) ? unschedulable(REASON_EXISTING_ANTI_AFFINITY) : OK;
  }

  count(other: PodInfo, node: NodeInfo, delta: 1 | -1): void {
    for (const term of other.terms.requiredAnti) {
      if (termMatches(term, this.pod.pod, this.namespaceLabels)) this.existingAntiAffinityCounts.add(node, term.topologyKey, delta);
    }
    if (matchesAll(this.affinity, other)) for (const { topologyKey } of this.affinity) this.affinityCounts.add(node, topologyKey, delta);
    for (const term of this.antiAffinity)
      if (termMatches(term, other.pod, ANY_NAMESPACE)) this.antiAffinityCounts.add(node, term.topologyKey, delta);
  }

  copy(): AffinityFilter {
    const { pod, affinity, antiAffinity, namespaceLabels } = this;
    const counts = [this.affinityCounts.copy(), this.antiAffinityCounts.copy(), this.existingAntiAffinityCounts.copy()] as const;
    return new AffinityFilter(pod, affinity, antiAffinity, namespaceLabels, ...counts);
  }

  private taken(counts: TopologyCounts, node: NodeInfo, key: string): boolean {
    const value = node.labels[key];
    return value !== undefined && counts.of(key, value) > 0;
  }

  private satisfiesAffinity(node: NodeInfo): boolean {
    if (this.affinity.some(({ topologyKey }) => node.labels[topologyKey] === undefined)) return false;
    if (this.affinity.every(({ topologyKey }) => this.taken(this.affinityCounts, node, topologyKey))) return true;
    // The first of a group that wants to be together has nobody to join.
    return this.affinityCounts.empty && matchesAll(this.affinity, this.pod);
  }
}

const matchesAll = (terms: readonly AffinityTerm[], { pod }: PodInfo): boolean =>
  terms.length > 0 && terms.every((term) => termMatches(term, pod, ANY_NAMESPACE));

function scorerOf(pod: PodInfo, cluster: Cluster, feasible: readonly NodeInfo[], hardWeight: number): PodScorer | Status {
  if (feasible.length === 0) return SKIP;
  if (pod.terms.error !== null) return failed(`failed to parse pod: ${pod.terms.error}`);
  const preferred = inNamespaces(pod.terms.preferred, cluster);
  const preferredAnti = inNamespaces(pod.terms.preferredAnti, cluster);
  const own = preferred.length + preferredAnti.length > 0;
  const namespaceLabels = cluster.namespaceLabels(pod.namespace);
  const counts = new TopologyCounts();
  for (const node of cluster.nodes) {
    for (const other of (own ? node.pods : node.podsWithAffinity).values()) {
      for (const term of preferred) if (termMatches(term, other.pod, ANY_NAMESPACE)) counts.add(node, term.topologyKey, term.weight);
      for (const term of preferredAnti) if (termMatches(term, other.pod, ANY_NAMESPACE)) counts.add(node, term.topologyKey, -term.weight);
      const { required, preferred: theirs, preferredAnti: theirsAnti } = other.terms;
      if (hardWeight > 0)
        for (const term of required) if (termMatches(term, pod.pod, namespaceLabels)) counts.add(node, term.topologyKey, hardWeight);
      for (const term of theirs) if (termMatches(term, pod.pod, namespaceLabels)) counts.add(node, term.topologyKey, term.weight);
      for (const term of theirsAnti) if (termMatches(term, pod.pod, namespaceLabels)) counts.add(node, term.topologyKey, -term.weight);
    }
  }
  return counts.topologies === 0 ? SKIP : { score: (node) => counts.sumFor(node), normalize };
}

/** Spreads the scores over 0..100; equal ones become 0. */
function normalize(scores: readonly number[]): number[] {
  const min = Math.min(...scores);
  const range = Math.max(...scores) - min;
  return scores.map((score) => (range > 0 ? Math.trunc(MAX_NODE_SCORE * ((score - min) / range)) : 0));
}

function mayHelp(pod: PodInfo, event: ClusterEvent): boolean {
  const { required, requiredAnti } = pod.terms;
  switch (event.on) {
    case 'node':
      return (
        nodeBrings(event, 'label', 'taint') &&
        [...required, ...requiredAnti].every(({ topologyKey }) => event.node.metadata.labels?.[topologyKey] !== undefined)
      );
    case 'target-pod':
      return true;
    case 'assigned-pod': {
      const concerns = (terms: readonly AffinityTerm[], other: PodInfo): boolean =>
        terms.some((term) => termMatches({ ...term, namespaceSelector: EVERYTHING }, other.pod, ANY_NAMESPACE));
      return event.what === 'delete'
        ? concerns(requiredAnti, event.pod) || concerns(event.pod.terms.requiredAnti, pod)
        : concerns(required, event.pod);
    }
    case 'storage':
      return false;
  }
}
