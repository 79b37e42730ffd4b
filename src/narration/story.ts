// Which records begin a step of the story. Each rule is a pattern over one record and its exchange; the
// number is the told step of the call flow (shared by all who tell it), the chapter its name here. What
// is told follows what was sent: nothing here orders anything.
import { isObject, type Json } from '../base/json';
import { type Subject, subjectOf } from '../trace/subject';
import type { Trace } from '../trace/trace';
import { binaryOf } from '../wire/names';
import type { TraceRecord } from '../wire/record';
import type { Chapter } from './chapters';
import { naming, sentenceOf, speaker } from './sentence';

/** A told step: the record at `seq` begins occurrence `occurrence` (from 1) of `chapter`. */
export interface Step {
  readonly seq: number;
  /** One of CHAPTERS. */
  readonly chapter: string;
  readonly occurrence: number;
  /** Its number among the 17 told steps, where it is one of them. */
  readonly told: number | null;
  /** "who -> whom: what, because why". */
  readonly sentence: string;
}

interface Rule {
  readonly chapter: Chapter;
  readonly told: number | null;
  readonly matches: (here: Here) => boolean;
  readonly sentence?: (here: Here) => string;
}
interface Here {
  readonly record: TraceRecord;
  readonly trace: Trace;
  readonly subject: Subject | null;
  /** For what kube-apiserver does: the request that it serves thereby. */
  readonly served: TraceRecord | null;
}

const http = ({ record }: Here) => (record.payload.protocol === 'http' && record.payload.kind === 'request' ? record.payload : null);
const call = ({ record }: Here, rpc: string): boolean =>
  record.payload.kind === 'request' && 'rpc' in record.payload && record.payload.rpc === rpc;
const sentBy = ({ record }: Here, binary: string): boolean => binaryOf(record.from) === binary;
const writes = (here: Here): boolean => http(here) !== null && http(here)?.method !== 'GET';
const about = ({ subject }: Here, resource: string, subresource: string | null = null): boolean =>
  subject?.resource === resource && subject.subresource === subresource;
const delivered = (here: Here, to: string, resource: string): boolean =>
  here.record.payload.kind === 'watch-delivery' &&
  here.record.payload.protocol === 'http' &&
  here.record.payload.type !== 'BOOKMARK' &&
  here.record.payload.type !== 'DELETED' &&
  binaryOf(here.record.to) === to &&
  here.subject?.resource === resource;
