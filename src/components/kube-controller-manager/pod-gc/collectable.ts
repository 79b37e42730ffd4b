// Which pods nobody will clean up but the pod garbage collector: pure.
// Models kubernetes pkg/controller/podgc/gc_controller.go.
import { SECOND, type SimTime, simTime } from '../../../base/brand';
import { compareBytes } from '../../../base/order';
import type { Node, Pod } from '../../../machinery/types';

const QUARANTINE_US = 40 * SECOND;
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

/** The oldest of the pods that have ended, as far as there are more than `threshold`; evicted ones first. 0: none. */
export function terminatedPods(pods: readonly Pod[], threshold: number): readonly Pod[] {
  if (threshold <= 0) return [];
  const ended = pods.filter(hasEnded);
  return ended.length <= threshold ? [] : [...ended].sort(byEvictionAndAge).slice(0, ended.length - threshold);
}

/** Being deleted, on a node that is not ready and declared out of service. */
export function outOfServicePods(pods: readonly Pod[], nodeOf: (name: string) => Node | undefined): readonly Pod[] {
  const found = pods.filter(({ metadata, spec }) => {
    const node = metadata.deletionTimestamp ? nodeOf(spec.nodeName ?? '') : undefined;
    return node !== undefined && !isReady(node) && (node.spec?.taints ?? []).some(({ key }) => key === OUT_OF_SERVICE);
  });
  return found.sort(byEvictionAndAge);
}

/** Being deleted, and never given to a node that could end them. */
export const unscheduledTerminatingPods = (pods: readonly Pod[]): readonly Pod[] =>
  pods.filter(({ metadata, spec }) => metadata.deletionTimestamp && !spec.nodeName);

/** Names of nodes that pods are on and nobody knows. */
export const missingNodes = (pods: readonly Pod[], isKnown: (name: string) => boolean): readonly string[] => [
  ...new Set(pods.flatMap(({ spec: { nodeName } }) => (nodeName && !isKnown(nodeName) ? [nodeName] : []))),
];

/** Not so that it could still run; one without a phase counts, as upstream. */
const hasEnded = ({ status }: Pod): boolean => !['Pending', 'Running', 'Unknown'].includes(status?.phase ?? '');

const isReady = (node: Node): boolean =>
  node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

const isEvicted = ({ status }: Pod): boolean => status?.phase === 'Failed' && status.reason === 'Evicted';

const byEvictionAndAge = (a: Pod, b: Pod): number =>
  Number(isEvicted(b)) - Number(isEvicted(a)) ||
  compareBytes(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
  compareBytes(a.metadata.name, b.metadata.name);

/** Nodes that pods are on and nobody knows: for a while they may still turn up. */
export class Quarantine {
  private readonly dueUs = new Map<string, SimTime>();

  /** Takes in what is missing and gives those back that have been here long enough. */
  pass(missing: readonly string[], now: SimTime): readonly string[] {
    for (const node of missing) if (!this.dueUs.has(node)) this.dueUs.set(node, simTime(now + QUARANTINE_US));
    const due = [...this.dueUs].filter(([, dueUs]) => dueUs <= now).map(([node]) => node);
    for (const node of due) this.dueUs.delete(node);
    return due;
  }

  entries(): readonly (readonly [string, SimTime])[] {
    return [...this.dueUs];
  }
}
