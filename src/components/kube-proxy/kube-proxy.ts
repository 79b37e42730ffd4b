// The program: what kube-proxy asks for when it starts, and what makes it sync. It watches Services,
// EndpointSlices and its own Node, and no Pods. Models cmd/kube-proxy/app/server.go, pkg/proxy/node.go and
// pkg/proxy/config; requests as real-startup.json has them. Left out: IPv6, health and metrics servers.
import { SECOND } from '../../base/brand';
import { ApiClient, type Credentials, type ResourceRef } from '../../client/api-client';
import { EventRecorder } from '../../client/event-recorder';
import { Informer } from '../../client/informer';
import type { EndpointSlice, KubeObject, Node, Service } from '../../machinery/types';
import type { Ctx, Interior, Program } from '../../sim/process';
import { suspend, type Task } from '../../sim/task';
import { onNode } from '../../wire/names';
import type { CallResponse } from '../../wire/payload';
import { BoundedFrequencyRunner } from './bounded-frequency-runner';
import { Iptables, type Run } from './iptables';
import { FULL_SYNC_PERIOD_US, Proxier, SYNC_PERIOD_US } from './proxier';

export interface KubeProxyOptions {
  readonly node: string;
  readonly credentials: Credentials;
  /** The network of all Pods. Default: 10.244.0.0/16. */
  readonly clusterCidr?: string;
}

const USER_AGENT = 'kube-proxy/v1.36.2 (linux/amd64) kubernetes/0000000';
const DEFAULT_CLUSTER_CIDR = '10.244.0.0/16';
const MIN_SYNC_PERIOD_US = SECOND;
const ZONE = 'topology.kubernetes.io/zone';

