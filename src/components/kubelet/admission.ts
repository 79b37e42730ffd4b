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

interface Amounts {
  readonly pods: number;
  readonly cpu: number;
  readonly memory: number;
}
const NOTHING: Amounts = { pods: 0, cpu: 0, memory: 0 };

/** The pods that run on a node or will, and what they ask for together. */
export class Admission {
  private readonly pods = new Map<string, Amounts>();
  private used = NOTHING;

  constructor(private readonly allocatable: StringMap) {}

  /** Lets the pod in, or says why not. */
  admit(pod: Pod, node: Node | undefined): Refusal | null {
    if (node !== undefined && !nodeMatchesSpec(pod.spec, node))
      return { reason: 'NodeAffinity', message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector" };
    const wanted = amountsOf(pod);
    for (const resource of ['pods', 'cpu', 'memory'] as const) {
      const capacity = amount(resource, this.allocatable[resource]);
      if (wanted[resource] === 0 || this.used[resource] + wanted[resource] <= capacity) continue;
      const numbers = `requested: ${wanted[resource]}, used: ${this.used[resource]}, capacity: ${capacity}`;
      return { reason: `OutOf${resource}`, message: `Node didn't have enough resource: ${resource}, ${numbers}` };
    }
    this.add(pod);
    return null;
  }

  /** It is there, whether it fits or not. */
  add(pod: Pod): void {
    const { uid = '' } = pod.metadata;
    if (this.pods.has(uid)) return;
    const amounts = amountsOf(pod);
    this.pods.set(uid, amounts);
    this.used = sum(this.used, amounts, 1);
  }

  remove(uid: string): void {
    const amounts = this.pods.get(uid);
    if (amounts !== undefined && this.pods.delete(uid)) this.used = sum(this.used, amounts, -1);
  }
}

const sum = (a: Amounts, b: Amounts, sign: 1 | -1): Amounts => ({
  pods: a.pods + sign * b.pods,
  cpu: a.cpu + sign * b.cpu,
  memory: a.memory + sign * b.memory,
});
const amountsOf = (pod: Pod): Amounts => ({ pods: 1, cpu: requested(pod, 'cpu'), memory: requested(pod, 'memory') });
const amount = (resource: keyof Amounts, text: string | undefined): number =>
  resource === 'cpu' ? quantityMilli(text) : quantityValue(text);

/** The larger of what its containers ask for together and what its largest init container asks for. */
function requested({ spec }: Pod, resource: 'cpu' | 'memory'): number {
  const main = spec.containers.reduce((sum, { resources }) => sum + amount(resource, resources?.requests?.[resource]), 0);
  const inits = initContainersOf(spec).map(({ resources }) => amount(resource, resources?.requests?.[resource]));
  return Math.max(main, ...inits);
}
