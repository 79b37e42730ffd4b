// ../shared/vectors/real-api.json: requests with the answers of a real 1.36.2 apiserver. They run in order on one
// simulated cluster, as they were recorded on one real; answers must be equal but for what no two servers
// have in common: uids, times, versions, made-up names, addresses and tokens, and managedFields.
import { fromBase64Url, toBase64Url } from '../../base/base64';
import { MINUTE, MS, SECOND, simTime } from '../../base/brand';
import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/json';
import { Cluster } from '../../cluster/cluster';
import { clusterOf } from '../../cluster/default-run';
import { rfc3339 } from '../../machinery/time';
import { API_SERVER } from '../../wire/names';
import type { Certificate, Method } from '../../wire/payload';
import type { Adapter, VectorCase } from './adapter';
import { ADMIN, type Answer, Probe, type Sent } from './probe';

interface Recorded {
  readonly id: string;
  readonly group: string;
  readonly setup?: boolean;
  readonly request: {
    readonly method: Method;
    /** Absent where the case tells what a webhook received. */
    readonly path?: string;
    readonly user?: string;
    readonly headers?: { readonly [name: string]: string | null };
    readonly body?: Json;
    readonly closedByClientAfterMs?: number;
  };
  readonly during?: { readonly afterMs: number; readonly requests: readonly string[] };
  readonly response: { readonly code: number; readonly headers: { readonly [name: string]: string }; readonly body: Json } | null;
}
const USERS: { readonly [user: string]: Certificate } = {
  alice: { commonName: 'alice', organizations: [] },
  'node-1': { commonName: 'system:node:node-1', organizations: ['system:nodes'] },
};
const PATIENCE_US = 20 * SECOND;
/** Old enough for etcd's first revisions to be compacted; and the server has started anew since. */
const AGE_US = 12 * MINUTE;
/** The recorder sent its requests one after the other. */
const PACE_US = 5 * MS;

export const adapter: Adapter = (file) => {
  const { cases } = file as { readonly cases: readonly Recorded[] };
  const recording = new Recording();
  return cases.flatMap((recorded): VectorCase[] => {
    if (recorded.request.path === undefined) return [{ group: recorded.group, id: recorded.id, run: () => 'no webhook is simulated' }];
    recording.requests.push(recorded);
    if (recorded.response === null) return [];
    return [{ group: recorded.group, id: recorded.id, run: () => recording.differs(recorded) }];
  });
};

/** All requests in their order, on one cluster: what the first made, the later ones find. */
class Recording {
  readonly requests: Recorded[] = [];
  private answers: Map<string, Answer> | null = null;

  differs(recorded: Recorded): string | null {
    this.answers ??= this.runAll();
    const answer = this.answers.get(recorded.id);
    if (answer === undefined || recorded.response === null) return 'not answered';
    const [theirs, ours] = comparable(recorded.group, recorded.response.body, answer.body);
    const wanted = { code: recorded.response.code, ...told(recorded.response.headers), body: normal(theirs) };
    const found = { code: answer.code, ...told(answer.headers), body: normal(ours) };
    return jsonEqual(wanted as Json, found as Json) ? null : `wanted ${JSON.stringify(wanted)}\n    found  ${JSON.stringify(found)}`;
  }

  private runAll(): Map<string, Answer> {
    const server = new TestCluster();
    const known = new Translation();
    const answers = new Map<string, Answer>();
    let group = '';
    for (const recorded of this.requests) {
      if (recorded.group !== group) server.settle();
      group = recorded.group;
      const answer = server.ask(recorded, known);
      answers.set(recorded.id, answer);
      if (recorded.response !== null) known.learn(recorded.response.body, answer.body);
    }
    return answers;
  }
}

/** Both bodies in the form in which the file keeps long ones. */
function comparable(group: string, theirs: Json, ours: Json): readonly [Json, Json] {
  if (!isObject(theirs) || !isObject(ours)) return [theirs, ours];
  if (group === 'table' && theirs.kind === 'Table' && ours.kind === 'Table') return commonRows(theirs, ours);
  if (theirs.kind === 'APIGroupList') return [theirs, { ...ours, groups: itemsOf(ours, 'groups').map(shortGroup) }];
  if (theirs.kind === 'APIGroupDiscoveryList' && theirs.groups !== undefined) {
    const { items: _, ...rest } = ours;
    return [theirs, { ...rest, groups: itemsOf(ours, 'items').map(shortDiscovery) }];
  }
  const namesOnly = Array.isArray(theirs.items) && typeof theirs.items[0] === 'string';
  return [theirs, namesOnly ? { ...ours, items: itemsOf(ours, 'items').map((item) => (item.metadata as JsonObject).name ?? null) } : ours];
}

