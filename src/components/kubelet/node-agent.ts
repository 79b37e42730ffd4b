// The kubelet as its Node: registers it, renews its Lease, tells its status when it changed, and the objects
// that storage drivers and device plug-ins want of each node. Models kubernetes pkg/kubelet/kubelet_node_status.go,
// component-helpers apimachinery/lease, pkg/volume/csi/nodeinfomanager; requests as in real-startup.json.
import { MS, SECOND } from '../../base/brand';
import { type Json, type JsonObject, jsonEqual } from '../../base/json';
import type { ApiClient, ResourceRef } from '../../client/api-client';
import type { EventRecorder } from '../../client/event-recorder';
import type { Informer } from '../../client/informer';
import { rfc3339Micro } from '../../machinery/time';
import type { Condition, Lease, Node } from '../../machinery/types';
import type { Ctx } from '../../sim/process';
import type { Task } from '../../sim/task';
import type { NodeSpec } from '../../wire/run';
import type { Cri } from './cri';
import { REASONS } from './events';
import { type NodeFacts, nodeObject, nodeStatus, REPORT_US } from './node-object';
import { nodeStatusPatch } from './status-patch';

const NODES: ResourceRef = { group: '', version: 'v1', resource: 'nodes' };
const LEASES: ResourceRef = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' };
const CSI_NODES: ResourceRef = { group: 'storage.k8s.io', version: 'v1', resource: 'csinodes' };
/** The server's patience and the client's own. */
const TIMEOUT = { query: 'timeout=10s', timeoutUs: 10 * SECOND };
const SYNC_US = 10 * SECOND;
const IMAGES_US = 30 * SECOND;
const FIRST_TRY_US = 100 * MS;
const RECONCILE_US = 100 * MS;
const MAX_TRY_US = 7 * SECOND;
const LEASE_SECONDS = 40;
/** So many tries without an answer are work; later ones do not keep a run awake. */
const PATIENT_TRIES = 12;
const MIGRATED = ['aws-ebs', 'azure-disk', 'azure-file', 'cinder', 'gce-pd', 'portworx-volume', 'vsphere-volume'];

export interface NodeNeeds {
  readonly ctx: Ctx;
  readonly cri: Cri;
  readonly spec: NodeSpec;
  /** The first for what must not wait behind other requests. */
  readonly heartbeats: ApiClient;
  readonly api: ApiClient;
  readonly events: EventRecorder;
  readonly nodes: Informer<Node>;
  readonly runtimeVersion: () => string;
  readonly runtimeHeardUs: () => number | null;
  readonly diskPressure: () => boolean;
  /** Volumes of an earlier life of this kubelet are on the disk. */
  readonly foundVolumes: boolean;
}

export class NodeAgent {
  private registered = false;
  private csiReady = false;
  private reportedUs = Number.NEGATIVE_INFINITY;
  private images: NodeFacts['images'] = [];
  private podCidr = '';
  private lease: Lease | null = null;
  private readonly bootId: string;

  constructor(private readonly needs: NodeNeeds) {
    const random = needs.ctx.random('boot');
    this.bootId = [8, 4, 4, 4, 12].map((length) => random.text(length, '0123456789abcdef')).join('-');
  }

  start(): void {
    const { ctx } = this.needs;
    this.tell(REASONS.StartingKubelet, 'Starting kubelet.');
    this.tellCalm();
    ctx.spawn(this.csiNode(), 'csi-node');
    if (this.needs.foundVolumes) ctx.spawn(this.attachedVolumes(), 'volume-manager');
    ctx.spawn(this.register(), 'node-status');
    ctx.spawn(this.renew(), 'node-lease');
    ctx.spawn(this.listImages(), 'images');
    ctx.every(IMAGES_US, () => ctx.spawn(this.listImages(), 'images'));
  }

  // ---- Registration

  private *register(): Task<void> {
    const { ctx, api, spec } = this.needs;
    let stepUs = FIRST_TRY_US;
    for (let tries = 1; !this.registered; tries++) {
      yield* ctx.sleep(stepUs, { idle: tries > PATIENT_TRIES });
      stepUs = Math.min(stepUs * 2, MAX_TRY_US);
      const reply = yield* api.create<Node>(NODES, { namespace: null, name: spec.name }, nodeObject(this.facts(), ctx.clock()));
      if (reply.ok) this.registered = true;
      else if (reply.status === 409) this.registered = (yield* api.get<Node>(NODES, { namespace: null, name: spec.name })).ok;
    }
    ctx.inside('node', { registered: spec.name }, { 'node/registered': true });
    this.tell(REASONS.SuccessfulNodeAllocatableEnforcement, 'Updated Node Allocatable limit across pods');
    this.tellCalm();
    yield* api.send('DELETE', `/apis/resource.k8s.io/v1/resourceslices?fieldSelector=spec.nodeName%3D${spec.name}`, null);
    for (let ready = false; !ready; ) {
      ready = yield* this.report(false);
      if (!ready) yield* ctx.sleep(FIRST_TRY_US);
    }
    const phaseUs = ctx.random('node-status').below(SYNC_US);
    ctx.every(SYNC_US, () => ctx.spawn(this.sync(), 'node-status'), phaseUs);
  }

