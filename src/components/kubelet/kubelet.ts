// The kubelet of a node: makes what runs on it equal to the pods bound to it and to the manifests in its folder,
// and tells kube-apiserver how they are. This file joins its parts.
// Models kubernetes pkg/kubelet/kubelet.go (Run, syncLoop); requests at the start as in real-startup.json.
// Left out: device plug-ins, image garbage collection.
import { MS, SECOND } from '../../base/brand';
import { ApiClient, type Credentials, type ResourceRef } from '../../client/api-client';
import { EventRecorder } from '../../client/event-recorder';
import { Informer } from '../../client/informer';
import { quantityValue } from '../../machinery/quantity';
import type { ConfigMap, KubeObject, Node, Pod, Secret, Service } from '../../machinery/types';
import type { Ctx, Interior, Program } from '../../sim/process';
import type { Task } from '../../sim/task';
import type { NodeSpec } from '../../wire/run';
import { Admission } from './admission';
import { ContainerGc } from './container-gc';
import { Cri } from './cri';
import type { KubeletDisk } from './disk';
import { environmentOf } from './env';
import { EVICTION_GRACE_SECONDS, EvictionManager } from './eviction-manager';
import { Handlers } from './hooks';
import { Images } from './images';
import { NodeAgent } from './node-agent';
import { allocatableOf } from './node-object';
import { configMapsOf, ObjectCache, secretsOf } from './object-cache';
import { Orphans } from './orphans';
import { Pleg, type PodChange } from './pleg';
import { PodSource } from './pod-source';
import { refusedStatus, withProbeResult } from './pod-status';
import { PodSync } from './pod-sync';
import { PodWorkers } from './pod-workers';
import { Probes } from './probes';
import { backoffKey, RuntimeManager } from './runtime-manager';
import { Server } from './server';
import { isStaticPod } from './static-pods';
import { StatusManager } from './status-manager';
import { Tokens } from './tokens';
import { VolumeManager } from './volumes';

export { fill, type KubeletDisk, newKubeletDisk } from './disk';

export interface KubeletOptions {
  readonly node: NodeSpec;
  /** The manifest folder, by file name: entries come and go while the kubelet runs. */
  readonly manifests: ReadonlyMap<string, Pod>;
  readonly disk: KubeletDisk;
}

const USER_AGENT = 'kubelet/v1.36.2 (linux/amd64) kubernetes/0000000';
const DNS = { server: '10.96.0.10', domain: 'cluster.local', host: '192.168.49.1' };
const LOOP_US = SECOND;
const HOUSEKEEPING_US = 2 * SECOND;
const STATUS_US = 5 * SECOND;
const RETRY_US = 100 * MS;

const core = (resource: string): ResourceRef => ({ group: '', version: 'v1', resource });

export const kubelet = (options: KubeletOptions): Program => {
  let running: Kubelet | null = null;
  return {
    start(ctx) {
      running = new Kubelet(ctx, options);
      running.start();
    },
    inspect: () => running?.inspect() ?? {},
  };
};

class Kubelet {
  private readonly cri: Cri;
  private readonly api: ApiClient;
  private readonly events: EventRecorder;
  private readonly services: Informer<Service>;
  private readonly nodes: Informer<Node>;
  private readonly pods: Informer<Pod>;
  private readonly pleg: Pleg;
  private readonly configMaps: ObjectCache<ConfigMap>;
  private readonly secrets: ObjectCache<Secret>;
  private readonly volumes: VolumeManager;
  private readonly images: Images;
  private readonly probes: Probes;
  private readonly runtime: RuntimeManager;
  private readonly statuses: StatusManager;
  private readonly workers: PodWorkers;
  private readonly source: PodSource;
  private readonly gc: ContainerGc;
  private readonly admission: Admission;
  private readonly eviction: EvictionManager;
  private readonly orphans: Orphans;
  private readonly node: NodeAgent;
  private readonly sync: PodSync;
  private runtimeVersion = '';
  private runtimeHeardUs: number | null = null;

