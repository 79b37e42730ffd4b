// Which pods go first when there are too many. Models kubernetes pkg/controller/controller_utils.go
// (ActivePodsWithRanks) and pkg/controller/replicaset/replica_set.go (getPodsToDelete).

import type { SimTime } from '../../../base/brand';
import { compareBytes } from '../../../base/order';
import { parseTime } from '../../../machinery/time';
import type { Pod } from '../../../machinery/types';
import { isPodActive, isPodReady, readySince } from '../pods';

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const PHASES: { readonly [phase: string]: number } = { Pending: 0, Unknown: 1, Running: 2 };

/** Negative if `a` is to be deleted before `b`. `rankA` counts the related pods on its node. */
export function compareForDeletion(a: Pod, rankA: number, b: Pod, rankB: number, now: SimTime): number {
  return (
    Number(Boolean(a.spec?.nodeName)) - Number(Boolean(b.spec?.nodeName)) ||
    phaseOf(a) - phaseOf(b) ||
    Number(isPodReady(a)) - Number(isPodReady(b)) ||
    deletionCost(a) - deletionCost(b) ||
    rankB - rankA ||
    (isPodReady(a) ? compareAges(a, b, readySince(a), readySince(b), now) : 0) ||
    restarts(b.status?.containerStatuses) - restarts(a.status?.containerStatuses) ||
    sidecarRestarts(b) - sidecarRestarts(a) ||
    compareAges(a, b, createdAt(a), createdAt(b), now)
  );
}

const phaseOf = (pod: Pod): number => PHASES[pod.status?.phase ?? ''] ?? 0;

function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[DELETION_COST] ?? '0';
  return /^(0|[+-]?[1-9]\d*)$/.test(text) ? Number(text) : 0;
}

const createdAt = (pod: Pod): SimTime | null => (pod.metadata.creationTimestamp ? parseTime(pod.metadata.creationTimestamp) : null);

const restarts = (statuses: readonly { readonly restartCount: number }[] | undefined): number =>
  (statuses ?? []).reduce((most, { restartCount = 0 }) => Math.max(most, restartCount), 0);

function sidecarRestarts(pod: Pod): number {
  const sidecars = new Set((pod.spec?.initContainers ?? []).filter((c) => c.restartPolicy === 'Always').map((c) => c.name));
  return restarts(pod.status?.initContainerStatuses?.filter((status) => sidecars.has(status.name)));
}

/** The younger first; ages within one power of two count as equal, and then the uid decides. */
function compareAges(a: Pod, b: Pod, sinceA: SimTime | null, sinceB: SimTime | null, now: SimTime): number {
  if (sinceA === sinceB) return 0;
  return magnitude(sinceA, now) - magnitude(sinceB, now) || compareBytes(a.metadata.uid ?? '', b.metadata.uid ?? '');
}

/** The logarithm to base 2 of an age in nanoseconds, rounded down; -1 for no age. */
function magnitude(since: SimTime | null, now: SimTime): number {
  if (since === null) return 62; // Go's zero time: the longest duration there is
  let nanoseconds = (now - since) * 1_000;
  if (nanoseconds <= 0) return -1;
  let log = 0;
  for (; nanoseconds >= 2; nanoseconds /= 2) log++;
  return log;
}

/** The `count` pods to delete, in the order in which to delete them. `related` are the pods of all ReplicaSets of the
 *  same owner: nodes with many of them give first. */
export function podsToDelete(pods: readonly Pod[], related: readonly Pod[], count: number, now: SimTime): readonly Pod[] {
  if (count >= pods.length) return pods;
  const onNode = new Map<string, number>();
  for (const pod of related) {
    if (isPodActive(pod)) onNode.set(pod.spec.nodeName ?? '', (onNode.get(pod.spec.nodeName ?? '') ?? 0) + 1);
  }
  const rank = (pod: Pod): number => onNode.get(pod.spec.nodeName ?? '') ?? 0;
  return [...pods].sort((a, b) => compareForDeletion(a, rank(a), b, rank(b), now)).slice(0, Math.max(count, 0));
}