  private *sync(): Task<void> {
    yield* this.report(true);
  }

  /** Tells the status if it changed or was not told for long. True if the node is ready. */
  private *report(idle: boolean): Task<boolean> {
    const { ctx, heartbeats, spec, nodes } = this.needs;
    const node = nodes.get(spec.name);
    if (node === undefined) return false;
    if (node.spec.podCIDR !== undefined && node.spec.podCIDR !== this.podCidr) yield* this.tellPodCidr(node.spec.podCIDR, idle);
    const status = nodeStatus(this.facts(), node.status ?? null, ctx.clock());
    const wasReady = isTrue('Ready', node.status?.conditions);
    const isReady = isTrue('Ready', status.conditions);
    const due = ctx.now() - this.reportedUs >= REPORT_US;
    if (!due && jsonEqual(withoutHeartbeats(node.status), withoutHeartbeats(status))) return isReady;
    if (wasReady !== isReady) {
      const reason = isReady ? REASONS.NodeReady : REASONS.NodeNotReady;
      this.tell(reason, `Node ${spec.name} status is now: ${reason}`);
    }
    const pressure = this.tellPressure(node.status?.conditions, status.conditions);
    const patch = nodeStatusPatch(node, status);
    if (patch === null) return isReady;
    const options = { ...TIMEOUT, subresource: 'status', idle: idle && wasReady === isReady && !pressure };
    const reply = yield* heartbeats.patch<Node>(NODES, { namespace: null, name: spec.name }, 'strategic', patch, options);
    if (reply.ok) this.reportedUs = ctx.now();
    return isReady;
  }

  private *tellPodCidr(podCidr: string, idle: boolean): Task<void> {
    this.podCidr = podCidr;
    yield* this.needs.cri.call('UpdateRuntimeConfig', { runtimeConfig: { networkConfig: { podCidr } } }, { idle });
  }

  private facts(): NodeFacts {
    const { ctx, spec, runtimeVersion, runtimeHeardUs, diskPressure } = this.needs;
    const heardUs = runtimeHeardUs();
    return {
      spec,
      images: this.images,
      runtimeVersion: runtimeVersion(),
      runtimeSilentUs: heardUs === null ? null : ctx.now() - heardUs,
      bootId: this.bootId,
      diskPressure: diskPressure(),
      problems: this.csiReady ? [] : ['CSINode is not yet initialized'],
    };
  }

  private *listImages(): Task<void> {
    const answer = yield* this.needs.cri.call('ListImages', {}, { idle: true });
    if (!answer.ok) return;
    const images = (answer.value.images ?? []) as readonly {
      repoTags?: readonly string[];
      repoDigests?: readonly string[];
      size: string;
    }[];
    this.images = images.map(({ repoTags = [], repoDigests = [], size }) => ({
      names: [...repoDigests, ...repoTags],
      sizeBytes: Number(size),
    }));
  }

  // ---- The lease

  private *renew(): Task<void> {
    const { ctx } = this.needs;
    const random = ctx.random('node-lease');
    for (let round = 0; ; round++) {
      yield* this.renewOnce(round > 0);
      yield* ctx.sleep(SYNC_US + random.below(SYNC_US / 25), { idle: true });
    }
  }

  private *renewOnce(idle: boolean): Task<void> {
    const { ctx, heartbeats, spec } = this.needs;
    const name = { namespace: 'kube-node-lease', name: spec.name };
    const options = { ...TIMEOUT, idle };
    if (this.lease !== null) {
      const renewed = { ...this.lease, spec: { ...this.lease.spec, renewTime: rfc3339Micro(ctx.clock()) } };
      const reply = yield* heartbeats.update<Lease>(LEASES, renewed, options);
      this.lease = reply.ok ? reply.body : null;
      if (reply.ok) return;
    }
    const found = yield* heartbeats.get<Lease>(LEASES, name, options);
    if (found.ok) {
      const renewed = { ...found.body, spec: { ...found.body.spec, holderIdentity: spec.name, renewTime: rfc3339Micro(ctx.clock()) } };
      const reply = yield* heartbeats.update<Lease>(LEASES, renewed, options);
      if (reply.ok) this.lease = reply.body;
    } else if (found.status === 404) yield* this.createLease(name, options);
  }

