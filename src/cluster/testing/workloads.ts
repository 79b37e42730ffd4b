// Deployments, ReplicaSets and DaemonSets on the real kube-apiserver and etcd, for tests; one small program stands for
// scheduler and kubelets, so that only these controllers decide what happens.
import { MS, SECOND, simTime } from '../../base/brand';
import type { JsonObject } from '../../base/json';
import { ApiClient, type Reply, type ResourceRef } from '../../client/api-client';
import { EventRecorder } from '../../client/event-recorder';
import { Informer } from '../../client/informer';
import { etcd } from '../../components/etcd/etcd';
import { newDisk } from '../../components/etcd/member';
import { kubeApiserver } from '../../components/kube-apiserver/kube-apiserver';
import type { Controller, Needs } from '../../components/kube-controller-manager/controller';
import { DaemonSetController } from '../../components/kube-controller-manager/daemonset/daemon-set-controller';
import { DeploymentController } from '../../components/kube-controller-manager/deployment/deployment-controller';
import { SharedInformers, synced } from '../../components/kube-controller-manager/informers';
import { BY_CONTROLLER, controllerIndex, namespaceIndex } from '../../components/kube-controller-manager/owned';
import {
  CONTROLLER_REVISIONS,
  DAEMON_SETS,
  DEPLOYMENTS,
  NODES,
  PODS,
  REPLICA_SETS,
  SERVICE_ACCOUNTS,
} from '../../components/kube-controller-manager/refs';
import { ReplicaSetController } from '../../components/kube-controller-manager/replicaset/replica-set-controller';
import type { Condition, DaemonSet, Deployment, KubeObject, Node, Pod } from '../../machinery/types';
import type { Ctx, Interior, Program } from '../../sim/process';
import { Simulation } from '../../sim/simulation';
import type { Task } from '../../sim/task';
import { API_SERVER, componentId, ETCD } from '../../wire/names';
import type { HttpRequest, HttpResponse } from '../../wire/payload';

const ADMIN = { type: 'certificate', certificate: { commonName: 'admin', organizations: ['system:masters'] } } as const;
const clientOf = (ctx: Ctx, userAgent: string, rate = {}): ApiClient => new ApiClient(ctx, { credentials: ADMIN, userAgent, ...rate });
/** What each controller may ask for: the binary's defaults. */
const RATE = { qps: 20, burst: 30 };

/** The controllers under test, as the binary runs them. */
class Manager implements Program {
  controllers: readonly Controller[] = [];
  start(ctx: Ctx): void {
    const client = clientOf(ctx, 'controllers');
    const informers = new SharedInformers(ctx, client, client);
    informers.of(PODS).addIndex(BY_CONTROLLER, controllerIndex).addIndex('namespace', namespaceIndex);
    informers.of<Pod>(PODS).addIndex('node', ({ spec }) => (spec.nodeName ? [spec.nodeName] : []));
    for (const ref of [REPLICA_SETS, CONTROLLER_REVISIONS])
      informers.of(ref).addIndex(BY_CONTROLLER, controllerIndex).addIndex('namespace', namespaceIndex);
    informers.of(DEPLOYMENTS).addIndex('namespace', namespaceIndex);
    const recorder = (account: string, component = account): EventRecorder => new EventRecorder(ctx, client, { component, actor: account });
    const needs: Needs = { ctx, informers, client: (account) => clientOf(ctx, account, RATE), recorder };
    this.controllers = [new DeploymentController(needs), new ReplicaSetController(needs), new DaemonSetController(needs)];
    const watched = [DEPLOYMENTS, REPLICA_SETS, DAEMON_SETS, CONTROLLER_REVISIONS, PODS, NODES].map((ref) => informers.of(ref).start());
    const begin = function* (this: Manager): Task<void> {
      yield* synced(watched);
      for (const controller of this.controllers) controller.start();
    };
    ctx.spawn(begin.call(this));
  }
  inspect(): Interior {
    return Object.assign({}, ...this.controllers.map((controller) => controller.inspect()));
  }
}

const START_US = 300 * MS;
const STOP_US = 100 * MS;

