// Does the node have what the pod requests, and how much is left? Models plugins/noderesources/fit.go and
// resource_allocation.go. Left out: resources of DRA devices, placement scoring.
import { compareBytes } from '../../../../base/order';
import { type ClusterEvent, nodeBrings } from '../cluster-event';
import { NodeInfo } from '../node-info';
import type { Plugin } from '../plugin';
import type { PodInfo } from '../pod-info';
import { isExtended, isScalar, type Resources, resourceNamed } from '../resources';
import { OK, type Status } from '../status';
import { type AllocationScorer, leastAllocated } from './allocation-scoring';

/** Cpu in thousandths, the rest in whole units. */
export interface Insufficient {
  readonly resource: string;
  readonly reason: string;
  readonly requested: number;
  readonly used: number;
  readonly capacity: number;
  /** More than the whole node has. */
  readonly unresolvable: boolean;
}

export interface FitOptions {
  readonly ignoredResources?: readonly string[];
  /** Domains of extended resources: `example.com`. */
  readonly ignoredResourceGroups?: readonly string[];
  readonly resources?: readonly WeightedResource[];
  readonly scorer?: (resources: readonly WeightedResource[]) => AllocationScorer;
}
export interface WeightedResource {
  readonly name: string;
  readonly weight: number;
}
export const CPU_AND_MEMORY: readonly WeightedResource[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

export function nodeResourcesFit(options: FitOptions = {}): Plugin {
  const resources = options.resources ?? CPU_AND_MEMORY;
  const scorer = (options.scorer ?? leastAllocated)(resources);
  return {
    name: 'NodeResourcesFit',
    preFilter: (pod) => ({ check: (node) => statusOf(insufficientResources(pod.requests, node, options)) }),
    preScore: (pod) => ({
      score: (node) => {
        const { requested, allocatable } = allocations(resources, pod.scoringRequests, node, node.scoringRequested);
        return scorer(requested, allocatable);
      },
    }),
    mayHelp: (pod, event) => mayFree(pod, event, options),
  };
}

/** A cordoned-off sum is no matter here: a node that could never take the pod does not wake it. */
function mayFree(pod: PodInfo, event: ClusterEvent, options: FitOptions): boolean {
  if (event.on === 'node')
    return nodeBrings(event, 'allocatable') && insufficientResources(pod.requests, new NodeInfo(event.node), options).length === 0;
  if (event.on === 'target-pod') return requestsLess(event.pod.requests, event.old.requests);
  if (event.on !== 'assigned-pod') return false;
  return event.what === 'delete' || (event.what === 'update' && requestsLess(event.pod.requests, event.old.requests));
}

const requestsLess = (now: Resources, before: Resources): boolean =>
  now.cpu < before.cpu || now.memory < before.memory || now.ephemeralStorage < before.ephemeralStorage;

export function insufficientResources(wanted: Resources, node: NodeInfo, options: FitOptions = {}): Insufficient[] {
  const { allocatable, requested } = node;
  const missing: Insufficient[] = [];
  if (node.pods.size + 1 > allocatable.pods) {
    missing.push({
      resource: 'pods',
      reason: 'Too many pods',
      requested: 1,
      used: node.pods.size,
      capacity: allocatable.pods,
      unresolvable: false,
    });
  }
  const need = (resource: string): void => {
    const amount = resourceNamed(wanted, resource);
    const capacity = resourceNamed(allocatable, resource);
    const used = resourceNamed(requested, resource);
    if (amount > 0 && amount > capacity - used) {
      missing.push({ resource, reason: `Insufficient ${resource}`, requested: amount, used, capacity, unresolvable: amount > capacity });
    }
  };
  need('cpu');
  need('memory');
  need('ephemeral-storage');
  if (wanted.scalars.size > 0) for (const name of [...wanted.scalars.keys()].sort(compareBytes)) if (!isIgnored(name, options)) need(name);
  return missing;
}

const isIgnored = (name: string, { ignoredResources, ignoredResourceGroups }: FitOptions): boolean =>
  isExtended(name) &&
  ((ignoredResources?.includes(name) ?? false) || (ignoredResourceGroups?.includes(name.slice(0, name.indexOf('/'))) ?? false));

function statusOf(missing: readonly Insufficient[]): Status {
  if (missing.length === 0) return OK;
  const code = missing.some(({ unresolvable }) => unresolvable) ? 'UnschedulableAndUnresolvable' : 'Unschedulable';
  return { code, reasons: missing.map(({ reason }) => reason) };
}

/** Per resource what would be requested with the pod, what is without it, and what there is; zeros for an
 *  extended resource that the pod does not ask for. */
export function allocations(
  resources: readonly WeightedResource[],
  wanted: Resources,
  node: NodeInfo,
  sums: Resources,
): { readonly requested: number[]; readonly before: number[]; readonly allocatable: number[] } {
  const requested: number[] = [];
  const before: number[] = [];
  const allocatable: number[] = [];
  for (const { name } of resources) {
    const amount = resourceNamed(wanted, name);
    const counts = amount > 0 || !isScalar(name);
    const capacity = counts ? resourceNamed(node.allocatable, name) : 0;
    const used = resourceNamed(name === 'cpu' || name === 'memory' ? sums : node.requested, name);
    allocatable.push(capacity);
    before.push(capacity === 0 ? 0 : used);
    requested.push(capacity === 0 ? 0 : used + amount);
  }
  return { requested, before, allocatable };
}
