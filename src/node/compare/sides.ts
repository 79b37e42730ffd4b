// Both sides of a comparison, put into lanes by the same rules: requests per actor and object, etcd
// writes per key, CRI calls per sandbox, container and image, Events per object, rules per service,
// and what kubectl printed per step.
import { isObject, type Json, type JsonObject } from '../../base/json';
import { compareBytes } from '../../base/order';
import { parsePath } from '../../machinery/resources';
import { writesOf } from '../../trace/changes';
import type { Trace } from '../../trace/trace';
import { binaryOf, nodeOf } from '../../wire/names';
import type { TraceRecord } from '../../wire/record';
import { servicesOf, WARM } from './before';
import { Lanes } from './lanes';
import { Names, outputLine } from './normalise';
import type { AuditEntry, Recording } from './recording';

interface Request {
  readonly actor: string;
  readonly verb: string;
  readonly uri: string;
  readonly code: number;
  /** Where the path names none: the name in the body. */
  readonly bodyName: string | null;
}
/** The recorded control plane ran beside its nodes, on none of them. */
const CONTROL_PLANE_NODE = /^control-plane +Ready/;
const CONTROL_PLANE_IMAGE = /^registry\.k8s\.io\/(kube-|etcd)/;
/** The kubelet looks at a container right after its sandbox, or after what it did to the container. */
const LONE_LOOK_MS = 60;

interface Call {
  readonly atMs: number;
  readonly node: string;
  readonly rpc: string;
  readonly req: JsonObject;
  readonly res: JsonObject;
}

const text = (value: Json | undefined): string | null => (typeof value === 'string' && value !== '' ? value : null);
const nameIn = (object: Json | undefined): string | null =>
  isObject(object) && isObject(object.metadata) ? text(object.metadata.name) : null;

/** Rows of a table stand in the order of names that chance made: neighbours that begin with one are sorted. */
function sortedRows(lines: readonly string[]): string[] {
  const sorted: string[] = [];
  let run: string[] = [];
  const flush = (): void => {
    sorted.push(...run.sort((a, b) => compareBytes(withoutPod(a), withoutPod(b))));
    run = [];
  };
  for (const line of lines) {
    if (/^(\S+-P\d+|<node>) /.test(line)) run.push(line);
    else {
      flush();
      sorted.push(line);
    }
  }
  flush();
  return sorted;
}
const withoutPod = (line: string): string => line.replace(/-P\d+/g, '-P');

/** Heartbeats, elections, reopened watches, and what a client asks only to learn about the server. */
const isPeriodic = ({ verb, uri }: Request): boolean =>
  (verb === 'watch' && !uri.includes('sendInitialEvents=true')) ||
  /\/leases|\/ipaddresses|\/limitranges$|\/namespaces\/default\/(endpoints|endpointslices)\/kubernetes|\/nodes\/[^/]+\/status\?timeout=10s|^\/(openapi|version|healthz|readyz|livez)|^\/apis?(\?|$)/.test(
    uri,
  );

/** How often they look before they act is chance: the kubelet's status manager is told twice that a Pod has ended (SetPodStatus,
 *  TerminatePod) and wakes up once or twice for it; the garbage collector looks whenever its graph changed meanwhile. */
const looksAgain = (actor: string, resource: string): boolean =>
  (actor === 'kubelet' && resource === 'pods') || actor === 'generic-garbage-collector';

class Side {
  readonly lanes = new Lanes();
  readonly names = new Names();
  private readonly sandboxes = new Map<string, string>();

  constructor(
    readonly namespace: string,
    private readonly services: ReadonlySet<string>,
  ) {}

