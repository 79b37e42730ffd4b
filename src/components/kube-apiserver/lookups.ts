// What admission plugins and subresources ask of the server: its caches, etcd, and itself over loopback.

import { assert } from '../../base/assert';
import type { Json, JsonObject } from '../../base/json';
import { findResource, type ResourceInfo, storageKey } from '../../machinery/resources';
import type { Ctx } from '../../sim/process';
import type { Task } from '../../sim/task';
import { API_SERVER } from '../../wire/names';
import type { HttpRequest, HttpResponse, Method } from '../../wire/payload';
import type { Needs } from './admission/plugin';
import { LOOPBACK, MASTERS } from './chain/user';
import { Refusal, refuse } from './refusal';
import type { NameGenerator } from './registry/names';
import type { Etcd3 } from './storage/etcd3';
import { decode, type Versioned } from './storage/versioner';
import type { WatchCache } from './storage/watch-cache';

export const USER_AGENT = 'kube-apiserver/v1.36.2 (linux/amd64) kubernetes/0000000';

export function resourceNamed(group: string, resource: string): ResourceInfo {
  const info = findResource(group, null, resource);
  assert(info !== null, `no resource ${resource} in group ${group}`);
  return info;
}

export class Lookups implements Needs {
  constructor(
    private readonly ctx: Ctx,
    private readonly etcd: Etcd3,
    private readonly cacheOf: (info: ResourceInfo) => WatchCache | null,
    readonly names: NameGenerator,
  ) {}

  resource(group: string, resource: string): ResourceInfo {
    return resourceNamed(group, resource);
  }

  cached(group: string, resource: string, namespace: string, name: string): Versioned | null {
    const info = resourceNamed(group, resource);
    return this.cacheOf(info)?.get(storageKey(info, namespace, name)) ?? null;
  }

  cachedList(group: string, resource: string, namespace: string): readonly Versioned[] {
    const info = resourceNamed(group, resource);
    return this.cacheOf(info)?.list(storageKey(info, namespace, null)) ?? [];
  }

  *live(group: string, resource: string, namespace: string, name: string): Task<Versioned | null | Refusal> {
    const kv = yield* this.etcd.get(storageKey(resourceNamed(group, resource), namespace, name));
    return kv === null || kv instanceof Refusal ? kv : decode(kv.value, kv.mod_revision);
  }

  *loopbackList(path: string): Task<readonly Versioned[]> {
    const answer = yield* this.loopback('GET', path, null);
    return answer instanceof Refusal ? [] : ((answer.items ?? []) as readonly Versioned[]);
  }

  /** A request that the server sends to itself over its loopback connection. */
  *loopback(method: Method, path: string, body: Json): Task<JsonObject | Refusal> {
    const answer = yield* this.ctx.call(API_SERVER, loopbackRequest(method, path, body));
    if (!answer.ok)
      return refuse({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: answer.failure, code: 500 });
    const response = answer.payload as HttpResponse;
    return response.status < 400 ? (response.body as JsonObject) : refuse(response.body as never);
  }

  *sleep(us: number): Task<void> {
    yield* this.ctx.sleep(us);
  }

  now(): number {
    return this.ctx.now();
  }
}

function loopbackRequest(method: Method, path: string, body: Json): HttpRequest {
  const type = 'application/vnd.kubernetes.protobuf';
  return {
    protocol: 'http',
    kind: 'request',
    method,
    path,
    body,
    headers: { accept: `${type}, */*`, ...(body === null ? {} : { 'content-type': type }), 'user-agent': USER_AGENT },
    certificate: { commonName: LOOPBACK.name, organizations: [MASTERS] },
  };
}