const itemsOf = (object: JsonObject, field: string): readonly JsonObject[] => (object[field] ?? []) as readonly JsonObject[];

/** Each cluster holds objects that the other has not. */
function commonRows(theirs: JsonObject, ours: JsonObject): readonly [Json, Json] {
  const at = Math.max(
    0,
    itemsOf(theirs, 'columnDefinitions').findIndex(({ name }) => name === 'Name'),
  );
  const nameOf = (row: JsonObject): Json => String((row.cells as readonly Json[])[at]).replace(MADE_UP, '$1HASH');
  const shared = (table: JsonObject, other: JsonObject): Json => {
    const { continue: _c, remainingItemCount: _r, ...metadata } = table.metadata as JsonObject;
    const names = itemsOf(other, 'rows').map(nameOf);
    return { ...table, metadata, rows: itemsOf(table, 'rows').filter((row) => names.includes(nameOf(row))) };
  };
  return [shared(theirs, ours), shared(ours, theirs)];
}

const shortGroup = ({ name, versions, preferredVersion }: JsonObject): Json => ({
  name,
  versions: (versions as readonly JsonObject[]).map(({ version }) => version ?? null),
  preferred: (preferredVersion as JsonObject).version,
});

function shortDiscovery({ metadata, versions }: JsonObject): Json {
  const resource = ({ resource, shortNames = [], scope, subresources = [] }: JsonObject): string =>
    `${resource as string}[${(shortNames as string[]).join(',')}]${(scope as string)[0] ?? ''}:${(subresources as JsonObject[]).map((sub) => sub.subresource as string).join(',')}`;
  const version = (one: JsonObject): string =>
    `${one.version as string}(${one.freshness as string}) ${itemsOf(one, 'resources').map(resource).join(' ')}`;
  return `${(metadata as JsonObject).name as string}: ${(versions as readonly JsonObject[]).map(version).join(' | ')}`;
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
    if (typeof body === 'string') return timeIn(this.text(body));
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

/** `T+12s` is a time of the recording. */
const timeIn = (text: string): string => text.replace(/^T([+-]\d+)s$/, (_, seconds: string) => rfc3339(simTime(Number(seconds) * SECOND)));

class TestCluster {
  private readonly probe: Probe;

  constructor() {
    const cluster = new Cluster(clusterOf(3), 1, simTime(-AGE_US));
    this.probe = new Probe(cluster.sim);
    cluster.sim.runUntil(simTime(-MINUTE));
    cluster.give({ type: 'fault', fault: { kind: 'kill-container', component: API_SERVER } });
    cluster.sim.runUntil(simTime(0));
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'probe' } };
    this.probe.send({ method: 'POST', path: '/api/v1/namespaces', body: namespace });
  }

  /** Lets the controllers do what there is to do. */
  settle(): void {
    const { sim } = this.probe;
    sim.runToRest(simTime(sim.now + PATIENCE_US));
  }

  ask(recorded: Recorded, known: Translation): Answer {
    const { method, path = '', user, headers = {}, body = null, closedByClientAfterMs } = recorded.request;
    if (method === 'PUT') this.settle();
    const target = this.pageIn(this.podsIn(known.text(path)));
    const current = method === 'PUT' ? this.currentVersion(target) : null;
    const sent = { method, path: target, headers, body: this.podsInBody(known.body(body, current)) };
    const certificate = user === undefined ? ADMIN : (USERS[user] ?? ADMIN);
    const watches = /[?&]watch=(true|1)/.test(path) || path.startsWith('/api/v1/watch/');
    const answer = watches
      ? this.watch(sent, certificate, closedByClientAfterMs ?? null, recorded.during ?? null)
      : this.probe.send(sent, certificate);
    if (recorded.setup === true) this.settle();
    else this.probe.wait(PACE_US);
    return answer;
  }

  private currentVersion(path: string): string | null {
    const { body } = this.probe.send({ method: 'GET', path: path.replace(/\/(status|scale)?(\?.*)?$/, '') });
    return isObject(body) && isObject(body.metadata) ? ((body.metadata.resourceVersion as string | undefined) ?? null) : null;
  }

  /** A token to continue a list says at which version. */
  private pageIn(path: string): string {
    return path.replace(/(?<=continue=)eyJ[\w-]+/, (token) => {
      const page = JSON.parse(fromBase64Url(token) ?? '') as JsonObject;
      return toBase64Url(JSON.stringify({ ...page, rv: this.revision() }));
    });
  }

  private revision(): number {
    const { body } = this.probe.send({ method: 'GET', path: '/api/v1/namespaces/probe/configmaps' });
    return Number(((body as JsonObject).metadata as JsonObject).resourceVersion);
  }

  /** Ends of made-up pod names are others here. */
  private podsIn(text: string): string {
    return text.replace(/\b([a-z]+-)[bcdf-hj-np-tv-z2456789]{8,10}-[a-z0-9]{5}\b/g, (name, start: string) => this.podOf(start) ?? name);
  }

  private podsInBody(body: Json): Json {
    return JSON.parse(this.podsIn(JSON.stringify(body))) as Json;
  }

  private podOf(start: string): string | null {
    const { body } = this.probe.send({ method: 'GET', path: '/api/v1/namespaces/probe/pods' });
    const names = ((body as JsonObject).items as readonly { readonly metadata: { readonly name: string } }[]).map(
      ({ metadata }) => metadata.name,
    );
    return names.find((name) => name.startsWith(start)) ?? null;
  }

  /** A watch with what is done meanwhile; the body is the stream. */
  private watch(request: Sent, certificate: Certificate, closeAfterMs: number | null, during: Recorded['during'] | null): Answer {
    const { head, events, ended } = this.probe.watch(
      request,
      () => {
        this.probe.wait((during?.afterMs ?? 200) * MS);
        for (const line of during?.requests ?? []) this.meanwhile(line);
        this.probe.wait((closeAfterMs ?? 3_000) * MS);
      },
      certificate,
    );
    if (head === null) return { code: 0, headers: {}, body: null };
    if (head.status >= 400) return { code: head.status, headers: head.headers, body: { stream: [head.body], ended: true } };
    const over = ended || events.some((event) => (event as JsonObject).type === 'ERROR');
    return { code: head.status, headers: head.headers, body: { stream: events, ended: over } };
  }

  /** `merge patch w1 {...}`, `delete w1`, `create w1 {a:1} labels g=w`. */
  private meanwhile(line: string): void {
    const [, verb, name = '', rest = ''] = /^(merge patch|delete|create) (\S+) ?(.*)$/.exec(line) ?? [];
    const base = '/api/v1/namespaces/probe/configmaps';
    if (verb === 'merge patch')
      this.probe.send(
        {
          method: 'PATCH',
          path: `${base}/${name}`,
          headers: { 'content-type': 'application/merge-patch+json' },
          body: JSON.parse(rest) as Json,
        },
        ADMIN,
      );
    else if (verb === 'delete') this.probe.send({ method: 'DELETE', path: `${base}/${name}`, headers: {}, body: null }, ADMIN);
    else
      this.probe.send(
        { method: 'POST', path: base, headers: {}, body: { metadata: { name, labels: { g: 'w' } }, data: { a: '1' } } },
        ADMIN,
      );
  }
}

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
    const own = key === 'nodePort' || (SERVERS_OWN.has(key) && typeof member === 'string');
    next[key] = own ? '*' : normal(member);
  }
  return next;
}

/** A ReplicaSet's or a Pod's name. */
const MADE_UP = /\b([a-z]+-)[bcdf-hj-np-tv-z2456789]{8,10}(-[a-z0-9]{5})?\b/g;

const normalText = (text: string): string =>
  text
    .replace(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-*')
    .replace(MADE_UP, '$1HASH')
    .replace(/(?<=pod-template-hash=)\w+/g, 'HASH')
    .replace('+unknown', '')
    .replace(/\b10\.(9[6-9]|10\d|11[01])\.\d+\.\d+/g, '10.96.*')
    .replace(/:3[012]\d{3}\b/g, ':NODEPORT')
    .replace(/^\d+[smh]$/, 'AGE')
    // The recorded control plane was no Node.
    .replace(/0\/4 nodes are available: (1 node\(s\) had untolerated taint\(s\), 3|4)/g, '0/3 nodes are available: 3')
    .replace(/T[+-][\d.]+s|\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/uid-\d+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID')
    .replace(/\b\d{5}\b|(?<=current: )\d+|(?<=record \()\d+|(?<=version: \d+ \()\d+/g, 'RV');