  request(request: Request): void {
    const path = parsePath(request.uri);
    if (isPeriodic(request) || path === null || request.code === 409) return;
    if (path.namespace !== null && path.namespace !== this.namespace && path.resource !== 'namespaces') return;
    const name = path.name ?? request.bodyName ?? fieldSelectorName(path.query.fieldSelector);
    const object = name === null ? path.resource : `${path.resource}/${this.nameOf(path.resource, name)}`;
    const actor = request.actor.replace(/[@/]node-\d+$/, '');
    const lane = `requests ${actor} ${object.replace(/node-\d+$/, 'NODE')}`;
    const item = `${request.verb}${path.subresource ? `/${path.subresource}` : ''} ${request.code}`;
    if (item === 'get 200' && looksAgain(actor, path.resource) && this.lanes.get(lane).at(-1) === item) return;
    this.lanes.add(lane, item);
  }

  etcdWrite(op: string, key: string): void {
    if (/^\/registry\/(leases|masterleases|peerserverleases|ranges)\//.test(key)) return;
    const parts = key.split('/');
    if (!parts.includes(this.namespace) && !/^\/registry\/(minions|ipaddresses|persistentvolumes|clusterrole)/.test(key)) return;
    if (parts.includes('kube-system') || (parts.includes('ipaddresses') && this.services.size === 0)) return;
    const last = parts.length - 1;
    parts[last] = /minions|ipaddresses/.test(key) ? 'ONE' : this.nameOf(parts[2] ?? '', parts[last] ?? '');
    this.lanes.add(`etcd ${parts.join('/')}`, op);
  }

  private nameOf(resource: string, name: string): string {
    return resource === 'endpointslices' ? this.names.generated(name) : this.names.name(name);
  }

  call({ rpc, req, res, atMs, node }: Call): void {
    const lane = this.callLane(rpc, req, res);
    if (lane === null) return;
    if (lane.startsWith('image ')) return this.imageCall(lane, node, rpc);
    const sinceMs = atMs - (this.lastCalls.get(lane) ?? Number.NEGATIVE_INFINITY);
    this.lastCalls.set(lane, atMs);
    // A look at a container with nothing before it is that of the statistics, every 10 s at all containers of a node.
    if (rpc === 'ContainerStatus' && sinceMs > LONE_LOOK_MS) return;
    // A probe that runs every few seconds: how often is a matter of its phase and of when the recorder stopped.
    if (rpc === 'ExecSync' && this.lanes.get(`cri ${lane}`).at(-1) === rpc) return;
    this.lanes.add(`cri ${lane}`, rpc);
  }
  private readonly lastCalls = new Map<string, number>();

  /** Nodes ask for an image at the same time: each has its own order. */
  private imageCall(lane: string, node: string, rpc: string): void {
    const nodes = this.imageCalls.get(lane) ?? new Map<string, string[]>();
    this.imageCalls.set(lane, nodes.set(node, [...(nodes.get(node) ?? []), rpc]));
  }
  private readonly imageCalls = new Map<string, Map<string, string[]>>();

  /** With what can only be told at the end. */
  finished(): Lanes {
    for (const [lane, nodes] of this.imageCalls)
      for (const calls of [...nodes.values()].map((each) => each.join(', ')).sort()) this.lanes.add(`cri ${lane}`, calls);
    return this.lanes;
  }

  event(type: string, reason: string, object: string): void {
    this.lanes.add(`events ${this.names.text(object).replace(/node-\d+$/, 'NODE')}`, `${type} ${reason}`);
  }

  output(step: number, stdout: string, stderr: string, exit: number): void {
    const lines = `${stdout}${stderr}`
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.startsWith(WARM) && !CONTROL_PLANE_NODE.test(line))
      .map((line) => outputLine(line, this.names));
    // Which of several Pods that are alike stands in a line is chance.
    for (const line of sortedRows(lines)) this.lanes.add(`output step ${step}`, withoutPod(line));
    this.lanes.add(`output step ${step}`, `exit ${exit}`);
  }

