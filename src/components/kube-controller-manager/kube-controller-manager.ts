// The binary: waits to be elected, gives each controller its own account, opens the shared informers and starts the
// controllers. Models kubernetes cmd/kube-controller-manager/app/controllermanager.go; the order of what it asks for
// at start is the recorded one (vectors real-startup.json).
// Left out: the controllers that ACCOUNTS names and CONTROLLERS does not; /metrics and /healthz.
import { SECOND } from '../../base/brand';
import type { ApiClient } from '../../client/api-client';
import { EventRecorder } from '../../client/event-recorder';
import { runLeaderElection } from '../../client/leader-election';
import type { Lease } from '../../machinery/types';
import type { Ctx, Interior, Program } from '../../sim/process';
import type { Task } from '../../sim/task';
import { Accounts, ownClient } from './accounts';
import { ClusterRoleAggregationController } from './clusterrole-aggregation/cluster-role-aggregation-controller';
import type { Controller, Needs } from './controller';
import { DaemonSetController } from './daemonset/daemon-set-controller';
import { DeploymentController } from './deployment/deployment-controller';
import { EndpointsController } from './endpoint/endpoints-controller';
import { EndpointSliceController } from './endpointslice/endpoint-slice-controller';
import { BY_LABEL, labelIndex } from './endpointslice/service-members';
import { GarbageCollector } from './garbage-collector/garbage-collector';
import { SharedInformers, synced } from './informers';
import { NamespaceController } from './namespace/namespace-controller';
import { NodeIpamController } from './node-ipam/node-ipam-controller';
import { NodeLifecycleController } from './node-lifecycle/node-lifecycle-controller';
import { TaintEvictionController } from './node-lifecycle/taint-eviction-controller';
import { BY_CONTROLLER, controllerIndex, namespaceIndex } from './owned';
import { PodGcController } from './pod-gc/pod-gc-controller';
import { CONTROLLER_REVISIONS, DEPLOYMENTS, ENDPOINT_SLICES, NODES, PODS, REPLICA_SETS, SERVICES } from './refs';
import { ReplicaSetController } from './replicaset/replica-set-controller';
import { RootCaPublisher } from './root-ca/root-ca-publisher';
import { ServiceCidrsController } from './service-cidrs/service-cidrs-controller';
import { ServiceAccountsController } from './serviceaccount/service-accounts-controller';
import { TtlController } from './ttl/ttl-controller';

export interface ControllerManagerOptions {
  /** The host's name: the first half of the identity in the Lease. */
  readonly hostname: string;
  /** What `kube-root-ca.crt` says in every namespace. */
  readonly rootCa: string;
  /** Pod address ranges that are given to nodes of these names; other nodes get the next free /24 of 10.244.0.0/16. */
  readonly podCidrs?: { readonly [node: string]: string };
}

/** Accounts in the order in which the real one looks for them at start; a name again is another client of the same
 *  account. `+`: the account is used at once. */
const ACCOUNTS = `daemon-set-controller certificate-controller ttl-after-finished-controller service-cidrs-controller
namespace-controller namespace-controller+ clusterrole-aggregation-controller root-ca-cert-publisher
endpointslicemirroring-controller deployment-controller certificate-controller node-controller persistent-volume-binder
pvc-protection-controller volumeattributesclass-protection-controller endpoint-controller replication-controller
pod-garbage-collector disruption-controller disruption-controller ephemeral-volume-controller endpointslice-controller
resourcequota-controller resourcequota-controller resourcequota-controller+ generic-garbage-collector
generic-garbage-collector generic-garbage-collector job-controller bootstrap-signer node-controller node-controller+
attachdetach-controller service-account-controller cronjob-controller ttl-controller expand-controller
legacy-service-account-token-cleaner replicaset-controller statefulset-controller certificate-controller token-cleaner
pv-protection-controller device-taint-eviction-controller validatingadmissionpolicy-status-controller
validatingadmissionpolicy-status-controller node-controller horizontal-pod-autoscaler horizontal-pod-autoscaler
resource-claim-controller`;

/** Accounts of controllers that make their client when they run. */
const LATE_ACCOUNTS = `root-ca-cert-publisher service-cidrs-controller clusterrole-aggregation-controller
service-account-controller legacy-service-account-token-cleaner`;

/** Their tokens are asked for at start and not, as by the real one, with the first request: a person's first command
 *  then looks as it does on a cluster that has been in use. */
const WARMED = `deployment-controller replicaset-controller daemon-set-controller endpointslice-controller
endpoint-controller pod-garbage-collector`;

const words = (text: string): string[] => text.split(/\s+/);

export function kubeControllerManager(options: ControllerManagerOptions): Program {
  let manager: Manager | null = null;
  return {
    start(ctx) {
      manager = new Manager(ctx, options);
    },
    inspect: () => manager?.inspect() ?? {},
  };
}

const ACTOR = 'kube-controller-manager';
const LEASE = 'kube-controller-manager';

class Manager {
  private readonly root: ApiClient;
  private readonly accounts: Accounts;
  private readonly identity: string;
  private readonly recorders = new Map<string, EventRecorder>();
  private controllers: readonly Controller[] = [];
  private leading = false;

  constructor(
    private readonly ctx: Ctx,
    private readonly options: ControllerManagerOptions,
  ) {
    this.root = ownClient(ctx, ACTOR);
    this.accounts = new Accounts(ctx, this.root);
    this.identity = `${options.hostname}_${newUuid(ctx)}`;
    runLeaderElection(ctx, ownClient(ctx, 'leader-election'), {
      lease: LEASE,
      identity: this.identity,
      onElected: (lease) => {
        this.leading = true;
        ctx.spawn(this.run(lease), ACTOR);
      },
    });
  }

