// A record as the rules of the story look at it, and the words that their patterns are made of.
import type { Json, JsonObject } from '../base/json';
import { findResource, parsePath, type ResourceInfo, storageKey } from '../machinery/resources';
import { groupOfKey } from '../trace/changes';
import { WIRE } from '../trace/levels';
import { type Subject, subjectOf } from '../trace/subject';
import type { Trace } from '../trace/trace';
import { API_SERVER, binaryOf } from '../wire/names';
import type { HttpRequest, InsideTopic, Packet } from '../wire/payload';
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
    private readonly chapterOf: (seq: number) => Chapter | null,
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
  /** The chapter that tells that request; null if none does. */
  get servesIn(): Chapter | null {
    return this.served === null ? null : this.chapterOf(this.served.seq);
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

// ---- Words for patterns

export const httpOf = (record: TraceRecord | null): HttpRequest | null =>
  record?.payload.protocol === 'http' && record.payload.kind === 'request' ? record.payload : null;
export const by = ({ record }: Here, binary: string): boolean => binaryOf(record.from) === binary;
export const byActor = (record: TraceRecord | null, ...actors: readonly string[]): boolean =>
  record !== null && actors.includes(record.actor ?? '');
export const writes = ({ record }: Here): boolean => httpOf(record) !== null && httpOf(record)?.method !== 'GET';
export const about = ({ subject }: Here, resource: string, subresource: string | null = null): boolean =>
  subject?.resource === resource && subject.subresource === subresource;
export const calls = ({ record }: Here, ...rpcs: readonly string[]): boolean =>
  'rpc' in record.payload && rpcs.includes(record.payload.rpc);
export const hears = ({ record, subject }: Here, binary: string, ...resources: readonly string[]): boolean =>
  binaryOf(record.to) === binary && (resources.length === 0 || resources.includes(subject?.resource ?? ''));
export const objectOf = ({ record }: Here): Json | undefined =>
  record.payload.kind === 'watch-delivery' && record.payload.protocol === 'http' ? record.payload.object : undefined;
export const isDeleting = (object: Json | undefined): boolean => field(object, 'metadata', 'deletionTimestamp') !== undefined;
/** Nothing of the Pod runs yet. */
export const isPending = (pod: Json | undefined): boolean => (field(pod, 'status', 'phase') ?? 'Pending') === 'Pending';
export const isGone = ({ record }: Here): boolean =>
  record.payload.kind === 'watch-delivery' && record.payload.protocol === 'http' && record.payload.type === 'DELETED';
export const isTopic = ({ record }: Here, topic: InsideTopic): boolean =>
  record.payload.kind === 'inside' && record.payload.topic === topic;
/** kube-apiserver asks itself on the way: its own requests pass the chambers, too. */
export const isChainOf = (here: Here, request: TraceRecord | null): boolean =>
  here.record.payload.kind === 'inside' && isTopic(here, 'chain') && here.record.payload.detail.request === request?.seq;
export const fails = ({ record: { payload } }: Here): boolean =>
  payload.kind === 'response' && (payload.protocol === 'http' ? payload.status >= 400 : payload.error !== null);

export const isStatusPatch = (record: TraceRecord | null, subject: Subject | null): boolean =>
  record !== null &&
  binaryOf(record.from) === 'kubelet' &&
  httpOf(record)?.method === 'PATCH' &&
  subject?.resource === 'pods' &&
  /\/status(\?|$)/.test(httpOf(record)?.path ?? '');
/** The patch that says a Pod's containers run: its phase, or that it is Ready where the phase was told before. */
export const reportsRunning = (record: TraceRecord | null): boolean => {
  const body = httpOf(record)?.body;
  return field(body, 'status', 'phase') === 'Running' || conditionOf(body, 'Ready')?.status === 'True';
};
/** What every controller does besides its work, and what only repeats another object. */
export const isSideline = ({ subject }: Here): boolean =>
  subject === null || ['events', 'leases', 'endpoints'].includes(subject.resource) || subject.subresource === 'token';
/** A controller reports what became of its own object; of Nodes and Pods it decides something. */
export const isOwnStatus = (here: Here): boolean =>
  by(here, 'kube-controller-manager') &&
  writes(here) &&
  here.subject?.subresource === 'status' &&
  here.subject.resource !== 'nodes' &&
  here.subject.resource !== 'pods';

/** An etcd write for a request of the API: of the object that it is about, not of what goes with it. */
export function persists({ record: { payload }, served, subject }: Here): boolean {
  if (payload.kind !== 'request' || payload.protocol !== 'etcd' || payload.rpc !== 'Txn') return false;
  const path = httpOf(served)?.path;
  return path !== undefined && parsePath(path)?.resource === subject?.resource;
}
/** A report is persisted, too, but only the one that matters is told so. */
export const persistsStep = (here: Here): boolean => persists(here) && here.servesIn !== null && here.servesIn !== 'Report';
export const creates = (record: TraceRecord | null): boolean => httpOf(record)?.method === 'POST';

/** Whether a status that a controller writes has another count of ready replicas than the one before. */
export function changesReadiness({ record, subject, trace }: Here): boolean {
  const info = subject === null ? null : resourceOf(subject);
  if (info === null || subject === null || subject.name === null) return false;
  const key = storageKey(info, subject.namespace, subject.name);
  const before = trace.history.at(groupOfKey(key), key, record.seq);
  const ready = (object: Json | undefined): Json => field(object, 'status', 'readyReplicas') ?? field(object, 'status', 'numberReady') ?? 0;
  return ready(httpOf(record)?.body) !== ready(field(before ?? undefined, 'object'));
}
const resourceOf = ({ apiVersion, resource }: Subject): ResourceInfo | null => {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return findResource(group, version, resource);
};

/** A transaction may be tried again: the request is persisted once. */
export function perRequest({ served }: Here): string {
  return `persists ${served?.seq ?? -1}`;
}
export function isStatus({ record: { payload } }: Here, status: number): boolean {
  return payload.kind === 'response' && payload.protocol === 'http' && payload.status === status;
}

/** The delivery's version that led to a record: every node's kube-proxy does the same because of it. */
export function heardBy(record: TraceRecord, trace: Trace): string {
  for (let seq = record.cause, steps = 0; seq !== null && steps < 12; steps++) {
    const cause = trace.get(seq);
    if (cause?.payload.kind === 'watch-delivery' && cause.payload.protocol === 'http')
      return `${String(cause.payload.object.kind)} ${String(field(cause.payload.object, 'metadata', 'resourceVersion'))}`;
    seq = cause?.cause ?? null;
  }
  return `record ${record.seq}`;
}

// ---- Packets

export const insideOf = ({ record: { payload } }: Here): JsonObject | null => (payload.kind === 'inside' ? payload.detail : null);
export const isGoodStatus = (outcome: Json | undefined): boolean => typeof outcome === 'string' && /^HTTP\/1\.[01] [123]/.test(outcome);
const packetOf = (record: TraceRecord | undefined): Packet | null => (record?.payload.kind === 'packet' ? record.payload : null);
const causeOf = ({ record, trace }: Here): TraceRecord | undefined => (record.cause === null ? undefined : trace.get(record.cause));

/** Somebody begins a connection. */
export const isFirstPacket = (here: Here): boolean => packetOf(here.record)?.flags === 'SYN' && causeOf(here)?.payload.kind === 'input';
/** What was asked for, or that there is nothing: from whom it comes, not from those who pass it on. */
export const isAnswerPacket = (here: Here): boolean => {
  const flags = packetOf(here.record)?.flags;
  return flags !== undefined && !/^(SYN|SYN\+ACK|ACK)$/.test(flags) && packetOf(causeOf(here))?.flags !== flags;
};
/** A kernel's rules gave the first packet of a connection another destination, or stopped it. */
export const isTurn = (here: Here): boolean => {
  const detail = insideOf(here);
  if (!isTopic(here, 'packet') || detail === null || detail.flags !== 'SYN') return false;
  return detail.outcome !== 'accepted' || String(detail.came).split(' > ')[1] !== String(detail.left).split(' > ')[1];
};
/** Belongs to a load, whose packets are as many as its seconds. */
export const isOfLoad = (here: Here): boolean => {
  const cause = causeOf(here);
  if (cause?.payload.kind === 'input') return cause.payload.input.type === 'load';
  return packetOf(cause) !== null && here.trace.levels[cause?.seq ?? 0] === WIRE;
};
