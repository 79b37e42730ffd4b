// kubectl's HTTP client: the headers it sends, what it does with warnings, and how it waits on a watch.
// Models client-go rest and kubectl's command-header round tripper. Protobuf bodies are shown decoded,
// with their real content type. Left out: proxies, gzip (the header is sent).

import { SECOND } from '../../base/brand';
import type { Json, JsonObject } from '../../base/json';
import { parseGoDuration } from '../../machinery/duration';
import { queryEscape } from '../../machinery/resources';
import type { Status } from '../../machinery/status';
import type { Failure, Stream } from '../../sim/network';
import type { Ctx } from '../../sim/process';
import { suspend, type Task } from '../../sim/task';
import { API_SERVER } from '../../wire/names';
import type { Certificate, Headers, HttpFrame, HttpRequest, HttpResponse, Method, WatchDelivery } from '../../wire/payload';
import { CHANNELS, SPDY } from '../../wire/upgrade';
import { ApiError, CommandError, isStatus } from './errors';
import type { RequestLog } from './log';

/** Of client-go, for answers that say when to come again. */
const MOST_RETRIES = 10;
/** The exit code of a program that SIGINT ends. */
export const INTERRUPTED = 130;
const BROKEN: ReadonlySet<string> = new Set<Failure>(['refused', 'reset', 'unreachable', 'lost']);

export const JSON_ONLY = 'application/json';
/** Unstructured clients that take what comes. */
export const ANY = 'application/json, */*';
/** Typed clients. */
export const PROTOBUF = 'application/vnd.kubernetes.protobuf';
export const TYPED = `${PROTOBUF},application/json`;
export const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

export interface Identity {
  /** Host and port, as kubectl names it when it cannot reach it. */
  readonly server: string;
  readonly userAgent: string;
  readonly certificate: Certificate | null;
  readonly token: string | null;
  /** Another server than ours (`--server`): nobody answers there. */
  readonly elsewhere: boolean;
}
/** As the kubeconfig has it: a bearer token is what a test server takes over plain HTTP. */
export const serverUrl = ({ server, token }: Identity): string => `${token === null ? 'https' : 'http'}://${server}`;

type Scalar = string | number | boolean;
export type Query = { readonly [name: string]: Scalar | readonly string[] | undefined };
export interface RequestOptions {
  readonly query?: Query;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: Json;
  readonly headers?: Headers;
}

/** A query as Go's url.Values encodes it: names in order; what is undefined or empty is left out. */
export function queryText(query: Query): string {
  return Object.keys(query)
    .sort()
    .flatMap((name) =>
      [query[name] ?? ''].flat().flatMap((value) => (value === '' ? [] : [`${queryEscape(name)}=${queryEscape(String(value))}`])),
    )
    .join('&');
}

export class Http {
  private readonly warned = new Set<string>();
  private readonly watches = new Set<Watch>();
  private readonly streams = new Set<() => void>();
  interrupted = false;
  /** By Ctrl-C, while it did not wait for anything that could end: it sends nothing more. */
  killed = false;

  constructor(
    readonly ctx: Ctx,
    readonly identity: Identity,
    /** What every request of this command carries besides. */
    private readonly headers: Headers,
    private readonly timeout: string,
    private readonly log: RequestLog,
    private readonly err: (text: string) => void,
  ) {}

  /** Sends one request, again if the server says when; whatever the answer, it is returned. */
  *exchange(method: Method, path: string, options: RequestOptions = {}): Task<HttpResponse> {
    const request = this.request(method, path, options);
    for (let tries = 0; ; tries++) {
      const response = yield* this.once(request);
      const waitS = Number(response.headers['retry-after'] ?? 0);
      if (waitS === 0 || (response.status !== 429 && response.status < 500) || tries >= MOST_RETRIES) return response;
      yield* this.ctx.sleep(waitS * SECOND);
    }
  }

