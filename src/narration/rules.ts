// Which records begin a step of the story. Each rule is a pattern over one record and its exchange; `told` is
// the step's number where it is one of the 17 of the call flow, the chapter its name here. What is told
// follows what was sent: nothing here orders anything, and no rule knows a command.
import type { Json } from '../base/json';
import { type Subject, subjectOf } from '../trace/subject';
import type { Trace } from '../trace/trace';
import { API_SERVER, binaryOf } from '../wire/names';
import type { HttpRequest, InsideTopic, Kind } from '../wire/payload';
import type { TraceRecord } from '../wire/record';
import type { Chapter } from './chapters';
import { conditionOf, field } from './naming';

/** A record and what rules ask of it, found out when first asked: most records match no rule. */
export class Here {
  private knownSubject: Subject | null | undefined;
  private knownServed: TraceRecord | null | undefined;

  constructor(
    readonly record: TraceRecord,
    readonly trace: Trace,
    private readonly isStep: (seq: number) => boolean,
  ) {}

  get subject(): Subject | null {
    if (this.knownSubject === undefined) this.knownSubject = subjectOf(this.record, this.trace);
    return this.knownSubject;
  }
  /** For what kube-apiserver does: the request that it serves thereby. */
  get served(): TraceRecord | null {
    if (this.knownServed === undefined) this.knownServed = servedBy(this.record, this.trace);
    return this.knownServed;
  }
  /** Whether that request is a step of the story. */
  get servesStep(): boolean {
    return this.served !== null && this.isStep(this.served.seq);
  }
}

/** The API request that a record serves or answers: up the causes within kube-apiserver, which also asks itself. */
function servedBy(record: TraceRecord, trace: Trace): TraceRecord | null {
  if (record.from !== API_SERVER) return null;
  if (record.payload.kind === 'response') return trace.requestOf(record) ?? null;
  for (let seq = record.cause, steps = 0; seq !== null && steps < 16; steps++) {
    const cause = trace.get(seq);
    if (cause === undefined) return null;
    if (cause.to === API_SERVER && cause.from !== API_SERVER && httpOf(cause) !== null) return cause;
    seq = cause.cause;
  }
  return null;
}

export interface Rule {
  readonly chapter: Chapter;
  readonly told: number | null;
  readonly matches: (here: Here) => boolean;
  /** Steps with the same key are told once. */
  readonly once?: (here: Here) => string;
  /** What is said of it instead of what is said of any such record. */
  readonly what?: (here: Here) => string;
}

// ---- Words for patterns

const httpOf = (record: TraceRecord | null): HttpRequest | null =>
  record?.payload.protocol === 'http' && record.payload.kind === 'request' ? record.payload : null;
const by = ({ record }: Here, binary: string): boolean => binaryOf(record.from) === binary;
const byActor = (record: TraceRecord | null, ...actors: readonly string[]): boolean =>
  record !== null && actors.includes(record.actor ?? '');
const writes = ({ record }: Here): boolean => httpOf(record) !== null && httpOf(record)?.method !== 'GET';
const about = ({ subject }: Here, resource: string, subresource: string | null = null): boolean =>
  subject?.resource === resource && subject.subresource === subresource;
const calls = ({ record }: Here, ...rpcs: readonly string[]): boolean => 'rpc' in record.payload && rpcs.includes(record.payload.rpc);
const hears = ({ record, subject }: Here, binary: string, ...resources: readonly string[]): boolean =>
  binaryOf(record.to) === binary && (resources.length === 0 || resources.includes(subject?.resource ?? ''));
const objectOf = ({ record }: Here): Json | undefined =>
  record.payload.kind === 'watch-delivery' && record.payload.protocol === 'http' ? record.payload.object : undefined;
const isDeleting = (object: Json | undefined): boolean => field(object, 'metadata', 'deletionTimestamp') !== undefined;
const isGone = ({ record }: Here): boolean =>
  record.payload.kind === 'watch-delivery' && record.payload.protocol === 'http' && record.payload.type === 'DELETED';
const isTopic = ({ record }: Here, topic: InsideTopic): boolean => record.payload.kind === 'inside' && record.payload.topic === topic;
const fails = ({ record: { payload } }: Here): boolean =>
  payload.kind === 'response' && (payload.protocol === 'http' ? payload.status >= 400 : payload.error !== null);

const isStatusPatch = (record: TraceRecord | null, subject: Subject | null): boolean =>
  record !== null &&
  binaryOf(record.from) === 'kubelet' &&
  httpOf(record)?.method === 'PATCH' &&
  subject?.resource === 'pods' &&
  /\/status(\?|$)/.test(httpOf(record)?.path ?? '');
