// Why no node would do, and in which words the scheduler says so. Models pkg/scheduler/framework types.go
// (Diagnosis, FitError).
import { compareBytes } from '../../../base/order';
import { type Status, unresolvable } from './status';

export interface Verdict {
  /** The plugin that said no; null where preemption did. */
  readonly plugin: string | null;
  readonly status: Status;
}
export interface Diagnosis {
  /** Nodes that were looked at and did not pass. */
  readonly nodes: ReadonlyMap<string, Verdict>;
  /** Stands for all other nodes. */
  readonly absent: Status;
  /** Set if a plugin turned the pod away before any node was looked at. */
  readonly preFilterMessage: string;
  readonly rejectedBy: ReadonlySet<string>;
}
export const ABSENT = unresolvable();

/** `0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. ...` */
export function fitErrorMessage(
  allNodes: number,
  diagnosis: Pick<Diagnosis, 'nodes' | 'absent' | 'preFilterMessage'>,
  postFilterMessage = '',
): string {
  let message = `0/${allNodes} nodes are available:`;
  if (diagnosis.preFilterMessage !== '') message += ` ${diagnosis.preFilterMessage}.`;
  else {
    const reasons = reasonsOf(allNodes, diagnosis);
    if (reasons.length > 0) message += ` ${reasons.join(', ')}.`;
  }
  return postFilterMessage === '' ? message : `${message} ${postFilterMessage}`;
}

/** Each reason with the number of nodes that gave it, sorted as text. */
function reasonsOf(allNodes: number, { nodes, absent }: Pick<Diagnosis, 'nodes' | 'absent'>): string[] {
  const counts = new Map<string, number>();
  const add = (reason: string, count: number): void => void counts.set(reason, (counts.get(reason) ?? 0) + count);
  for (const { status } of nodes.values()) for (const reason of status.reasons) add(reason, 1);
  if (nodes.size < allNodes) for (const reason of absent.reasons) add(reason, allNodes - nodes.size);
  return [...counts].map(([reason, count]) => `${count} ${reason}`).sort(compareBytes);
}

/** Nodes that taking pods away might make fit. */
export const resolvableNodes = ({ nodes, absent }: Pick<Diagnosis, 'nodes' | 'absent'>, all: readonly string[]): string[] =>
  all.filter((name) => (nodes.get(name)?.status ?? absent).code === 'Unschedulable');
