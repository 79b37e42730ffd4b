// Spreads pods over zones, nodes or other topologies: as a condition (DoNotSchedule) and as a wish
// (ScheduleAnyway, and by default for pods that a Service or controller selects).
// Models plugins/podtopologyspread: common.go, filtering.go, scoring.go, plugin.go.

import { nodeMatchesSpec } from '../../../../machinery/node-selector';
import { matchesSelector, type Selector, selectorOf } from '../../../../machinery/selector';
import { forbids, untolerated } from '../../../../machinery/taints';
import type { StringMap, TopologySpreadConstraint } from '../../../../machinery/types';
import { type ClusterEvent, nodeBrings } from '../cluster-event';
import { naturalLog } from '../logarithm';
import type { NodeInfo } from '../node-info';
import { type Cluster, MAX_NODE_SCORE, type Plugin, type PodFilter, type PodScorer } from '../plugin';
import type { PodInfo } from '../pod-info';
import { OK, SKIP, type Status, unresolvable, unschedulable } from '../status';

export const REASON_SPREAD = "node(s) didn't match pod topology spread constraints";
export const REASON_NO_TOPOLOGY = `${REASON_SPREAD} (missing required label)`;
const HOSTNAME = 'kubernetes.io/hostname';

type Action = 'DoNotSchedule' | 'ScheduleAnyway';
export const SYSTEM_DEFAULTS: readonly TopologySpreadConstraint[] = [
  { topologyKey: HOSTNAME, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
];

interface Constraint {
  readonly maxSkew: number;
  readonly key: string;
  readonly selector: Selector;
  readonly minDomains: number;
  readonly honorsAffinity: boolean;
  readonly honorsTaints: boolean;
}

/** `defaults` apply to pods without constraints of their own. */
export function podTopologySpread(defaults: readonly TopologySpreadConstraint[] = SYSTEM_DEFAULTS): Plugin {
  return {
    name: 'PodTopologySpread',
    preFilter: (pod, cluster) => {
      const constraints = constraintsOf(pod, cluster, defaults, 'DoNotSchedule');
      return constraints.length === 0 ? SKIP : SpreadFilter.of(pod, cluster, constraints);
    },
    preScore: (pod, cluster, feasible) => {
      const constraints = constraintsOf(pod, cluster, defaults, 'ScheduleAnyway');
      if (constraints.length === 0 || cluster.nodes.length === 0) return SKIP;
      // System defaults ask for a zone that nodes need not have.
      const needsAllKeys = hasOwn(pod) || defaults !== SYSTEM_DEFAULTS;
      return scorerOf(pod, cluster, feasible, constraints, needsAllKeys);
    },
    mayHelp: (pod, event) => mayHelp(pod, event),
  };
}

const hasOwn = ({ pod }: PodInfo): boolean => (pod.spec?.topologySpreadConstraints?.length ?? 0) > 0;

function constraintsOf(pod: PodInfo, cluster: Cluster, defaults: readonly TopologySpreadConstraint[], action: Action): Constraint[] {
  if (hasOwn(pod)) return read(pod, pod.pod.spec.topologySpreadConstraints ?? [], action, null);
  if (!defaults.some(({ whenUnsatisfiable }) => whenUnsatisfiable === action)) return [];
  const selector = cluster.defaultSelector(pod.pod);
  return selector === null ? [] : read(pod, defaults, action, selector);
}

function read(pod: PodInfo, constraints: readonly TopologySpreadConstraint[], action: Action, selector: Selector | null): Constraint[] {
  return constraints
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === action)
    .map((constraint) => ({
      maxSkew: constraint.maxSkew,
      key: constraint.topologyKey,
      selector: selector ?? narrowed(selectorOf(constraint.labelSelector), pod.pod.metadata.labels ?? {}, constraint.matchLabelKeys ?? []),
      minDomains: constraint.minDomains ?? 1,
      honorsAffinity: (constraint.nodeAffinityPolicy ?? 'Honor') === 'Honor',
      honorsTaints: constraint.nodeTaintsPolicy === 'Honor',
    }));
}

/** The selector, and the pod's own values of some labels. */
function narrowed(selector: Selector, labels: StringMap, keys: readonly string[]): Selector {
  const more = keys.flatMap((key) => (labels[key] === undefined ? [] : [{ key, op: '=' as const, values: [labels[key]] }]));
  return more.length === 0 || selector.nothing ? selector : { nothing: false, requirements: [...more, ...selector.requirements] };
}

const hasAllKeys = (node: NodeInfo, constraints: readonly Constraint[]): boolean =>
  constraints.every(({ key }) => node.labels[key] !== undefined);

/** Whether the node's pods count at all. */
const includes = (constraint: Constraint, pod: PodInfo, { node }: NodeInfo): boolean =>
  (!constraint.honorsAffinity || nodeMatchesSpec(pod.pod.spec, node)) &&
  (!constraint.honorsTaints || untolerated(node.spec?.taints, pod.pod.spec?.tolerations, forbids) === undefined);

const countOn = (cluster: Cluster, node: NodeInfo, pod: PodInfo, { selector }: Constraint): number =>
  selector.requirements.length === 0 ? 0 : cluster.podsSelected(node, pod.namespace, selector);

