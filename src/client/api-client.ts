// Requests to kube-apiserver with an identity, a user agent and a rate limit.
// Models k8s.io/client-go/rest (request.go) and util/flowcontrol. Left out: retries on 429 and
// Retry-After, protobuf bytes (bodies are shown decoded; the content type is the real one).
import { SECOND } from '../base/brand';
import type { Json, JsonObject } from '../base/json';
import { resourcePath } from '../machinery/resources';
import type { KubeList, KubeObject, Status } from '../machinery/types';
import type { Failure, Stream, StreamItem } from '../sim/network';
import type { Ctx } from '../sim/process';
import type { Task } from '../sim/task';
import { API_SERVER } from '../wire/names';
import type { Certificate, Headers, HttpRequest, HttpResponse, Method } from '../wire/payload';

/** A group, version and plural name: `{group: 'apps', version: 'v1', resource: 'deployments'}`. */
export interface ResourceRef {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}
export interface ObjectName {
  readonly namespace: string | null;
  readonly name: string;
}

export type Credentials =
  | { readonly type: 'certificate'; readonly certificate: Certificate }
  | { readonly type: 'token'; readonly token: string }
  /** Read anew for each request, as from the file that a kubelet keeps fresh. */
  | { readonly type: 'token-file'; readonly read: () => string }
  /** A token that is asked for before the first request, and again before it runs out. */
  | { readonly type: 'tokens'; readonly source: () => Task<string> }
  | { readonly type: 'anonymous' };

export interface ApiClientOptions {
  readonly credentials: Credentials;
  readonly userAgent: string;
  /** Part of the component that speaks: `deployment-controller`. Default: the running task's. */
  readonly actor?: string;
  /** Requests per second and how many may come at once; default unlimited. */
  readonly qps?: number;
  readonly burst?: number;
  /** The built-in types travel as protobuf between Kubernetes' own components. */
  readonly protobuf?: boolean;
}

/** An answer: 2xx with the body, or a refusal with its Status, or no answer at all (status 0). */
export type Reply<T = Json> =
  | { readonly ok: true; readonly status: number; readonly body: T }
  | { readonly ok: false; readonly status: number; readonly error: Status | null; readonly failure: Failure | null };

export interface RequestOptions {
  /** Query as sent, without the question mark. */
  readonly query?: string;
  readonly idle?: boolean;
  readonly timeoutUs?: number;
  readonly headers?: Headers;
}
export type PatchType = 'strategic' | 'merge' | 'json' | 'apply';
const PATCH_CONTENT_TYPE: { readonly [type in PatchType]: string } = {
  strategic: 'application/strategic-merge-patch+json',
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};
const NONE: Headers = {};
const PROTOBUF = 'application/vnd.kubernetes.protobuf';

export class ApiClient {
  private tokens: number;
  private refilledAt: number;

  constructor(
    private readonly ctx: Ctx,
    private readonly options: ApiClientOptions,
  ) {
    this.tokens = options.burst ?? 0;
    this.refilledAt = ctx.now();
  }

  *get<T extends KubeObject>(ref: ResourceRef, object: ObjectName, options: RequestOptions = {}): Task<Reply<T>> {
    return (yield* this.send('GET', this.path(ref, object, null, options), null, options)) as Reply<T>;
  }

  *list<T extends KubeObject>(ref: ResourceRef, namespace: string | null, options: RequestOptions = {}): Task<Reply<KubeList<T>>> {
    return (yield* this.send('GET', this.path(ref, { namespace, name: '' }, null, options), null, options)) as Reply<KubeList<T>>;
  }

  /** POST to the collection, or with `subresource` to an object's (`binding`, `token`, `eviction`). */
  *create<T extends KubeObject>(
    ref: ResourceRef,
    object: ObjectName,
    body: KubeObject | JsonObject,
    options: RequestOptions & { readonly subresource?: string } = {},
  ): Task<Reply<T>> {
    const target = options.subresource === undefined ? { ...object, name: '' } : object;
    return (yield* this.send('POST', this.path(ref, target, options.subresource ?? null, options), body as Json, options)) as Reply<T>;
  }

