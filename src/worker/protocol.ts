// What the page and the worker say to each other. Headers of records travel as columns in one
// transferred buffer per batch; bodies, facts and interiors are asked for one at a time.
import type { Json, JsonObject } from '../base/json';
import type { Lesson, Lessons } from '../narration/lessons';
import type { Line } from '../narration/line';
import type { Step } from '../narration/story';
import type { FieldChange, KeyChange } from '../trace/field-changes';
import type { PodTile } from '../trace/pod-tile';
import { QUIET, type Quiet } from '../trace/quiet-kinds';
import type { LoadFacts, NodeFacts, ObjectRow, OpenWatch, SceneFacts, Trouble } from '../trace/scene';
import type { Kind, Protocol } from '../wire/payload';
import type { Input, Matcher, Run } from '../wire/run';

export type { FieldChange, Lesson, Lessons, Line, LoadFacts, NodeFacts, ObjectRow, OpenWatch, PodTile, Quiet, SceneFacts, Step, Trouble };
export { QUIET };

// ---- Page to worker

export type Question =
  | { readonly type: 'detail'; readonly seq: number }
  | { readonly type: 'lines'; readonly seqs: readonly number[] }
  | { readonly type: 'scene'; readonly seq: number }
  | { readonly type: 'interior'; readonly seq: number; readonly component: string }
  /** The versions of an etcd key until then, and what differs between two of its revisions: by default the last two. */
  | { readonly type: 'key'; readonly seq: number; readonly key: string; readonly between: readonly [before: number, after: number] | null }
  | { readonly type: 'objects'; readonly seq: number }
  | { readonly type: 'transcript'; readonly level: Level }
  | { readonly type: 'lessons' }
  /** Records that a filter finds; the text is read on both sides. */
  | { readonly type: 'filter'; readonly text: string }
  /** Where what a scenario tells of or expects is first seen. */
  | { readonly type: 'matches'; readonly matchers: readonly Matcher[] }
  /** How the recording differs from that of another run, which is played for it; null: of the one asked for before
   *  nothing more is wanted. */
  | { readonly type: 'compare'; readonly run: Run | null };

export type ToWorker =
  /** Starts a run from nothing: boot, then its inputs. Replaces any other. */
  | { readonly type: 'open'; readonly run: Run }
  /** Gives an input at the end of the run (`after` null), or replays to record `after` and goes on there. */
  | { readonly type: 'input'; readonly input: Input; readonly after: number | null }
  /** An input will perhaps be given after this record, which is not the last: play ahead to there. */
  | { readonly type: 'prepare'; readonly after: number }
  /** Lets virtual time go on for a while although the run is at rest. */
  | { readonly type: 'continue'; readonly us: number }
  | { readonly type: 'stop' }
  /** The page draws a moment that was waited for: what goes on pauses, for they may share a processor. */
  | { readonly type: 'give-way' }
  | { readonly type: 'ask'; readonly id: number; readonly question: Question };

// ---- Worker to page

export type FromWorker =
  /** A recording begins from nothing: forget the one before. Also sent when an input made a branch. */
  | { readonly type: 'opened'; readonly run: Run }
  /** The run as it is now, with an input just given at its end: what a link must hold. */
  | { readonly type: 'extended'; readonly run: Run }
  | Batch
  | { readonly type: 'steps'; readonly steps: readonly Step[] }
  | { readonly type: 'terminal'; readonly lines: readonly TerminalLine[] }
  | RunStatus
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer }
  /** How many records of the other run have been played. */
  | { readonly type: 'comparing'; readonly records: number }
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
  /** Set a moment after the run came to stand still. */
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
/** Above the flags stands which of QUIET a record is, counted from 1; 0 for what is not quiet. */
export const QUIET_SHIFT = 3;

// ---- Answers