/** The patch that says a Pod's containers run: its phase, or that it is Ready where the phase was told before. */
const reportsRunning = (record: TraceRecord | null): boolean => {
  const body = httpOf(record)?.body;
  return field(body, 'status', 'phase') === 'Running' || conditionOf(body, 'Ready')?.status === 'True';
};
/** What every controller does besides its work, and what only repeats another object. */
const isSideline = ({ subject }: Here): boolean =>
  subject === null || ['events', 'leases', 'endpoints'].includes(subject.resource) || subject.subresource === 'token';
const POD_MAKERS = ['replicaset-controller', 'daemon-set-controller', 'job-controller', 'statefulset-controller'];
const CAST = new Set(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'kubelet', 'containerd']);

// ---- Rules, by kind of record; the first that matches counts

const REQUESTS: readonly Rule[] = [
  {
    chapter: 'Request',
    told: 1,
    matches: (h) => by(h, 'kubectl') && httpOf(h.record)?.method === 'POST' && h.subject?.subresource === null,
  },
  { chapter: 'Request', told: null, matches: (h) => by(h, 'kubectl') && h.subject !== null },
  { chapter: 'Request', told: null, matches: (h) => by(h, 'kube-apiserver') && binaryOf(h.record.to) === 'kubelet' },
  { chapter: 'Persist', told: 2, matches: (h) => persists(h) && h.served?.from === 'kubectl', once: perRequest },
  {
    chapter: 'Persist',
    told: 4,
    matches: (h) => persists(h) && about(h, 'deployments') && byActor(h.served, 'deployment-controller'),
    once: perRequest,
  },
  { chapter: 'Persist', told: 7, matches: (h) => persists(h) && about(h, 'pods') && byActor(h.served, ...POD_MAKERS), once: perRequest },
  {
    chapter: 'Persist',
    told: 16,
    matches: (h) => persists(h) && isStatusPatch(h.served, h.subject) && reportsRunning(h.served),
    once: perRequest,
  },
  { chapter: 'Persist', told: null, matches: persists, once: perRequest },
  { chapter: 'Reconcile', told: 5, matches: (h) => byActor(h.record, 'deployment-controller') && writes(h) && about(h, 'replicasets') },
  { chapter: 'Reconcile', told: 6, matches: (h) => byActor(h.record, ...POD_MAKERS) && writes(h) && about(h, 'pods') },
  { chapter: 'Schedule', told: 9, matches: (h) => by(h, 'kube-scheduler') && about(h, 'pods', 'binding') },
  { chapter: 'Schedule', told: null, matches: (h) => by(h, 'kube-scheduler') && writes(h) && !isSideline(h) },
  {
    chapter: 'Run',
    told: 12,
    matches: (h) =>
      by(h, 'kubelet') &&
      httpOf(h.record) !== null &&
      (about(h, 'serviceaccounts', 'token') || about(h, 'configmaps') || about(h, 'secrets')),
  },
  { chapter: 'Run', told: 13, matches: (h) => calls(h, 'RunPodSandbox', 'PullImage', 'CreateContainer', 'StartContainer') },
  { chapter: 'Run', told: null, matches: (h) => by(h, 'kubelet') && calls(h, 'StopContainer', 'StopPodSandbox') },
  { chapter: 'Report', told: 15, matches: (h) => isStatusPatch(h.record, h.subject) && reportsRunning(h.record) },
  { chapter: 'Report', told: null, matches: (h) => by(h, 'kubelet') && writes(h) && h.subject?.resource === 'pods' },
  {
    chapter: 'Route',
    told: null,
    matches: (h) => by(h, 'kube-proxy') && calls(h, 'iptables-restore'),
    once: ({ record, trace }) => `rules for ${heardBy(record, trace)}`,
  },
  {
    chapter: 'Report',
    told: null,
    matches: (h) =>
      by(h, 'kube-controller-manager') &&
      writes(h) &&
      h.subject?.subresource === 'status' &&
      h.subject.resource !== 'nodes' &&
      h.subject.resource !== 'pods',
  },
  { chapter: 'Reconcile', told: null, matches: (h) => by(h, 'kube-controller-manager') && writes(h) && !isSideline(h) },
];

const ANSWERS: readonly Rule[] = [
  { chapter: 'Run', told: 14, matches: (h) => calls(h, 'StartContainer') && !fails(h) && h.record.payload.protocol === 'cri' },
  {
    chapter: 'Run',
    told: null,
    matches: (h) =>
      h.record.payload.protocol === 'cri' && fails(h) && calls(h, 'RunPodSandbox', 'PullImage', 'CreateContainer', 'StartContainer'),
  },
  { chapter: 'Request', told: null, matches: (h) => h.record.to === 'kubectl' && fails(h) && h.servesStep },
  { chapter: 'Persist', told: null, matches: (h) => isStatus(h, 409) && h.servesStep },
  { chapter: 'Admit', told: null, matches: (h) => isStatus(h, 403) && h.servesStep },
];

