// Prefers nodes that the pod would bring closer to an even use of cpu and memory.
// Models plugins/noderesources/balanced_allocation.go as of 1.36: the change counts, not the outcome.
import { MAX_NODE_SCORE, type Plugin } from '../plugin';
import { resourceNamed } from '../resources';
import { SKIP } from '../status';
import { allocations, CPU_AND_MEMORY, type WeightedResource } from './node-resources-fit';

export const balancedAllocation = (resources: readonly WeightedResource[] = CPU_AND_MEMORY): Plugin => ({
  name: 'NodeResourcesBalancedAllocation',
  preScore: (pod) => {
    // A pod that requests nothing changes no balance, and would go where the balance happens to be best.
    if (resources.every(({ name }) => resourceNamed(pod.requests, name) === 0)) return SKIP;
    return {
      score: (node) => {
        const { requested, before, allocatable } = allocations(resources, pod.requests, node, node.requested);
        const change = balance(requested, allocatable) - balance(before, allocatable);
        return MAX_NODE_SCORE / 2 + Math.trunc((MAX_NODE_SCORE / 2 + change) / 2);
      },
    };
  },
});

/** 100 less a hundred standard deviations of the used fractions. */
function balance(used: readonly number[], allocatable: readonly number[]): number {
  const fractions: number[] = [];
  allocatable.forEach((capacity, i) => {
    if (capacity !== 0) fractions.push(Math.min(1, (used[i] ?? 0) / capacity));
  });
  return Math.trunc((1 - deviation(fractions)) * MAX_NODE_SCORE);
}

function deviation(fractions: readonly number[]): number {
  if (fractions.length === 2) return Math.abs(((fractions[0] ?? 0) - (fractions[1] ?? 0)) / 2);
  if (fractions.length < 2) return 0;
  const mean = fractions.reduce((sum, fraction) => sum + fraction, 0) / fractions.length;
  const squares = fractions.reduce((sum, fraction) => sum + (fraction - mean) * (fraction - mean), 0);
  return Math.sqrt(squares / fractions.length);
}
