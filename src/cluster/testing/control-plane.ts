// The whole kube-controller-manager on the real kube-apiserver and etcd, for tests; one small program stands for the
// scheduler and for all kubelets, so that only controllers decide what happens.
import { MS, SECOND, simTime } from '../../base/brand';
import type { JsonObject } from '../../base/json';
import { ApiClient, type Reply, type ResourceRef } from '../../client/api-client';
import { Informer, keyOf } from '../../client/informer';
import { etcd } from '../../components/etcd/etcd';
import { newDisk } from '../../components/etcd/member';
import { kubeApiserver } from '../../components/kube-apiserver/kube-apiserver';
import { kubeControllerManager } from '../../components/kube-controller-manager/kube-controller-manager';
import { LEASES, NODES, PODS } from '../../components/kube-controller-manager/refs';
import { rfc3339, rfc3339Micro } from '../../machinery/time';
import type { KubeObject, Node, Pod } from '../../machinery/types';
import type { Ctx, Interior, Program } from '../../sim/process';
import { Simulation } from '../../sim/simulation';
import type { Task } from '../../sim/task';
import { API_SERVER, componentId, ETCD } from '../../wire/names';
import type { HttpRequest, HttpResponse } from '../../wire/payload';

const ADMIN = { type: 'certificate', certificate: { commonName: 'admin', organizations: ['system:masters'] } } as const;
const clientOf = (ctx: Ctx, userAgent: string): ApiClient => new ApiClient(ctx, { credentials: ADMIN, userAgent });

const START_US = 300 * MS;
const STOP_US = 100 * MS;
const RENEW_US = 10 * SECOND;
const SEED = 7;
const MONITOR_SECONDS = 6; // until the node lifecycle controller has met the nodes

/** Nodes that are ready and renew their Leases; pods on them start, get an address, and end when asked to. */
class Kubelets implements Program {
  private readonly silent = new Set<string>();
  private started: { readonly ctx: Ctx; readonly api: ApiClient } | null = null;
  private readonly addresses = new Map<string, string>();
  private turn = 0;

  constructor(private readonly names: readonly string[]) {}

  start(ctx: Ctx): void {
    const api = clientOf(ctx, 'kubelets');
    this.started = { ctx, api };
    for (const name of this.names) ctx.spawn(this.register(ctx, api, name));
    new Informer<Pod>(ctx, api, { resource: PODS })
      .addHandler({
        add: (pod) => ctx.spawn(this.run(ctx, api, pod)),
        update: (pod, old) => {
          if (pod.metadata.deletionTimestamp && !old.metadata.deletionTimestamp) ctx.spawn(this.stop(ctx, api, pod));
        },
      })
      .start();
  }
  inspect(): Interior {
    return {};
  }

  /** The node loses its power. */
  silence(name: string): void {
    this.silent.add(name);
  }
  /** The node is back. */
  wake(name: string): void {
    this.silent.delete(name);
    if (this.started !== null) this.started.ctx.spawn(this.report(this.started.ctx, this.started.api, name));
  }

  private *register(ctx: Ctx, api: ApiClient, name: string): Task<void> {
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/os': 'linux' } } };
    yield* api.create<Node>(NODES, { namespace: null, name }, node);
    yield* this.report(ctx, api, name);
    const key = { namespace: 'kube-node-lease', name };
    const spec = () => ({ holderIdentity: name, leaseDurationSeconds: 40, renewTime: rfc3339Micro(ctx.now()) });
    yield* api.create(LEASES, key, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: key, spec: spec() });
    const renew = function* (): Task<void> {
      yield* api.patch(LEASES, key, 'strategic', { spec: spec() }, { idle: true });
    };
    ctx.every(RENEW_US, () => {
      if (!this.silent.has(name)) ctx.spawn(renew());
    });
  }

  private *report(ctx: Ctx, api: ApiClient, name: string): Task<void> {
    const time = rfc3339(ctx.now());
    const conditions = ['MemoryPressure', 'Ready'].map((type) => ({
      type,
      status: type === 'Ready' ? 'True' : 'False',
      lastHeartbeatTime: time,
      lastTransitionTime: time,
    }));
    yield* this.change<Node>(api, NODES, { namespace: null, name }, (found) => ({
      ...found,
      status: { ...found.status, conditions } as unknown as NonNullable<Node['status']>,
    }));
  }

  private *run(ctx: Ctx, api: ApiClient, pod: Pod): Task<void> {
    const { name, namespace = '' } = pod.metadata;
    const awake = this.names.filter((node) => !this.silent.has(node));
    const target = pod.spec.nodeName ?? awake[this.turn++ % awake.length];
    if (target === undefined) return;
    if (!pod.spec.nodeName) {
      const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target: { kind: 'Node', name: target } };
      yield* api.create(PODS, { namespace, name }, binding, { subresource: 'binding' });
    }
    yield* ctx.sleep(START_US);
    if (this.silent.has(target)) return;
    const podIP = this.addresses.get(keyOf(pod)) ?? `10.244.9.${this.addresses.size + 1}`;
    this.addresses.set(keyOf(pod), podIP);
    const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: rfc3339(ctx.now()) }];
    yield* this.tell(api, pod, { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions });
  }

  private *stop(ctx: Ctx, api: ApiClient, pod: Pod): Task<void> {
    if (this.silent.has(pod.spec.nodeName ?? '')) return;
    yield* ctx.sleep(STOP_US);
    yield* this.tell(api, pod, { phase: 'Succeeded' });
    const { name, namespace = '' } = pod.metadata;
    yield* api.delete(PODS, { namespace, name }, { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 });
  }

  private tell(api: ApiClient, { metadata: { name, namespace = '' } }: Pod, status: JsonObject): Task<void> {
    return this.change<Pod>(api, PODS, { namespace, name }, (found) => ({ ...found, status: { ...found.status, ...status } }) as Pod);
  }
  private *change<T extends KubeObject>(
    api: ApiClient,
    ref: ResourceRef,
    key: { readonly namespace: string | null; readonly name: string },
    to: (found: T) => T,
  ): Task<void> {
    for (let tries = 0; tries < 5; tries++) {
      const found = yield* api.get<T>(ref, key);
      if (!found.ok || (yield* api.update(ref, to(found.body), { subresource: 'status' })).ok) return;
    }
  }
}

