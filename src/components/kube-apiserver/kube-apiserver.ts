// kube-apiserver as a program. A request passes the chain (who is it, which priority, may they), then an
// endpoint answers it: reads from the watch cache or etcd, writes through admission and validation to etcd.
// Models cmd/kube-apiserver and apiserver pkg/server. Left out: aggregation, webhooks, custom resources.
import type { Json, JsonObject } from '../../base/json';
import { RESOURCES, type ResourceInfo } from '../../machinery/resources';
import type { PolicyRule, Role, RoleBinding } from '../../machinery/types';
import type { Incoming } from '../../sim/network';
import type { Ctx, Interior, Program } from '../../sim/process';
import type { Task } from '../../sim/task';
import { serveTcp } from '../../sim/tcp';
import type { HttpRequest } from '../../wire/payload';
import { Admission } from './admission/admission';
import { Bootstrap } from './bootstrap/bootstrap';
import { Authenticator } from './chain/authentication';
import { Filters } from './chain/filters';
import { FlowControl } from './chain/flow-control';
import { NodeAuthorizer } from './chain/node-authorizer';
import { PodGraph } from './chain/node-graph';
import { Rbac, type RbacObjects } from './chain/rbac';
import { Dispatcher, type Served } from './endpoints/dispatcher';
import { type OpenWatch, Reader } from './endpoints/read';
import { Subresources } from './endpoints/subresources';
import { Writer } from './endpoints/write';
import { Lookups } from './lookups';
import { NameGenerator } from './registry/names';
import { escalationCheck } from './registry/rbac-escalation';
import { serviceAround } from './registry/services';
import { Store } from './registry/store';
import { requestInfo } from './request-info';
import { startCompactor } from './storage/compactor';
import { Etcd3 } from './storage/etcd3';
import { WatchCache } from './storage/watch-cache';

export interface ApiserverOptions {
  /** `--advertise-address`: endpoint of Service `kubernetes`. */
  readonly address?: string;
  readonly serviceCidr?: string;
  /** `--enable-admission-plugins`: those that are off by default. */
  readonly enableAdmissionPlugins?: readonly string[];
}

/** The server's own time for one request, without etcd's: create-deployment-real-20.json serverMsMedian (4.3
 *  to 5.5 ms for writes, 1 to 2 ms for reads) less etcdOps of real-traces/create-deployment.json. */
const READ_US = 600;
const WRITE_US = 1_900;

/** Go's net/http, to who does not speak TLS. */
const PLAIN_HTTP = 'HTTP/1.0 400 Bad Request';

export class KubeApiserver implements Program {
  private ctx!: Ctx;
  private dispatcher!: Dispatcher;
  private bootstrap!: Bootstrap;
  private readonly watches = new Map<string, Json>();
  private readonly caches = new Map<string, WatchCache>();

  constructor(private readonly options: ApiserverOptions = {}) {}

  start(ctx: Ctx): void {
    this.ctx = ctx;
    const etcd = new Etcd3(ctx);
    for (const info of RESOURCES) {
      if (info.etcdPrefix !== '' && info.resource !== 'events' && !this.caches.has(info.etcdPrefix)) {
        this.caches.set(info.etcdPrefix, new WatchCache(ctx, etcd, info));
      }
    }
    const cacheOf = (info: ResourceInfo): WatchCache | null => this.caches.get(info.etcdPrefix) ?? null;
    const names = new NameGenerator(ctx);
    const lookups = new Lookups(ctx, etcd, cacheOf, names);
    const admission = new Admission(lookups, this.options.enableAdmissionPlugins);
    const services = serviceAround(lookups, etcd, this.options.serviceCidr);
    const { filters, authenticator, rbac, roles } = this.filters(lookups);
    const escalation = escalationCheck({
      ...roles,
      authorize: (attributes) => filters.authorize(attributes),
      rulesFor: (user, namespace) => rbac.rulesFor(user, namespace),
    });
    const around = Object.fromEntries(RBAC_RESOURCES.map((resource) => [`${RBAC}/${resource}`, escalation]));
    const store = new Store(ctx, etcd, cacheOf, admission, names, { ...around, '/services': services });
    const reader = new Reader(ctx, etcd, cacheOf);
    this.bootstrap = new Bootstrap(ctx, store, lookups, this.options);
    const writer = new Writer(ctx, store, reader);
    const subresources = new Subresources({ ctx, store, reader, lookups, filters, authenticator, rbac });
    this.dispatcher = new Dispatcher({ ctx, filters, reader, writer, subresources, bootstrap: this.bootstrap });
    ctx.listen((incoming) => this.serve(incoming));
    ctx.receive((packet, from) => serveTcp(ctx, packet, from, () => PLAIN_HTTP));
    ctx.spawn(this.boot(etcd));
  }

  /** `watch/SEQ` -> what it is about. */
  inspect(): Interior {
    return Object.fromEntries(this.watches);
  }

