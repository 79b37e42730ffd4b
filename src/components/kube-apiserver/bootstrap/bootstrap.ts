// The post-start hooks: what a server writes when it finds things missing, and when it calls itself ready.
// Models pkg/controlplane (start-* hooks), plugin/pkg/auth/.../bootstrappolicy, scheduling's bootstrap and
// apiserver pkg/server/healthz. Objects are data: objects.json, recorded from a real server.
// Left out: the loopback messages of these writes (they go straight to the registry; one `boot` record each
// hook), CRDs, the peer and master leases. The binding that kubeadm makes is made here.
import { SECOND } from '../../../base/brand';
import { digestOf } from '../../../base/hash';
import type { JsonObject } from '../../../base/json';
import { applyDefaults } from '../../../machinery/defaults';
import { rfc3339, rfc3339Micro } from '../../../machinery/time';
import type { Ctx } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import { Chain } from '../chain/chain';
import { LOOPBACK } from '../chain/user';
import { type Lookups, resourceNamed } from '../lookups';
import { Refusal } from '../refusal';
import { withField } from '../registry/meta';
import type { Call, Store } from '../registry/store';
import type { Etcd3 } from '../storage/etcd3';
import type { Versioned } from '../storage/versioner';
import { healthAnswer } from './health';
import recorded from './objects.json';

const SYSTEM_NAMESPACES = ['kube-system', 'kube-public', 'default', 'kube-node-lease'];
const RBAC = 'rbac.authorization.k8s.io';
const CLUSTER_ADMINS = {
  metadata: { name: 'kubeadm:cluster-admins' },
  roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ apiGroup: RBAC, kind: 'Group', name: 'kubeadm:cluster-admins' }],
};
const IDENTITY_RENEW_US = 10 * SECOND; // options: IdentityLeaseRenewIntervalSeconds
const IDENTITY_SECONDS = 3_600;
const CONNECT_RETRY_US = 1 * SECOND;
/** storagebackend's timeout for the first answer: then the process gives up and its kubelet starts it again. */
const CONNECT_ATTEMPTS = 20;
const DEFAULT_ADDRESS = '192.168.49.2';
const SECURE_PORT = 6443;

/** Stands for the certificates by which servers know clients and the aggregator. */
const CLIENT_CA = '-----BEGIN CERTIFICATE-----\nthe certificate authority of clients\n-----END CERTIFICATE-----\n';
const AUTHENTICATION_INFO: JsonObject = {
  metadata: { name: 'extension-apiserver-authentication', namespace: 'kube-system' },
  data: {
    'client-ca-file': CLIENT_CA,
    'requestheader-allowed-names': '["front-proxy-client"]',
    'requestheader-client-ca-file': CLIENT_CA,
    'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
    'requestheader-group-headers': '["X-Remote-Group"]',
    'requestheader-username-headers': '["X-Remote-User"]',
  },
};

type Recorded = { readonly [resource: string]: readonly JsonObject[] };

interface Hook {
  readonly name: string;
  readonly run: () => Task<number>;
}

export class Bootstrap {
  private readonly pending = new Set<string>();
  private connected = false;
  private synced = false;
  private readonly hooks: readonly Hook[];

  constructor(
    private readonly ctx: Ctx,
    private readonly store: Store,
    private readonly lookups: Lookups,
    private readonly options: { readonly address?: string; readonly serviceCidr?: string },
  ) {
    const objects = recorded as unknown as Recorded;
    this.hooks = [
      {
        name: 'start-system-namespaces-controller',
        run: () =>
          this.createAll(
            '',
            'namespaces',
            SYSTEM_NAMESPACES.map((name) => ({ metadata: { name } })),
          ),
      },
      { name: 'priority-and-fairness-config-producer', run: () => this.priorityAndFairness(objects) },
      {
        name: 'apiservice-registration-controller',
        run: () => this.createAll('apiregistration.k8s.io', 'apiservices', objects.apiservices ?? []),
      },
      { name: 'start-kubernetes-service-cidr-controller', run: () => this.serviceCidr() },
      {
        name: 'scheduling/bootstrap-system-priority-classes',
        run: () => this.createAll('scheduling.k8s.io', 'priorityclasses', objects.priorityclasses ?? []),
      },
      { name: 'rbac/bootstrap-roles', run: () => this.roles(objects) },
      { name: 'start-cluster-authentication-info-controller', run: () => this.configMap(AUTHENTICATION_INFO) },
      { name: 'start-legacy-token-tracking-controller', run: () => this.configMap(this.tokenTracking()) },
    ];
    for (const { name } of this.hooks) this.pending.add(name);
  }

  /** Waits for etcd; the process ends if it does not come. */
  *connect(etcd: Etcd3): Task<void> {
    for (let attempt = 0; attempt < CONNECT_ATTEMPTS; attempt++) {
      const answer = yield* etcd.call('Status', {});
      if (!(answer instanceof Refusal)) {
        this.connected = true;
        return;
      }
      yield* this.ctx.sleep(CONNECT_RETRY_US);
    }
    this.ctx.exit(1);
  }

  /** Once all caches are filled. */
  *run(): Task<void> {
    this.synced = true;
    const { ctx } = this;
    const tasks = this.hooks.map(({ name, run }) => this.hook(name, run));
    yield* ctx.all(tasks);
    this.ctx.inside('boot', { ready: true });
    yield* this.kubernetesService();
    yield* this.identityLease();
    ctx.every(IDENTITY_RENEW_US, () => ctx.spawn(this.identityLease(), 'apiserver-identity'));
  }

