// How full a node would be, as a score. Models plugins/noderesources: least_allocated.go (the default),
// most_allocated.go, requested_to_capacity_ratio.go.
import { MAX_NODE_SCORE } from '../plugin';

/** Of what would be requested and what there is, per resource. */
export type AllocationScorer = (requested: readonly number[], allocatable: readonly number[]) => number;
type Weights = readonly { readonly weight: number }[];

export const leastAllocated = (resources: Weights): AllocationScorer =>
  weighted(resources, (requested, capacity) =>
    requested > capacity ? 0 : Math.trunc(((capacity - requested) * MAX_NODE_SCORE) / capacity),
  );

export const mostAllocated = (resources: Weights): AllocationScorer =>
  weighted(resources, (requested, capacity) => Math.trunc((Math.min(requested, capacity) * MAX_NODE_SCORE) / capacity));

/** A point of a broken line: percent of use -> score 0..10. */
export interface ShapePoint {
  readonly utilization: number;
  readonly score: number;
}

export const requestedToCapacityRatio =
  (shape: readonly ShapePoint[]) =>
  (resources: Weights): AllocationScorer =>
  (requested, allocatable) => {
    let sum = 0;
    let weights = 0;
    resources.forEach(({ weight }, i) => {
      const capacity = allocatable[i] ?? 0;
      if (capacity === 0) return;
      const used = requested[i] ?? 0;
      const score = onLine(shape, used > capacity ? 100 : Math.trunc((used * 100) / capacity));
      if (score <= 0) return;
      sum += score * weight;
      weights += weight;
    });
    return weights === 0 ? 0 : Math.round(sum / weights);
  };

function onLine(shape: readonly ShapePoint[], utilization: number): number {
  const scaled = ({ score }: ShapePoint): number => (score * MAX_NODE_SCORE) / 10;
  let before: ShapePoint | null = null;
  for (const point of shape) {
    if (utilization <= point.utilization) {
      if (before === null) return scaled(point);
      const slope = (scaled(point) - scaled(before)) * (utilization - before.utilization);
      return scaled(before) + Math.trunc(slope / (point.utilization - before.utilization));
    }
    before = point;
  }
  return before === null ? 0 : scaled(before);
}

function weighted(resources: Weights, score: (requested: number, capacity: number) => number): AllocationScorer {
  return (requested, allocatable) => {
    let sum = 0;
    let weights = 0;
    resources.forEach(({ weight }, i) => {
      const capacity = allocatable[i] ?? 0;
      if (capacity === 0) return;
      sum += score(requested[i] ?? 0, capacity) * weight;
      weights += weight;
    });
    return weights === 0 ? 0 : Math.trunc(sum / weights);
  };
}
