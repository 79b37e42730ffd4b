// ../shared/vectors/real-api.json: requests with the answers of a real 1.36.2 apiserver. Each group's requests
// run in order on one simulated server with its etcd; answers must be equal but for what no two servers
// have in common: uids, times, versions, made-up names, addresses and tokens, and managedFields.
import { MS, SECOND, simTime } from '../../base/brand';
import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/json';
import { etcd } from '../../components/etcd/etcd';
import { newDisk } from '../../components/etcd/member';
import { kubeApiserver } from '../../components/kube-apiserver/kube-apiserver';
import type { Stream } from '../../sim/network';
import type { Ctx, Program } from '../../sim/process';
import { Simulation } from '../../sim/simulation';
import type { Task } from '../../sim/task';
import { API_SERVER, componentId, ETCD } from '../../wire/names';
import type { Certificate, HttpRequest, HttpResponse, Method, WatchDelivery } from '../../wire/payload';
import type { Adapter, VectorCase } from './adapter';

interface Recorded {
  readonly id: string;
  readonly group: string;
  readonly request: {
    readonly method: Method;
    readonly path: string;
    readonly user?: string;
    readonly headers?: { readonly [name: string]: string | null };
    readonly body?: Json;
    readonly closedByClientAfterMs?: number;
  };
  readonly during?: { readonly afterMs: number; readonly requests: readonly string[] };
  readonly response: { readonly code: number; readonly headers: { readonly [name: string]: string }; readonly body: Json } | null;
}
interface Answer {
  readonly code: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: Json;
}

const USERS: { readonly [user: string]: Certificate } = {
  alice: { commonName: 'alice', organizations: [] },
  'node-1': { commonName: 'system:node:node-1', organizations: ['system:nodes'] },
};
const ADMIN: Certificate = { commonName: 'kubernetes-admin', organizations: ['kubeadm:cluster-admins'] };
const LATENCY = { leastUs: 100, spreadUs: 0 };
const PATIENCE_US = 20 * SECOND;

export const adapter: Adapter = (file) => {
  const { cases } = file as { readonly cases: readonly Recorded[] };
  const runs = new Map<string, GroupRun>();
  const vectors: VectorCase[] = [];
  for (const recorded of cases) {
    let run = runs.get(recorded.group);
    if (run === undefined) runs.set(recorded.group, (run = new GroupRun()));
    run.requests.push(recorded);
    const { response } = recorded;
    if (response !== null)
      vectors.push({ group: recorded.group, id: recorded.id, run: () => (runs.get(recorded.group) as GroupRun).differs(recorded) });
  }
  return vectors;
};

/** One group on one server. */
class GroupRun {
  readonly requests: Recorded[] = [];
  private answers: Map<string, Answer> | null = null;

  differs(recorded: Recorded): string | null {
    if (this.answers === null) this.answers = this.runAll();
    const answer = this.answers.get(recorded.id);
    if (answer === undefined || recorded.response === null) return 'not answered';
    const wanted = { code: recorded.response.code, ...told(recorded.response.headers), body: normal(recorded.response.body) };
    const found = { code: answer.code, ...told(answer.headers), body: normal(answer.body) };
    return jsonEqual(wanted as Json, found as Json) ? null : `wanted ${JSON.stringify(wanted)}\n    found  ${JSON.stringify(found)}`;
  }

  private runAll(): Map<string, Answer> {
    const server = new TestServer();
    const known = new Translation();
    const answers = new Map<string, Answer>();
    for (const recorded of this.requests) {
      const answer = server.ask(recorded, known);
      answers.set(recorded.id, answer);
      if (recorded.response !== null) known.learn(recorded.response.body, answer.body);
    }
    return answers;
  }
}

/** What uids and versions of the recording are here. */
class Translation {
  private readonly values = new Map<string, string>();

  learn(theirs: Json | undefined, ours: Json | undefined): void {
    if (typeof theirs === 'string' && typeof ours === 'string') {
      if (theirs !== ours && /^(uid-\d+|\d{4,6})$/.test(theirs)) this.values.set(theirs, ours);
    } else if (Array.isArray(theirs) && Array.isArray(ours))
      theirs.forEach((item, i) => this.learn(item as Json, ours[i] as Json | undefined));
    else if (isObject(theirs) && isObject(ours)) for (const key in theirs) this.learn(theirs[key], ours[key]);
  }

