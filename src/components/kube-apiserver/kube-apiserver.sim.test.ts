// The server with its etcd and a client that a test drives by hand.
import { describe, expect, test } from 'vitest';
import { SECOND, simTime } from '../../base/brand';
import type { Json, JsonObject } from '../../base/json';
import type { Ctx, Program } from '../../sim/process';
import { Simulation } from '../../sim/simulation';
import type { Task } from '../../sim/task';
import { API_SERVER, componentId, ETCD } from '../../wire/names';
import type { HttpRequest, HttpResponse, Method, WatchDelivery } from '../../wire/payload';
import { etcd } from '../etcd/etcd';
import { newDisk } from '../etcd/member';
import { kubeApiserver } from './kube-apiserver';

const CLIENT = componentId('client');
const ADMIN = { commonName: 'kubernetes-admin', organizations: ['kubeadm:cluster-admins'] };

class Client implements Program {
  ctx!: Ctx;
  start(ctx: Ctx): void {
    this.ctx = ctx;
  }
  inspect(): Record<string, never> {
    return {};
  }
}

class Cluster {
  readonly disk = newDisk();
  readonly sim = new Simulation({ seed: 1, latency: () => ({ leastUs: 100, spreadUs: 50 }) });
  readonly client = new Client();
  constructor() {
    this.sim.start(ETCD, etcd(this.disk));
    this.sim.start(CLIENT, this.client);
    this.startServer();
  }
  startServer(): void {
    this.sim.start(API_SERVER, kubeApiserver());
    this.run();
  }
  run(): void {
    this.sim.runToRest(simTime(this.sim.now + 600 * SECOND));
    expect(this.sim.crashes).toEqual([]);
  }
  send(method: Method, path: string, body: Json = null, headers: { [name: string]: string } = {}, certificate = ADMIN): HttpResponse {
    const { ctx } = this.client;
    let response: HttpResponse | null = null;
    const request: HttpRequest = {
      protocol: 'http',
      kind: 'request',
      method,
      path,
      body,
      headers: { accept: 'application/json', ...(body === null ? {} : { 'content-type': 'application/json' }), ...headers },
      certificate,
    };
    ctx.spawn(
      (function* (): Task<void> {
        const answer = yield* ctx.call(API_SERVER, request);
        if (answer.ok) response = answer.payload as HttpResponse;
      })(),
    );
    this.run();
    return response as unknown as HttpResponse;
  }
  watch(path: string): WatchDelivery[] {
    const heard: WatchDelivery[] = [];
    this.client.ctx.open(
      API_SERVER,
      { protocol: 'http', kind: 'request', method: 'GET', path, body: null, headers: {}, certificate: ADMIN },
      (item) => {
        if (item.type === 'delivery') heard.push(item.payload as WatchDelivery);
      },
    );
    this.run();
    return heard;
  }
}

const body = (response: HttpResponse): JsonObject => response.body as JsonObject;
const configMap = (name: string): JsonObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: '1' } });
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

describe('kube-apiserver', () => {
  test('starts on an empty store and becomes ready', () => {
    const cluster = new Cluster();
    expect(cluster.send('GET', '/readyz')).toMatchObject({ status: 200, body: 'ok' });
    const roles = cluster.send('GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles');
    expect((body(roles).items as Json[]).length).toBe(69);
    expect(cluster.send('GET', '/api/v1/namespaces/default/services/kubernetes').status).toBe(200);
  });

  test('creates, reads, changes and deletes, and a watch hears of it', () => {
    const cluster = new Cluster();
    const heard = cluster.watch(
      `${CONFIG_MAPS}?watch=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&sendInitialEvents=true&timeoutSeconds=300`,
    );
    expect(heard.map(({ type }) => type)).toEqual(['BOOKMARK']);
    const created = cluster.send('POST', CONFIG_MAPS, configMap('a'));
    expect(created.status).toBe(201);
    const { resourceVersion } = body(created).metadata as { resourceVersion: string };
    expect(cluster.send('GET', `${CONFIG_MAPS}/a`).body).toEqual(created.body);
    const changed = cluster.send('PUT', `${CONFIG_MAPS}/a`, { ...body(created), data: { a: '2' } });
    expect(changed.status).toBe(200);
    expect(cluster.send('PUT', `${CONFIG_MAPS}/a`, { ...body(created), data: { a: '3' } }).status).toBe(409);
    const again = cluster.send('PUT', `${CONFIG_MAPS}/a`, changed.body);
    expect(body(again).metadata).toEqual(body(changed).metadata);
    expect(cluster.send('DELETE', `${CONFIG_MAPS}/a`)).toMatchObject({ status: 200, body: { kind: 'Status', status: 'Success' } });
    expect(cluster.send('GET', `${CONFIG_MAPS}/a`).status).toBe(404);
    expect(heard.map(({ type }) => type)).toEqual(['BOOKMARK', 'ADDED', 'MODIFIED', 'DELETED']);
    expect(Number(resourceVersion)).toBeGreaterThan(150);
  });

  test('writes that the grace of a Pod has ended before the Pod goes', () => {
    const cluster = new Cluster();
    const pods = '/api/v1/namespaces/default/pods';
    cluster.send('POST', '/api/v1/namespaces/default/serviceaccounts', {
      kind: 'ServiceAccount',
      apiVersion: 'v1',
      metadata: { name: 'default' },
    });
    const spec = { nodeName: 'node-1', containers: [{ name: 'c', image: 'nginx' }] };
    expect(cluster.send('POST', pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec }).status).toBe(201);
    const heard = cluster.watch(`${pods}?watch=true&resourceVersionMatch=NotOlderThan&sendInitialEvents=true&timeoutSeconds=300`);
    const grace = ({ type, object }: WatchDelivery) =>
      `${type} ${(object as { metadata: JsonObject }).metadata.deletionGracePeriodSeconds}`;
    const options = (gracePeriodSeconds: number) => ({ kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds });
    for (const seconds of [20, 40, 0]) cluster.send('DELETE', `${pods}/a`, options(seconds));
    expect(heard.map(grace).slice(-3)).toEqual(['MODIFIED 20', 'MODIFIED 0', 'DELETED 0']);
  });

  test('refuses what nobody allowed, and says who asked', () => {
    const cluster = new Cluster();
    const refused = cluster.send('GET', '/api/v1/namespaces/default/pods', null, {}, { commonName: 'bob', organizations: [] });
    expect(refused).toMatchObject({
      status: 403,
      body: { message: 'pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "default"' },
    });
    const chain = cluster.sim.recorder.records.filter(({ payload }) => payload.kind === 'inside' && payload.topic === 'chain').at(-1)
      ?.payload as unknown as { detail: JsonObject };
    expect(chain.detail).toMatchObject({
      user: 'bob',
      stages: [
        { stage: 'authentication', verdict: 'ok' },
        { stage: 'priority-and-fairness' },
        { stage: 'authorization', verdict: 'refused' },
      ],
    });
  });

  test('goes on from etcd after a restart', () => {
    const cluster = new Cluster();
    cluster.send('POST', CONFIG_MAPS, configMap('kept'));
    const { revision } = cluster.disk.store;
    cluster.sim.process(API_SERVER)?.kill(1);
    cluster.startServer();
    expect(cluster.send('GET', `${CONFIG_MAPS}/kept`).status).toBe(200);
    expect(cluster.disk.store.revision - revision).toBeLessThan(3);
  });
});