  /** It belongs to the Node, so there is none before there is a Node. */
  private *createLease(
    name: { readonly namespace: string; readonly name: string },
    options: { readonly query: string; readonly idle: boolean },
  ): Task<void> {
    const { ctx, heartbeats, spec } = this.needs;
    const node = yield* heartbeats.get<Node>(NODES, { namespace: null, name: spec.name }, options);
    if (!node.ok) return;
    const owner = { apiVersion: 'v1', kind: 'Node', name: spec.name, uid: node.body.metadata.uid ?? '' };
    const lease = {
      kind: 'Lease',
      apiVersion: 'coordination.k8s.io/v1',
      metadata: { ...name, ownerReferences: [owner] },
      spec: { holderIdentity: spec.name, leaseDurationSeconds: LEASE_SECONDS, renewTime: rfc3339Micro(ctx.clock()) },
    };
    const reply = yield* heartbeats.create<Lease>(LEASES, name, lease, options);
    if (reply.ok) this.lease = reply.body;
  }

  // ---- What storage drivers want

  private *csiNode(): Task<void> {
    const { ctx, api, spec } = this.needs;
    const name = { namespace: null, name: spec.name };
    const answers = function* (): Task<boolean> {
      return (yield* api.get(CSI_NODES, name, { query: 'resourceVersion=0' })).status !== 0;
    };
    for (let tries = 1; !(yield* answers()); tries++)
      yield* ctx.sleep(Math.min(FIRST_TRY_US * 2 ** tries, MAX_TRY_US), { idle: tries > PATIENT_TRIES });
    let waitUs = 10 * MS;
    for (;;) {
      const node = yield* api.get<Node>(NODES, name);
      if (node.ok && (yield* this.ensureCsiNode(node.body))) break;
      yield* ctx.sleep(waitUs);
      waitUs = Math.min(waitUs * 5, 2 * SECOND);
    }
    this.csiReady = true;
  }

  /** Where volumes that were found are attached is in the Node's status (volumemanager/reconciler/reconstruct.go). */
  private *attachedVolumes(): Task<void> {
    const { ctx, api, spec } = this.needs;
    for (let tries = 1; ; tries++) {
      yield* ctx.sleep(RECONCILE_US, { idle: tries > PATIENT_TRIES });
      if ((yield* api.get<Node>(NODES, { namespace: null, name: spec.name })).ok) return;
    }
  }

  private *ensureCsiNode(node: Node): Task<boolean> {
    const { api, spec } = this.needs;
    const found = yield* api.get(CSI_NODES, { namespace: null, name: spec.name });
    if (found.status !== 404) return found.ok;
    const object: JsonObject = {
      kind: 'CSINode',
      apiVersion: 'storage.k8s.io/v1',
      metadata: {
        name: spec.name,
        annotations: { 'storage.alpha.kubernetes.io/migrated-plugins': MIGRATED.map((name) => `kubernetes.io/${name}`).join(',') },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: spec.name, uid: node.metadata.uid ?? '' }],
      },
      spec: { drivers: null },
    };
    const created = yield* api.create(CSI_NODES, { namespace: null, name: spec.name }, object);
    return created.ok || created.status === 409;
  }

  // ---- Events about the node

  private tellCalm(): void {
    for (const reason of ['NodeHasSufficientMemory', 'NodeHasNoDiskPressure', 'NodeHasSufficientPID'])
      this.tell(reason, `Node ${this.needs.spec.name} status is now: ${reason}`);
  }
  /** True if the disk is newly short, or no longer. */
  private tellPressure(before: readonly Condition[] | undefined, after: readonly Condition[] | undefined): boolean {
    const [was, is] = [isTrue('DiskPressure', before), isTrue('DiskPressure', after)];
    if (was === is) return false;
    const reason = is ? 'NodeHasDiskPressure' : 'NodeHasNoDiskPressure';
    this.tell(reason, `Node ${this.needs.spec.name} status is now: ${reason}`);
    return true;
  }
  private tell(reason: string, message: string): void {
    const object = { apiVersion: 'v1', kind: 'Node', metadata: { name: this.needs.spec.name } };
    this.needs.events.event(object, 'Normal', reason, message);
  }

  inspect(): { readonly [path: string]: Json } {
    return this.registered ? { 'node/registered': true } : {};
  }
}

const isTrue = (type: string, conditions: readonly Condition[] | undefined): boolean =>
  conditions?.find((condition) => condition.type === type)?.status === 'True';

function withoutHeartbeats(status: Node['status']): Json {
  const conditions = (status?.conditions ?? []).map(({ lastHeartbeatTime: _, ...condition }) => condition);
  return { ...status, conditions } as unknown as Json;
}
