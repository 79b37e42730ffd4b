// Which ReplicaSet gets which size. Pure: a plan is a list of sizes, in the order in which they are asked for.
// Models kubernetes pkg/controller/deployment/rolling.go and sync.go (scale).
import type { Deployment, ReplicaSet } from '../../../machinery/types';
import { isRollingUpdate, maxReplicasOf, maxUnavailableOf, newReplicaSetSize } from './bounds';
import { activeOrLatest, availableReplicas, byAge, bySizeNewer, bySizeOlder, isActive, replicasOf, specReplicas } from './replica-sets';
import { desiredReplicasNote, maxReplicasNote } from './revisions';

export interface Resize {
  readonly set: ReplicaSet;
  readonly to: number;
}

// ---- Rolling update

/** The new ReplicaSet grows as far as the surge lets it; it shrinks at once. */
export function growNew(deployment: Deployment, all: readonly ReplicaSet[], current: ReplicaSet): Resize {
  const [wanted, has] = [replicasOf(deployment), replicasOf(current)];
  return { set: current, to: has >= wanted ? wanted : newReplicaSetSize(deployment, all, has) };
}

/** How many pods of old ReplicaSets may go, whatever their state. Pods of the new one that are not available do not
 *  count, so that a rollout that hangs takes no healthy old pod away. */
export function mayShrinkOldBy(deployment: Deployment, old: readonly ReplicaSet[], current: ReplicaSet): number {
  if (specReplicas(old) === 0) return 0;
  const minAvailable = replicasOf(deployment) - maxUnavailableOf(deployment);
  const unavailableNew = replicasOf(current) - (current.status?.availableReplicas ?? 0);
  return Math.max(specReplicas([...old, current]) - minAvailable - unavailableNew, 0);
}

/** Old pods that are not available go first: they are of no use to anybody. */
export function shrinkUnhealthy(old: readonly ReplicaSet[], most: number): readonly Resize[] {
  return shrink(old, most, (set) => replicasOf(set) - (set.status?.availableReplicas ?? 0));
}

/** As many available old pods as are not needed for the least availability. */
export function shrinkOld(deployment: Deployment, old: readonly ReplicaSet[], current: ReplicaSet | null): readonly Resize[] {
  const minAvailable = replicasOf(deployment) - maxUnavailableOf(deployment);
  const surplus = availableReplicas([...old, ...(current === null ? [] : [current])]) - minAvailable;
  return shrink(old, surplus, replicasOf);
}

/** The oldest ReplicaSets give first. */
function shrink(old: readonly ReplicaSet[], most: number, mayGive: (set: ReplicaSet) => number): readonly Resize[] {
  const plan: Resize[] = [];
  let left = most;
  for (const set of byAge(old)) {
    const count = Math.min(left, mayGive(set), replicasOf(set));
    if (count <= 0) continue;
    plan.push({ set, to: replicasOf(set) - count });
    left -= count;
  }
  return plan;
}

// ---- A change of the wanted size

/** Whether a ReplicaSet that runs pods was made for another size of the Deployment. */
export const isScalingEvent = (deployment: Deployment, sets: readonly ReplicaSet[]): boolean =>
  sets.some((set) => isActive(set) && (desiredReplicasNote(set) ?? replicasOf(deployment)) !== replicasOf(deployment));

/** In the middle of a rollout every ReplicaSet takes its share, so that the rollout is not hastened by it. */
export function scale(deployment: Deployment, current: ReplicaSet | null, old: readonly ReplicaSet[]): readonly Resize[] {
  const wanted = replicasOf(deployment);
  const one = activeOrLatest(current, old);
  if (one !== null) return replicasOf(one) === wanted ? [] : [{ set: one, to: wanted }];
  if (isSaturated(deployment, current)) return old.filter(isActive).map((set) => ({ set, to: 0 }));
  if (!isRollingUpdate(deployment)) return [];
  return proportional(deployment, [...old, ...(current === null ? [] : [current])].filter(isActive));
}

function isSaturated(deployment: Deployment, current: ReplicaSet | null): boolean {
  const wanted = replicasOf(deployment);
  return (
    current !== null &&
    replicasOf(current) === wanted &&
    desiredReplicasNote(current) === wanted &&
    current.status?.availableReplicas === wanted
  );
}

function proportional(deployment: Deployment, active: readonly ReplicaSet[]): readonly Resize[] {
  const allowed = replicasOf(deployment) > 0 ? maxReplicasOf(deployment) : 0;
  const toAdd = allowed - specReplicas(active);
  const sorted = toAdd > 0 ? bySizeNewer(active) : toAdd < 0 ? bySizeOlder(active) : active;
  let added = 0;
  const plan = sorted.map((set) => {
    const share = proportionOf(set, deployment, toAdd, added);
    added += share;
    return { set, to: replicasOf(set) + share };
  });
  // What rounding left over is the largest one's.
  const [largest, ...others] = plan;
  return largest === undefined ? [] : [{ ...largest, to: Math.max(largest.to + toAdd - added, 0) }, ...others];
}

function proportionOf(set: ReplicaSet, deployment: Deployment, toAdd: number, added: number): number {
  if (replicasOf(set) === 0 || toAdd === 0 || toAdd === added) return 0;
  const share = replicaSetFraction(set, deployment);
  return toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added);
}

/** By how much a ReplicaSet's size changes if it keeps its share of the Deployment. */
export function replicaSetFraction(set: ReplicaSet, deployment: Deployment): number {
  const size = replicasOf(set);
  if (replicasOf(deployment) === 0) return -size;
  const before = maxReplicasNote(set) || (deployment.status?.replicas ?? 0);
  if (before === 0) return 0;
  return roundHalfAway((size * maxReplicasOf(deployment)) / before) - size;
}

const roundHalfAway = (value: number): number => (value < 0 ? Math.ceil(value - 0.5) : Math.floor(value + 0.5));
