// Pods that wait for a node. Active: to be tried next, the most important first, then the longest waiting.
// Backing off: tried in vain a moment ago. Unschedulable: until something happens in the cluster that may
// help. A plain state machine: the time is told, nothing waits here.
// Models pkg/scheduler/backend/queue (scheduling_queue.go, backoff_queue.go) and plugins/queuesort; back-off
// is cut short when nothing else is to be done (SchedulerPopFromBackoffQ, on by default since 1.33).
// Left out: events during a scheduling cycle (here a cycle takes no time), the 1 s grid of the back-off.

import { assert } from '../../base/assert';
import { MINUTE, SECOND, type Seq } from '../../base/brand';
import { dictionary, type Json, type JsonObject } from '../../base/json';
import type { ClusterEvent } from './framework/cluster-event';
import type { PodInfo } from './framework/pod-info';

export type Place = 'active' | 'backoff' | 'unschedulable' | 'gated';

export interface QueuedPod {
  readonly info: PodInfo;
  /** When it came into the queue, or was last given back. Microseconds. */
  readonly sinceUs: number;
  /** How often it was tried. */
  readonly attempts: number;
  /** How often in a row no node would do, and how often in a row trying itself went wrong. */
  readonly unschedulableCount: number;
  readonly errorCount: number;
  /** Plugins that turned it away: events wake it only if one of them says so. Empty after an error. */
  readonly rejectedBy: ReadonlySet<string>;
  /** The record that brought it here. */
  readonly cause: Seq | null;
}
interface Entry {
  readonly pod: QueuedPod;
  readonly place: Place;
}

export const INITIAL_BACKOFF_US = SECOND;
export const MAX_BACKOFF_US = 10 * SECOND;
export const MAX_UNSCHEDULABLE_US = 5 * MINUTE;

/** Whether `a` is tried before `b`. */
export function comesBefore(a: QueueOrder, b: QueueOrder): boolean {
  return a.info.priority > b.info.priority || (a.info.priority === b.info.priority && a.sinceUs < b.sinceUs);
}
export type QueueOrder = { readonly info: Pick<PodInfo, 'priority'>; readonly sinceUs: number };

/** Doubles with every try in vain. Any unit; 0 for a pod that was not tried. */
export function backoffFor(
  pod: Pick<QueuedPod, 'unschedulableCount' | 'errorCount'>,
  initial = INITIAL_BACKOFF_US,
  max = MAX_BACKOFF_US,
): number {
  const count = pod.errorCount > 0 ? pod.errorCount : pod.unschedulableCount;
  if (count === 0) return 0;
  let backoff = initial;
  for (let i = 1; i < count && backoff < max; i++) backoff *= 2;
  return Math.min(backoff, max);
}
export const backoffEnds = (pod: QueuedPod): number => pod.sinceUs + backoffFor(pod);

/** A queueing hint: may the event help a pod that `plugin` turned away? */
export type Hint = (plugin: string, pod: PodInfo, event: ClusterEvent) => boolean;

export class SchedulingQueue {
  private readonly entries = new Map<string, Entry>();
  /** In the order in which they will be tried. */
  private readonly active: QueuedPod[] = [];
  private readonly waiting = new Set<string>();
  private readonly backingOff = new Set<string>();
  private changes = dictionary();

  constructor(private readonly hint: Hint) {}

  /** A new pod without a node. */
  add(info: PodInfo, nowUs: number, cause: Seq | null): void {
    this.put(
      { info, sinceUs: nowUs, attempts: 0, unschedulableCount: 0, errorCount: 0, rejectedBy: NOBODY, cause },
      isGated(info) ? 'gated' : 'active',
    );
  }

  /** The pod itself changed: tried again if that may help. */
  update(info: PodInfo, event: ClusterEvent | null, nowUs: number, cause: Seq | null): void {
    const entry = this.entries.get(info.key);
    if (entry === undefined) return this.add(info, nowUs, cause);
    const pod = { ...entry.pod, info };
    if (entry.place === 'gated') this.put({ ...pod, sinceUs: nowUs, cause }, isGated(info) ? 'gated' : 'active');
    else if (entry.place === 'unschedulable' && event !== null && this.helps(pod, event)) this.requeue({ ...pod, cause }, nowUs);
    else this.put(pod, entry.place);
  }

  delete(key: string): void {
    this.take(key);
  }

  /** The next to try. A pod that backs off, but not after an error, is tried early if there is no other. */
  pop(): QueuedPod | null {
    const next = this.active[0] ?? this.earliestBackoff(false);
    if (next === null) return null;
    this.take(next.info.key);
    return { ...next, attempts: next.attempts + 1 };
  }
  get ready(): boolean {
    return this.active.length > 0 || this.earliestBackoff(false) !== null;
  }

