// Which of a workload's pods kubectl takes: for its logs, or to run something in it.
// Models kubectl pkg/util/podutils (ByLogging; ActivePods turned round).
import type { JsonObject } from '../../base/json';
import { parseTime } from '../../machinery/time';
import { goSorted } from './print/go-sort';

/** What is told of a pod, in the order in which it counts; less is better. */
type Rank = readonly number[];

interface PodStatus {
  readonly phase?: string;
  readonly conditions?: readonly JsonObject[];
  readonly containerStatuses?: readonly { readonly restartCount?: number }[];
}

export const bestLoggedFirst = (pods: readonly JsonObject[]): readonly JsonObject[] =>
  sorted(pods, (pod) => rankOf(pod, { Unknown: 1, Pending: 2 }, -1));

export function mostActiveFirst(pods: readonly JsonObject[]): readonly JsonObject[] {
  return sorted(pods, (pod) => rankOf(pod, { Running: -2, Unknown: -1 }, 1));
}

function rankOf(pod: JsonObject, phases: { readonly [phase: string]: number }, restarts: number): Rank {
  const { nodeName } = (pod['spec'] ?? {}) as { readonly nodeName?: string };
  const { phase = '', conditions = [], containerStatuses = [] } = (pod['status'] ?? {}) as PodStatus;
  const ready = conditions.find(({ type, status }) => type === 'Ready' && status === 'True');
  return [
    nodeName ? 0 : 1,
    phases[phase] ?? 0,
    ready === undefined ? 1 : 0,
    timeOf(ready?.['lastTransitionTime']),
    restarts * Math.max(0, ...containerStatuses.map(({ restartCount = 0 }) => restartCount)),
    timeOf((pod['metadata'] as JsonObject)['creationTimestamp']),
  ];
}

const timeOf = (text: unknown): number => (typeof text === 'string' ? parseTime(text) : null) ?? Number.MAX_SAFE_INTEGER;

function sorted(pods: readonly JsonObject[], rank: (pod: JsonObject) => Rank): readonly JsonObject[] {
  const ranks = new Map(pods.map((pod) => [pod, rank(pod)]));
  return goSorted(pods, (a, b) => isLess(ranks.get(a) ?? [], ranks.get(b) ?? []));
}

function isLess(a: Rank, b: Rank): boolean {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}
