// Volumes of pods: what a pod wants is noticed every 100 ms and brought about every 100 ms, and a pod that waits
// for its volumes looks every 300 ms. A volume that cannot be set up is tried again, later each time.
// Models kubernetes pkg/kubelet/volumemanager (populator, reconciler) and pkg/volume/util/operationexecutor
// (exponential back-off). Left out: attaching, block devices.
import { MS, SECOND } from '../../base/brand';
import { entry, type Json } from '../../base/json';
import { err, ok, type Result } from '../../base/result';
import type { EventRecorder } from '../../client/event-recorder';
import type { ConfigMap, Pod, Secret, Volume } from '../../machinery/types';
import type { Ctx } from '../../sim/process';
import { suspend, type Task } from '../../sim/task';
import type { KubeletDisk } from './disk';
import type { ObjectCache } from './object-cache';
import type { TokenSource, Tokens } from './tokens';
import { filesOf, type VolumeFiles } from './volume-files';

const LOOP_US = 100 * MS;
const WAIT_STEP_US = 300 * MS;
const WAIT_LIMIT_US = 123 * SECOND;
const SET_UP_US = 2 * MS;
const FIRST_RETRY_US = 500 * MS;
const MAX_RETRY_US = 122 * SECOND;
/** So often volumes are set up anew. */
const REMOUNT_US = 60 * SECOND;
/** Longer waits for a next try do not keep a run awake. */
const PATIENCE_US = 30 * SECOND;

interface PodVolumes {
  readonly pod: Pod;
  /** Without those that are set up. */
  readonly missing: Set<string>;
  resume: (() => void) | null;
  gone: boolean;
}
export interface VolumeNeeds {
  readonly ctx: Ctx;
  readonly disk: KubeletDisk;
  readonly events: EventRecorder;
  readonly configMaps: ObjectCache<ConfigMap>;
  readonly secrets: ObjectCache<Secret>;
  readonly tokens: Tokens;
}

export class VolumeManager {
  private readonly pods = new Map<string, PodVolumes>();
  private readonly populatorPhaseUs: number;
  private readonly reconcilerPhaseUs: number;

  constructor(private readonly needs: VolumeNeeds) {
    const random = needs.ctx.random('volume-manager');
    this.populatorPhaseUs = random.below(LOOP_US);
    this.reconcilerPhaseUs = random.below(LOOP_US);
  }

  /** From now on the pod's volumes are wanted. One round of the reconciler goes into attaching them. */
  add(pod: Pod, attached = false): void {
    const { uid = '' } = pod.metadata;
    if (this.pods.has(uid)) return;
    const onDisk = this.needs.disk.volumes.get(uid);
    const names = (pod.spec.volumes ?? []).map(({ name }) => name);
    const volumes: PodVolumes = { pod, missing: new Set(names.filter((name) => !onDisk?.has(name))), resume: null, gone: false };
    this.pods.set(uid, volumes);
    if (names.length === 0) return;
    const { ctx } = this.needs;
    const noticedUs = this.tickAfter(ctx.now(), this.populatorPhaseUs);
    const startUs = this.tickAfter(noticedUs, this.reconcilerPhaseUs) + (attached ? 0 : LOOP_US);
    for (const volume of pod.spec.volumes ?? []) {
      this.note(volumes, volume.name, onDisk?.has(volume.name) ? 'mounted' : 'waiting');
      ctx.after(startUs - ctx.now(), () => ctx.spawn(this.setUp(volumes, volume, 0), 'volume-manager'));
    }
  }

  /** A pod that is to end already when a restarted kubelet learns of it: what it left on the disk is set up once more, since
   *  its containers may still run (desired_state_of_world_populator.go, before it has added all pods). */
  found(pod: Pod): void {
    const { uid = '' } = pod.metadata;
    if (this.needs.disk.volumes.has(uid)) this.add(pod, true);
  }