const field = (value: Json | undefined, ...path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((at, name) => (isObject(at) ? at[name] : undefined), value);
const deliveredObject = ({ record }: Here): Json | undefined =>
  record.payload.kind === 'watch-delivery' && record.payload.protocol === 'http' ? record.payload.object : undefined;
/** An etcd transaction that stores an object of `resource` for a request that `by` made. */
const stores = (here: Here, resource: string, by: (request: TraceRecord) => boolean): boolean =>
  call(here, 'Txn') && here.subject?.resource === resource && here.served !== null && by(here.served);
const byKubectl = (request: TraceRecord): boolean => request.from === 'kubectl';
const byActor =
  (actor: string) =>
  (request: TraceRecord): boolean =>
    request.actor === actor;
const reportsRunning = (request: TraceRecord | null): boolean =>
  request?.payload.protocol === 'http' &&
  request.payload.kind === 'request' &&
  field(request.payload.body, 'status', 'phase') === 'Running';
const isStatusPatch = (here: Here): boolean => sentBy(here, 'kubelet') && http(here)?.method === 'PATCH' && about(here, 'pods', 'status');

const RULES: readonly Rule[] = [
  { chapter: 'Request', told: 1, matches: (h) => h.record.from === 'kubectl' && writes(h) },
  { chapter: 'Request', told: null, matches: (h) => h.record.from === 'kubectl' && http(h) !== null },
  {
    chapter: 'Admit',
    told: null,
    matches: (h) =>
      h.record.payload.kind === 'inside' &&
      h.record.payload.topic === 'chain' &&
      h.served !== null &&
      byKubectl(h.served) &&
      isWrite(h.served),
    sentence: (h) =>
      `kube-apiserver: who is it, may they, is it valid? ${speaker(h.served?.from ?? '', null)}'s request passes authentication, authorization and admission.`,
  },
  { chapter: 'Persist', told: 2, matches: (h) => call(h, 'Txn') && h.served !== null && byKubectl(h.served) && isWrite(h.served) },
  { chapter: 'Notify', told: 3, matches: (h) => delivered(h, 'kube-controller-manager', 'deployments') },
  { chapter: 'Persist', told: 4, matches: (h) => stores(h, 'deployments', byActor('deployment-controller')) },
  { chapter: 'Reconcile', told: 5, matches: (h) => h.record.actor === 'deployment-controller' && writes(h) && about(h, 'replicasets') },
  { chapter: 'Persist', told: null, matches: (h) => stores(h, 'replicasets', byActor('deployment-controller')) },
  { chapter: 'Notify', told: null, matches: (h) => delivered(h, 'kube-controller-manager', 'replicasets') },
  { chapter: 'Reconcile', told: 6, matches: (h) => h.record.actor === 'replicaset-controller' && writes(h) && about(h, 'pods') },
  { chapter: 'Reconcile', told: null, matches: (h) => h.record.actor === 'daemon-set-controller' && writes(h) && about(h, 'pods') },
  {
    chapter: 'Persist',
    told: 7,
    matches: (h) => stores(h, 'pods', (request) => request.actor === 'replicaset-controller' || request.actor === 'daemon-set-controller'),
  },
  {
    chapter: 'Notify',
    told: 8,
    matches: (h) =>
      delivered(h, 'kube-scheduler', 'pods') &&
      !field(deliveredObject(h), 'spec', 'nodeName') &&
      !field(deliveredObject(h), 'metadata', 'deletionTimestamp'),
  },
  { chapter: 'Schedule', told: null, matches: (h) => h.record.payload.kind === 'inside' && h.record.payload.topic === 'schedule' },
  { chapter: 'Schedule', told: 9, matches: (h) => sentBy(h, 'kube-scheduler') && about(h, 'pods', 'binding') && http(h) !== null },
  { chapter: 'Notify', told: 10, matches: (h) => delivered(h, 'kubelet', 'pods') },
  { chapter: 'Route', told: 11, matches: (h) => delivered(h, 'kube-proxy', 'endpointslices') || delivered(h, 'kube-proxy', 'services') },
  { chapter: 'Route', told: null, matches: (h) => call(h, 'iptables-restore') },
  {
    chapter: 'Run',
    told: 12,
    matches: (h) =>
      sentBy(h, 'kubelet') &&
      (about(h, 'serviceaccounts', 'token') || ((about(h, 'configmaps') || about(h, 'secrets')) && http(h) !== null)),
  },
  {
    chapter: 'Run',
    told: 13,
    matches: (h) => ['RunPodSandbox', 'PullImage', 'CreateContainer', 'StartContainer'].some((rpc) => call(h, rpc)),
  },
  {
    chapter: 'Run',
    told: 14,
    matches: (h) =>
      h.record.payload.kind === 'response' && h.record.payload.protocol === 'cri' && h.record.payload.rpc === 'StartContainer',
  },
  { chapter: 'Run', told: null, matches: (h) => ['StopContainer', 'StopPodSandbox'].some((rpc) => call(h, rpc)) },
  { chapter: 'Report', told: 15, matches: (h) => isStatusPatch(h) && reportsRunning(h.record) },
  { chapter: 'Report', told: null, matches: (h) => isStatusPatch(h) },
  {
    chapter: 'Persist',
    told: 16,
    matches: (h) => stores(h, 'pods', (request) => binaryOf(request.from) === 'kubelet' && reportsRunning(request)),
  },
  { chapter: 'Persist', told: null, matches: (h) => stores(h, 'pods', (request) => request.from === 'kube-scheduler') },
  {
    chapter: 'Report',
    told: null,
    matches: (h) =>
      (h.record.actor === 'replicaset-controller' || h.record.actor === 'deployment-controller') &&
      http(h)?.method === 'PUT' &&
      h.subject?.subresource === 'status',
  },
];

const isWrite = (request: TraceRecord): boolean =>
  request.payload.protocol === 'http' && request.payload.kind === 'request' && request.payload.method !== 'GET';

/** Tells a run as it grows: call `follow` after the trace followed. */
export class Story {
  readonly steps: Step[] = [];
  private next = 0;
  private readonly occurrences = new Map<Chapter, number>();
  /** Pods that their kubelet heard of: later deliveries are echoes of its own reports. */
  private readonly toldPods = new Set<string>();
  private loopToldFor = -1;

  constructor(private readonly trace: Trace) {}

  /** Takes in new records; returns the steps that are new. */
  follow(): readonly Step[] {
    const before = this.steps.length;
    for (; this.next < this.trace.levels.length; this.next++) this.take(this.trace.records[this.next] as TraceRecord);
    return this.steps.slice(before);
  }

  /** After a step, the next renewal of a lease: the watch loops repeat. Told once until there is news. */
  private tellsLoop(record: TraceRecord): boolean {
    const { payload } = record;
    return (
      payload.kind === 'request' &&
      payload.protocol === 'http' &&
      payload.method === 'PUT' &&
      payload.path.includes('/leases/') &&
      this.steps.length > 0 &&
      this.loopToldFor !== this.steps.length
    );
  }

  private take(record: TraceRecord): void {
    if (this.trace.isBoot(record.seq)) {
      if (record.seq === 0) this.tell(record, 'Boot', null, 'The cluster starts: static pods, registration, first leases.');
      return;
    }
    const here: Here = { record, trace: this.trace, subject: subjectOf(record, this.trace), served: servedBy(record, this.trace) };
    const rule = RULES.find((candidate) => candidate.matches(here) && this.fresh(candidate, here));
    if (rule !== undefined) this.tell(record, rule.chapter, rule.told, rule.sentence?.(here) ?? sentenceOf(record, this.trace));
    else if (this.tellsLoop(record)) {
      this.tell(
        record,
        'Loop',
        17,
        `${speaker(record.from, record.actor)} -> kube-apiserver: I still hold ${naming(here.subject)}. Watches stay open; the next change starts the loop again.`,
      );
      this.loopToldFor = this.steps.length;
    }
  }

  /** Each Pod reaches its kubelet once in the story. */
  private fresh(rule: Rule, { record, subject }: Here): boolean {
    if (rule.told !== 10) return true;
    const key = `${record.to}/${subject?.namespace}/${subject?.name}`;
    if (this.toldPods.has(key)) return false;
    this.toldPods.add(key);
    return true;
  }

  private tell(record: TraceRecord, chapter: Chapter, told: number | null, sentence: string): void {
    const occurrence = (this.occurrences.get(chapter) ?? 0) + 1;
    this.occurrences.set(chapter, occurrence);
    this.steps.push({ seq: record.seq, chapter, occurrence, told, sentence });
  }
}

/** The API request that kube-apiserver serves by this: up the causes within it. */
function servedBy(record: TraceRecord, trace: Trace): TraceRecord | null {
  if (record.from !== 'kube-apiserver') return null;
  for (let seq = record.cause, steps = 0; seq !== null && steps < 8; steps++) {
    const cause = trace.get(seq);
    if (cause === undefined) return null;
    if (cause.payload.kind === 'request' && cause.payload.protocol === 'http' && cause.to === 'kube-apiserver') return cause;
    seq = cause.cause;
  }
  return null;
}