/** Binds pods in turn, or where they must go, starts them unless their image is bad, and stops them when asked to. */
class Nodes implements Program {
  names: readonly string[] = [];
  private turn = 0;
  start(ctx: Ctx): void {
    const api = clientOf(ctx, 'nodes');
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
  private *run(ctx: Ctx, api: ApiClient, pod: Pod): Task<void> {
    const { name, namespace = '' } = pod.metadata;
    const affinity = JSON.stringify(pod.spec.affinity ?? {});
    const target = this.names.find((node) => affinity.includes(node)) ?? this.names[this.turn++ % this.names.length] ?? '';
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target: { kind: 'Node', name: target } };
    yield* api.create(PODS, { namespace, name }, binding, { subresource: 'binding' });
    if (pod.spec.containers[0]?.image.includes('bad')) return;
    yield* ctx.sleep(START_US);
    const lastTransitionTime = '2026-01-01T00:00:00Z';
    yield* setStatus(api, pod, { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime }] });
  }
  private *stop(ctx: Ctx, api: ApiClient, pod: Pod): Task<void> {
    yield* ctx.sleep(STOP_US);
    yield* setStatus(api, pod, { phase: 'Succeeded' });
    yield* ctx.sleep(STOP_US);
    const { name, namespace = '' } = pod.metadata;
    yield* api.delete(PODS, { namespace, name }, { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 });
  }
}

function* setStatus(api: ApiClient, { metadata: { name, namespace = '' } }: Pod, status: JsonObject): Task<void> {
  const found = yield* api.get<Pod>(PODS, { namespace, name });
  if (found.ok) yield* api.update(PODS, { ...found.body, status: { ...found.body.status, ...status } } as Pod, { subresource: 'status' });
}

class User implements Program {
  private started: { readonly ctx: Ctx; readonly api: ApiClient } | null = null;
  start(ctx: Ctx): void {
    this.started = { ctx, api: clientOf(ctx, 'user') };
  }
  get hands(): { readonly ctx: Ctx; readonly api: ApiClient } {
    if (this.started === null) throw new Error('not started');
    return this.started;
  }
  inspect(): Interior {
    return {};
  }
}

export const MANAGER = componentId('kube-controller-manager');
/** A cluster of which only these controllers are real. */
export class Workloads {
  readonly sim = new Simulation({ seed: 7, latency: () => ({ leastUs: 300, spreadUs: 200 }) });
  readonly manager = new Manager();
  private readonly nodes = new Nodes();
  private readonly user = new User();
  private since = 0;