  /** Rules of this namespace's services in one iptables-restore input, without what chance made of them. */
  rules(stdin: string): void {
    const perService = new Map<string, string[]>();
    for (const line of stdin.split('\n')) {
      const service = /--comment "?([a-z0-9-]+\/[a-z0-9.-]+)/.exec(line)?.[1];
      const name = service?.startsWith(`${this.namespace}/`) ? service.slice(this.namespace.length + 1).split(':')[0] : undefined;
      if (!line.startsWith('-A') || service === undefined || name === undefined || !this.services.has(name)) continue;
      const rules = perService.get(service) ?? [];
      perService.set(service, rules);
      rules.push(
        outputLine(line, this.names)
          .replace(/(KUBE-[A-Z]+)-[A-Z2-7]{16}/g, '$1')
          .replace(/-d \S+|--to-destination \S+|-s \S+/g, (m) => m.replace(/\d+\.\d+\.\d+\.\d+/, '<ip>')),
      );
    }
    for (const [service, rules] of perService) this.lanes.add(`rules ${service}`, rules.join('\n'));
  }

  private callLane(rpc: string, req: JsonObject, res: JsonObject): string | null {
    if (rpc === 'RunPodSandbox') {
      const metadata = isObject(req.config) && isObject(req.config.metadata) ? req.config.metadata : req.metadata;
      if (!isObject(metadata) || metadata.namespace !== this.namespace) return null;
      const pod = `pod ${this.names.name(text(metadata.name) ?? '')}`;
      const id = text(res.podSandboxId);
      if (id !== null) this.sandboxes.set(id, pod);
      return pod;
    }
    if (rpc === 'ImageStatus' || rpc === 'PullImage') {
      const image = isObject(req.image) ? text(req.image.image) : null;
      return image === null || image.startsWith('sha256:') || CONTROL_PLANE_IMAGE.test(image)
        ? null
        : `image ${image.replace(/:latest$/, '')}`;
    }
    const id = text(req.podSandboxId) ?? text(req.containerId);
    const lane = id === null ? null : (this.sandboxes.get(id) ?? null);
    const created = text(res.containerId);
    if (lane !== null && created !== null) this.sandboxes.set(created, lane);
    return lane;
  }
}

const HEARTBEAT = /\/nodes\/([^/]+)\/status\?timeout=10s/;
/** Within this time after a node's heartbeat its write is seen. */
const HEARTBEAT_WRITE_MS = 30;

/** Revisions of the first write of each node after each of its heartbeats. */
function heartbeatWrites({ audit, etcd }: Recording): ReadonlySet<number> {
  const revisions = new Set<number>();
  for (const { uri, t } of audit) {
    const node = HEARTBEAT.exec(uri)?.[1];
    const write = etcd.find(({ key, t: at }) => key === `/registry/minions/${node}` && at >= t && at - t < HEARTBEAT_WRITE_MS);
    if (write !== undefined) revisions.add(write.rev);
  }
  return revisions;
}

const fieldSelectorName = (selector: string | undefined): string | null => /metadata\.name=([^,]+)/.exec(selector ?? '')?.[1] ?? null;
const SILENT_CALLS = new Set(['ListPodSandbox', 'ListContainers', 'Status', 'Version', 'ListImages', 'ImageFsInfo']);

/** The recorded nodes ran cgroup v1, whose "no limit" is a number, which the kubelet took for a limit of the Pod: a status
 *  patch that tells of nothing but that number coming or going is theirs alone (docs/FIDELITY.md). */
function isMemoryLimit({ verb, uri, req }: AuditEntry): boolean {
  if (verb !== 'patch' || !uri.endsWith('/status') || !isObject(req?.status)) return false;
  const { resources, ...rest } = req.status;
  if (Object.keys(rest).length > 0 || !isObject(resources) || Object.keys(resources).join() !== 'limits') return false;
  return resources.limits === null || JSON.stringify(resources.limits) === '{"memory":"9007199254740988Ki"}';
}
/** The read that belongs to that patch, where the patch is all that the kubelet had to tell. One that has just started
 *  reads every Pod, whatever it finds. */
