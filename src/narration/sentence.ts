// One sentence per record: "who -> whom: what, because why", at most 25 words.
import { isObject, type Json, type JsonObject } from '../base/json';
import { keyOfRequest, type Subject, subjectOf, subjectOfKey } from '../trace/subject';
import type { Trace } from '../trace/trace';
import { binaryOf, nodeOf } from '../wire/names';
import type { HttpRequest, Payload } from '../wire/payload';
import type { TraceRecord } from '../wire/record';

/** `deployment-controller`, `kubelet on node-1`, `kube-apiserver`. */
export function speaker(id: string, actor: string | null): string {
  if (id === 'kube-controller-manager' && actor !== null && actor !== 'shared-informers') return actor;
  const node = nodeOf(id as Parameters<typeof nodeOf>[0]);
  return node === null ? id : `${binaryOf(id as Parameters<typeof binaryOf>[0])} on ${node}`;
}

export function sentenceOf(record: TraceRecord, trace: Trace): string {
  const from = speaker(record.from, record.actor);
  const what = whatOf(record, trace);
  if (record.payload.kind === 'inside') return `${from}: ${what}.`;
  const to = speaker(record.to, record.payload.kind === 'request' ? null : (trace.requestOf(record)?.actor ?? null));
  const why = whyOf(record, trace);
  return `${from} -> ${to}: ${what}${why === null ? '' : `, because ${why}`}.`;
}

/** `Pod web-1`, `Deployment test`, `the pods`. */
export function naming(subject: Subject | null): string {
  if (subject === null) return 'it';
  const kind = subject.kind && !subject.kind.endsWith('List') ? subject.kind : singular(subject.resource);
  return subject.name === null ? `the ${subject.resource}` : `${kind} ${subject.name}`;
}
const SINGULAR: { readonly [resource: string]: string } = {
  pods: 'Pod',
  nodes: 'Node',
  services: 'Service',
  deployments: 'Deployment',
  replicasets: 'ReplicaSet',
  daemonsets: 'DaemonSet',
  endpointslices: 'EndpointSlice',
  endpoints: 'Endpoints',
  configmaps: 'ConfigMap',
  secrets: 'Secret',
  leases: 'Lease',
  serviceaccounts: 'ServiceAccount',
  namespaces: 'Namespace',
  events: 'Event',
};
const singular = (resource: string): string => SINGULAR[resource] ?? resource.replace(/s$/, '');

function whatOf(record: TraceRecord, trace: Trace): string {
  const { payload } = record;
  switch (payload.kind) {
    case 'input':
      return payload.input.type === 'kubectl'
        ? `typed \`${payload.input.line.slice(0, 60)}\``
        : `broke something on purpose (${payload.input.fault.kind})`;
    case 'output':
      return payload.exit === null
        ? 'prints a line'
        : payload.exit === 0
          ? 'is done and exits with 0'
          : `fails and exits with ${payload.exit}`;
    case 'request':
      return requestText(record, payload, trace);
    case 'response':
      return answerText(record, payload, trace);
    case 'watch-delivery':
      return deliveryText(payload);
    case 'stream':
      return `${payload.rpc} tells ${String(payload.body.event ?? 'news')}`;
    case 'stream-end':
      return `the open call ends (${payload.reason})`;
    case 'packet':
      return `a packet from ${payload.source} to ${payload.destination}`;
    case 'fault':
      return payload.fault;
    case 'inside':
      return insideText(payload.topic, payload.detail);
  }
}

const VERBS: { readonly [method: string]: string } = { POST: 'create', PUT: 'update', PATCH: 'change', DELETE: 'delete', GET: 'give me' };

function requestText(record: TraceRecord, payload: Extract<Payload, { kind: 'request' }>, trace: Trace): string {
  const subject = subjectOf(record, trace);
  if (payload.protocol === 'http') return httpRequestText(payload, subject);
  if (payload.protocol === 'etcd') return etcdRequestText(payload.rpc, payload.body);
  const pod = subject?.name ? ` for Pod ${subject.name}` : '';
  return `${CALLS[payload.rpc] ?? payload.rpc}${pod}`;
}
const CALLS: { readonly [rpc: string]: string } = {
  RunPodSandbox: 'make a sandbox',
  PodSandboxStatus: 'how is the sandbox?',
  ImageStatus: 'is the image here?',
  PullImage: 'pull the image',
  CreateContainer: 'create the container',
  StartContainer: 'start the container',
  ContainerStatus: 'how is the container?',
  StopContainer: 'stop the container',
  StopPodSandbox: 'stop the sandbox',
  RemoveContainer: 'remove the container',
  RemovePodSandbox: 'remove the sandbox',
  ListPodSandbox: 'which sandboxes are there?',
  ListContainers: 'which containers are there?',
  'iptables-restore': 'take these rules',
  ADD: 'connect the sandbox to the network',
};