  /** The one entry, whatever carried the request: over HTTP or in a message. */
  *handle(request: HttpRequest, seq: Incoming['seq'] | null): Task<Served> {
    const info = requestInfo(request.method, request.path);
    const idleWatch = info.verb === 'watch';
    yield* this.ctx.sleep(request.method === 'GET' && !idleWatch ? READ_US : WRITE_US);
    return yield* this.dispatcher.serve(request, info, seq);
  }

  // ---- Requests from the wire

  private serve(incoming: Incoming): Task<void> | undefined {
    const { payload } = incoming;
    if (payload.protocol === 'http') return this.answer(incoming, payload);
    if (payload.protocol === 'etcd') return undefined;
    const { status } = this.bootstrap.health(payload.rpc.replace(/^GET /, '').split('?')[0] ?? '/livez');
    incoming.respond({ protocol: payload.protocol, kind: 'response', rpc: payload.rpc, body: { status }, error: null });
    return undefined;
  }

  private *answer(incoming: Incoming, request: HttpRequest): Task<void> {
    const served = yield* this.handle(request, incoming.seq);
    incoming.respond(served.response);
    if (served.watch !== null) this.stream(incoming, served.watch);
    const { relay } = served;
    if (relay === undefined) return;
    incoming.onClose(() => relay.stop());
    relay.start(
      (frame) => incoming.push(frame),
      (reason) => incoming.end(reason),
    );
  }

  private stream(incoming: Incoming, watch: OpenWatch): void {
    if (!incoming.open) return;
    const path = `watch/${incoming.seq}`;
    const value: JsonObject = { client: incoming.from, actor: incoming.actor, resource: watch.resource, selector: watch.selector };
    const forget = (): void => {
      if (!this.watches.delete(path)) return;
      this.ctx.inside('watch-cache', { closed: incoming.seq }, { [path]: null });
    };
    this.watches.set(path, value);
    this.ctx.inside('watch-cache', { opened: incoming.seq, ...value }, { [path]: value });
    incoming.onClose(() => {
      watch.stop();
      forget();
    });
    watch.start({
      push: (type, object) => incoming.push({ protocol: 'http', kind: 'watch-delivery', type, object }),
      end: (reason) => {
        forget();
        incoming.end(reason);
      },
    });
  }

  // ---- Starting

  /** Fills the caches, then runs the post-start hooks. */
  private *boot(etcd: Etcd3): Task<void> {
    yield* this.bootstrap.connect(etcd);
    startCompactor(this.ctx, etcd);
    let left = this.caches.size;
    for (const cache of this.caches.values()) {
      this.ctx.spawn(
        cache.run(() => {
          if (--left === 0) this.ctx.spawn(this.bootstrap.run());
        }),
        'cacher',
      );
    }
  }

  private filters(lookups: Lookups): { filters: Filters; authenticator: Authenticator; rbac: Rbac; roles: RbacObjects } {
    const list = (resource: string, namespace = ''): readonly unknown[] => lookups.cachedList(RBAC, resource, namespace);
    const get = (resource: string, namespace: string, name: string): unknown => lookups.cached(RBAC, resource, namespace, name);
    const roles: RbacObjects = {
      clusterRole: (name) => get('clusterroles', '', name) as Role | null,
      role: (namespace, name) => get('roles', namespace, name) as Role | null,
      clusterRoleBindings: () => list('clusterrolebindings') as readonly RoleBinding[],
      roleBindings: (namespace) => list('rolebindings', namespace) as readonly RoleBinding[],
    };
    const rbac = new Rbac(roles);
    const graph = new PodGraph();
    const nodeRules = (): readonly PolicyRule[] => (get('clusterroles', '', 'system:node') as Role | null)?.rules ?? [];
    const flowControl = new FlowControl(() => lookups.cachedList('flowcontrol.apiserver.k8s.io', 'flowschemas', ''));
    const authenticator = new Authenticator(
      (resource, namespace, name) => lookups.cached('', resource, namespace, name)?.metadata.uid ?? null,
    );
    for (const resource of RBAC_RESOURCES) this.onChange(resource, () => rbac.forget());
    this.onChange('flowschemas', () => flowControl.forget());
    this.onChange(
      'pods',
      (event) => graph.podChanged(event),
      () => graph.clear(),
    );
    this.onChange('persistentvolumes', (event) => graph.volumeChanged(event));
    this.onChange('volumeattachments', (event) => graph.attachmentChanged(event));
    this.onChange('resourceslices', (event) => graph.sliceChanged(event));
    return { filters: new Filters(authenticator, flowControl, new NodeAuthorizer(graph, nodeRules), rbac), authenticator, rbac, roles };
  }

  private onChange(resource: string, change: NonNullable<WatchCache['onChange']>, reset: (() => void) | null = null): void {
    const info = RESOURCES.find((candidate) => candidate.resource === resource);
    const cache = info && this.caches.get(info.etcdPrefix);
    if (!cache) return;
    cache.onChange = change;
    cache.onReset = reset;
  }
}

const RBAC = 'rbac.authorization.k8s.io';
const RBAC_RESOURCES = ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'];

export const kubeApiserver = (options: ApiserverOptions = {}): Program => new KubeApiserver(options);