export interface TerminalLine {
  readonly seq: number;
  readonly kind: 'input' | 'stdout' | 'stderr' | 'exit';
  readonly text: string;
  /** `seq` of the input that it belongs to: a load prints when other commands have come after it. */
  readonly given: number;
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
  /** What it changed in the object it is about, which is an etcd key. */
  readonly change: KeyChange | null;
  /** From its direct cause back to the input or to boot. */
  readonly causes: readonly Line[];
  /** What it caused directly. */
  readonly effects: readonly Effect[];
  /** kube-apiserver's chambers for this request. */
  readonly chain: JsonObject | null;
  /** The request as a command of curl, etcdctl, crictl or whatever speaks its protocol. */
  readonly curl: string | null;
  /** The request as `kubectl … --raw`. */
  readonly raw: string | null;
  /** Where the usual short story differs from what was sent here. */
  readonly note: string | null;
}

/** `leads`: how many records it caused itself. */
export type Effect = Line & { readonly leads: number };

/** One component as it was after a record. */
export interface Interior {
  /** What it keeps: equals its inspect(). Null if it does not run. */
  readonly interior: { readonly [path: string]: Json } | null;
  /** What the recording says of it besides: what it told, what its watches brought. */
  readonly told: { readonly [path: string]: Json };
  /** Since when it runs, or does not. Null if it never ran. */
  readonly sinceUs: number | null;
}
export interface KeyHistory {
  /** Oldest first. `version` counts from 1 since the key was created. */
  readonly versions: readonly KeyVersion[];
  readonly before: number | null;
  readonly after: number | null;
  readonly changes: readonly FieldChange[];
}
export interface KeyVersion {
  readonly seq: number;
  readonly revision: number;
  readonly version: number;
  readonly deleted: boolean;
}

/** The recording and that of another run, side by side. */
export interface Comparison {
  /** Both have the same records before this one. */
  readonly forkSeq: number;
  readonly forkUs: number;
  /** How many told messages both have after that. */
  readonly both: number;
  /** What only this one has, and what only the other has. */
  readonly sides: readonly [here: ComparedSide, there: ComparedSide];
}
export interface ComparedSide {
  readonly count: number;
  /** What was given only here. */
  readonly inputs: readonly ComparedLine[];
  /** The first of them, inputs included; at most a few hundred. */
  readonly lines: readonly ComparedLine[];
  /** The first that nobody typed, and why it was sent: back to what both have, or to an input. */
  readonly first: { readonly line: ComparedLine; readonly causes: readonly ComparedLine[] } | null;
  readonly endsUs: number;
}
export interface ComparedLine {
  readonly seq: number;
  readonly atUs: number;
  readonly sentence: string;
  /** The other recording has it too. */
  readonly shared: boolean;
}

export type Answer =
  | { readonly type: 'detail'; readonly detail: Detail | null }
  | { readonly type: 'lines'; readonly lines: readonly Line[] }
  | { readonly type: 'scene'; readonly scene: SceneFacts }
  | ({ readonly type: 'interior' } & Interior)
  | ({ readonly type: 'key' } & KeyHistory)
  | { readonly type: 'objects'; readonly objects: readonly ObjectRow[] }
  | { readonly type: 'lessons'; readonly lessons: Lessons }
  | { readonly type: 'filter'; readonly seqs: readonly number[] }
  /** For each matcher the first record after boot; -1 if there is none. */
  | { readonly type: 'matches'; readonly seqs: readonly number[] }
  /** Null if it was given up: nothing more was wanted, or the recording changed. */
  | { readonly type: 'compare'; readonly comparison: Comparison | null }
  | { readonly type: 'transcript'; readonly lines: readonly (Step & { readonly atUs: number })[] };

/** The page's view of a cluster: a worker behind it, or the same code in this thread. */
export interface ClusterLink {
  send(message: Exclude<ToWorker, { type: 'ask' }>): void;
  ask<Q extends Question['type']>(question: Extract<Question, { type: Q }>): Promise<Extract<Answer, { type: Q }>>;
  /** Hears everything but answers; returns a way to stop hearing. */
  subscribe(hear: (message: Exclude<FromWorker, { type: 'answer' }>) => void): () => void;
  close(): void;
}
