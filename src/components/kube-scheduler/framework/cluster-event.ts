// What happened in the cluster that may let a pod be scheduled that could not be before.
// Models k8s.io/kube-scheduler/framework ClusterEvent and pkg/scheduler/framework/events.go.
import { type Json, jsonEqual } from '../../../base/json';
import type { Node } from '../../../machinery/types';
import type { PodInfo } from './pod-info';

export type NodeChange = 'allocatable' | 'label' | 'taint' | 'condition' | 'annotation';

export type ClusterEvent =
  | { readonly on: 'node'; readonly what: 'add' | 'delete'; readonly node: Node }
  | { readonly on: 'node'; readonly what: 'update'; readonly node: Node; readonly old: Node; readonly changes: readonly NodeChange[] }
  /** A pod that has a node. */
  | { readonly on: 'assigned-pod'; readonly what: 'add' | 'delete'; readonly pod: PodInfo }
  | { readonly on: 'assigned-pod'; readonly what: 'update'; readonly pod: PodInfo; readonly old: PodInfo }
  /** The waiting pod itself changed. */
  | { readonly on: 'target-pod'; readonly what: 'update'; readonly pod: PodInfo; readonly old: PodInfo }
  /** A volume, claim or storage class came or changed. */
  | { readonly on: 'storage'; readonly what: 'change' };

/** What changed about a node that plugins look at. A heartbeat changes nothing. */
export function nodeChanges(node: Node, old: Node): NodeChange[] {
  const changes: NodeChange[] = [];
  const differ = (a: unknown, b: unknown): boolean => a !== b && !jsonEqual(a as Json | undefined, b as Json | undefined);
  if (differ(node.status?.allocatable, old.status?.allocatable)) changes.push('allocatable');
  if (differ(node.metadata.labels, old.metadata.labels)) changes.push('label');
  if (Boolean(node.spec?.unschedulable) !== Boolean(old.spec?.unschedulable) || differ(node.spec?.taints, old.spec?.taints))
    changes.push('taint');
  if (node.status?.conditions !== old.status?.conditions && differ(conditionsOf(node), conditionsOf(old))) changes.push('condition');
  if (differ(node.metadata.annotations, old.metadata.annotations)) changes.push('annotation');
  return changes;
}

const conditionsOf = (node: Node): Json => Object.fromEntries((node.status?.conditions ?? []).map(({ type, status }) => [type, status]));

/** Whether a node came, or changed in one of these ways. */
export const nodeBrings = (event: ClusterEvent, ...changes: NodeChange[]): boolean =>
  event.on === 'node' && (event.what === 'add' || (event.what === 'update' && event.changes.some((change) => changes.includes(change))));