  constructor(
    private readonly ctx: Ctx,
    private readonly options: KubeletOptions,
  ) {
    const { node, disk } = options;
    this.cri = new Cri(ctx, node.name);
    this.admission = new Admission(allocatableOf(node));
    this.api = this.client({ qps: 50, burst: 100 });
    this.events = new EventRecorder(ctx, this.client({ qps: 50, burst: 100 }), { component: 'kubelet', host: node.name });
    this.services = new Informer(ctx, this.api, { resource: core('services'), fieldSelector: 'spec.clusterIP!=None' });
    this.nodes = new Informer(ctx, this.api, { resource: core('nodes'), fieldSelector: `metadata.name=${node.name}` });
    this.pods = new Informer(ctx, this.api, { resource: core('pods'), fieldSelector: `spec.nodeName=${node.name}`, plainTimeout: true });
    this.pleg = new Pleg(ctx, this.cri, node.address, (change) => this.changed(change));
    this.configMaps = new ObjectCache(ctx, this.api, core('configmaps'), 'configmap', configMapsOf);
    this.secrets = new ObjectCache(ctx, this.api, core('secrets'), 'secret', secretsOf);
    const { cri, events, pleg, configMaps, secrets } = this;
    this.volumes = new VolumeManager({ ctx, disk, events, configMaps, secrets, tokens: new Tokens(ctx, this.api) });
    this.images = new Images(ctx, cri, events);
    const handlers = new Handlers(ctx, cri);
    this.probes = this.makeProbes(handlers);
    this.runtime = this.makeRuntime(handlers);
    this.statuses = new StatusManager({
      ctx,
      api: this.api,
      couldRun: (uid) => this.workers.couldRun(uid),
      isFinished: (uid) => this.workers.isFinished(uid),
      apiUid: (pod) => this.source.apiUid(pod),
    });
    this.source = this.makeSource();
    this.sync = this.makeSync();
    this.workers = new PodWorkers(ctx, pleg, this.sync);
    this.gc = new ContainerGc({ ctx, cri, pleg, logs: disk.logs, isRemovable: (uid) => this.workers.isRemovable(uid) });
    const isKnown = (uid: string): boolean => this.source.has(uid) || this.workers.stateOf(uid) !== null;
    this.orphans = new Orphans(pleg, this.runtime, isKnown);
    this.eviction = this.makeEviction();
    this.node = this.makeNode();
  }

  start(): void {
    this.ctx.spawn(this.run());
  }

  inspect(): Interior {
    return {
      ...this.workers.inspect(),
      ...this.volumes.inspect(),
      ...this.probes.inspect(),
      ...this.images.backoff.inspect('backoff/image'),
      ...this.runtime.backoff.inspect('backoff/container'),
      ...this.node.inspect(),
      ...this.eviction.inspect(),
    };
  }

  // ---- Start

  private *run(): Task<void> {
    yield* this.greetRuntime();
    this.services.start();
    this.nodes.start();
    this.node.start();
    for (const resource of [RUNTIME_CLASSES, CSI_DRIVERS]) new Informer<KubeObject>(this.ctx, this.api, { resource }).start();
    this.statuses.start();
    this.pleg.start();
    this.gc.start();
    this.eviction.start();
    this.source.look();
    this.makeServer().start();
    const { ctx } = this;
    ctx.every(LOOP_US, () => this.source.look());
    ctx.every(HOUSEKEEPING_US, () => ctx.spawn(this.housekeep(), 'housekeeping'));
    ctx.every(STATUS_US, () => ctx.spawn(this.askRuntime(true), 'runtime'));
    this.watchPods();
  }

  /** Without its engine a kubelet does not start. */
  private *greetRuntime(): Task<void> {
    for (;;) {
      const version = yield* this.cri.call('Version', { version: '0.1.0' });
      if (version.ok) {
        this.runtimeVersion = String(version.value.runtimeVersion);
        yield* this.askRuntime(false);
        return;
      }
      yield* this.ctx.sleep(RETRY_US);
    }
  }

  private *askRuntime(idle: boolean): Task<void> {
    const status = yield* this.cri.call('Status', {}, { idle });
    if (status.ok) this.runtimeHeardUs = this.ctx.now();
  }

  /** Pods are asked for once the own Node is known, looked for each second. */
  private watchPods(): void {
    this.pods.addHandler({
      add: (pod) => this.source.added(pod),
      update: (pod, old) => this.source.updated(pod, old),
      delete: (pod) => this.source.deleted(pod),
    });
    const look = (): void => {
      if (this.nodes.synced) this.pods.start();
      else this.ctx.after(LOOP_US, look, { idle: true });
    };
    this.ctx.after(LOOP_US, look);
  }

  private *housekeep(): Task<void> {
    yield* this.source.housekeep();
    this.workers.knowsAll ||= this.pods.synced;
    if (this.workers.knowsAll) yield* this.orphans.stop();
  }

  // ---- What parts tell each other

  private changed({ uid, started, died }: PodChange): void {
    const runtime = this.pleg.peek(uid);
    if (started) this.probes.started(uid);
    if (started || died.length > 0) this.workers.look(uid);
    for (const id of died) this.gc.ended(runtime, id);
  }

  private makeProbes(handlers: Handlers): Probes {
    const { ctx, events } = this;
    return new Probes({
      ctx,
      events,
      handlers,
      runtime: (uid) => this.pleg.peek(uid),
      podIp: (pod) => (pod.spec.hostNetwork === true ? this.options.node.address : (this.pleg.peek(pod.metadata.uid ?? '').ips[0] ?? '')),
      onResult: (pod, kind, container, result) => {
        const change = kind === 'Readiness' ? { ready: result === 'success' } : { started: result === 'success' };
        if (kind !== 'Liveness') this.statuses.amend(pod, (status) => withProbeResult(pod, status, container, change));
        this.workers.look(pod.metadata.uid ?? '');
      },
    });
  }

