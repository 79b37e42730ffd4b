// The three things a pod worker does: bring a pod about, end it, clean up after it.
// Models SyncPod, SyncTerminatingPod and SyncTerminatedPod of kubernetes pkg/kubelet/kubelet.go.
import { MS } from '../../base/brand';
import type { EventRecorder } from '../../client/event-recorder';
import type { ConfigMap, Pod, Secret } from '../../machinery/types';
import type { Ctx } from '../../sim/process';
import type { Task } from '../../sim/task';
import { readyToStartContainers } from './conditions';
import type { WaitReason } from './container-statuses';
import { REASONS } from './events';
import type { StartFailure } from './images';
import type { ObjectCache } from './object-cache';
import { think } from './pace';
import type { Pleg } from './pleg';
import { asFresh, evictedStatus, type FreshStatus, generatePodStatus, withVerdict } from './pod-status';
import type { PodSteps, SyncResult } from './pod-workers';
import type { Probes } from './probes';
import type { RuntimeManager, SyncOutcome } from './runtime-manager';
import type { RuntimePod } from './runtime-status';
import { isStaticPod } from './static-pods';
import type { StatusManager } from './status-manager';
import type { VolumeManager } from './volumes';

/** From the delivery of a new pod to its first status: create-deployment-real-20.json. */
const ADMIT = { leastUs: 4_500, spreadUs: 1_500 };
const REMOVE_CGROUPS_US = 5 * MS;

export interface PodSyncNeeds {
  readonly ctx: Ctx;
  readonly events: EventRecorder;
  readonly hostIp: string;
  readonly statuses: StatusManager;
  readonly volumes: VolumeManager;
  readonly configMaps: ObjectCache<ConfigMap>;
  readonly secrets: ObjectCache<Secret>;
  readonly probes: Probes;
  readonly runtime: RuntimeManager;
  readonly pleg: Pleg;
  /** The pod is over: nothing of it is tried again. */
  readonly forgetFailures: (pod: Pod) => void;
  readonly reconcileMirror: (pod: Pod) => Task<void>;
  readonly onFinished: (pod: Pod) => void;
}

export class PodSync implements PodSteps {
  private readonly reasons = new Map<string, WaitReason>();
  /** Why a pod had to go, by its uid. */
  private readonly evictions = new Map<string, string>();

  constructor(private readonly needs: PodSyncNeeds) {}

  *sync(pod: Pod, runtime: RuntimePod): Task<SyncResult> {
    const { ctx, statuses, configMaps, secrets, volumes, probes, events } = this.needs;
    const uid = pod.metadata.uid ?? '';
    volumes.add(pod);
    if (statuses.get(uid) === undefined) yield* ctx.sleep(ADMIT.leastUs + ctx.random(`admit/${uid}`).below(ADMIT.spreadUs));
    const status = this.status(pod, runtime, false);
    statuses.set(pod, status);
    if (status.phase === 'Failed' || status.phase === 'Succeeded') return { ended: true, failure: null };
    secrets.register(pod);
    configMaps.register(pod);
    yield* this.needs.reconcileMirror(pod);
    const ready = yield* volumes.waitFor(pod);
    if (!ready.ok) {
      if (ready.error !== 'context canceled')
        events.event(pod, 'Warning', REASONS.FailedMountVolume, `Unable to attach or mount volumes: ${ready.error}`);
      return { ended: false, failure: { untilUs: null } };
    }
    probes.add(pod);
    const outcome = yield* this.needs.runtime.syncPod(pod, runtime);
    return this.result(uid, outcome);
  }

  *terminate(pod: Pod, runtime: RuntimePod, graceSeconds: number | null): Task<boolean> {
    const { ctx, statuses, volumes, probes, pleg } = this.needs;
    const uid = pod.metadata.uid ?? '';
    statuses.set(pod, this.status(pod, runtime, false));
    probes.stopLivenessAndStartup(uid);
    yield* think(ctx, `terminate/${uid}`);
    yield* this.needs.runtime.killPod(pod, runtime, graceSeconds);
    probes.remove(uid);
    const after = yield* pleg.inspect(uid);
    if (after === null || after.containers.some(({ state }) => state === 'running')) return false;
    statuses.set(pod, this.status(pod, { ...after, ips: runtime.ips }, true));
    volumes.cancel(uid);
    return true;
  }

  *cleanUp(pod: Pod, runtime: RuntimePod): Task<void> {
    const { ctx, statuses, volumes, secrets, configMaps } = this.needs;
    const uid = pod.metadata.uid ?? '';
    statuses.set(pod, this.status(pod, runtime, true));
    volumes.remove(uid);
    secrets.unregister(pod);
    configMaps.unregister(pod);
    this.needs.forgetFailures(pod);
    for (const key of [...this.reasons.keys()]) if (key.startsWith(`${uid}/`)) this.reasons.delete(key);
    yield* ctx.sleep(REMOVE_CGROUPS_US);
  }

  /** From now on it has failed, for this reason. */
  evicted(uid: string, message: string): void {
    this.evictions.set(uid, message);
  }

  cancel(uid: string): void {
    this.needs.volumes.cancel(uid);
  }

  finished(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    this.evictions.delete(uid);
    // A static pod may begin anew under the same uid; its mirror is deleted by whoever made it.
    if (isStaticPod(pod)) this.needs.statuses.forget(uid);
    else this.needs.statuses.send(uid);
    this.needs.onFinished(pod);
  }

  /** The sandbox is up: this alone is told at once. */
  sandboxReady(pod: Pod, runtime: RuntimePod): void {
    this.needs.statuses.amend(pod, (status) => withVerdict(asFresh(status), readyToStartContainers(pod, runtime)));
  }

  private result(uid: string, { started, failures }: SyncOutcome): SyncResult {
    const { pleg } = this.needs;
    for (const name of started) this.reasons.delete(`${uid}/${name}`);
    for (const [name, { reason, message }] of failures) this.reasons.set(`${uid}/${name}`, { reason, message });
    if (started.length > 0) pleg.request(uid);
    if (failures.size === 0) return { ended: false, failure: null };
    return { ended: false, failure: { untilUs: earliest([...failures.values()]) } };
  }

  private status(pod: Pod, runtime: RuntimePod, terminal: boolean): FreshStatus {
    const { statuses, hostIp, probes } = this.needs;
    const uid = pod.metadata.uid ?? '';
    const status = generatePodStatus({
      pod,
      runtime,
      hostIp,
      terminal,
      last: statuses.get(uid) ?? pod.status ?? {},
      waitReason: (container) => this.reasons.get(`${uid}/${container}`),
      started: (container, id) => probes.isStarted(pod, container, id),
      ready: (container, id) => probes.isReady(pod, container, id),
    });
    const evicted = this.evictions.get(uid);
    return evicted === undefined ? status : evictedStatus(status, evicted);
  }
}

/** When the first of them may be tried again; null if one of them does not say. */
function earliest(failures: readonly StartFailure[]): number | null {
  let first: number | null = null;
  for (const { untilUs } of failures) if (untilUs !== undefined) first = Math.min(first ?? untilUs, untilUs);
  return first;
}