  private *once(request: HttpRequest): Task<HttpResponse> {
    if (this.killed) throw new CommandError('', INTERRUPTED);
    if (this.identity.elsewhere) throw this.unreachable('refused');
    const start = this.ctx.now();
    this.log.request(request);
    const answer = yield* this.ctx.call(API_SERVER, request);
    if (!answer.ok) throw this.unreachable(answer.failure);
    const response = answer.payload as HttpResponse;
    this.log.response(request, response, this.ctx.now() - start);
    this.warn(response.headers);
    return response;
  }

  /** Sends one request and returns the body of its answer; a refusal ends the command. */
  *send(method: Method, path: string, options: RequestOptions = {}): Task<Json> {
    const response = yield* this.exchange(method, path, options);
    if (response.status >= 400) throw refusal(response);
    return response.body;
  }

  *get(path: string, accept: string, query: Query = {}): Task<JsonObject> {
    return (yield* this.send('GET', path, { accept, query })) as JsonObject;
  }

  /** Opens a watch; the caller closes it. */
  watch(path: string, accept: string, query: Query): Watch {
    const watch = new Watch(this.ctx, () => this.watches.delete(watch));
    this.watches.add(watch);
    const request = this.request('GET', path, { accept, query: { ...query, watch: true } });
    const start = this.ctx.now();
    this.log.request(request);
    watch.open(
      this.ctx.open(API_SERVER, request, (item) => {
        if (item.type === 'delivery') watch.hear({ type: 'event', event: item.payload as WatchDelivery });
        else if (item.type === 'response') {
          const response = item.payload as HttpResponse;
          this.log.response(request, response, this.ctx.now() - start);
          this.warn(response.headers);
          if (response.status >= 400) watch.hear({ type: 'refused', error: refusal(response) });
        } else if (BROKEN.has(item.reason)) {
          watch.hear({ type: 'refused', error: this.unreachable(item.reason) });
        } else watch.hear({ type: 'end' });
      }),
    );
    const timeoutUs = parseGoDuration(this.timeout) ?? 0;
    if (timeoutUs > 0) this.ctx.after(timeoutUs, () => watch.hear({ type: 'end' }));
    return watch;
  }

  /** Upgrades a connection to a stream into a container: first as a WebSocket, then, if that is refused, by SPDY. What
   *  comes is heard until the stream ends; the refusal of the second ends the command.
   *  Models client-go tools/remotecommand/fallback.go. */
  *stream(path: string, query: Query, hear: (frame: HttpFrame) => void): Task<void> {
    const headers = { upgrade: 'websocket', 'sec-websocket-protocol': CHANNELS };
    const first = yield* this.upgrade(this.request('GET', path, { query, headers }), hear);
    if (first.status === 101) return;
    const second = yield* this.upgrade(this.request('POST', path, { query, headers: SPDY }), hear);
    if (second.status === 101) return;
    throw isStatus(second.body) ? refusal(second) : new CommandError(`error: unable to upgrade connection: ${String(second.body)}`);
  }

  private *upgrade(request: HttpRequest, hear: (frame: HttpFrame) => void): Task<HttpResponse> {
    this.log.request(request);
    const heard = yield* suspend<HttpResponse | string>((resume) => {
      let head: HttpResponse | null = null;
      const leave = (value: HttpResponse | string): void => {
        this.streams.delete(interrupted);
        stream.close();
        resume(value, this.ctx.cause());
      };
      const interrupted = (): void => leave(head ?? 'refused');
      this.streams.add(interrupted);
      const stream = this.ctx.open(API_SERVER, request, (item) => {
        if (item.type === 'response') {
          head = item.payload as HttpResponse;
          if (head.status !== 101) leave(head);
        } else if (item.type === 'end') leave(head ?? item.reason);
        else {
          hear(item.payload as HttpFrame);
          if ((item.payload as HttpFrame).rpc === 'status' && head !== null) leave(head);
        }
      });
    });
    if (typeof heard === 'string') throw this.unreachable(heard);
    return heard;
  }

