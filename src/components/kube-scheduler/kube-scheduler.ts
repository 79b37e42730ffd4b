// The program: what kube-scheduler asks for when it starts, whom it watches, and how its parts are joined.
// Models cmd/kube-scheduler/app/server.go and pkg/scheduler/scheduler.go; requests as real-startup.json has
// them. Left out: profiles other than the default one, the secure port.
import type { Json } from '../../base/json';
import { ApiClient, type Credentials, type ResourceRef } from '../../client/api-client';
import { EventRecorder } from '../../client/event-recorder';
import { Informer } from '../../client/informer';
import { releaseAndExit, runLeaderElection } from '../../client/leader-election';
import type { KubeObject, LabelSelector, Namespace, Node, Pod, Service, StringMap } from '../../machinery/types';
import type { Ctx, Interior, Program } from '../../sim/process';
import { suspend, type Task } from '../../sim/task';
import { SchedulerCache } from './cache';
import { namespaceHandler, nodeHandler, podHandler, SCHEDULER_NAME, storageHandler } from './event-handlers';
import type { Owners } from './framework/default-selector';
import type { PodDisruptionBudget } from './framework/preemption';
import { Scheduler } from './schedule-one';

export interface KubeSchedulerOptions {
  /** The machine's name, for the lease and in Events. */
  readonly host: string;
  /** Default: the client certificate of kubeadm's scheduler.conf. */
  readonly credentials?: Credentials;
}

const USER_AGENT = 'kube-scheduler/v1.36.2 (linux/amd64) kubernetes/0000000';
const CERTIFICATE: Credentials = { type: 'certificate', certificate: { commonName: 'system:kube-scheduler', organizations: [] } };
const ACTOR = 'scheduler';
const LEASE = 'kube-scheduler';
const CLIENT_CA = { namespace: 'kube-system', name: 'extension-apiserver-authentication' };
const LIVE_PODS = 'status.phase!=Succeeded,status.phase!=Failed';

const core = (resource: string): ResourceRef => ({ group: '', version: 'v1', resource });
const apps = (resource: string): ResourceRef => ({ group: 'apps', version: 'v1', resource });
const storage = (resource: string): ResourceRef => ({ group: 'storage.k8s.io', version: 'v1', resource });
const dynamic = (resource: string): ResourceRef => ({ group: 'resource.k8s.io', version: 'v1', resource });
/** Watched, but by plugins that we do not have. */
const ONLY_WATCHED: readonly ResourceRef[] = [
  dynamic('resourceslices'),
  dynamic('resourceclaims'),
  dynamic('deviceclasses'),
  storage('csidrivers'),
  storage('csistoragecapacities'),
  storage('volumeattachments'),
];
const STORAGE: readonly ResourceRef[] = [
  core('persistentvolumeclaims'),
  core('persistentvolumes'),
  storage('csinodes'),
  storage('storageclasses'),
];

type Controller = KubeObject & { readonly spec: { readonly selector?: LabelSelector | StringMap } };

export function kubeScheduler(options: KubeSchedulerOptions): Program {
  let running: KubeScheduler | null = null;
  return {
    start(ctx) {
      running = new KubeScheduler(ctx, options);
      ctx.spawn(running.run(), ACTOR);
    },
    inspect: () => running?.inspect() ?? {},
    terminate: () => running?.terminate(),
  };
}

class KubeScheduler {
  private readonly api: ApiClient;
  private readonly plain: ApiClient;
  private readonly events: EventRecorder;
  private readonly leaderEvents: EventRecorder;
  private readonly informers: Informer<KubeObject>[] = [];
  private readonly pods: Informer<Pod>;
  private readonly nodes: Informer<Node>;
  private readonly namespaces: Informer<Namespace>;
  private readonly scheduler: Scheduler;
  private readonly identity: string;
  private leads = false;