  *update<T extends KubeObject>(
    ref: ResourceRef,
    object: T,
    options: RequestOptions & { readonly subresource?: string } = {},
  ): Task<Reply<T>> {
    const { namespace, name } = object.metadata;
    const path = this.path(ref, { namespace: namespace ?? null, name }, options.subresource ?? null, options);
    return (yield* this.send('PUT', path, object as unknown as Json, options)) as Reply<T>;
  }

  *patch<T extends KubeObject>(
    ref: ResourceRef,
    object: ObjectName,
    type: PatchType,
    patch: Json,
    options: RequestOptions & { readonly subresource?: string } = {},
  ): Task<Reply<T>> {
    const path = this.path(ref, object, options.subresource ?? null, options);
    const headers = { ...options.headers, 'content-type': PATCH_CONTENT_TYPE[type] };
    return (yield* this.send('PATCH', path, patch, { ...options, headers })) as Reply<T>;
  }

  *delete(ref: ResourceRef, object: ObjectName, body: JsonObject | null = null, options: RequestOptions = {}): Task<Reply> {
    return yield* this.send('DELETE', this.path(ref, object, null, options), body, options);
  }

  /** Any request: `path` with its query. */
  *send(method: Method, path: string, body: Json, options: RequestOptions = {}): Task<Reply> {
    const { credentials } = this.options;
    yield* this.throttle(options.idle ?? false);
    const token = credentials.type === 'tokens' ? yield* credentials.source() : null;
    const headers = token === null ? options.headers : { authorization: `Bearer ${token}`, ...options.headers };
    const answer = yield* this.ctx.call(API_SERVER, this.request(method, path, body, headers), {
      ...(options.idle === undefined ? {} : { idle: options.idle }),
      ...(options.timeoutUs === undefined ? {} : { timeoutUs: options.timeoutUs }),
    });
    if (!answer.ok) return { ok: false, status: 0, error: null, failure: answer.failure };
    const response = answer.payload as HttpResponse;
    if (response.status < 400) return { ok: true, status: response.status, body: response.body };
    return { ok: false, status: response.status, error: response.body as unknown as Status, failure: null };
  }

  /** Opens a watch (or any other stream). `path` carries the whole query. */
  open(path: string, hear: (item: StreamItem) => void, options: { readonly idle?: boolean; readonly headers?: Headers } = {}): Stream {
    return this.ctx.open(API_SERVER, this.request('GET', path, null, options.headers), hear, options);
  }

  private path(ref: ResourceRef, object: ObjectName, subresource: string | null, options: RequestOptions): string {
    const path = resourcePath(ref, object.namespace, object.name === '' ? null : object.name, subresource);
    return options.query ? `${path}?${options.query}` : path;
  }

  private request(method: Method, path: string, body: Json, headers: Headers = NONE): HttpRequest {
    const { credentials, userAgent, protobuf } = this.options;
    const own: { [name: string]: string } = { accept: protobuf ? `${PROTOBUF},application/json` : 'application/json' };
    if (credentials.type === 'token') own.authorization = `Bearer ${credentials.token}`;
    if (credentials.type === 'token-file') own.authorization = `Bearer ${credentials.read()}`;
    if (body !== null) own['content-type'] = protobuf ? PROTOBUF : 'application/json';
    own['user-agent'] = userAgent;
    return {
      protocol: 'http',
      kind: 'request',
      method,
      path,
      headers: headers === NONE ? own : Object.assign(own, headers),
      body,
      certificate: credentials.type === 'certificate' ? credentials.certificate : null,
    };
  }

  /** A token bucket: waits until this request may be sent. */
  private *throttle(idle: boolean): Task<void> {
    const { qps, burst } = this.options;
    if (qps === undefined || burst === undefined) return;
    const now = this.ctx.now();
    this.tokens = Math.min(burst, this.tokens + ((now - this.refilledAt) * qps) / SECOND) - 1;
    this.refilledAt = now;
    if (this.tokens < 0) yield* this.ctx.sleep(Math.ceil((-this.tokens * SECOND) / qps), { idle });
  }
}