  /** Something is open that an interrupt ends. */
  get waits(): boolean {
    return this.watches.size > 0 || this.streams.size > 0;
  }

  interrupt(): void {
    this.interrupted = true;
    for (const leave of [...this.streams]) leave();
    for (const watch of this.watches) watch.hear({ type: 'end' });
  }

  private request(method: Method, path: string, options: RequestOptions): HttpRequest {
    const { identity, timeout } = this;
    const query = queryText({ ...options.query, ...(timeout && options.query?.['timeout'] === undefined ? { timeout } : {}) });
    const body = options.body ?? null;
    return {
      protocol: 'http',
      kind: 'request',
      method,
      path: query === '' ? path : `${path}?${query}`,
      headers: {
        ...(options.accept === undefined ? {} : { accept: options.accept }),
        'accept-encoding': 'gzip',
        ...(identity.token === null ? {} : { authorization: `Bearer ${identity.token}` }),
        ...(body === null ? {} : { 'content-type': options.contentType ?? 'application/json' }),
        ...this.headers,
        'user-agent': identity.userAgent,
        ...options.headers,
      },
      body,
      certificate: identity.certificate,
    };
  }

  private warn(headers: Headers): void {
    for (const [, text = ''] of (headers['warning'] ?? '').matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)) {
      if (this.warned.has(text)) continue;
      this.warned.add(text);
      this.err(`Warning: ${text.replaceAll('\\"', '"')}\n`);
    }
  }

  private unreachable(failure: string): CommandError {
    const { server } = this.identity;
    if (failure === 'refused') {
      return new CommandError(`The connection to the server ${server} was refused - did you specify the right host or port?`);
    }
    const address = server.replace(/^https?:\/\//, '');
    const why = failure === 'reset' ? 'EOF' : failure === 'lost' ? 'http2: client connection lost' : `dial tcp ${address}: i/o timeout`;
    return new CommandError(`Unable to connect to the server: ${why}`);
  }
}

export function refusal(response: HttpResponse): ApiError {
  if (isStatus(response.body)) return new ApiError(response.body);
  const reasons: { readonly [code: number]: string } = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'NotFound', 500: 'InternalError' };
  const message =
    response.status === 404
      ? 'the server could not find the requested resource'
      : `an error on the server ("${String(response.body)}") has prevented the request from succeeding`;
  const reason = reasons[response.status];
  return new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    code: response.status,
    ...(reason === undefined ? {} : { reason }),
  } as Status);
}

export type WatchItem =
  | { readonly type: 'event'; readonly event: WatchDelivery }
  | { readonly type: 'refused'; readonly error: CommandError }
  | { readonly type: 'timeout' }
  /** The server ended the stream, or the person interrupted. */
  | { readonly type: 'end' };

/** The events of a watch, one after the other. */
export class Watch {
  private readonly items: WatchItem[] = [];
  private waiting: ((item: WatchItem) => void) | null = null;
  private stream: Stream | null = null;

  constructor(
    private readonly ctx: Ctx,
    private readonly closed: () => void,
  ) {}

  open(stream: Stream): void {
    this.stream = stream;
  }

  hear(item: WatchItem): void {
    if (this.waiting === null) this.items.push(item);
    else this.waiting(item);
  }

  /** The next item, or `timeout` at `deadlineUs` (virtual time) if one is given. */
  *next(deadlineUs: number | null = null): Task<WatchItem> {
    const item = this.items.shift();
    if (item !== undefined) return item;
    const { ctx } = this;
    return yield* suspend<WatchItem>((resume) => {
      const timer = deadlineUs === null ? null : ctx.after(Math.max(0, deadlineUs - ctx.now()), () => settle({ type: 'timeout' }));
      const settle = (heard: WatchItem): void => {
        this.waiting = null;
        timer?.cancel();
        resume(heard, ctx.cause());
      };
      this.waiting = settle;
    });
  }

  close(): void {
    this.stream?.close();
    this.closed();
  }
}