const NODES: ResourceRef = { group: '', version: 'v1', resource: 'nodes' };
const SERVICES: ResourceRef = { group: '', version: 'v1', resource: 'services' };
const ENDPOINT_SLICES: ResourceRef = { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' };
const SERVICE_CIDRS: ResourceRef = { group: 'networking.k8s.io', version: 'v1', resource: 'servicecidrs' };

export function kubeProxy(options: KubeProxyOptions): Program {
  let running: KubeProxy | null = null;
  return {
    start(ctx) {
      running = new KubeProxy(ctx, options);
      ctx.spawn(running.run());
    },
    inspect: () => running?.inspect() ?? {},
  };
}

class KubeProxy {
  private readonly api: ApiClient;
  private readonly iptables: Iptables;
  private readonly node: Informer<Node>;
  private lastSync: Interior = {};

  constructor(
    private readonly ctx: Ctx,
    private readonly options: KubeProxyOptions,
  ) {
    this.api = new ApiClient(ctx, { credentials: options.credentials, userAgent: USER_AGENT, qps: 5, burst: 10, protobuf: true });
    this.iptables = new Iptables(runOn(ctx, options.node));
    this.node = new Informer<Node>(ctx, this.api, { resource: NODES, fieldSelector: `metadata.name=${options.node}` });
  }

  inspect(): Interior {
    return this.lastSync;
  }

  *run(): Task<void> {
    const node = yield* this.ownNode();
    // Once to see what this machine can do, once more to set the proxier up.
    for (let i = 0; i < 2; i++) yield* this.iptables.present();
    const proxier = this.proxierFor(node);
    const runner = new BoundedFrequencyRunner(
      this.ctx,
      { minUs: MIN_SYNC_PERIOD_US, retryUs: SYNC_PERIOD_US, maxUs: FULL_SYNC_PERIOD_US },
      () => this.sync(proxier),
    );
    yield* this.setCanaries();
    this.ctx.spawn(this.monitor(proxier, runner), 'monitor');
    this.tellStarting();
    yield* this.watch(proxier, runner);
  }

  /** Nothing can be done before the kubelet has registered this node. */
  private *ownNode(): Task<Node> {
    return yield* suspend<Node>((resume) => {
      this.node.addHandler({ add: (node) => resume(node, this.ctx.cause()) }).start();
    });
  }

  private proxierFor({ status, metadata }: Node): Proxier {
    const { node, clusterCidr = DEFAULT_CLUSTER_CIDR } = this.options;
    const config = {
      node,
      nodeIP: status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? null,
      clusterCidr,
      masqueradeAll: false,
      masqueradeMark: '0x00004000',
      randomFully: true,
    };
    const proxier = new Proxier(config, this.iptables, () => this.ctx.now());
    proxier.zone = metadata.labels?.[ZONE] ?? '';
    return proxier;
  }

  private tellStarting(): void {
    const { node } = this.options;
    const events = new EventRecorder(this.ctx, this.api, { component: 'kube-proxy', host: node, newApi: true });
    events.event({ kind: 'Node', apiVersion: 'v1', metadata: { name: node } }, 'Normal', 'Starting', '', { action: 'StartKubeProxy' });
  }

  /** Rules are first written when both Services and EndpointSlices are known: half of them would cut connections. */
  private *watch(proxier: Proxier, runner: BoundedFrequencyRunner): Task<void> {
    const { ctx, api } = this;
    const services = new Informer<Service>(ctx, api, {
      resource: SERVICES,
      fieldSelector: 'spec.clusterIP!=None',
      labelSelector: '!service.kubernetes.io/service-proxy-name',
    });
    const slices = new Informer<EndpointSlice>(ctx, api, { resource: ENDPOINT_SLICES, labelSelector: '!service.kubernetes.io/headless' });
    const cidrs = new Informer<KubeObject>(ctx, api, { resource: SERVICE_CIDRS });
    let initialized = false;
    let missed = false;
    const changed = (news: boolean): void => {
      if (news && initialized) runner.run();
      else missed ||= news;
    };
    services.addHandler({
      add: (service) => changed(proxier.services.update(null, service)),
      update: (service, old) => changed(proxier.services.update(old, service)),
      delete: (service) => changed(proxier.services.update(service, null)),
    });
    slices.addHandler({
      add: (slice) => changed(proxier.endpoints.update(slice, false)),
      update: (slice) => changed(proxier.endpoints.update(slice, false)),
      delete: (slice) => changed(proxier.endpoints.update(slice, true)),
    });
    this.node.addHandler({ update: (node) => changed(moved(proxier, node)) });
    for (const informer of [services, slices, cidrs]) informer.start();
    yield* ctx.all([synced(ctx, services), synced(ctx, slices)]);
    missed = false;
    yield* this.sync(proxier);
    initialized = true;
    if (missed) runner.run();
  }

  private *sync(proxier: Proxier): Task<boolean> {
    const report = yield* proxier.sync();
    const { ok, full, ...counts } = report;
    const detail = { ...counts, full, ok };
    this.lastSync = { 'sync/last': detail };
    this.ctx.inside('reconcile', detail, this.lastSync);
    return ok;
  }

  /** Looks now and then whether somebody flushed the tables, and then writes all rules again. */
  private *monitor(proxier: Proxier, runner: BoundedFrequencyRunner): Task<void> {
    const { ctx, iptables } = this;
    for (;;) {
      do yield* ctx.sleep(SYNC_PERIOD_US, { idle: true });
      while (yield* iptables.canaryLives());
      proxier.needsFullSync = true;
      runner.run();
      yield* this.setCanaries();
    }
  }

  private *setCanaries(): Task<void> {
    while (!(yield* this.iptables.ensureCanaries())) yield* this.ctx.sleep(SYNC_PERIOD_US, { idle: true });
  }
}

/** The node came to be in another zone. */
function moved(proxier: Proxier, { metadata }: Node): boolean {
  const zone = metadata.labels?.[ZONE] ?? '';
  if (zone === proxier.zone) return false;
  proxier.zone = zone;
  proxier.needsFullSync = true;
  return true;
}

const synced = <T extends KubeObject>(ctx: Ctx, informer: Informer<T>): Task<void> =>
  suspend<void>((resume) => informer.whenSynced(() => resume(undefined, ctx.cause())));

/** The programs run on this node: they talk to its kernel. */
const runOn = (ctx: Ctx, node: string): Run =>
  function* (program, args, { stdin, idle = false } = {}) {
    const body = { argv: [program, ...args], ...(stdin === undefined ? {} : { stdin }) };
    const answer = yield* ctx.call(onNode('kernel', node), { protocol: 'iptables', kind: 'request', rpc: program, body }, { idle });
    if (!answer.ok) return { ok: false, error: answer.failure };
    const { body: said, error } = answer.payload as CallResponse;
    return error === null ? { ok: true, value: String(said['stdout']) } : { ok: false, error: error.message };
  };