  /** No node would do. It waits for an event that one of `rejectedBy` finds helpful. */
  addUnschedulable(pod: QueuedPod, rejectedBy: ReadonlySet<string>, nowUs: number): void {
    assert(rejectedBy.size > 0, 'somebody turned the pod away');
    this.put({ ...pod, rejectedBy, sinceUs: nowUs, unschedulableCount: pod.unschedulableCount + 1, errorCount: 0 }, 'unschedulable');
  }
  /** Trying went wrong. It comes again after a while, whatever happens. */
  addAfterError(pod: QueuedPod, nowUs: number): void {
    this.put({ ...pod, rejectedBy: NOBODY, sinceUs: nowUs, errorCount: pod.errorCount + 1 }, 'backoff');
  }

  /** Something happened in the cluster. */
  move(event: ClusterEvent, nowUs: number, cause: Seq | null): void {
    for (const key of [...this.waiting]) {
      const { pod } = this.entry(key);
      if (this.helps(pod, event)) this.requeue({ ...pod, cause }, nowUs);
    }
  }

  /** Some pods wait for events. */
  get someWait(): boolean {
    return this.waiting.size > 0;
  }
  /** The pod whose back-off after an error ends first. */
  nextRetry(): QueuedPod | null {
    return this.earliestBackoff(true);
  }
  flushBackoff(nowUs: number): void {
    for (const key of [...this.backingOff]) {
      const { pod } = this.entry(key);
      if (backoffEnds(pod) <= nowUs) this.put(pod, 'active');
    }
  }
  /** A safety net: nobody waits for events longer than 5 minutes. */
  flushUnschedulable(nowUs: number): void {
    for (const key of [...this.waiting]) {
      const { pod } = this.entry(key);
      if (nowUs - pod.sinceUs > MAX_UNSCHEDULABLE_US) this.requeue(pod, nowUs);
    }
  }

  inspect(): { readonly [path: string]: Json } {
    return Object.fromEntries([...this.entries].map(([key, { place }]) => [pathOf(key), place]));
  }
  /** How the interior changed since last asked; null if it did not. */
  takeChanges(): JsonObject | null {
    const { changes } = this;
    for (const _ in changes) {
      this.changes = dictionary();
      return changes;
    }
    return null;
  }

  private helps(pod: QueuedPod, event: ClusterEvent): boolean {
    for (const plugin of pod.rejectedBy) if (this.hint(plugin, pod.info, event)) return true;
    return false;
  }

  private requeue(pod: QueuedPod, nowUs: number): void {
    this.put(pod, backoffEnds(pod) > nowUs ? 'backoff' : 'active');
  }

  private put(pod: QueuedPod, place: Place): void {
    const { key } = pod.info;
    const before = this.entries.get(key);
    this.unfile(key, before);
    this.entries.set(key, { pod, place });
    if (place === 'active') {
      let i = this.active.length;
      while (i > 0 && comesBefore(pod, this.active[i - 1] as QueuedPod)) i--;
      this.active.splice(i, 0, pod);
    } else if (place === 'backoff') this.backingOff.add(key);
    else if (place === 'unschedulable') this.waiting.add(key);
    if (before?.place !== place) this.changes[pathOf(key)] = place;
  }

  private take(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.unfile(key, entry);
    this.entries.delete(key);
    this.changes[pathOf(key)] = null;
  }

  private unfile(key: string, entry: Entry | undefined): void {
    if (entry?.place === 'active') this.active.splice(this.active.indexOf(entry.pod), 1);
    else if (entry?.place === 'backoff') this.backingOff.delete(key);
    else if (entry?.place === 'unschedulable') this.waiting.delete(key);
  }

  private earliestBackoff(afterErrors: boolean): QueuedPod | null {
    let earliest: QueuedPod | null = null;
    for (const key of this.backingOff) {
      const { pod } = this.entry(key);
      if (pod.errorCount > 0 === afterErrors && (earliest === null || backoffEnds(pod) < backoffEnds(earliest))) earliest = pod;
    }
    return earliest;
  }

  private entry(key: string): Entry {
    const entry = this.entries.get(key);
    assert(entry !== undefined, `${key} is in the queue`);
    return entry;
  }
}

const NOBODY: ReadonlySet<string> = new Set();
const isGated = ({ pod }: PodInfo): boolean => (pod.spec?.schedulingGates?.length ?? 0) > 0;
const pathOf = (key: string): string => `queue/${key}`;