const DELIVERIES: readonly Rule[] = [
  {
    chapter: 'Notify',
    told: 3,
    matches: (h) => hears(h, 'kube-controller-manager', 'deployments') && !isGone(h) && !isDeleting(objectOf(h)),
  },
  {
    chapter: 'Notify',
    told: null,
    matches: (h) =>
      hears(
        h,
        'kube-controller-manager',
        'replicasets',
        'daemonsets',
        'statefulsets',
        'jobs',
        'services',
        'nodes',
        'namespaces',
        'deployments',
      ),
  },
  {
    chapter: 'Notify',
    told: null,
    matches: (h) => hears(h, 'kube-controller-manager', 'pods') && (isGone(h) || conditionOf(objectOf(h), 'Ready') !== null),
  },
  {
    chapter: 'Notify',
    told: 8,
    matches: (h) => hears(h, 'kube-scheduler', 'pods') && !isGone(h) && !isDeleting(objectOf(h)) && !field(objectOf(h), 'spec', 'nodeName'),
    once: (h) => `queued ${String(field(objectOf(h), 'metadata', 'uid'))}`,
  },
  {
    chapter: 'Notify',
    told: 10,
    matches: (h) => hears(h, 'kubelet', 'pods') && !isGone(h) && !isDeleting(objectOf(h)),
    once: (h) => `${h.record.to} has ${String(field(objectOf(h), 'metadata', 'uid'))}`,
  },
  {
    chapter: 'Notify',
    told: null,
    matches: (h) => hears(h, 'kubelet', 'pods') && !isGone(h) && isDeleting(objectOf(h)),
    once: (h) => `${h.record.to} ends ${String(field(objectOf(h), 'metadata', 'uid'))}`,
  },
  { chapter: 'Route', told: 11, matches: (h) => hears(h, 'kube-proxy', 'endpointslices', 'services') },
  { chapter: 'Notify', told: null, matches: (h) => hears(h, 'kubectl') },
];

const INSIDE: readonly Rule[] = [
  {
    chapter: 'Admit',
    told: null,
    matches: (h) => isTopic(h, 'chain') && h.served?.from === 'kubectl' && h.servesStep && httpOf(h.served)?.method !== 'GET',
  },
  { chapter: 'Schedule', told: null, matches: (h) => isTopic(h, 'schedule') },
  { chapter: 'Run', told: null, matches: (h) => (isTopic(h, 'started') || isTopic(h, 'stopped')) && CAST.has(binaryOf(h.record.from)) },
  { chapter: 'Reconcile', told: null, matches: (h) => isTopic(h, 'leader') },
];

const ALWAYS = (): boolean => true;
export const RULES: { readonly [kind in Kind]?: readonly Rule[] } = {
  request: REQUESTS,
  response: ANSWERS,
  'watch-delivery': DELIVERIES,
  inside: INSIDE,
  fault: [{ chapter: 'Request', told: null, matches: ALWAYS }],
  stream: [{ chapter: 'Run', told: null, matches: (h) => calls(h, 'exit') && h.subject?.container != null }],
};

/** What of the start of the cluster is told. */
export const BOOT_RULES: { readonly [kind in Kind]?: readonly Rule[] } = {
  inside: [
    { chapter: 'Boot', told: null, matches: (h) => (isTopic(h, 'started') && CAST.has(binaryOf(h.record.from))) || isTopic(h, 'leader') },
    {
      chapter: 'Boot',
      told: null,
      matches: (h) => h.record.payload.kind === 'inside' && h.record.payload.topic === 'boot' && h.record.payload.detail.ready === true,
    },
  ],
  response: [
    { chapter: 'Boot', told: null, matches: (h) => isStatus(h, 201) && hears(h, 'kubelet', 'nodes'), once: (h) => `${h.record.to} joins` },
  ],
};

/** An etcd write for a request that is a step itself. */
function persists(here: Here): boolean {
  const { payload } = here.record;
  return here.servesStep && payload.kind === 'request' && payload.protocol === 'etcd' && payload.rpc === 'Txn';
}
/** A transaction may be tried again: the request is persisted once. */
function perRequest({ served }: Here): string {
  return `persists ${served?.seq ?? -1}`;
}
function isStatus({ record: { payload } }: Here, status: number): boolean {
  return payload.kind === 'response' && payload.protocol === 'http' && payload.status === status;
}

/** The delivery's version that led to a record: every node's kube-proxy does the same because of it. */
function heardBy(record: TraceRecord, trace: Trace): string {
  for (let seq = record.cause, steps = 0; seq !== null && steps < 12; steps++) {
    const cause = trace.get(seq);
    if (cause?.payload.kind === 'watch-delivery' && cause.payload.protocol === 'http')
      return `${String(cause.payload.object.kind)} ${String(field(cause.payload.object, 'metadata', 'resourceVersion'))}`;
    seq = cause?.cause ?? null;
  }
  return `record ${record.seq}`;
}
