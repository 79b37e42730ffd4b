// What is new about an object that a watch delivers, in a few words; and whether it is news at all: most
// deliveries tell a component what it did itself a moment ago.
import { isObject, type Json, type JsonObject } from '../base/json';
import { conditionOf, count, field } from './naming';

/** What matters of an object to whom it is told. The same text again is no news. */
export function signatureOf(object: JsonObject, gone: boolean): string {
  const uid = String(field(object, 'metadata', 'uid') ?? '');
  if (gone) return `${uid} gone`;
  const deleting = field(object, 'metadata', 'deletionTimestamp') === undefined ? '' : 'deleting';
  return [uid, deleting, ...matters(object)].join(' ');
}

function matters(object: JsonObject): readonly unknown[] {
  const { spec, metadata } = object;
  switch (object.kind) {
    case 'Pod':
      return [field(object, 'status', 'phase'), conditionOf(object, 'Ready')?.status ?? 'False'];
    case 'Node':
      return [conditionOf(object, 'Ready')?.status, field(spec, 'unschedulable'), JSON.stringify(field(spec, 'taints') ?? [])];
    case 'Namespace':
      return [field(object, 'status', 'phase')];
    case 'EndpointSlice':
      return [JSON.stringify(object.endpoints ?? []), JSON.stringify(object.ports ?? [])];
    case 'Service':
      return [JSON.stringify(spec ?? {})];
    default:
      return [field(metadata, 'generation') ?? ''];
  }
}

/** What a delivery says, as a clause: `there is a new Pod web-1`, `Pod web-1 is Ready`. `before` is the object
 *  as it was, null if it was not. */
export function newsOf(type: string, object: JsonObject, before: Json | null): string {
  const own = field(object, 'metadata', 'name');
  const name = own === undefined ? 'something' : `${String(object.kind)} ${String(own)}`;
  if (type === 'ADDED') return isObject(before) ? `${name} ${appeared(object, before)}` : `there is a new ${name}`;
  if (type === 'DELETED') return `${name} is gone`;
  if (!isObject(before)) return `${name} changed`;
  const news = clausesOf(object, before)[0];
  return news === undefined ? `${name} changed` : `${name} ${news}`;
}

/** Why something that was there before is new to a watch: it fits its selector only now, or the watch is new. */
const appeared = (object: JsonObject, before: JsonObject): string =>
  field(object, 'spec', 'nodeName') === field(before, 'spec', 'nodeName')
    ? 'is there'
    : `is bound to ${String(field(object, 'spec', 'nodeName'))}`;

/** What changed, the most telling first. */
function clausesOf(object: JsonObject, before: JsonObject): string[] {
  const clauses: string[] = [];
  const differs = (...path: string[]): boolean => JSON.stringify(field(object, ...path)) !== JSON.stringify(field(before, ...path));
  if (differs('metadata', 'deletionTimestamp')) clauses.push('is to be deleted');
  const own =
    object.kind === 'Pod'
      ? podClauses
      : object.kind === 'Node'
        ? nodeClauses
        : object.kind === 'EndpointSlice'
          ? sliceClauses
          : workloadClauses;
  clauses.push(...own(object, differs));
  if (differs('metadata', 'labels')) clauses.push('has other labels');
  return clauses;
}
type Differs = (...path: string[]) => boolean;

function podClauses(pod: JsonObject, differs: Differs): string[] {
  const clauses: string[] = [];
  if (differs('spec', 'nodeName')) clauses.push(`is bound to ${String(field(pod, 'spec', 'nodeName'))}`);
  if (differs('status', 'phase')) clauses.push(phaseClause(String(field(pod, 'status', 'phase'))));
  const waiting = waitingReason(pod);
  if (waiting !== null && differs('status', 'containerStatuses')) clauses.push(`waits: ${waiting}`);
  if (differs('status', 'conditions')) {
    const ready = conditionOf(pod, 'Ready')?.status;
    const scheduled = conditionOf(pod, 'PodScheduled');
    if (scheduled?.status === 'False') clauses.push('cannot be scheduled yet');
    clauses.push(ready === 'True' ? 'is Ready' : 'is not Ready yet');
  }
  if (differs('status', 'podIP')) clauses.push(`has the address ${String(field(pod, 'status', 'podIP'))}`);
  return clauses;
}

/** `is Running`, `has ended: Succeeded`. */
export const phaseClause = (phase: string): string => (phase === 'Succeeded' || phase === 'Failed' ? `has ended: ${phase}` : `is ${phase}`);

/** `CrashLoopBackOff`, `ImagePullBackOff`, `ErrImagePull`, where a container waits for more than its start. */
export function waitingReason(pod: Json | undefined): string | null {
  const statuses = field(pod, 'status', 'containerStatuses');
  for (const status of Array.isArray(statuses) ? (statuses as readonly Json[]) : []) {
    const reason = field(status, 'state', 'waiting', 'reason');
    if (typeof reason === 'string' && reason !== 'ContainerCreating' && reason !== 'PodInitializing') return reason;
  }
  return null;
}

function nodeClauses(node: JsonObject, differs: Differs): string[] {
  const clauses: string[] = [];
  const ready = conditionOf(node, 'Ready')?.status;
  if (differs('spec', 'unschedulable'))
    clauses.push(field(node, 'spec', 'unschedulable') === true ? 'takes no new Pods' : 'takes Pods again');
  if (differs('spec', 'taints')) clauses.push('has other taints');
  if (differs('status', 'conditions')) clauses.push(ready === 'True' ? 'is Ready' : 'is not Ready');
  return clauses;
}

function sliceClauses(slice: JsonObject, differs: Differs): string[] {
  if (!differs('endpoints')) return [];
  return [`has ${count(readyEndpoints(slice), 'ready endpoint')}`];
}
export const readyEndpoints = (slice: Json | undefined): number => {
  const endpoints = field(slice, 'endpoints');
  return Array.isArray(endpoints) ? (endpoints as readonly Json[]).filter((one) => field(one, 'conditions', 'ready') !== false).length : 0;
};

function workloadClauses(workload: JsonObject, differs: Differs): string[] {
  const clauses: string[] = [];
  if (differs('spec', 'template')) clauses.push('has a new Pod template');
  if (differs('spec', 'replicas')) clauses.push(`wants ${count(Number(field(workload, 'spec', 'replicas')), 'replica')}`);
  if (differs('status', 'readyReplicas'))
    clauses.push(`has ${count(Number(field(workload, 'status', 'readyReplicas') ?? 0), 'ready replica')}`);
  if (differs('status', 'replicas')) clauses.push(`has ${count(Number(field(workload, 'status', 'replicas') ?? 0), 'replica')}`);
  if (differs('status', 'phase')) clauses.push(`is ${String(field(workload, 'status', 'phase'))}`);
  return clauses;
}