class User implements Program {
  ctx: Ctx | null = null;
  start(ctx: Ctx): void {
    this.ctx = ctx;
  }
  inspect(): Interior {
    return {};
  }
}

export interface Sent {
  readonly atUs: number;
  readonly actor: string;
  /** `PUT /api/v1/nodes/n/status 200` */
  readonly line: string;
  readonly body: JsonObject | null;
}

export const MANAGER = componentId('kube-controller-manager');

export class ControlPlane {
  readonly sim = new Simulation({ seed: SEED, latency: () => ({ leastUs: 300, spreadUs: 200 }) });
  readonly kubelets: Kubelets;
  readonly manager = kubeControllerManager({ hostname: 'control-plane', rootCa: 'CERTIFICATE' });
  private readonly user = new User();
  private since = 0;

  constructor(nodes: readonly string[] = []) {
    this.kubelets = new Kubelets(nodes);
    this.sim.start(ETCD, etcd(newDisk()));
    this.sim.start(API_SERVER, kubeApiserver());
    this.rest();
    this.sim.start(componentId('user'), this.user);
    this.sim.start(MANAGER, this.manager);
    this.rest();
    this.sim.start(componentId('kubelets'), this.kubelets);
    this.rest().run(nodes.length > 0 ? MONITOR_SECONDS : 0);
  }

  rest(): this {
    this.sim.runToRest(simTime(this.sim.now + 1_200 * SECOND));
    return this.check();
  }
  run(seconds: number): this {
    this.sim.runUntil(simTime(this.sim.now + seconds * SECOND));
    return this.check();
  }
  private check(): this {
    const [crash] = this.sim.crashes;
    if (crash !== undefined) throw new Error(`${crash.component} crashed: ${crash.stack}`);
    return this;
  }
  /** Requests are told from here. */
  mark(): this {
    this.since = this.sim.recorder.records.length;
    return this;
  }

  /** Asks as an administrator and waits for the answer only. */
  ask<T>(request: (api: ApiClient) => Task<Reply<T>>): Reply<T> {
    let answer: Reply<T> | null = null;
    const { ctx } = this.user;
    if (ctx === null) throw new Error('not started');
    ctx.spawn(
      (function* (): Task<void> {
        answer = yield* request(clientOf(ctx, 'user'));
      })(),
    );
    for (let i = 0; i < 100 && answer === null; i++) this.sim.runUntil(simTime(this.sim.now + MS));
    if (answer === null) throw new Error('no answer');
    return answer;
  }
  create(ref: ResourceRef, object: JsonObject, namespace: string | null = 'default'): this {
    const reply = this.ask((api) => api.create(ref, { namespace, name: '' }, object));
    if (!reply.ok) throw new Error(JSON.stringify(reply));
    return this;
  }
  get<T extends KubeObject>(ref: ResourceRef, name: string, namespace: string | null = 'default'): T | null {
    const reply = this.ask<T>((api) => api.get<T>(ref, { namespace, name }));
    return reply.ok ? reply.body : null;
  }
  list<T extends KubeObject>(ref: ResourceRef, namespace: string | null = 'default'): readonly T[] {
    const reply = this.ask((api) => api.list<T>(ref, namespace));
    if (!reply.ok) throw new Error(JSON.stringify(reply));
    return reply.body.items;
  }
  delete(ref: ResourceRef, name: string, namespace: string | null = 'default', propagationPolicy = 'Background'): this {
    this.ask((api) => api.delete(ref, { namespace, name }, { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy }));
    return this;
  }

  /** What the manager's parts asked for since the mark, without watches and leases. */
  sent(actor?: string): readonly Sent[] {
    const { records } = this.sim.recorder;
    const answers = new Map<number, number>();
    for (const { exchange, payload } of records)
      if (exchange !== null && payload.protocol === 'http' && payload.kind === 'response')
        answers.set(exchange, (payload as HttpResponse).status);
    return records.slice(this.since).flatMap(({ atUs, seq, from, actor: who, payload }) => {
      if (from !== MANAGER || who === null || payload.protocol !== 'http' || payload.kind !== 'request') return [];
      const { method, path, body } = payload as HttpRequest;
      if (path.includes('watch=true') || who === 'leader-election' || (actor !== undefined && who !== actor)) return [];
      return [{ atUs, actor: who, line: `${method} ${path} ${answers.get(seq) ?? 0}`, body: body as JsonObject | null }];
    });
  }
  lines(actor: string): readonly string[] {
    return this.sent(actor)
      .map(({ line }) => line)
      .filter((line) => !line.includes('/events '));
  }
  /** `reason: message` of Events since the mark. */
  told(actor: string): readonly string[] {
    return this.sent(actor).flatMap(({ line, body }) =>
      line.startsWith('POST') && line.includes('/events ') ? [`${body?.['reason']}: ${body?.['message']}`] : [],
    );
  }
}