  inspect(): Interior {
    const interior: { [path: string]: Interior[string] } = this.leading ? { [`leader/${LEASE}`]: this.identity } : {};
    return Object.assign(interior, ...this.controllers.map((controller) => controller.inspect()));
  }

  private *run(lease: Lease): Task<void> {
    const { ctx } = this;
    new EventRecorder(ctx, this.root, { component: ACTOR }).event(lease, 'Normal', 'LeaderElection', `${this.identity} became leader`);
    const shared = ownClient(ctx, 'shared-informers');
    yield* speakAs(ctx, 'shared-informers', this.waitForServer(shared));
    for (const word of words(ACCOUNTS)) {
      const account = word.replace('+', '');
      yield* this.accounts.ensure(account);
      if (account !== word) yield* speakAs(ctx, account, this.firstUse(account));
    }
    const informers = new SharedInformers(ctx, shared, ownClient(ctx, 'metadata-informers'));
    addIndexes(informers);
    this.controllers = this.makeControllers(informers);
    yield* speakAs(
      ctx,
      'shared-informers',
      call(() => informers.startFirst()),
    );
    yield* speakAs(ctx, 'resourcequota-controller', this.discover(this.accounts.client('resourcequota-controller')));
    yield* this.accounts.ensure('generic-garbage-collector');
    yield* speakAs(ctx, 'generic-garbage-collector', this.discover(this.accounts.client('generic-garbage-collector')));
    yield* speakAs(ctx, 'controller-discovery', this.discover(ownClient(ctx, 'controller-discovery')));
    yield* speakAs(
      ctx,
      'shared-informers',
      call(() => informers.startCollected()),
    );
    yield* speakAs(
      ctx,
      'metadata-informers',
      call(() => informers.startMetadata()),
    );
    yield* synced(informers.all());
    for (const account of words(LATE_ACCOUNTS)) yield* this.accounts.ensure(account);
    for (const controller of this.controllers) controller.start();
    for (const account of words(WARMED)) yield* this.accounts.token(account);
  }

  private makeControllers(informers: SharedInformers): readonly Controller[] {
    const needs: Needs = {
      ctx: this.ctx,
      informers,
      client: (account) => this.accounts.client(account),
      recorder: (account, component) => this.recorder(account, component ?? account),
    };
    return [
      new RootCaPublisher(needs, this.options.rootCa),
      new ServiceCidrsController(needs),
      new ClusterRoleAggregationController(needs),
      new ServiceAccountsController(needs),
      new NodeIpamController(needs, this.options.podCidrs ?? {}),
      new TtlController(needs),
      new DeploymentController(needs),
      new ReplicaSetController(needs),
      new DaemonSetController(needs),
      new EndpointSliceController(needs),
      new EndpointsController(needs),
      new NodeLifecycleController(needs),
      new TaintEvictionController(needs),
      new PodGcController(needs),
      new GarbageCollector(needs),
      new NamespaceController(needs),
    ];
  }

  private recorder(account: string, component: string): EventRecorder {
    const key = `${account}/${component}`;
    let recorder = this.recorders.get(key);
    if (recorder === undefined) {
      recorder = new EventRecorder(this.ctx, this.accounts.client(account), { component, actor: account });
      this.recorders.set(key, recorder);
    }
    return recorder;
  }

  private *waitForServer(client: ApiClient): Task<void> {
    while (!(yield* client.send('GET', '/healthz', null)).ok) yield* this.ctx.sleep(SECOND);
  }

  /** What a client does as soon as it is made. */
  private *firstUse(account: string): Task<void> {
    const client = this.accounts.client(account);
    if (account === 'node-controller') yield* client.list(NODES, null);
    else yield* this.discover(client);
  }

  private *discover(client: ApiClient): Task<void> {
    for (const path of ['/api', '/apis']) yield* client.send('GET', path, null, { headers: { accept: DISCOVERY } });
  }
}

const DISCOVERY = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

/** Runs `task` under another actor's name and waits for its end. */
function* speakAs(ctx: Ctx, actor: string, task: Task<void>): Task<void> {
  let over = null as (() => void) | null;
  let ended = false;
  ctx.spawn(
    (function* (): Task<void> {
      yield* task;
      ended = true;
      over?.();
    })(),
    actor,
  );
  yield (resume) => {
    if (ended) resume(undefined);
    else over = () => resume(undefined);
  };
}

function* call(action: () => void): Task<void> {
  action();
}

/** A uuid that no earlier incarnation of this process had. */
function newUuid(ctx: Ctx): string {
  const hex = ctx.random(`identity/${ctx.now()}`).text(32, '0123456789abcdef');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20)].join('-');
}

function addIndexes(informers: SharedInformers): void {
  informers.of(PODS).addIndex(BY_CONTROLLER, controllerIndex).addIndex('namespace', namespaceIndex).addIndex(BY_LABEL, labelIndex);
  informers.of(REPLICA_SETS).addIndex(BY_CONTROLLER, controllerIndex).addIndex('namespace', namespaceIndex);
  informers.of(DEPLOYMENTS).addIndex('namespace', namespaceIndex);
  informers.of(CONTROLLER_REVISIONS).addIndex(BY_CONTROLLER, controllerIndex);
  informers.of(SERVICES).addIndex('namespace', namespaceIndex);
  informers.of(ENDPOINT_SLICES).addIndex('service', (slice) => {
    const service = slice.metadata.labels?.['kubernetes.io/service-name'];
    return service === undefined ? [] : [`${slice.metadata.namespace ?? ''}/${service}`];
  });
  informers.of(PODS).addIndex('node', (pod) => {
    const { nodeName } = (pod as unknown as { readonly spec: { readonly nodeName?: string } }).spec;
    return nodeName ? [nodeName] : [];
  });
}