  /** Waits until all are set up, or for long enough. */
  *waitFor(pod: Pod): Task<Result<null>> {
    this.add(pod);
    const volumes = this.pods.get(pod.metadata.uid ?? '');
    const { ctx } = this.needs;
    const sinceUs = ctx.now();
    while (volumes !== undefined && volumes.missing.size > 0 && !volumes.gone) {
      const passed = yield* suspend<boolean>((resume) => {
        const leftUs = sinceUs + WAIT_LIMIT_US - ctx.now();
        const timer = ctx.after(leftUs, () => resume(false), { idle: true });
        volumes.resume = () => {
          timer.cancel();
          resume(true, ctx.cause());
        };
      });
      volumes.resume = null;
      if (!passed) return err(timeoutText([...volumes.missing]));
      const steps = Math.ceil((ctx.now() - sinceUs) / WAIT_STEP_US);
      if (!volumes.gone) yield* ctx.sleep(sinceUs + steps * WAIT_STEP_US - ctx.now());
    }
    return volumes === undefined || volumes.gone ? err('context canceled') : ok(null);
  }

  /** The pod ends: nobody waits for its volumes any more. */
  cancel(uid: string): void {
    const volumes = this.pods.get(uid);
    if (volumes === undefined) return;
    volumes.gone = true;
    volumes.resume?.();
  }

  /** Takes everything away. */
  remove(uid: string): void {
    const volumes = this.pods.get(uid);
    if (volumes === undefined) return;
    this.cancel(uid);
    this.pods.delete(uid);
    this.needs.disk.volumes.delete(uid);
    this.needs.disk.tokens.delete(uid);
    this.needs.tokens.forget(uid);
    for (const { name } of volumes.pod.spec.volumes ?? []) this.note(volumes, name, null);
  }

  inspect(): { readonly [path: string]: Json } {
    const interior: { [path: string]: Json } = {};
    for (const { pod, missing } of this.pods.values())
      for (const { name } of pod.spec.volumes ?? []) interior[pathOf(pod, name)] = missing.has(name) ? 'waiting' : 'mounted';
    return interior;
  }

  private *setUp(volumes: PodVolumes, volume: Volume, failures: number): Task<void> {
    const { ctx, events, disk } = this.needs;
    const { pod } = volumes;
    const { uid = '' } = pod.metadata;
    if (volumes.gone) return;
    const content = yield* this.content(pod, volume);
    if (volumes.gone) return;
    if (content.ok) {
      yield* ctx.sleep(SET_UP_US);
      volumes.missing.delete(volume.name);
      disk.volumes.set(uid, (disk.volumes.get(uid) ?? new Map<string, VolumeFiles>()).set(volume.name, content.value));
      this.refreshLater(volumes, volume);
      this.note(volumes, volume.name, 'mounted');
      if (volumes.missing.size === 0) volumes.resume?.();
      return;
    }
    events.event(pod, 'Warning', 'FailedMount', `MountVolume.SetUp failed for volume "${volume.name}" : ${content.error}`);
    const delayUs = Math.min(FIRST_RETRY_US * 2 ** Math.min(failures, 10), MAX_RETRY_US);
    const againUs = this.tickAfter(ctx.now() + delayUs, this.reconcilerPhaseUs);
    const again = (): void => ctx.spawn(this.setUp(volumes, volume, failures + 1), 'volume-manager');
    ctx.after(againUs - ctx.now(), again, { idle: delayUs > PATIENCE_US });
  }

  /** What is mounted follows its objects when the pod is looked at again, each minute or a little later. */
  private refreshLater(volumes: PodVolumes, volume: Volume): void {
    if (!followsObjects(volume)) return;
    const { ctx, disk } = this.needs;
    const { uid = '' } = volumes.pod.metadata;
    const again = function* (this: VolumeManager): Task<void> {
      if (volumes.gone) return;
      const content = yield* this.content(volumes.pod, volume);
      if (content.ok && !volumes.gone) disk.volumes.get(uid)?.set(volume.name, content.value);
      this.refreshLater(volumes, volume);
    };
    const delayUs = REMOUNT_US + ctx.random(`remount ${uid}/${volume.name} at ${ctx.now()}`).below(REMOUNT_US / 2);
    ctx.after(delayUs, () => ctx.spawn(again.call(this), 'volume-manager'), { idle: true });
  }

