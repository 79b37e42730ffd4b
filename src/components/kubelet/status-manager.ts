// Tells kube-apiserver how pods are: keeps the newest status of each, and sends it, one pod after another, as
// a GET and, if something differs, a PATCH of what differs. Deletes what has ended and was to be deleted.
// Models kubernetes pkg/kubelet/status/status_manager.go.
import { SECOND, type Seq } from '../../base/brand';
import { type Json, type JsonObject, jsonEqual } from '../../base/json';
import type { ApiClient, ObjectName, ResourceRef } from '../../client/api-client';
import { rfc3339 } from '../../machinery/time';
import type { Condition, Pod, PodStatus } from '../../machinery/types';
import type { Ctx } from '../../sim/process';
import { suspend, type Task } from '../../sim/task';
import { DISRUPTION_TARGET, isOwnedCondition } from './conditions';
import type { FreshStatus } from './pod-status';
import { podStatusPatch } from './status-patch';

const PODS: ResourceRef = { group: '', version: 'v1', resource: 'pods' };
const SYNC_US = 10 * SECOND;

export interface StatusNeeds {
  readonly ctx: Ctx;
  readonly api: ApiClient;
  /** Whether containers of the pod may still run; then it does not end and is not deleted. */
  readonly couldRun: (uid: string) => boolean;
  /** Everything of it is gone: it may be deleted. */
  readonly isFinished: (uid: string) => boolean;
  /** The uid under which kube-apiserver knows it; null for a static pod without its mirror. */
  readonly apiUid: (pod: Pod) => string | null;
}
interface Entry {
  pod: Pod;
  status: PodStatus;
}

export class StatusManager {
  private readonly entries = new Map<string, Entry>();
  /** Pods whose status is to be sent, and why. */
  private readonly pending = new Map<string, Seq | null>();
  private wake: (() => void) | null = null;

  constructor(private readonly needs: StatusNeeds) {}

  start(): void {
    this.needs.ctx.spawn(this.run(), 'status-manager');
    this.needs.ctx.every(SYNC_US, () => this.trigger());
  }

  get(uid: string): PodStatus | undefined {
    return this.entries.get(uid)?.status;
  }

  /** What is true of the pod from now on. Sent if it says something new, and always while a pod is deleted. */
  set(pod: Pod, fresh: FreshStatus): void {
    const uid = pod.metadata.uid ?? '';
    const known = this.entries.get(uid)?.status;
    const status = this.withTimes(pod, fresh, known ?? pod.status ?? {});
    const unchanged = known !== undefined && jsonEqual(known as Json, status as Json);
    if (unchanged && pod.metadata.deletionTimestamp === undefined) return;
    this.entries.set(uid, { pod, status });
    this.send(uid);
  }

  /** Changes what was said last, if anything was. */
  amend(pod: Pod, change: (status: PodStatus) => FreshStatus): void {
    const known = this.get(pod.metadata.uid ?? '');
    if (known !== undefined) this.set(pod, change(known));
  }

  /** Looks at the pod once more: something that decides about its end has changed. */
  send(uid: string): void {
    this.pending.set(uid, this.needs.ctx.cause());
    this.trigger();
  }

  forget(uid: string): void {
    this.entries.delete(uid);
    this.pending.delete(uid);
  }

  private trigger(): void {
    const wake = this.wake;
    this.wake = null;
    wake?.();
  }

  private withTimes(pod: Pod, { verdicts, ...rest }: FreshStatus, before: PodStatus): PodStatus {
    const now = rfc3339(this.needs.ctx.clock());
    const { generation } = pod.metadata;
    const old = before.conditions ?? [];
    const owned = verdicts.map((verdict): Condition => {
      const known = old.find(({ type }) => type === verdict.type);
      const since = known?.status === verdict.status ? (known.lastTransitionTime ?? now) : now;
      const observed = generation === undefined ? {} : { observedGeneration: generation };
      return { ...verdict, ...observed, lastProbeTime: null, lastTransitionTime: since };
    });
    const others = old.filter(({ type }) => !isOwnedCondition(type) && !verdicts.some((verdict) => verdict.type === type));
    return { ...rest, conditions: [...others, ...owned], startTime: before.startTime ?? now };
  }

  private *run(): Task<void> {
    for (;;) {
      const next = this.next();
      if (next === null) {
        yield* suspend<void>((resume) => void (this.wake = () => resume()));
        continue;
      }
      const [uid, cause] = next;
      this.pending.delete(uid);
      yield* suspend<void>((resume) => resume(undefined, cause));
      const sent = yield* this.sync(uid);
      if (!sent) {
        if (!this.pending.has(uid)) this.pending.set(uid, cause);
        yield* suspend<void>((resume) => void (this.wake = () => resume()));
      }
    }
  }

  private next(): readonly [uid: string, cause: Seq | null] | null {
    for (const entry of this.pending) if (this.canSend(entry[0])) return entry;
    return null;
  }

  private canSend(uid: string): boolean {
    const entry = this.entries.get(uid);
    return entry === undefined || this.needs.apiUid(entry.pod) !== null;
  }

  /** False if it must be tried again. */
  private *sync(uid: string): Task<boolean> {
    const entry = this.entries.get(uid);
    if (entry === undefined) return true;
    const { api, couldRun, isFinished, apiUid } = this.needs;
    const { namespace = '', name } = entry.pod.metadata;
    const object: ObjectName = { namespace, name };
    const found = yield* api.get<Pod>(PODS, object);
    if (!found.ok && found.status !== 404) return false;
    if (!found.ok || found.body.metadata.uid !== apiUid(entry.pod)) {
      this.forget(uid);
      return true;
    }
    const merged = mergeStatus(found.body.status ?? {}, entry.status, couldRun(uid));
    const patch = podStatusPatch(found.body, merged);
    if (patch !== null) {
      const patched = yield* api.patch<Pod>(PODS, object, 'strategic', patch, { subresource: 'status' });
      if (!patched.ok) return patched.status === 404;
    }
    const deletable = found.body.metadata.deletionTimestamp !== undefined && isFinished(uid) && !isMirror(found.body);
    if (!deletable) return true;
    const deleted = yield* api.delete(PODS, object, deleteOptions(found.body.metadata.uid ?? ''));
    if (deleted.ok) this.forget(uid);
    return true;
  }
}

const isMirror = (pod: Pod): boolean => pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;

const deleteOptions = (uid: string): JsonObject => ({
  kind: 'DeleteOptions',
  apiVersion: 'v1',
  gracePeriodSeconds: 0,
  preconditions: { uid },
});

/** Ours, with the conditions of others as they are in the API. The end is not told while something may run. */
export function mergeStatus(inApi: PodStatus, ours: PodStatus, couldRun: boolean): PodStatus {
  const others = (inApi.conditions ?? []).filter(({ type }) => !isOwnedCondition(type));
  const isEnd = ours.phase === 'Failed' || ours.phase === 'Succeeded';
  const endsNow = isEnd && !couldRun && inApi.phase !== ours.phase;
  const conditions = [
    ...others,
    ...(ours.conditions ?? []).filter(({ type }) => isOwnedCondition(type) || (endsNow && type === DISRUPTION_TARGET)),
  ];
  if (!isEnd || !couldRun || inApi.phase === ours.phase) return { ...ours, conditions };
  const { reason: _reason, message: _message, phase: _phase, ...rest } = ours;
  const { phase, reason, message } = inApi;
  return {
    ...rest,
    ...(phase === undefined ? {} : { phase }),
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    conditions,
  };
}