  constructor(nodes: readonly string[] = ['node-1', 'node-2', 'node-3']) {
    this.sim.start(ETCD, etcd(newDisk()));
    this.sim.start(API_SERVER, kubeApiserver());
    this.sim.start(componentId('user'), this.user);
    this.rest();
    this.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } });
    for (const name of nodes) this.addNode(name);
    this.nodes.names = nodes;
    this.sim.start(componentId('nodes'), this.nodes);
    this.sim.start(MANAGER, this.manager);
    this.rest();
    this.mark();
  }

  addNode(name: string, taints: readonly JsonObject[] = []): void {
    this.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { disk: 'ssd' } }, spec: { taints } }, null);
    // A node of a real cluster would be untainted by its lifecycle controller.
    this.change<Node>(NODES, name, (node) => ({ ...node, spec: { ...node.spec, taints: taints as unknown as [] } }), null);
    this.nodes.names = [...this.nodes.names, name];
  }

  rest(): this {
    this.sim.runToRest(simTime(this.sim.now + 1_200 * SECOND));
    const [crash] = this.sim.crashes;
    if (crash !== undefined) throw new Error(`${crash.component} crashed: ${crash.stack}`);
    return this;
  }
  /** Requests are counted from here. */
  mark(): this {
    this.since = this.sim.recorder.records.length;
    return this;
  }

  ask<T>(request: (api: ApiClient) => Task<Reply<T>>): T {
    let answer: Reply<T> | null = null;
    const { api, ctx } = this.user.hands;
    ctx.spawn(
      (function* (): Task<void> {
        answer = yield* request(api);
      })(),
    );
    this.sim.runUntil(simTime(this.sim.now + 20 * MS));
    const reply = answer as Reply<T> | null;
    if (!reply?.ok) throw new Error(JSON.stringify(reply));
    return reply.body;
  }
  create(ref: ResourceRef, object: JsonObject, namespace: string | null = 'default'): void {
    this.ask((api) => api.create(ref, { namespace, name: '' }, object));
  }
  get<T extends KubeObject>(ref: ResourceRef, name: string, namespace: string | null = 'default'): T {
    return this.ask<T>((api) => api.get<T>(ref, { namespace, name }));
  }
  change<T extends KubeObject>(ref: ResourceRef, name: string, to: (object: T) => T, namespace: string | null = 'default'): void {
    const found = this.get<T>(ref, name, namespace);
    this.ask((api) => api.update<T>(ref, to(found)));
  }
  list<T extends KubeObject>(ref: ResourceRef): readonly T[] {
    return this.ask((api) => api.list<T>(ref, 'default')).items;
  }

  /** What an actor asked for since the mark, in order: `PUT deployments/d/status 200`. Events apart. */
  sent(actor: string): string[] {
    return this.requests(actor).flatMap(({ line, resource }) => (resource === 'events' ? [] : [line]));
  }
  /** `reason: message` of Events told since the mark. */
  told(actor: string): string[] {
    return this.requests(actor).flatMap(({ resource, body }) =>
      resource === 'events' && body !== null ? [`${body['reason']}: ${body['message']}`] : [],
    );
  }
  statuses(actor: string, part: string): JsonObject[] {
    return this.requests(actor).flatMap(({ line, body }) =>
      line.includes(part) && line.endsWith('200') ? [body?.['status'] as JsonObject] : [],
    );
  }

  private requests(actor: string): { readonly line: string; readonly resource: string; readonly body: JsonObject | null }[] {
    const { records } = this.sim.recorder;
    return records.slice(this.since).flatMap(({ seq, from, actor: who, payload }) => {
      if (from !== MANAGER || who !== actor || payload.protocol !== 'http' || payload.kind !== 'request') return [];
      const { method, path, body } = payload as HttpRequest;
      const answer = records.find((record) => record.exchange === seq && record.payload.kind === 'response')?.payload as
        | HttpResponse
        | undefined;
      const where = path.replace(/^\/apis?\/(apps\/)?v1\/(namespaces\/default\/)?/, '');
      return [
        { line: `${method} ${where} ${answer?.status ?? 0}`, resource: where.split(/[/?]/)[0] ?? '', body: body as JsonObject | null },
      ];
    });
  }
}

// ---- Objects and texts

export const template = (image = 'nginx:1', spec: JsonObject = {}): JsonObject => ({
  metadata: { labels: { app: 'd' } },
  spec: { containers: [{ name: 'c', image }], ...spec },
});
/** A workload named `d` whose pods are labelled `app: d`. */
export const workload = (kind: string, spec: JsonObject = {}): JsonObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'd', namespace: 'default' },
  spec: { selector: { matchLabels: { app: 'd' } }, template: template(), ...spec },
});
export const withImage = <T extends Deployment | DaemonSet>(object: T, image: string): T => ({
  ...object,
  spec: {
    ...object.spec,
    template: { ...object.spec.template, spec: { ...object.spec.template.spec, containers: [{ name: 'c', image }] } },
  },
});
/** `Available=True MinimumReplicasAvailable` */
export const conditions = (of: { readonly conditions?: readonly Condition[] } | undefined): string[] =>
  (of?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`);
/** Without 409s and with the names of ReplicaSets told by the order in which they came. */
export function settled(lines: readonly string[]): string[] {
  const names: string[] = [];
  return lines
    .filter((line) => !line.endsWith(' 409'))
    .map((line) =>
      line.replace(/replicasets\/(d-[a-z0-9]+)/, (_, name: string) => {
        if (!names.includes(name)) names.push(name);
        return `replicasets/${'ABC'[names.indexOf(name)]}`;
      }),
    );
}
