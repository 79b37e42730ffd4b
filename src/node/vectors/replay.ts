// Runs a recorded kubectl command again: our kubectl in a simulation of its own, against a server that only
// repeats the recorded answers by method, path and query. For kubectl-requests.json and kubectl-real.json.
import { MINUTE, MS, type SimTime, simTime } from '../../base/brand';
import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/json';
import { Kubectl } from '../../components/kubectl/kubectl';
import { rfc3339, rfc3339Micro } from '../../machinery/time';
import type { Incoming } from '../../sim/network';
import type { Ctx, Program } from '../../sim/process';
import { Simulation } from '../../sim/simulation';
import type { Task } from '../../sim/task';
import { API_SERVER, KUBECTL } from '../../wire/names';
import type { HttpFrame, HttpRequest, HttpResponse, WatchType } from '../../wire/payload';

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly headers: { readonly [name: string]: string };
  readonly body?: Json;
  /** A body that is compared as text: a server-side apply's. */
  readonly bodyText?: string;
}
interface RecordedResponse {
  readonly status: number;
  readonly contentType?: string;
  readonly warning?: string;
  readonly body?: Json;
  readonly bodyText?: string;
  readonly bodyRef?: string;
  readonly watch?: readonly { readonly type: WatchType; readonly object: JsonObject }[];
  readonly frames?: readonly { readonly to: 'client' | 'server'; readonly channel: number; readonly data: string }[];
}
interface Recorded {
  readonly request: RecordedRequest;
  readonly response: RecordedResponse;
}
export interface CommandCase {
  readonly id: string;
  readonly group: string;
  readonly argv: readonly string[];
  readonly stdin?: string;
  readonly files?: { readonly [name: string]: string };
  readonly before?: readonly (readonly string[])[];
  readonly cache?: 'warm' | 'cold';
  readonly sigintAfterMs?: number;
  readonly requestOrder?: 'varies';
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly exchanges?: readonly Recorded[];
}

/** What one kubectl printed and asked. */
export interface Replayed {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly requests: readonly RecordedRequest[];
}

export interface Clock {
  /** The client's, at the start. */
  readonly now: SimTime;
  /** What the recording's times are counted from: `now` cut to the second. */
  readonly second?: SimTime;
}
export interface ReplayOptions extends Clock {
  /** Seconds after which the server wants to be asked again that has too many requests. */
  readonly retryAfter?: number;
  /** Bodies that the recording only names. */
  readonly bodies?: { readonly [name: string]: Json };
  /** How a document that an earlier command asked for is known: by its ETag, or as one that never changes. */
  readonly cachedDocument: string;
}

const FRAMES: { readonly [channel: number]: HttpFrame['rpc'] } = { 1: 'stdout', 2: 'stderr', 3: 'status' };
const LATENCY = { leastUs: 100, spreadUs: 0 };

export function replay(recorded: CommandCase, options: ReplayOptions): Replayed {
  const sim = new Simulation({ seed: 1, startsAt: options.now, latency: () => LATENCY });
  const server = new ReplayServer(recorded.exchanges ?? [], options);
  sim.start(API_SERVER, server);
  const said = { exit: null as number | null, stdout: '', stderr: '' };
  const kubectl = new Kubectl({
    output: (stdout, stderr, exit) => {
      said.stdout += stdout;
      said.stderr += stderr;
      said.exit ??= exit;
    },
    token: 'admin-token',
    server: '127.0.0.1:<PORT>',
    coldCache: recorded.cache === 'cold',
    documents: documentsAfter(recorded, options.cachedDocument),
  });
  const terminal = sim.start(KUBECTL, kubectl);
  const run = function* (): Task<void> {
    yield* kubectl.runWords(recorded.argv, recorded.stdin ?? '', recorded.files ?? {});
  };
  sim.within({ process: terminal, actor: null, cause: null, idle: false }, () => terminal.spawn(run()));
  if (recorded.sigintAfterMs !== undefined) {
    sim.runUntil(simTime(sim.now + recorded.sigintAfterMs * MS));
    kubectl.interrupt();
  }
  sim.runToRest(simTime(sim.now + 5 * MINUTE));
  const [crash] = sim.crashes;
  if (crash !== undefined) throw new Error(crash.stack);
  return { ...said, requests: server.requests };
}

/** OpenAPI documents that the commands before have put into the cache. */
function documentsAfter({ before = [], files = {} }: CommandCase, known: string): ReadonlyMap<string, string> {
  const documents = new Map<string, string>();
  for (const argv of before) {
    if (!argv.includes('-f') || !/^(apply|create|replace)$/.test(argv[1] ?? '')) continue;
    const text = files[argv[argv.indexOf('-f') + 1] ?? ''] ?? '';
    for (const [, version = ''] of text.matchAll(/^apiVersion: (\S+)$/gm))
      documents.set(version.includes('/') ? `apis/${version}` : `api/${version}`, known);
  }
  return documents;
}

