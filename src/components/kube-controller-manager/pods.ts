// What controllers ask about a pod. Models kubernetes pkg/api/v1/pod/util.go and pkg/controller/controller_utils.go.
import { SECOND, type SimTime } from '../../base/brand';
import { parseTime } from '../../machinery/time';
import type { Condition, Pod } from '../../machinery/types';

export const podCondition = (pod: Pod, type: string): Condition | undefined =>
  pod.status?.conditions?.find((condition) => condition.type === type);

export const isPodReady = (pod: Pod): boolean => podCondition(pod, 'Ready')?.status === 'True';

/** Ended: its containers will not run again. */
export const isPodTerminal = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

export const isPodActive = (pod: Pod): boolean => !isPodTerminal(pod) && !pod.metadata.deletionTimestamp;

/** Asked to end, and not there yet. */
export const isPodTerminating = (pod: Pod): boolean => !isPodTerminal(pod) && Boolean(pod.metadata.deletionTimestamp);

/** Since when it is ready; null if it is not, or does not say. */
export function readySince(pod: Pod): SimTime | null {
  const ready = podCondition(pod, 'Ready');
  return ready?.status === 'True' && ready.lastTransitionTime ? parseTime(ready.lastTransitionTime) : null;
}

/** Ready for at least `minReadySeconds`. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, now: SimTime): boolean {
  if (!isPodReady(pod)) return false;
  if (minReadySeconds === 0) return true;
  const since = readySince(pod);
  return since !== null && since + minReadySeconds * SECOND <= now;
}

/** Microseconds until a ready pod becomes available; null if no look at it is needed. */
export function untilAvailable(pod: Pod, minReadySeconds: number, now: SimTime): number | null {
  if (minReadySeconds <= 0 || !isPodReady(pod)) return null;
  const since = readySince(pod);
  if (since === null) return null;
  const us = since + minReadySeconds * SECOND - now;
  return us > 0 ? us : null;
}
