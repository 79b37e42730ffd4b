// One machine with the real engine under its kubelet, and the real kube-apiserver and etcd, for tests. The test
// is the user, and binds pods itself.
import { MS, SECOND, simTime } from '../../../base/brand';
import type { Json, JsonObject } from '../../../base/json';
import { ApiClient, type Reply, type ResourceRef } from '../../../client/api-client';
import type { KubeObject, Node, Pod, PodSpec, PodStatus } from '../../../machinery/types';
import { type Ctx, type Interior, Process, type Program } from '../../../sim/process';
import type { PayloadMode } from '../../../sim/recorder';
import { Simulation } from '../../../sim/simulation';
import type { Task } from '../../../sim/task';
import { API_SERVER, componentId, ETCD, onNode, podProcess, REGISTRY } from '../../../wire/names';
import type { CallRequest, HttpRequest, HttpResponse, Inside } from '../../../wire/payload';
import type { ClusterSpec, NodeSpec } from '../../../wire/run';
import { cni, newCniDisk } from '../../cni/cni';
import { containerd } from '../../containerd/containerd';
import { newContainerdDisk } from '../../containerd/disk';
import { etcd } from '../../etcd/etcd';
import { newDisk } from '../../etcd/member';
import { kubeApiserver } from '../../kube-apiserver/kube-apiserver';
import { PodProgram } from '../../pod/pod';
import { registry } from '../../registry/registry';
import { type Launch, runc } from '../../runc/runc';
import { kubelet, newKubeletDisk } from '../kubelet';

const NODE: NodeSpec = { name: 'n', role: 'worker', address: '10.0.0.7', podCIDR: '10.244.0.0/24', cpu: '2', memory: '2Gi', pods: '110' };
const IMAGES: ClusterSpec['images'] = {
  nginx: { sizeBytes: 1_000_000, behaviour: { does: 'serve', port: 80 } },
  unready: { sizeBytes: 1_000_000, behaviour: { does: 'never-ready', port: 80 } },
  busybox: { sizeBytes: 1_000_000, behaviour: { does: 'shell' } },
  'registry.k8s.io/pause': { sizeBytes: 300_000, behaviour: { does: 'pause' } },
};
const PULLED = ['registry.k8s.io/pause:3.10.1', 'nginx:1', 'unready:1', 'busybox:1'];
export const KUBELET = onNode('kubelet', NODE.name);
const ENGINE = onNode('containerd', NODE.name);
const ADMIN = { type: 'certificate', certificate: { commonName: 'admin', organizations: ['system:masters'] } } as const;
const core = (resource: string): ResourceRef => ({ group: '', version: 'v1', resource });
const PODS = core('pods');

class User implements Program {
  ctx: Ctx | null = null;
  start(ctx: Ctx): void {
    this.ctx = ctx;
  }
  inspect(): Interior {
    return {};
  }
}

export class Machine {
  readonly sim: Simulation;
  readonly manifests = new Map<string, Pod>();
  private readonly user = new User();
  private readonly disk = newKubeletDisk();
  private readonly containerdDisk = newContainerdDisk(PULLED, IMAGES);
  private since = 0;

  constructor(options: { readonly payloads?: PayloadMode; readonly withServer?: boolean } = {}) {
    this.sim = new Simulation({ seed: 3, latency: () => ({ leastUs: 100, spreadUs: 100 }), payloads: options.payloads ?? 'shared' });
    this.sim.start(REGISTRY, registry({ images: IMAGES, bytesPerSecond: 100_000_000 }));
    this.sim.start(onNode('runc', NODE.name), runc({ node: NODE.name, images: IMAGES, launch: this.launch }));
    this.sim.start(onNode('cni', NODE.name), cni(NODE.podCIDR, newCniDisk()));
    this.startEngine();
    if (options.withServer !== false) this.startServer();
    this.startKubelet();
    this.run(12);
  }

  // ---- What can be done to it