class ReplayServer implements Program {
  readonly requests: RecordedRequest[] = [];
  private readonly used = new Set<Recorded>();
  constructor(
    private readonly exchanges: readonly Recorded[],
    private readonly options: ReplayOptions,
  ) {}

  start(ctx: Ctx): void {
    ctx.listen((incoming) => this.answer(incoming));
  }
  inspect(): Record<string, never> {
    return {};
  }

  private answer(incoming: Incoming): void {
    const { method, path: target, headers, body } = incoming.payload as HttpRequest;
    const [path = '', query = ''] = target.split('?');
    const request = { method, path, query, headers, body };
    this.requests.push(request);
    const found = this.find(request);
    if (found === undefined) return incoming.respond(this.nothing(path));
    const { status, contentType = 'application/json', warning } = found.response;
    const head = { protocol: 'http', kind: 'response', status } as const;
    const { retryAfter } = this.options;
    const told = {
      'content-type': contentType,
      etag: '<ETAG>',
      ...(warning === undefined ? {} : { warning }),
      ...(status === 429 && retryAfter !== undefined ? { 'retry-after': String(retryAfter) } : {}),
    };
    incoming.respond({ ...head, headers: told, body: this.body(found, path) });
    for (const { type, object } of found.response.watch ?? []) {
      incoming.push({ protocol: 'http', kind: 'watch-delivery', type, object: dated(object, this.options) as JsonObject });
    }
    for (const { to, channel, data } of found.response.frames ?? []) {
      const rpc = FRAMES[channel];
      if (to === 'client' && rpc !== undefined) incoming.push({ protocol: 'http', kind: 'stream', rpc, body: { channel, data } });
    }
    // The bytes of a stream that the recording does not have: it ends well.
    if (status === 101 && found.response.frames === undefined && !path.endsWith('/portforward')) incoming.end('closed');
  }

  /** The first answer to such a request that was not given yet, or the last one again. */
  private find(request: RecordedRequest): Recorded | undefined {
    const fitting = this.exchanges.filter((recorded) => sameTarget(recorded.request, request));
    const found = fitting.find((recorded) => !this.used.has(recorded)) ?? fitting.at(-1);
    if (found !== undefined) this.used.add(found);
    return found;
  }

  private body({ response }: Recorded, path: string): Json {
    if (response.bodyText !== undefined) return response.bodyText;
    if (path === '/openapi/v3') return this.openapiIndex();
    if (response.bodyRef !== undefined) return this.options.bodies?.[response.bodyRef] ?? null;
    return dated(response.body ?? null, this.options);
  }

  /** Names the documents that are asked for later, as the recorded index did. */
  private openapiIndex(): Json {
    const documents = this.exchanges.flatMap(({ request: { path, query = '' } }) => {
      const key = /^\/openapi\/v3\/(.+)$/.exec(path)?.[1];
      const hash = /hash=([^&]*)/.exec(query)?.[1];
      return key === undefined ? [] : [[key, { serverRelativeURL: `${path}?hash=${decodeURIComponent(hash ?? '')}` }] as const];
    });
    return { paths: Object.fromEntries(documents) };
  }

  private nothing(path: string): HttpResponse {
    const message = `nothing recorded at ${path}`;
    const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code: 404 };
    return { protocol: 'http', kind: 'response', status: 404, headers: {}, body };
  }
}

/** Times that a recording gives relative to its start (`T-12s`, `T-12.000345s`) as times. Before it, whole seconds are
 *  rounded down, and what follows the point is counted from there on. */
export function dated(value: Json, clock: Clock): Json {
  const { second = clock.now } = clock;
  if (typeof value === 'string') {
    const match = /^T([+-])([\d.]+)s$/.exec(value);
    if (match === null) return value;
    const [whole = '0', fraction = '0'] = (match[2] ?? '').split('.');
    const us = (match[1] === '-' ? -1 : 1) * Number(whole) * 1_000_000 + Math.round(Number(`0.${fraction}`) * 1_000_000);
    const at = simTime(second + us);
    return value.includes('.') ? rfc3339Micro(at) : rfc3339(at);
  }
  if (Array.isArray(value)) return value.map((item) => dated(item as Json, clock));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, dated(member ?? null, clock)]));
}

const WILD = /<(RANDOM|HASH|NOW)>/;