  private *hook(name: string, run: () => Task<number>): Task<void> {
    const created = yield* run();
    this.pending.delete(name);
    this.ctx.inside('boot', { hook: name, created });
  }

  /** Answers /livez, /readyz and /healthz. */
  health(path: string, verbose = false): { readonly status: number; readonly text: string } {
    const state = { connected: this.connected, synced: this.synced, pending: this.pending };
    return healthAnswer(path, verbose, state);
  }

  // ---- Hooks

  private *roles(objects: Recorded): Task<number> {
    let created = 0;
    for (const resource of ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings']) {
      created += yield* this.createAll(RBAC, resource, objects[resource] ?? []);
    }
    return created + (yield* this.createAll(RBAC, 'clusterrolebindings', [CLUSTER_ADMINS]));
  }

  private *priorityAndFairness(objects: Recorded): Task<number> {
    const group = 'flowcontrol.apiserver.k8s.io';
    const levels = yield* this.createAll(group, 'prioritylevelconfigurations', objects.prioritylevelconfigurations ?? []);
    return levels + (yield* this.createAll(group, 'flowschemas', objects.flowschemas ?? []));
  }

  private *configMap(map: JsonObject): Task<number> {
    const namespaces = yield* this.createAll('', 'namespaces', [{ metadata: { name: 'kube-system' } }]);
    return namespaces + (yield* this.createAll('', 'configmaps', [map]));
  }

  private tokenTracking(): JsonObject {
    const metadata = { name: 'kube-apiserver-legacy-service-account-token-tracking', namespace: 'kube-system' };
    return { metadata, data: { since: rfc3339(this.ctx.now()).slice(0, 10) } };
  }

  private *serviceCidr(): Task<number> {
    const cidrs = [this.options.serviceCidr ?? '10.96.0.0/12'];
    return yield* this.createAll('networking.k8s.io', 'servicecidrs', [{ metadata: { name: 'kubernetes' }, spec: { cidrs } }]);
  }

  private *kubernetesService(): Task<void> {
    const address = this.options.address ?? DEFAULT_ADDRESS;
    const metadata = { name: 'kubernetes', namespace: 'default' };
    const port = { name: 'https', port: SECURE_PORT, protocol: 'TCP' };
    const ports = [{ name: 'https', protocol: 'TCP', port: 443, targetPort: SECURE_PORT }];
    yield* this.createAll('', 'services', [
      {
        metadata: { ...metadata, labels: { component: 'apiserver', provider: 'kubernetes' } },
        spec: { type: 'ClusterIP', clusterIP: firstAddress(this.options.serviceCidr ?? '10.96.0.0/12'), ports, sessionAffinity: 'None' },
      },
    ]);
    yield* this.createAll('', 'endpoints', [
      {
        metadata: { ...metadata, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
        subsets: [{ addresses: [{ ip: address }], ports: [port] }],
      },
    ]);
    yield* this.createAll('discovery.k8s.io', 'endpointslices', [
      {
        metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
        addressType: 'IPv4',
        endpoints: [{ addresses: [address], conditions: { ready: true } }],
        ports: [port],
      },
    ]);
  }

  private *identityLease(): Task<void> {
    const name = `apiserver-${digestOf('kube-apiserver').padEnd(26, '0').slice(0, 26)}`;
    const spec = {
      holderIdentity: `${name}_${digestOf(name)}`,
      leaseDurationSeconds: IDENTITY_SECONDS,
      renewTime: rfc3339Micro(this.ctx.now()),
    };
    const created = yield* this.createAll('coordination.k8s.io', 'leases', [
      {
        metadata: {
          name,
          namespace: 'kube-system',
          labels: { 'apiserver.kubernetes.io/identity': 'kube-apiserver', 'kubernetes.io/hostname': 'control-plane' },
        },
        spec,
      },
    ]);
    if (created > 0) return;
    yield* this.store.update(this.call('coordination.k8s.io', 'leases', 'kube-system', name), (old) => withField(old, 'spec', spec));
  }

  // ---- Writing without a message

  /** Creates those that the caches do not have; how many. */
  private *createAll(group: string, resource: string, objects: readonly JsonObject[]): Task<number> {
    const info = resourceNamed(group, resource);
    const apiVersion = group === '' ? info.version : `${group}/${info.version}`;
    let created = 0;
    for (const object of objects) {
      const { name, namespace = '' } = object.metadata as { readonly name: string; readonly namespace?: string };
      if (this.lookups.cached(group, resource, namespace, name) !== null) continue;
      const whole = applyDefaults(apiVersion, info.kind, { apiVersion, kind: info.kind, ...object }) as Versioned;
      const result = yield* this.store.create(this.call(group, resource, namespace, name), whole);
      if (!(result instanceof Refusal)) created++;
      else if (result.code !== 409) this.ctx.inside('boot', { refused: `${resource}/${name}`, reason: result.status.message ?? '' });
    }
    return created;
  }

  private call(group: string, resource: string, namespace: string, name: string): Call {
    return {
      info: resourceNamed(group, resource),
      subresource: '',
      namespace,
      name,
      user: LOOPBACK,
      dryRun: false,
      chain: new Chain(this.ctx, null),
      warnings: [],
      annotations: {},
    };
  }
}

/** The first address that a service can have: `10.96.0.1`. */
function firstAddress(cidr: string): string {
  const [address = ''] = cidr.split('/');
  const bytes = address.split('.').map(Number);
  bytes[3] = (bytes[3] ?? 0) + 1;
  return bytes.join('.');
}