function lookBefore({ audit }: Recording, { uri, by, req }: AuditEntry): AuditEntry | undefined {
  if (JSON.stringify(req).includes('null')) return undefined;
  if (audit.some((entry) => entry.by === by && entry.verb === 'create' && entry.uri === '/api/v1/nodes')) return undefined;
  const entries = audit.filter((entry) => entry.by === by && uri.startsWith(entry.uri));
  const look = entries[entries.findIndex((entry) => entry.uri === uri && entry.req === req) - 1];
  return look?.verb === 'get' ? look : undefined;
}
const metadataOf = (object: Json | undefined): JsonObject => (isObject(object) && isObject(object.metadata) ? object.metadata : {});

/** The recording's lanes. */
export function recordedLanes(recording: Recording): Lanes {
  const side = new Side(recording.namespace, servicesOf(recording));
  const limits = recording.audit.filter(isMemoryLimit);
  const looks = limits.flatMap((limit) => lookBefore(recording, limit) ?? []);
  const limitWrites = new Set(limits.map(({ resVsPrev }) => Number(metadataOf(resVsPrev).resourceVersion)));
  const heartbeats = heartbeatWrites(recording);
  for (const entry of recording.audit) {
    // A long request stands there twice: when it began, and when it ended.
    if ((entry.stage ?? 'ResponseStarted') !== 'ResponseStarted' || (entry.verb === 'watch' && entry.stage === undefined)) continue;
    if (limits.includes(entry) || looks.includes(entry)) continue;
    const bodyName = nameIn(entry.resDiff) ?? nameIn(entry.res) ?? nameIn(entry.req);
    side.request({ actor: entry.by, verb: entry.verb, uri: entry.uri, code: entry.code, bodyName });
  }
  for (const { op, key, rev } of recording.etcd) {
    if (limitWrites.has(rev) || heartbeats.has(rev)) continue;
    side.etcdWrite(op, key);
  }
  for (const { t, node, rpc, req, res } of recording.cri)
    if (!SILENT_CALLS.has(rpc)) side.call({ atMs: t, node, rpc, req: req ?? {}, res: res ?? {} });
  for (const { type, reason, object } of [...recording.events].sort(byReason)) side.event(type, reason, object);
  const last = [...recording.iptables].filter(({ stdin }) => stdin !== undefined).at(-1);
  if (last?.stdin !== undefined) side.rules(last.stdin);
  recording.steps.forEach((step, i) => {
    if (step.cmd !== undefined) side.output(i, step.stdout ?? '', step.stderr ?? '', step.exit ?? 0);
  });
  return side.finished();
}

const byReason = (a: { reason: string }, b: { reason: string }): number => (a.reason < b.reason ? -1 : a.reason > b.reason ? 1 : 0);

/** Ours, from record `first` on. `steps` tells which step of the recording each input stands for. */
export function ourLanes(trace: Trace, first: number, recording: Recording, steps: ReadonlyMap<number, number>): Lanes {
  const side = new Side(recording.namespace, servicesOf(recording));
  const told: { readonly type: string; readonly reason: string; readonly object: string }[] = [];
  let input = -1;
  const outputs = new Map<number, { stdout: string; stderr: string; exit: number }>();
  let rules = '';
  for (const record of trace.records.slice(first)) {
    const { payload } = record;
    if (payload.kind === 'request' && payload.protocol === 'http' && record.to === 'kube-apiserver') takeRequest(side, record, trace, told);
    if (payload.kind === 'response' && payload.protocol === 'etcd' && payload.error === null && !isHeartbeat(record, trace))
      takeWrite(side, record, trace);
    if (payload.kind === 'request' && payload.protocol === 'cri' && !SILENT_CALLS.has(payload.rpc)) {
      const answer = trace.answerOf(record)?.payload;
      const res = answer?.kind === 'response' && 'body' in answer && isObject(answer.body) ? answer.body : {};
      side.call({ atMs: record.atUs / 1_000, node: nodeOf(record.to) ?? '', rpc: payload.rpc, req: payload.body, res });
    }
    if (
      payload.kind === 'request' &&
      payload.protocol === 'iptables' &&
      record.to === 'kernel/node-1' &&
      typeof payload.body.stdin === 'string'
    )
      rules = payload.body.stdin;
    if (payload.kind === 'input') input = record.seq;
    if (payload.kind === 'output') {
      const output = outputs.get(input) ?? { stdout: '', stderr: '', exit: 0 };
      outputs.set(input, {
        stdout: output.stdout + payload.stdout,
        stderr: output.stderr + payload.stderr,
        exit: payload.exit ?? output.exit,
      });
    }
  }
  for (const { type, reason, object } of told.sort(byReason)) side.event(type, reason, object);
  if (rules !== '') side.rules(rules);
  for (const [input, step] of steps) {
    const output = outputs.get(input);
    if (output !== undefined) side.output(step, output.stdout, output.stderr, output.exit);
  }
  return side.finished();
}