class SpreadFilter implements PodFilter {
  private constructor(
    private readonly pod: PodInfo,
    private readonly constraints: readonly Constraint[],
    /** Per constraint: pods that match, by the topology's value. */
    private readonly counts: readonly Map<string, number>[],
  ) {}

  static of(pod: PodInfo, cluster: Cluster, constraints: readonly Constraint[]): SpreadFilter {
    const counts = constraints.map(() => new Map<string, number>());
    for (const node of cluster.nodes) {
      if (!hasAllKeys(node, constraints)) continue;
      constraints.forEach((constraint, i) => {
        if (includes(constraint, pod, node)) add(counts[i], node.labels[constraint.key], countOn(cluster, node, pod, constraint));
      });
    }
    return new SpreadFilter(pod, constraints, counts);
  }

  check(node: NodeInfo): Status {
    for (const [i, { key, selector, minDomains, maxSkew }] of this.constraints.entries()) {
      const value = node.labels[key];
      if (value === undefined) return unresolvable(REASON_NO_TOPOLOGY);
      const counts = this.counts[i] as Map<string, number>;
      const least = counts.size < minDomains ? 0 : Math.min(...counts.values());
      const self = matchesSelector(selector, this.pod.pod.metadata.labels) ? 1 : 0;
      if ((counts.get(value) ?? 0) + self - least > maxSkew) return unschedulable(REASON_SPREAD);
    }
    return OK;
  }

  count(other: PodInfo, node: NodeInfo, delta: 1 | -1): void {
    if (other.namespace !== this.pod.namespace || !hasAllKeys(node, this.constraints)) return;
    this.constraints.forEach((constraint, i) => {
      if (matchesSelector(constraint.selector, other.pod.metadata.labels) && includes(constraint, this.pod, node))
        add(this.counts[i], node.labels[constraint.key], delta);
    });
  }

  copy(): SpreadFilter {
    return new SpreadFilter(
      this.pod,
      this.constraints,
      this.counts.map((counts) => new Map(counts)),
    );
  }
}

const add = (counts: Map<string, number> | undefined, value: string | undefined, delta: number): void => {
  if (counts !== undefined && value !== undefined) counts.set(value, (counts.get(value) ?? 0) + delta);
};

function scorerOf(
  pod: PodInfo,
  cluster: Cluster,
  feasible: readonly NodeInfo[],
  constraints: readonly Constraint[],
  needsAllKeys: boolean,
): PodScorer {
  const ignored = new Set(needsAllKeys ? feasible.filter((node) => !hasAllKeys(node, constraints)) : []);
  // Nodes' own counts are taken as they are scored; larger topologies are summed up here.
  const counts = constraints.map(({ key }) => {
    const values = new Map<string, number>();
    if (key !== HOSTNAME) for (const node of feasible) if (!ignored.has(node)) values.set(node.labels[key] ?? '', 0);
    return values;
  });
  for (const node of counts.some(({ size }) => size > 0) ? cluster.nodes : []) {
    if (needsAllKeys && !hasAllKeys(node, constraints)) continue;
    constraints.forEach((constraint, i) => {
      const value = node.labels[constraint.key] ?? '';
      const known = counts[i]?.get(value);
      if (known !== undefined && includes(constraint, pod, node)) counts[i]?.set(value, known + countOn(cluster, node, pod, constraint));
    });
  }
  // Few domains must not be watered down by many.
  const weights = constraints.map(({ key }, i) =>
    naturalLog((key === HOSTNAME ? feasible.length - ignored.size : (counts[i]?.size ?? 0)) + 2),
  );
  return {
    score: (node) => {
      if (ignored.has(node)) return 0;
      let sum = 0;
      constraints.forEach((constraint, i) => {
        const value = node.labels[constraint.key];
        if (value === undefined) return;
        const count = constraint.key === HOSTNAME ? countOn(cluster, node, pod, constraint) : (counts[i]?.get(value) ?? 0);
        sum += count * (weights[i] ?? 0) + (constraint.maxSkew - 1);
      });
      return Math.round(sum);
    },
    normalize: (scores, nodes) =>
      normalize(
        scores,
        nodes.map((node) => ignored.has(node)),
      ),
  };
}

/** The fewest matching pods get the most; nodes that are ignored get 0. */
function normalize(scores: readonly number[], ignored: readonly boolean[]): number[] {
  const counted = scores.filter((_, i) => !ignored[i]);
  const min = Math.min(...counted);
  const max = Math.max(0, ...counted);
  return scores.map((score, i) => {
    if (ignored[i]) return 0;
    return max === 0 ? MAX_NODE_SCORE : Math.trunc((MAX_NODE_SCORE * (max + min - score)) / max);
  });
}

function mayHelp(pod: PodInfo, event: ClusterEvent): boolean {
  const constraints = read(pod, pod.pod.spec?.topologySpreadConstraints ?? [], 'DoNotSchedule', null);
  switch (event.on) {
    case 'node':
      return (
        (event.what === 'delete' || nodeBrings(event, 'label', 'taint')) &&
        constraints.every(({ key }) => event.node.metadata.labels?.[key] !== undefined)
      );
    case 'target-pod':
      return true;
    case 'assigned-pod':
      return (
        event.pod.namespace === pod.namespace &&
        constraints.some(({ selector }) => matchesSelector(selector, event.pod.pod.metadata.labels))
      );
    case 'storage':
      return false;
  }
}