function httpRequestText(request: HttpRequest, subject: Subject | null): string {
  if (/[?&]watch=(true|1)/.test(request.path)) return `open a watch on ${subject?.resource ?? 'a resource'}`;
  const name = naming(subject);
  switch (subject?.subresource) {
    case 'binding':
      return `bind ${name} to ${bindingTarget(request.body)}`;
    case 'status':
      return `here is the status of ${name}`;
    case 'token':
      return `give me a token for ${name}`;
    default:
      return `${VERBS[request.method] ?? request.method} ${subject === null ? request.path.split('?')[0] : name}`;
  }
}
const bindingTarget = (body: Json): string => (isObject(body) && isObject(body.target) ? String(body.target.name) : 'a node');

function etcdRequestText(rpc: string, body: JsonObject): string {
  const key = keyOfRequest(body);
  const name = naming(subjectOfKey(key));
  if (rpc === 'Txn') return `write ${key ?? 'a key'} if nobody changed it meanwhile`;
  if (rpc === 'Range') return `read ${key ?? 'a key'}`;
  if (rpc === 'Watch') return `tell me all changes under ${key ?? 'a prefix'}`;
  return `${rpc} ${key === null ? '' : name}`.trim();
}

function answerText(record: TraceRecord, payload: Extract<Payload, { kind: 'response' }>, trace: Trace): string {
  if (payload.protocol === 'http') {
    const name = naming(subjectOf(record, trace));
    const reason = isObject(payload.body) && typeof payload.body.reason === 'string' ? ` ${payload.body.reason}` : '';
    return payload.status < 400 ? `${payload.status}, ${name}` : `${payload.status}${reason} for ${name}`;
  }
  if (payload.error !== null) return `error: ${payload.error.message.slice(0, 80)}`;
  if (payload.protocol === 'etcd') {
    const revision = isObject(payload.body.header) ? payload.body.header.revision : undefined;
    if (payload.rpc === 'Txn')
      return payload.body.succeeded === true ? `stored at revision ${revision}` : 'not stored: somebody changed it first';
    return `here it is, at revision ${revision}`;
  }
  return `${payload.rpc} succeeded`;
}

function deliveryText(payload: Extract<Payload, { kind: 'watch-delivery' }>): string {
  if (payload.protocol === 'http') {
    if (payload.type === 'BOOKMARK') return 'you are up to date (bookmark)';
    const { metadata, kind } = payload.object;
    const name = isObject(metadata) ? metadata.name : '';
    return `${DELIVERED[payload.type] ?? payload.type} ${String(kind)} ${String(name)}`;
  }
  const events = Array.isArray(payload.body.events) ? (payload.body.events as readonly JsonObject[]) : [];
  const key = isObject(events[0]?.kv) ? events[0].kv.key : undefined;
  return events.length === 0 ? 'you are up to date (progress)' : `${events[0]?.type === 'DELETE' ? 'deleted' : 'changed'}: ${String(key)}`;
}
const DELIVERED: { readonly [type: string]: string } = {
  ADDED: 'there is a new',
  MODIFIED: 'changed:',
  DELETED: 'gone:',
  ERROR: 'error on the watch:',
};

function insideText(topic: string, detail: JsonObject): string {
  const text = (name: string): string => (detail[name] === undefined ? '' : String(detail[name]));
  switch (topic) {
    case 'queue':
      return detail.added !== undefined
        ? `${text('added')} joins the ${text('queue')} queue`
        : detail.taken !== undefined
          ? `takes ${text('taken')} from the ${text('queue')} queue`
          : `is done with ${text('done')}`;
    case 'reconcile':
      return `compared wanted with found for ${text('key')}: ${text('outcome')}`;
    case 'schedule':
      return detail.chosen ? `weighed the nodes for ${text('pod')} and chose ${text('chosen')}` : `found no node for ${text('pod')}`;
    case 'chain':
      return 'passed the request through its chambers';
    case 'started':
    case 'stopped':
    case 'crashed':
      return topic;
    default:
      return `${topic} ${text('pod') || text('key') || text('name')}`.trim();
  }
}

/** Why it was sent, from the nearest cause that a person would name. */
function whyOf(record: TraceRecord, trace: Trace): string | null {
  if (record.payload.kind === 'response') return null;
  for (let seq = record.cause, steps = 0; seq !== null && steps < 6; steps++) {
    const cause = trace.get(seq);
    if (cause === undefined) return null;
    const reason = reasonOf(cause, record, trace);
    if (reason !== null) return reason;
    seq = cause.cause;
  }
  return null;
}

function reasonOf(cause: TraceRecord, record: TraceRecord, trace: Trace): string | null {
  const { payload } = cause;
  if (payload.kind === 'input') return payload.input.type === 'kubectl' ? 'you typed the command' : 'you broke something';
  if (payload.kind === 'watch-delivery' && payload.protocol === 'http') {
    const name = naming(subjectOf(cause, trace));
    return cause.to === record.from ? `its watch told it of ${name}` : null;
  }
  if (payload.kind === 'watch-delivery') return cause.to === record.from ? 'etcd told it of the change' : null;
  if (payload.kind === 'request' && cause.to === record.from) return `${speaker(cause.from, cause.actor)} asked for it`;
  if (payload.kind === 'response' && payload.protocol !== 'http' && payload.protocol !== 'etcd' && cause.to === record.from)
    return `${payload.rpc} succeeded`;
  return null;
}