  text(text: string): string {
    return this.values.get(text) ?? text.replace(/\d{5}|uid-\d+/g, (word) => this.values.get(word) ?? word);
  }

  /** A body to send: an object's version that was never answered is its present one. */
  body(body: Json, current: string | null): Json {
    if (typeof body === 'string') return this.text(body);
    if (Array.isArray(body)) return body.map((item) => this.body(item as Json, current));
    if (!isObject(body)) return body;
    const next: { [key: string]: Json | undefined } = {};
    for (const [key, value] of Object.entries(body)) {
      if (value === undefined) continue;
      const unknownVersion = key === 'resourceVersion' && typeof value === 'string' && /^\d{5}$/.test(value) && !this.values.has(value);
      next[key] = unknownVersion && current !== null ? current : this.body(value, current);
    }
    return next;
  }
}

class TestServer {
  private readonly disk = newDisk();
  private readonly sim = new Simulation({ seed: 1, latency: () => LATENCY });
  private readonly client = new Client();

  constructor() {
    this.sim.start(ETCD, etcd(this.disk));
    this.sim.start(componentId('probe'), this.client);
    this.sim.start(API_SERVER, kubeApiserver());
    this.sim.runToRest(simTime(60 * SECOND));
    const create = (path: string, body: JsonObject): void => void this.send({ method: 'POST', path, body, headers: {} }, ADMIN);
    create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'probe' } });
    this.populate('probe');
    this.populate('default');
  }

  /** What controllers put into every namespace. */
  private populate(namespace: string): void {
    const metadata = { name: 'kube-root-ca.crt', annotations: { 'kubernetes.io/description': CA_TEXT } };
    this.send(
      { method: 'POST', path: `/api/v1/namespaces/${namespace}/serviceaccounts`, body: { metadata: { name: 'default' } }, headers: {} },
      ADMIN,
    );
    this.send(
      { method: 'POST', path: `/api/v1/namespaces/${namespace}/configmaps`, body: { metadata, data: { 'ca.crt': '<pem>' } }, headers: {} },
      ADMIN,
    );
  }

  ask(recorded: Recorded, known: Translation): Answer {
    const { method, path, user, headers = {}, body = null, closedByClientAfterMs } = recorded.request;
    const target = known.text(path);
    const current = method === 'PUT' ? this.currentVersion(target) : null;
    const sent = { method, path: target, headers, body: known.body(body, current) };
    const certificate = user === undefined ? ADMIN : (USERS[user] ?? ADMIN);
    const watches = /[?&]watch=(true|1)/.test(path) || path.startsWith('/api/v1/watch/');
    const answer = watches
      ? this.watch(sent, certificate, closedByClientAfterMs ?? null, recorded.during ?? null)
      : this.send(sent, certificate);
    if (method === 'POST' && path === '/api/v1/namespaces' && answer.code === 201)
      this.populate(((answer.body as JsonObject).metadata as { name: string }).name);
    return answer;
  }

  private currentVersion(path: string): string | null {
    const { body } = this.send({ method: 'GET', path: path.replace(/\/(status|scale)?(\?.*)?$/, ''), body: null, headers: {} }, ADMIN);
    return isObject(body) && isObject(body.metadata) ? ((body.metadata.resourceVersion as string | undefined) ?? null) : null;
  }

  private send(request: Sent, certificate: Certificate): Answer {
    let answer: HttpResponse | null = null;
    const { ctx } = this.client;
    const sent = httpRequest(request, certificate);
    ctx.spawn(
      (function* (): Task<void> {
        const got = yield* ctx.call(API_SERVER, sent);
        if (got.ok) answer = got.payload as HttpResponse;
      })(),
    );
    this.sim.runToRest(simTime(this.sim.now + PATIENCE_US));
    const { status, headers, body } = (answer ?? { status: 0, headers: {}, body: null }) as HttpResponse;
    return { code: status, headers, body };
  }

  /** A watch with what is done meanwhile; the body is the stream. */
  private watch(request: Sent, certificate: Certificate, closeAfterMs: number | null, during: Recorded['during'] | null): Answer {
    const stream: Json[] = [];
    let head = null as HttpResponse | null;
    let ended = false;
    const opened: Stream = this.client.ctx.open(API_SERVER, httpRequest(request, certificate), (item) => {
      if (item.type === 'response') head = item.payload as HttpResponse;
      else if (item.type === 'delivery') {
        const { type, object } = item.payload as WatchDelivery;
        stream.push({ type, object });
      } else ended = true;
    });
    this.sim.runUntil(simTime(this.sim.now + (during?.afterMs ?? 200) * MS));
    for (const line of during?.requests ?? []) this.meanwhile(line);
    this.sim.runUntil(simTime(this.sim.now + (closeAfterMs ?? 3_000) * MS));
    opened.close();
    this.sim.runToRest(simTime(this.sim.now + PATIENCE_US));
    if (head === null) return { code: 0, headers: {}, body: null };
    if (head.status >= 400) return { code: head.status, headers: head.headers, body: { stream: [head.body], ended: true } };
    return {
      code: head.status,
      headers: head.headers,
      body: { stream, ended: ended || stream.some((event) => (event as JsonObject).type === 'ERROR') },
    };
  }

  /** `merge patch w1 {...}`, `delete w1`, `create w1 {a:1} labels g=w`. */
  private meanwhile(line: string): void {
    const [, verb, name = '', rest = ''] = /^(merge patch|delete|create) (\S+) ?(.*)$/.exec(line) ?? [];
    const base = '/api/v1/namespaces/probe/configmaps';
    if (verb === 'merge patch')
      this.send(
        {
          method: 'PATCH',
          path: `${base}/${name}`,
          headers: { 'content-type': 'application/merge-patch+json' },
          body: JSON.parse(rest) as Json,
        },
        ADMIN,
      );
    else if (verb === 'delete') this.send({ method: 'DELETE', path: `${base}/${name}`, headers: {}, body: null }, ADMIN);
    else this.send({ method: 'POST', path: base, headers: {}, body: { metadata: { name, labels: { g: 'w' } }, data: { a: '1' } } }, ADMIN);
  }
}