  startServer(): this {
    this.sim.start(ETCD, etcd(newDisk()));
    this.sim.start(API_SERVER, kubeApiserver());
    this.run(2);
    this.sim.start(componentId('user'), this.user);
    this.create(core('serviceaccounts'), { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } });
    const ca = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-root-ca.crt' }, data: { 'ca.crt': 'CERTIFICATE' } };
    return this.create(core('configmaps'), ca);
  }
  startKubelet(): this {
    this.sim.start(KUBELET, kubelet({ node: NODE, manifests: this.manifests, disk: this.disk }));
    return this;
  }
  startEngine(): this {
    this.sim.start(ENGINE, containerd(NODE.name, this.containerdDisk));
    return this;
  }
  killEngine(): this {
    return this.kill(ENGINE);
  }
  kill(id: typeof KUBELET): this {
    const process = this.sim.process(id);
    if (process === null) throw new Error(`${id} does not run`);
    process.kill(137);
    return this;
  }
  run(seconds: number): this {
    this.sim.runUntil(simTime(this.sim.now + seconds * SECOND));
    return this.check();
  }
  rest(): this {
    this.sim.runToRest();
    return this.check();
  }

  create(ref: ResourceRef, object: JsonObject, namespace: string | null = 'default'): this {
    this.must(this.ask((api) => api.create(ref, { namespace, name: '' }, object)));
    return this;
  }
  /** A pod bound to this machine. */
  pod(name: string, spec: Partial<PodSpec>, metadata: JsonObject = {}): this {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, ...metadata }, spec: { nodeName: NODE.name, ...spec } };
    return this.create(PODS, pod as unknown as JsonObject);
  }
  patch(name: string, patch: JsonObject): this {
    this.must(this.ask((api) => api.patch(PODS, { namespace: 'default', name }, 'strategic', patch)));
    return this;
  }
  deletePod(name: string, options: JsonObject = {}): this {
    this.must(this.ask((api) => api.delete(PODS, { namespace: 'default', name }, { kind: 'DeleteOptions', apiVersion: 'v1', ...options })));
    return this;
  }

  // ---- What can be seen of it

  /** Tells what happens from here on. */
  mark(): this {
    this.since = this.sim.recorder.records.length;
    return this;
  }
  get<T extends KubeObject>(ref: ResourceRef, name: string, namespace: string | null = 'default'): T | null {
    const reply = this.ask<T>((api) => api.get<T>(ref, { namespace, name }));
    return reply.ok ? reply.body : null;
  }
  status(name: string, namespace = 'default'): PodStatus {
    return this.get<Pod>(PODS, name, namespace)?.status ?? {};
  }
  /** `READY` of a condition: its status, and its reason. */
  condition(name: string, type: string): string {
    const found = this.status(name).conditions?.find((condition) => condition.type === type);
    return [found?.status, found?.reason].filter((word) => word !== undefined).join(' ');
  }
  /** The kubelet's CRI calls, without lists and other polls. */
  calls(): string[] {
    return this.sent().flatMap(({ payload }) => {
      const { protocol, kind, rpc } = payload as CallRequest;
      return protocol === 'cri' && kind === 'request' && !POLLS.has(rpc) ? [rpc] : [];
    });
  }
  /** Its requests, without leases, Events and what is periodic about its Node. */
  requests(): string[] {
    return this.sent().flatMap(({ payload }) => {
      const { protocol, kind, method, path } = payload as HttpRequest;
      return protocol === 'http' && kind === 'request' && !/leases|events|\/nodes\/n/.test(path)
        ? [`${method} ${path.replace(/\?.*/, '')}`]
        : [];
    });
  }
  /** How often the kubelet read its Node. */
  nodeReads(): number {
    const isRead = ({ protocol, kind, method, path }: HttpRequest): boolean =>
      protocol === 'http' && kind === 'request' && method === 'GET' && /\/nodes\/[^/?]+$/.test(path);
    return this.sent().filter(({ payload }) => isRead(payload as HttpRequest)).length;
  }
  /** `Normal Started: Container started`, a repeated one as `again: ...`. */
  events(): string[] {
    return this.sent().flatMap(({ payload }) => {
      const { protocol, kind, method, path, body } = payload as HttpRequest;
      if (protocol !== 'http' || kind !== 'request' || !path.includes('/events')) return [];
      const { type, reason, message } = body as JsonObject;
      return [method === 'POST' ? `${String(type)} ${String(reason)}: ${String(message)}` : `again: ${String(message)}`];
    });
  }
  patches(): JsonObject[] {
    return this.sent().flatMap(({ payload }) => {
      const { method, path, body } = payload as HttpRequest;
      return method === 'PATCH' && path.includes('/pods/') ? [(body as { readonly status: JsonObject }).status] : [];
    });
  }
  node(): Node {
    const node = this.get<Node>(core('nodes'), NODE.name, null);
    if (node === null) throw new Error('not registered');
    return node;
  }
  /** What CreateContainer was asked for. */
  created(): { readonly args?: readonly string[]; readonly envs: readonly { readonly key: string; readonly value: string }[] }[] {
    return this.sent().flatMap(({ payload }) => {
      const { protocol, kind, rpc, body } = payload as CallRequest;
      return protocol === 'cri' && kind === 'request' && rpc === 'CreateContainer' ? [body.config as never] : [];
    });
  }
  /** The kubelet's interior as its inside records tell it, and as it says itself. */
  interiors(): { readonly folded: Interior; readonly inspected: Interior } {
    const folded: { [path: string]: Json } = {};
    for (const { from, payload } of this.sim.recorder.records) {
      if (from !== KUBELET || payload.kind !== 'inside') continue;
      for (const [path, value] of Object.entries((payload as Inside).set)) {
        if (value === null || value === undefined) delete folded[path];
        else folded[path] = value;
      }
    }
    const process = this.sim.process(KUBELET);
    return { folded, inspected: process instanceof Process ? process.program.inspect() : {} };
  }

  // ---- Inside

  private sent() {
    return this.sim.recorder.records.slice(this.since).filter(({ from }) => from === KUBELET);
  }
  private ask<T>(request: (api: ApiClient) => Task<Reply<T>>): Reply<T> {
    let answer: Reply<T> | null = null;
    const { ctx } = this.user;
    if (ctx === null) throw new Error('no server');
    const task = function* (): Task<void> {
      answer = yield* request(new ApiClient(ctx, { credentials: ADMIN, userAgent: 'user' }));
    };
    ctx.spawn(task());
    for (let i = 0; i < 1_000 && answer === null; i++) this.sim.runUntil(simTime(this.sim.now + MS / 10));
    if (answer === null) throw new Error('no answer');
    return answer;
  }
  private must(reply: Reply<unknown>): void {
    if (!reply.ok) throw new Error(JSON.stringify((reply as { readonly error: unknown }).error as HttpResponse['body']));
  }
  private check(): this {
    const [crash] = this.sim.crashes;
    if (crash !== undefined) throw new Error(`${crash.component} crashed: ${crash.stack}`);
    return this;
  }

  private readonly launch: Launch = (behaviour, { namespace, podName, id }, onExit) => {
    if (behaviour.does !== 'serve' && behaviour.does !== 'never-ready') return null;
    const name = podProcess(namespace, podName);
    const program = (this.sim.process(name)?.program ?? this.sim.start(name, new PodProgram(() => null)).program) as PodProgram;
    program.serve(id, { port: behaviour.port, status: behaviour.does === 'serve' ? 200 : 503, onExit });
    return { kill: () => program.end(id, 137), terminate: () => program.stop(id) };
  };
}

const POLLS = new Set(['ListPodSandbox', 'ListContainers', 'ListImages', 'Status', 'Version', 'UpdateRuntimeConfig']);
