// What the page and the worker say to each other. Headers of records travel as columns in one
// transferred buffer per batch; bodies, facts and interiors are asked for one at a time.
import type { Json, JsonObject } from '../base/json';
import type { Kind, Protocol } from '../wire/payload';
import type { Input, Run } from '../wire/run';

// ---- Page to worker

export type Question =
  | { readonly type: 'detail'; readonly seq: number }
  | { readonly type: 'lines'; readonly seqs: readonly number[] }
  | { readonly type: 'scene'; readonly seq: number }
  | { readonly type: 'interior'; readonly seq: number; readonly component: string }
  | { readonly type: 'objects'; readonly seq: number }
  | { readonly type: 'transcript'; readonly level: Level };

export type ToWorker =
  /** Starts a run from nothing: boot, then its inputs. Replaces any other. */
  | { readonly type: 'open'; readonly run: Run }
  /** Gives an input at the end of the run (`after` null), or replays to record `after` and goes on there. */
  | { readonly type: 'input'; readonly input: Input; readonly after: number | null }
  /** Lets virtual time go on for a while although the run is at rest. */
  | { readonly type: 'continue'; readonly us: number }
  | { readonly type: 'stop' }
  | { readonly type: 'ask'; readonly id: number; readonly question: Question };

// ---- Worker to page

export type FromWorker =
  | { readonly type: 'opened'; readonly run: Run }
  | Batch
  | { readonly type: 'steps'; readonly steps: readonly Step[] }
  | { readonly type: 'terminal'; readonly lines: readonly TerminalLine[] }
  | RunStatus
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly type: 'failed'; readonly report: string };

/** `count` records from `first` on, as columns (see COLUMNS), and the texts that are new since the last batch. */
export interface Batch {
  readonly type: 'batch';
  readonly first: number;
  readonly count: number;
  readonly columns: ArrayBuffer;
  readonly texts: readonly string[];
}

export type RunState = 'booting' | 'running' | 'rest' | 'limit' | 'stopped';
export interface RunStatus {
  readonly type: 'status';
  readonly state: RunState;
  readonly atUs: number;
  readonly records: number;
  /** Set when the run stands still. */
  readonly digest: string | null;
  /** Components that crashed because our own program is wrong. */
  readonly crashes: readonly string[];
  /** Why a run did not come to rest. */
  readonly why: string | null;
}

// ---- Columns: fixed-size header fields. Texts are numbers into the table of texts.
// Row of record i in a batch of n: each column is an array of n values, one after another in this order.

export const KINDS = [
  'input',
  'output',
  'request',
  'response',
  'watch-delivery',
  'stream',
  'stream-end',
  'packet',
  'inside',
  'fault',
] as const satisfies readonly Kind[];
export const PROTOCOLS = [
  'input',
  'terminal',
  'http',
  'etcd',
  'etcd-peer',
  'cri',
  'cni',
  'runc',
  'kernel',
  'iptables',
  'registry',
  'dns',
  'ip',
  'probe',
  'inside',
  'fault',
] as const satisfies readonly Protocol[];
/** story: chapter messages; messages: each request, answer and delivery; wire: leases, bookmarks, polls too. */
export const LEVELS = ['story', 'messages', 'wire'] as const;
export type Level = (typeof LEVELS)[number];

export const COLUMNS = {
  atUs: Float64Array, // virtual time sent
  receivedUs: Float64Array, // NaN if it never arrived
  exchange: Int32Array, // -1 if none
  cause: Int32Array, // -1 if none
  from: Uint16Array, // text
  to: Uint16Array, // text
  actor: Uint16Array, // text; 0 is the empty text
  protocol: Uint8Array, // index into PROTOCOLS
  kind: Uint8Array, // index into KINDS
  level: Uint8Array, // lowest level at which it is told: index into LEVELS; 3 = never moves (inside)
  flags: Uint8Array, // see FLAGS
} as const;
export const FLAGS = { failed: 1, write: 2, boot: 4 } as const;

// ---- Answers