interface Sent {
  readonly method: Method;
  readonly path: string;
  readonly headers: { readonly [name: string]: string | null };
  readonly body: Json;
}

function httpRequest({ method, path, headers, body }: Sent, certificate: Certificate): HttpRequest {
  const lower: { [name: string]: string } = {
    accept: 'application/json',
    'user-agent': 'probe/1.0',
    ...(body === null ? {} : { 'content-type': 'application/json' }),
  };
  for (const [name, value] of Object.entries(headers)) {
    if (value === null) delete lower[name.toLowerCase()];
    else lower[name.toLowerCase()] = value;
  }
  return { protocol: 'http', kind: 'request', method, path, headers: lower, body, certificate };
}

class Client implements Program {
  ctx!: Ctx;
  start(ctx: Ctx): void {
    this.ctx = ctx;
  }
  inspect(): Record<string, never> {
    return {};
  }
}

const CA_TEXT =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

const told = (headers: { readonly [name: string]: string }): { [name: string]: string } => {
  const { warning, 'retry-after': retry } = headers;
  return { ...(warning === undefined ? {} : { warning }), ...(retry === undefined ? {} : { retry }) };
};

const SERVERS_OWN = new Set([
  'managedFields',
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'expirationTimestamp',
  'lastTransitionTime',
  'lastUpdateTime',
  'continue',
  'storageVersionHash',
  'buildDate',
  'token',
  'serverAddressByClientCIDRs',
]);

/** Without what two servers cannot have in common; whether it is there counts. */
function normal(value: Json | undefined): Json {
  if (typeof value === 'string') return normalText(value);
  if (Array.isArray(value)) return value.map((item) => normal(item as Json));
  if (!isObject(value)) return value ?? null;
  const next: { [key: string]: Json } = {};
  for (const [key, member] of Object.entries(value)) {
    if (key === 'managedFields' || key === 'storageVersionHash' || member === undefined) continue;
    next[key] = SERVERS_OWN.has(key) && typeof member === 'string' ? '*' : normal(member);
  }
  return next;
}

const normalText = (text: string): string =>
  text
    .replace(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-*')
    .replace(/\b10\.(9[6-9]|10\d|11[01])\.\d+\.\d+/g, '10.96.*')
    .replace(/T[+-][\d.]+s|\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/uid-\d+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID')
    .replace(/\b\d{5}\b|(?<=current: )\d+|(?<=record \()\d+|(?<=version: \d+ \()\d+/g, 'RV');