function sameTarget(recorded: RecordedRequest, request: RecordedRequest): boolean {
  return (
    recorded.method === request.method &&
    decodeURIComponent(recorded.path) === decodeURIComponent(request.path) &&
    sameQuery(recorded.query ?? '', request.query ?? '')
  );
}

/** Parameters in any order, terms of field selectors in any order, and what was scrubbed stands for anything. */
function sameQuery(recorded: string, found: string): boolean {
  const wanted = parameters(recorded);
  const given = parameters(found);
  return wanted.length === given.length && wanted.every((text, i) => sameText(text, given[i] ?? ''));
}
const parameters = (query: string): string[] =>
  query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => decodeURIComponent(pair.replaceAll('+', ' ')))
    .map((pair) => (pair.startsWith('fieldSelector=') ? `fieldSelector=${pair.slice(14).split(',').sort().join(',')}` : pair))
    .map((pair) => pair.replace(/uid=(uid-\d+|[0-9a-f]{8}-[0-9a-f-]{27})/, 'uid=*'))
    .sort();

function sameText(recorded: string, found: string): boolean {
  if (!WILD.test(recorded)) return recorded === found;
  const pattern = recorded
    .split(/(<(?:RANDOM|HASH|NOW)>)/)
    .map((part) => (WILD.test(part) ? '[^&]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('');
  return new RegExp(`^${pattern}$`).test(found);
}

// ---- Comparing

/** What differs between the requests, as text; null if nothing. */
export function requestsDiffer(recorded: readonly RecordedRequest[], found: readonly RecordedRequest[], inOrder: boolean): string | null {
  const left = [...found];
  for (const wanted of recorded) {
    const at = inOrder ? 0 : left.findIndex((request) => requestDiffers(wanted, request) === null);
    const [request] = at < 0 ? [] : left.splice(at, 1);
    const difference = request === undefined ? 'not sent' : requestDiffers(wanted, request);
    if (difference !== null) return `${wanted.method} ${wanted.path}?${wanted.query ?? ''}: ${difference}`;
  }
  return left.length === 0
    ? null
    : `also sent ${left.map((request) => `${request.method} ${request.path}?${request.query ?? ''}`).join(', ')}`;
}

function requestDiffers(wanted: RecordedRequest, found: RecordedRequest): string | null {
  if (!sameTarget(wanted, found)) return `sent ${found.method} ${found.path}?${found.query ?? ''}`;
  for (const name of new Set([...Object.keys(wanted.headers), 'accept', 'content-type', 'if-none-match', 'impersonate-user'])) {
    const value = found.headers[name];
    if (wanted.headers[name] === '<UUID>' ? value === undefined : value !== wanted.headers[name])
      return `header ${name} is ${value}, not ${wanted.headers[name]}`;
  }
  if (isObject(wanted.body) && wanted.body['protobufBytes'] !== undefined) return null;
  const body = wanted.bodyText === undefined ? (wanted.body ?? null) : (JSON.parse(wanted.bodyText) as Json);
  const protobuf = wanted.headers['content-type']?.includes('protobuf');
  const same = protobuf ? sameBody(bare(body), bare(found.body ?? null)) : sameBody(body, found.body ?? null);
  return same ? null : `body\n    wanted ${JSON.stringify(body)}\n    found  ${JSON.stringify(found.body)}`;
}

/** Without what a decoded protobuf message cannot tell from nothing. */
function bare(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => bare(item as Json));
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([key, member]): [string, Json] => [key, bare(member ?? null)]);
  return Object.fromEntries(members.filter(([, member]) => !jsonEqual(member, {}) && member !== '' && member !== null));
}

function sameBody(wanted: Json, found: Json): boolean {
  if (typeof wanted === 'string' && typeof found === 'string') return sameText(wanted, found);
  if (Array.isArray(wanted))
    return Array.isArray(found) && wanted.length === found.length && wanted.every((item, i) => sameBody(item as Json, found[i] as Json));
  if (!isObject(wanted) || !isObject(found)) return jsonEqual(wanted, found);
  const keys = new Set([...Object.keys(wanted), ...Object.keys(found)]);
  return [...keys].every((key) => sameBody(wanted[key] ?? null, found[key] ?? null) && key in wanted === key in found);
}

/** Where two texts part, with their lines; null if they are equal. */
export function textDiffers(what: string, wanted: string, found: string): string | null {
  if (wanted === found) return null;
  const [a, b] = [wanted.split('\n'), found.split('\n')];
  const at = a.findIndex((line, i) => line !== b[i]);
  return `${what}, line ${at + 1}\n    wanted ${JSON.stringify(a[at < 0 ? a.length : at])}\n    found  ${JSON.stringify(b[at < 0 ? a.length : at])}`;
}
