// How a plugin takes part in scheduling one pod. Models the interfaces of k8s.io/kube-scheduler/framework:
// PreFilter and PreScore look at the pod and the cluster once, and give the object that judges each node
// for this pod (upstream keeps that in CycleState). Left out: Reserve, Permit, PreBind and extenders.
import type { Selector } from '../../../machinery/selector';
import type { Pod, StringMap } from '../../../machinery/types';
import type { ClusterEvent } from './cluster-event';
import type { NodeInfo } from './node-info';
import type { PodInfo } from './pod-info';
import type { Status } from './status';

export const MAX_NODE_SCORE = 100;

/** The cluster as the scheduler knows it now. */
export interface Cluster {
  readonly nodes: readonly NodeInfo[];
  node(name: string): NodeInfo | undefined;
  /** Labels of a namespace; none if it is not known. */
  namespaceLabels(name: string): StringMap;
  namespacesSelected(selector: Selector): readonly string[];
  /** Pods of a namespace on a node that the selector matches and that are not being deleted. */
  podsSelected(node: NodeInfo, namespace: string, selector: Selector): number;
  /** An image by its full name: bytes, and how many nodes have it. */
  image(name: string): { readonly sizeBytes: number; readonly nodes: ReadonlySet<string> } | undefined;
  /** What Services and the controller of a pod select, together; null if nothing does. */
  defaultSelector(pod: Pod): Selector | null;
}

/** Filters nodes for one pod. */
export interface PodFilter {
  /** The only nodes that can pass; absent: all. */
  readonly nodeNames?: ReadonlySet<string>;
  check(node: NodeInfo): Status;
  /** What if `pod` were also on `node` (1), or gone from it (-1)? Absent where `check` sees it in the NodeInfo. */
  count?(pod: PodInfo, node: NodeInfo, delta: 1 | -1): void;
  /** A copy for such what-ifs; with `count`. */
  copy?(): PodFilter;
}

/** Scores the nodes that passed, for one pod. */
export interface PodScorer {
  score(node: NodeInfo): number;
  /** To 0..100. Absent: scores are that already. */
  normalize?(scores: readonly number[], nodes: readonly NodeInfo[]): number[];
}

export interface Plugin {
  readonly name: string;
  preFilter?(pod: PodInfo, cluster: Cluster): PodFilter | Status;
  preScore?(pod: PodInfo, cluster: Cluster, feasible: readonly NodeInfo[]): PodScorer | Status;
  /** Queueing hint: may the event have made room for a pod that this plugin turned away? Absent: no event does. */
  mayHelp?(pod: PodInfo, event: ClusterEvent): boolean;
}

export const isStatus = (answer: PodFilter | PodScorer | Status): answer is Status => 'code' in answer;

/** Scales so that the highest score becomes 100; `reverse` gives the most to the least. */
export function defaultNormalize(scores: readonly number[], reverse = false): number[] {
  const max = Math.max(0, ...scores);
  if (max === 0) return scores.map((score) => (reverse ? MAX_NODE_SCORE : score));
  return scores.map((score) => {
    const scaled = Math.trunc((MAX_NODE_SCORE * score) / max);
    return reverse ? MAX_NODE_SCORE - scaled : scaled;
  });
}