  private makeRuntime(handlers: Handlers): RuntimeManager {
    const { node } = this.options;
    return new RuntimeManager({
      ctx: this.ctx,
      cri: this.cri,
      events: this.events,
      images: this.images,
      handlers,
      probes: this.probes,
      dns: DNS,
      nodeIp: node.address,
      memoryCapacity: quantityValue(node.memory),
      environment: (pod, container, podIps) =>
        environmentOf(
          pod,
          container,
          {
            services: this.services.synced ? this.services.list() : null,
            configMap: (name) => this.configMaps.get(pod.metadata.namespace ?? '', name),
            secret: (name) => this.secrets.get(pod.metadata.namespace ?? '', name),
            podIps,
            hostIp: node.address,
            nodeAllocatable: allocatableOf(node),
          },
          isStaticPod(pod),
        ),
      onSandboxReady: (pod, runtime) => this.sync.sandboxReady(pod, runtime),
    });
  }

  private makeSync(): PodSync {
    const { ctx, events, statuses, volumes, configMaps, secrets, probes, runtime, pleg, options } = this;
    return new PodSync({
      ctx,
      events,
      hostIp: options.node.address,
      statuses,
      volumes,
      configMaps,
      secrets,
      probes,
      runtime,
      pleg,
      forgetFailures: (pod) => {
        runtime.backoff.forget(backoffKey(pod, ''));
        this.images.backoff.forget(`${pod.metadata.uid}_`);
      },
      reconcileMirror: (pod) => this.source.reconcileMirror(pod),
      onFinished: (pod) => {
        this.admission.remove(pod.metadata.uid ?? '');
        if (isStaticPod(pod)) this.workers.forget(pod.metadata.uid ?? '');
      },
    });
  }

  private makeSource(): PodSource {
    const { node, manifests } = this.options;
    return new PodSource({
      ctx: this.ctx,
      api: this.api,
      node: node.name,
      manifests,
      findNode: () => this.nodes.get(node.name),
      update: (pod) => {
        if (this.admits(pod)) this.workers.update(pod);
        if (pod.metadata.deletionTimestamp !== undefined) this.volumes.found(pod);
      },
      kill: (pod) => {
        const uid = pod.metadata.uid ?? '';
        if (this.workers.stateOf(uid) === null) this.statuses.forget(uid);
        this.workers.kill(uid);
      },
      isBusy: (uid) => this.workers.stateOf(uid) !== null,
    });
  }

  /** A pod that has a worker, has ended or comes from the folder is not asked whether it fits. */
  private admits(pod: Pod): boolean {
    const { metadata, status } = pod;
    const uid = metadata.uid ?? '';
    if (this.workers.stateOf(uid) !== null || this.workers.isFinished(uid)) return true;
    const isNew = status?.phase === 'Pending' && metadata.deletionTimestamp === undefined;
    if (!isNew || isStaticPod(pod)) {
      this.admission.add(pod);
      return true;
    }
    const refused = this.eviction.admit(pod) ?? this.admission.admit(pod, this.nodes.get(this.options.node.name));
    if (refused === null) return true;
    this.events.event(pod, 'Warning', refused.reason, refused.message);
    this.statuses.set(pod, refusedStatus(refused.reason, `Pod was rejected: ${refused.message}`));
    return false;
  }

  private makeEviction(): EvictionManager {
    const { ctx, events, options } = this;
    return new EvictionManager({
      ctx,
      events,
      node: options.node.name,
      filesystem: options.disk.filesystem,
      active: () => this.workers.active(),
      evict: ({ metadata: { uid = '' } }, message) => {
        this.sync.evicted(uid, message);
        this.workers.evict(uid, EVICTION_GRACE_SECONDS);
      },
    });
  }

  private makeServer(): Server {
    const { ctx, cri, api, options } = this;
    return new Server({
      ctx,
      cri,
      api,
      node: options.node.name,
      disk: options.disk,
      pod: (namespace, name) => this.source.named(namespace, name),
      status: (uid) => this.statuses.get(uid),
      runtime: (uid) => this.pleg.peek(uid),
    });
  }

  private makeNode(): NodeAgent {
    const { ctx, cri, api, events, nodes, options } = this;
    return new NodeAgent({
      ctx,
      cri,
      api,
      heartbeats: this.client({}),
      events,
      nodes,
      spec: options.node,
      runtimeVersion: () => this.runtimeVersion,
      runtimeHeardUs: () => this.runtimeHeardUs,
      diskPressure: () => this.eviction.isUnderDiskPressure(),
      foundVolumes: options.disk.volumes.size > 0,
    });
  }

  private client(limits: { readonly qps?: number; readonly burst?: number }): ApiClient {
    const credentials: Credentials = {
      type: 'certificate',
      certificate: { commonName: `system:node:${this.options.node.name}`, organizations: ['system:nodes'] },
    };
    return new ApiClient(this.ctx, { credentials, userAgent: USER_AGENT, protobuf: true, ...limits });
  }
}

const RUNTIME_CLASSES: ResourceRef = { group: 'node.k8s.io', version: 'v1', resource: 'runtimeclasses' };
const CSI_DRIVERS: ResourceRef = { group: 'storage.k8s.io', version: 'v1', resource: 'csidrivers' };