  /** Fetches what the volume is made of. */
  private *content(pod: Pod, volume: Volume): Task<Result<VolumeFiles>> {
    const sources = (volume.projected?.sources ?? [volume]) as readonly ProjectedSource[];
    const namespace = pod.metadata.namespace ?? '';
    const configMaps: (ConfigMap | null)[] = [];
    const secrets: (Secret | null)[] = [];
    const { needs } = this;
    for (const { serviceAccountToken, configMap, secret } of sources) {
      let found: Result<unknown> = ok(null);
      if (serviceAccountToken !== undefined) found = yield* this.token(pod, serviceAccountToken);
      else if (configMap !== undefined)
        found = added(configMaps, optional(configMap, yield* needs.configMaps.fetch(namespace, String(configMap.name))));
      else if (secret !== undefined)
        found = added(secrets, optional(secret, yield* needs.secrets.fetch(namespace, String(secret.secretName ?? secret.name))));
      if (!found.ok) return found;
    }
    const { uid = '' } = pod.metadata;
    return ok(filesOf(pod, volume, { configMaps, secrets, token: () => needs.disk.tokens.get(uid) ?? '' }));
  }

  private *token(pod: Pod, source: TokenSource): Task<Result<unknown>> {
    const token = yield* this.needs.tokens.get(pod, source);
    if (!token.ok) return token;
    const { ctx, disk } = this.needs;
    const { uid = '' } = pod.metadata;
    disk.tokens.set(uid, token.value.token);
    const again = (): void => {
      if (this.pods.has(uid)) ctx.spawn(this.renew(pod, source), 'volume-manager');
    };
    ctx.after(Math.max(token.value.renewAtUs - ctx.clock(), REMOUNT_US), again, { idle: true });
    return token;
  }

  private *renew(pod: Pod, source: TokenSource): Task<void> {
    yield* this.token(pod, source);
  }

  private tickAfter(us: number, phaseUs: number): number {
    return Math.ceil((us - phaseUs) / LOOP_US) * LOOP_US + phaseUs;
  }

  private note({ pod }: PodVolumes, name: string, state: 'waiting' | 'mounted' | null): void {
    const { namespace = '', name: podName } = pod.metadata;
    const detail = { pod: `${namespace}/${podName}`, volume: name, state: state ?? 'unmounted' };
    this.needs.ctx.inside('volume', detail, entry(pathOf(pod, name), state));
  }
}

interface ObjectSource {
  readonly name?: string;
  readonly secretName?: string;
  readonly optional?: boolean;
}
interface ProjectedSource {
  readonly serviceAccountToken?: TokenSource;
  readonly configMap?: ObjectSource;
  readonly secret?: ObjectSource;
}

/** The root certificate, which each pod has, stays as it is. */
const followsObjects = ({ configMap, secret, projected }: Volume): boolean =>
  configMap !== undefined ||
  secret !== undefined ||
  ((projected?.sources ?? []) as readonly ProjectedSource[]).some(
    (source) => source.secret !== undefined || (source.configMap !== undefined && source.configMap.name !== 'kube-root-ca.crt'),
  );

const pathOf = ({ metadata }: Pod, volume: string): string => `volume/${metadata.uid}/${volume}`;

const optional = <T>(source: ObjectSource, found: Result<T>): Result<T | null> =>
  found.ok ? found : source.optional === true ? ok(null) : err(found.error);

function added<T>(list: (T | null)[], found: Result<T | null>): Result<T | null> {
  if (found.ok) list.push(found.value);
  return found;
}

const timeoutText = (names: readonly string[]): string =>
  `unmounted volumes=[${names.join(' ')}], unattached volumes=[], failed to process volumes=[]: context deadline exceeded`;
