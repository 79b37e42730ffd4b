// Whether a pod that was bound here can run here: the scheduler may not have asked, or not known.
// Models kubernetes pkg/kubelet/lifecycle/predicate.go. Left out: host ports, taints, making room for critical pods.
import { nodeMatchesSpec } from '../../machinery/node-selector';
import { quantityMilli, quantityValue } from '../../machinery/quantity';
import type { Node, Pod, StringMap } from '../../machinery/types';
import { initContainersOf } from './containers-of';

export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

/** `others` are the pods that run here or will; null lets the pod in. */
export function refusal(pod: Pod, others: Iterable<Pod>, node: Node | undefined, allocatable: StringMap): Refusal | null {
  if (node !== undefined && !nodeMatchesSpec(pod.spec, node))
    return { reason: 'NodeAffinity', message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector" };
  const used = { cpu: 0, memory: 0, pods: 0 };
  for (const other of others) {
    if (other.metadata.uid === pod.metadata.uid || other.status?.phase === 'Failed' || other.status?.phase === 'Succeeded') continue;
    used.cpu += requested(other, 'cpu');
    used.memory += requested(other, 'memory');
    used.pods++;
  }
  const wanted = { cpu: requested(pod, 'cpu'), memory: requested(pod, 'memory'), pods: 1 };
  for (const resource of ['pods', 'cpu', 'memory'] as const) {
    const capacity = amount(resource, allocatable[resource]);
    if (wanted[resource] === 0 || used[resource] + wanted[resource] <= capacity) continue;
    const numbers = `requested: ${wanted[resource]}, used: ${used[resource]}, capacity: ${capacity}`;
    return { reason: `OutOf${resource}`, message: `Node didn't have enough resource: ${resource}, ${numbers}` };
  }
  return null;
}

const amount = (resource: string, text: string | undefined): number => (resource === 'cpu' ? quantityMilli(text) : quantityValue(text));

/** The larger of what its containers ask for together and what its largest init container asks for. */
function requested({ spec }: Pod, resource: 'cpu' | 'memory'): number {
  const main = spec.containers.reduce((sum, { resources }) => sum + amount(resource, resources?.requests?.[resource]), 0);
  const inits = initContainersOf(spec).map(({ resources }) => amount(resource, resources?.requests?.[resource]));
  return Math.max(main, ...inits);
}