/** A told step: the message at `seq` begins occurrence `occurrence` (from 1) of `chapter`. */
export interface Step {
  readonly seq: number;
  readonly chapter: string;
  readonly occurrence: number;
  /** Its number among the 17 told steps, where it is one of them. */
  readonly told: number | null;
  /** "who -> whom: what, because why". */
  readonly sentence: string;
}
export interface TerminalLine {
  readonly seq: number;
  readonly kind: 'input' | 'stdout' | 'stderr' | 'exit';
  readonly text: string;
}
/** One record as a line: for lists, announcements and callouts. */
export interface Line {
  readonly seq: number;
  /** What was sent, as text: `POST /api/v1/namespaces/default/pods`. */
  readonly summary: string;
  /** "who -> whom: what, because why", at most 25 words. */
  readonly sentence: string;
  /** Up to three short facts: method and path, code, what changed. */
  readonly chips: readonly string[];
  /** `pods/default/test-…`, where it is about one object. */
  readonly object: string | null;
}
export interface FieldChange {
  readonly path: string;
  readonly before: Json | null;
  readonly after: Json | null;
}
export interface Detail {
  readonly line: Line;
  readonly atUs: number;
  readonly receivedUs: number | null;
  readonly from: string;
  readonly to: string;
  readonly actor: string | null;
  readonly protocol: string;
  readonly kind: string;
  readonly payload: Json;
  /** The other half of the exchange: the answer of a request, the request of an answer or a delivery. */
  readonly counterpart: { readonly seq: number; readonly payload: Json } | null;
  /** What it changed in the object it is about (or in the etcd key). */
  readonly changes: readonly FieldChange[];
  /** From its direct cause back to the input or to boot. */
  readonly causes: readonly Line[];
  /** What it caused directly. */
  readonly effects: readonly Line[];
  /** kube-apiserver's chambers for this request. */
  readonly chain: JsonObject | null;
  readonly curl: string | null;
  /** Where the usual short story differs from what was sent here. */
  readonly note: string | null;
}

export interface PodTile {
  readonly key: string; // namespace/name
  readonly uid: string;
  readonly node: string | null;
  /** As `kubectl get pods` prints it: Pending, ContainerCreating, Running, CrashLoopBackOff, Terminating, … */
  readonly status: string;
  readonly phase: string;
  readonly ready: number;
  readonly containers: readonly { readonly name: string; readonly state: 'waiting' | 'running' | 'terminated'; readonly ready: boolean }[];
  readonly ip: string | null;
  /** `ReplicaSet/test-…`, or null. */
  readonly owner: string | null;
}
export interface NodeFacts {
  readonly name: string;
  readonly ready: 'True' | 'False' | 'Unknown' | null;
  readonly unschedulable: boolean;
  readonly registered: boolean;
}
export interface OpenWatch {
  readonly client: string;
  readonly server: string;
  readonly count: number;
  /** `pods?fieldSelector=…`, sorted. */
  readonly resources: readonly string[];
}
/** What the stage shows at a record. */
export interface SceneFacts {
  readonly seq: number;
  readonly atUs: number;
  readonly running: readonly string[];
  readonly nodes: readonly NodeFacts[];
  readonly pods: readonly PodTile[];
  readonly watches: readonly OpenWatch[];
  readonly etcd: {
    readonly revision: number;
    readonly keys: number;
    readonly last: readonly { readonly revision: number; readonly key: string; readonly deleted: boolean }[];
  };
  /** Keys waiting or being worked on, per queue. */
  readonly queues: { readonly [queue: string]: number };
  /** Rules per chain prefix and node, where kube-proxy wrote some: `node-1` -> number of service rules. */
  readonly rules: { readonly [node: string]: number };
}
export interface ObjectRow {
  readonly key: string; // etcd key
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly revision: number;
  readonly owner: string | null;
}

export type Answer =
  | { readonly type: 'detail'; readonly detail: Detail | null }
  | { readonly type: 'lines'; readonly lines: readonly Line[] }
  | { readonly type: 'scene'; readonly scene: SceneFacts }
  | { readonly type: 'interior'; readonly interior: { readonly [path: string]: Json } | null }
  | { readonly type: 'objects'; readonly objects: readonly ObjectRow[] }
  | { readonly type: 'transcript'; readonly lines: readonly (Step & { readonly atUs: number })[] };

/** The page's view of a cluster: a worker behind it, or the same code in this thread. */
export interface ClusterLink {
  send(message: Exclude<ToWorker, { type: 'ask' }>): void;
  ask<Q extends Question['type']>(question: Extract<Question, { type: Q }>): Promise<Extract<Answer, { type: Q }>>;
  /** Hears everything but answers; returns a way to stop hearing. */
  subscribe(hear: (message: Exclude<FromWorker, { type: 'answer' }>) => void): () => void;
  close(): void;
}