/** Served for a node's heartbeat. */
const isHeartbeat = (record: TraceRecord, trace: Trace): boolean =>
  trace
    .causes(record.seq, HEARTBEAT_STEPS)
    .some(({ payload }) => payload.kind === 'request' && payload.protocol === 'http' && HEARTBEAT.test(payload.path));
const HEARTBEAT_STEPS = 6;

function takeRequest(side: Side, record: TraceRecord, trace: Trace, told: { type: string; reason: string; object: string }[]): void {
  const { payload } = record;
  if (payload.kind !== 'request' || payload.protocol !== 'http') return;
  const answer = trace.answerOf(record)?.payload;
  const code = answer?.kind === 'response' && answer.protocol === 'http' ? answer.status : 0;
  const body = answer?.kind === 'response' && answer.protocol === 'http' ? answer.body : null;
  const path = parsePath(payload.path);
  // A body that was refused before it was read is not in the recording.
  const bodyName = nameIn(body) ?? (code === 400 || code === 403 ? null : nameIn(payload.body));
  side.request({
    actor: actorOf(record, payload.headers['user-agent'] ?? ''),
    verb: verbOf(payload.method, payload.path),
    uri: payload.path,
    code,
    bodyName,
  });
  if (
    payload.method === 'POST' &&
    path?.resource === 'events' &&
    path.namespace === side.namespace &&
    code === 201 &&
    isObject(payload.body)
  ) {
    const about = isObject(payload.body.involvedObject) ? payload.body.involvedObject : payload.body.regarding;
    if (isObject(about))
      told.push({ type: String(payload.body.type), reason: String(payload.body.reason), object: `${about.kind}/${about.name}` });
  }
}

/** The recorder's name for who sent a request: from its user agent. */
export function actorOf(record: TraceRecord, userAgent: string): string {
  const binary = binaryOf(record.from);
  const suffix = /kubernetes\/[0-9a-f]+\/(.+)$/.exec(userAgent)?.[1];
  if (suffix === undefined) return binary;
  return suffix.startsWith('system:serviceaccount:') ? (suffix.split(':').at(-1) ?? suffix) : `${binary}/${suffix}`;
}

export function verbOf(method: string, uri: string): string {
  const name = parsePath(uri)?.name ?? null;
  if (method === 'GET') return /[?&]watch=(true|1)/.test(uri) ? 'watch' : name === null ? 'list' : 'get';
  if (method === 'DELETE') return name === null ? 'deletecollection' : 'delete';
  return { POST: 'create', PUT: 'update', PATCH: 'patch' }[method] ?? method;
}

function takeWrite(side: Side, record: TraceRecord, trace: Trace): void {
  const request = trace.requestOf(record)?.payload;
  if (
    request?.kind !== 'request' ||
    request.protocol !== 'etcd' ||
    record.payload.kind !== 'response' ||
    record.payload.protocol !== 'etcd'
  )
    return;
  for (const write of writesOf(request.rpc, request.body, record.payload.body))
    side.etcdWrite(write.value === null ? 'DELETE' : 'PUT', write.key);
}
