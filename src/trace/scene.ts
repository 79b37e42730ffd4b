// What the stage shows at a record, as a pure function of the facts after it: components, nodes, Pods, open
// watches, etcd's last writes, queues. Nothing is kept but what follows from one object alone.
import { isObject, type Json, type JsonObject } from '../base/json';
import { compareBytes } from '../base/order';
import type { Stored } from './changes';
import { ownerOf, type PodTile, podTile } from './pod-tile';
import { subjectOfObject } from './subject';
import type { Trace } from './trace';

export interface NodeFacts {
  readonly name: string;
  readonly ready: 'True' | 'False' | 'Unknown' | null;
  readonly unschedulable: boolean;
  /** Its other conditions that are true, such as DiskPressure: none is good. */
  readonly troubles?: readonly string[];
  readonly registered: boolean;
}
export interface OpenWatch {
  readonly client: string;
  readonly server: string;
  readonly count: number;
  /** `pods?fieldSelector=…`, sorted. */
  readonly resources: readonly string[];
}
/** What was broken on purpose between two places (a component or a node each), and lasts. */
export interface Trouble {
  readonly kind: 'partition' | 'stall' | 'delay';
  readonly from: string;
  readonly to: string;
  readonly bothWays: boolean;
  readonly untilUs: number;
}
/** A steady load: how many of its requests went well, and how many did not. */
export interface LoadFacts {
  readonly from: string;
  readonly to: string;
  readonly ok: number;
  readonly failed: number;
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
  /** Service rules of a node, where kube-proxy wrote some: `node-1` -> how many. */
  readonly rules: { readonly [node: string]: number };
  readonly troubles: readonly Trouble[];
  /** How far clocks that are wrong are ahead: `node-1` -> µs. */
  readonly clocks: { readonly [node: string]: number };
  readonly loads: readonly LoadFacts[];
}
export interface ObjectRow {
  readonly key: string; // etcd key
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly revision: number;
  /** `ReplicaSet/test-…`, in the same namespace. */
  readonly owner: string | null;
  /** The message that wrote it last; null if the recording has none. */
  readonly written: number | null;
}

const LAST_WRITES = 8;

/** The facts after record `seq`. */
export function sceneAt(trace: Trace, seq: number): SceneFacts {
  const { history } = trace;
  const atUs = trace.get(seq)?.atUs ?? 0;
  return {
    seq,
    atUs,
    running: history.group('running', seq).map(([component]) => component),
    nodes: stored(trace, 'minions', seq).map(nodeFacts),
    pods: stored(trace, 'pods', seq).map(podTile),
    watches: openWatches(trace, seq),
    etcd: {
      revision: numberOf(history.at('etcd', 'revision', seq)),
      keys: numberOf(history.at('etcd', 'keys', seq)),
      last: trace.lastCommits(seq, LAST_WRITES).map(({ revision, key, deleted }) => ({ revision, key, deleted })),
    },
    queues: Object.fromEntries(history.group('queue', seq).map(([queue, length]) => [queue, numberOf(length)])),
    rules: Object.fromEntries(history.group('rules', seq).map(([node, count]) => [node, numberOf(count)])),
    troubles: history
      .group('trouble', seq)
      .map(([, trouble]) => trouble as unknown as Trouble)
      .filter(({ untilUs }) => untilUs > atUs),
    clocks: Object.fromEntries(history.group('clock', seq).map(([node, ahead]) => [node, numberOf(ahead)])),
    loads: history.group('load', seq).map(([, load]) => load as unknown as LoadFacts),
  };
}

/** All that etcd held after record `seq`, in the order of its keys. */
export function objectsAt(trace: Trace, seq: number): ObjectRow[] {
  const rows = trace.history
    .groupsLike('object/')
    .flatMap((group) => trace.history.group(group, seq).map((entry) => objectRow(entry, trace)));
  return rows.sort((a, b) => compareBytes(a.key, b.key));
}

const numberOf = (value: Json | null): number => (typeof value === 'number' ? value : 0);

function stored(trace: Trace, resource: string, seq: number): JsonObject[] {
  const objects: JsonObject[] = [];
  for (const [, value] of trace.history.group(`object/${resource}`, seq)) {
    const { object } = value as unknown as Stored;
    if (isObject(object)) objects.push(object);
  }
  return objects;
}

function objectRow([key, value]: [string, Json], trace: Trace): ObjectRow {
  const { object, revision } = value as unknown as Stored;
  const subject = subjectOfObject(object);
  return {
    key,
    revision,
    kind: subject?.kind ?? '',
    namespace: subject?.namespace ?? null,
    name: subject?.name ?? key.slice(key.lastIndexOf('/') + 1),
    owner: isObject(object) ? ownerOf(object) : null,
    written: trace.get(trace.commitOfRevision(revision)?.seq ?? -1)?.cause ?? null,
  };
}

function nodeFacts(node: JsonObject): NodeFacts {
  const { metadata, spec, status } = node as { metadata?: JsonObject; spec?: JsonObject; status?: JsonObject };
  const conditions = (status?.conditions ?? []) as readonly JsonObject[];
  const ready = conditions.find(({ type }) => type === 'Ready')?.status;
  const troubles = conditions.filter(({ type, status }) => type !== 'Ready' && status === 'True').map(({ type }) => String(type));
  return {
    name: String(metadata?.name),
    ready: ready === 'True' || ready === 'False' || ready === 'Unknown' ? ready : null,
    unschedulable: spec?.unschedulable === true,
    ...(troubles.length > 0 && { troubles }),
    registered: true,
  };
}

/** Open watches, one entry for all of the same two components, in the order in which they first came. */
function openWatches(trace: Trace, seq: number): OpenWatch[] {
  const pairs = new Map<string, { client: string; server: string; count: number; resources: Set<string> }>();
  for (const [, watch] of trace.history.group('watch', seq)) {
    const { client, server, resource } = watch as { readonly client: string; readonly server: string; readonly resource: string };
    let pair = pairs.get(`${client} ${server}`);
    if (pair === undefined) pairs.set(`${client} ${server}`, (pair = { client, server, count: 0, resources: new Set() }));
    pair.count++;
    pair.resources.add(resource);
  }
  return [...pairs.values()].map((pair) => ({ ...pair, resources: [...pair.resources].sort(compareBytes) }));
}