  constructor(
    private readonly ctx: Ctx,
    private readonly options: KubeSchedulerOptions,
  ) {
    this.api = this.client('/scheduler');
    this.plain = this.client('');
    const eventClient = this.client('/scheduler');
    this.events = new EventRecorder(ctx, eventClient, { component: SCHEDULER_NAME, host: options.host, newApi: true, actor: ACTOR });
    this.leaderEvents = new EventRecorder(ctx, eventClient, { component: SCHEDULER_NAME, actor: ACTOR });
    const services = this.inform<Service>(core('services')).addIndex('namespace', ({ metadata }) => [metadata.namespace ?? '']);
    const controllers = new Map<string, Informer<Controller>>([
      ['ReplicaSet', this.inform<Controller>(apps('replicasets'))],
      ['StatefulSet', this.inform<Controller>(apps('statefulsets'))],
      ['ReplicationController', this.inform<Controller>(core('replicationcontrollers'))],
    ]);
    this.pods = this.inform<Pod>(core('pods'), LIVE_PODS);
    this.nodes = this.inform<Node>(core('nodes'));
    this.namespaces = this.inform<Namespace>(core('namespaces'));
    const budgets = this.inform<PodDisruptionBudget>({ group: 'policy', version: 'v1', resource: 'poddisruptionbudgets' });
    const owners: Owners = {
      services: (namespace) => services.byIndex('namespace', namespace),
      selectorOfController: (kind, namespace, name) => controllers.get(kind)?.get(`${namespace}/${name}`)?.spec.selector,
    };
    this.scheduler = new Scheduler({
      ctx,
      api: this.api,
      events: this.events,
      cache: new SchedulerCache(owners),
      pods: this.pods,
      budgets,
    });
    this.identity = `${options.host}_${uuid(ctx)}`;
  }

  *run(): Task<void> {
    yield* this.plain.get(core('configmaps'), CLIENT_CA);
    yield* this.api.send('GET', '/apis/events.k8s.io/v1', null);
    yield* this.plain.get(core('configmaps'), CLIENT_CA);
    this.startInformers();
    yield* this.ctx.all(this.informers.map((informer) => synced(informer)));
    runLeaderElection(this.ctx, this.client('/leader-election'), {
      lease: LEASE,
      identity: this.identity,
      onElected: (lease) => {
        this.leads = true;
        this.leaderEvents.event(lease, 'Normal', 'LeaderElection', `${this.identity} became leader`);
        this.ctx.spawn(this.scheduler.run(), ACTOR);
      },
    });
  }

  terminate(): void {
    releaseAndExit(this.ctx, this.client('/leader-election'), { lease: LEASE, identity: this.identity });
  }

  inspect(): Interior {
    const leader: { [path: string]: Json } = this.leads ? { [`leader/${LEASE}`]: this.identity } : {};
    return { ...this.scheduler.inspect(), ...leader };
  }

  private startInformers(): void {
    this.pods.addHandler(podHandler(this.scheduler));
    this.nodes.addHandler(nodeHandler(this.scheduler));
    this.namespaces.addHandler(namespaceHandler(this.scheduler));
    for (const resource of STORAGE) this.inform<KubeObject>(resource).addHandler(storageHandler(this.scheduler));
    for (const resource of ONLY_WATCHED) this.inform<KubeObject>(resource);
    for (const informer of this.informers) informer.start();
    // Three parts of the program watch the certificate authority of clients, each for itself.
    const certificates = { resource: core('configmaps'), namespace: CLIENT_CA.namespace, fieldSelector: `metadata.name=${CLIENT_CA.name}` };
    for (let i = 0; i < 3; i++) new Informer(this.ctx, this.plain, certificates).start();
  }

  private inform<T extends KubeObject>(resource: ResourceRef, fieldSelector?: string): Informer<T> {
    const informer = new Informer<T>(this.ctx, this.api, { resource, ...(fieldSelector === undefined ? {} : { fieldSelector }) });
    this.informers.push(informer as unknown as Informer<KubeObject>);
    return informer;
  }

  private client(part: string): ApiClient {
    return new ApiClient(this.ctx, {
      credentials: this.options.credentials ?? CERTIFICATE,
      userAgent: `${USER_AGENT}${part}`,
      qps: 50,
      burst: 100,
      protobuf: true,
    });
  }
}

const synced = (informer: Informer<KubeObject>): Task<void> => suspend<void>((resume) => informer.whenSynced(() => resume()));

/** Of this instance: another start has another one. */
function uuid(ctx: Ctx): string {
  const random = ctx.random(`identity/${ctx.now()}`);
  return [8, 4, 4, 4, 12].map((length) => random.text(length, '0123456789abcdef')).join('-');
}
