// On which nodes a DaemonSet's pods run, and how a pod is bound to its node before it is scheduled.
// Models kubernetes pkg/controller/daemon: daemon_controller.go (NodeShouldRunDaemonPod) and util/daemonset_util.go.
import { type Json, type JsonObject, jsonEqual } from '../../../base/json';
import { type NodeAffinity, nodeAffinityOf, nodeMatchesSpec } from '../../../machinery/node-selector';
import { forbids, untolerated } from '../../../machinery/taints';
import type { DaemonSet, Node, Pod, PodSpec, PodTemplateSpec, Toleration } from '../../../machinery/types';

export const REVISION_HASH = 'controller-revision-hash';
const TEMPLATE_GENERATION = 'pod-template-generation';
const TEMPLATE_GENERATION_NOTE = 'deprecated.daemonset.template.generation';
const NODE_NAME_FIELD = 'metadata.name';

/** Daemons stay on a node whatever its state. */
const TOLERATED: readonly (readonly [key: string, effect: string])[] = [
  ['node.kubernetes.io/not-ready', 'NoExecute'],
  ['node.kubernetes.io/unreachable', 'NoExecute'],
  ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
  ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
  ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
  ['node.kubernetes.io/unschedulable', 'NoSchedule'],
];
const NETWORK_UNAVAILABLE = ['node.kubernetes.io/network-unavailable', 'NoSchedule'] as const;

/** The given tolerations and those of every daemon; one that is there already is replaced. */
function daemonTolerations({ tolerations = [], hostNetwork }: PodSpec): readonly Toleration[] {
  const result = [...tolerations];
  for (const [key, effect] of hostNetwork ? [...TOLERATED, NETWORK_UNAVAILABLE] : TOLERATED) {
    const toleration = { key, operator: 'Exists', effect };
    const known = result.findIndex((other) => other.key === key && other.effect === effect && other.operator === 'Exists' && !other.value);
    if (known < 0) result.push(toleration);
    else result[known] = toleration;
  }
  return result;
}

export interface Placement {
  /** A pod is to be made there if there is none. */
  readonly shouldRun: boolean;
  /** A pod that is there may stay. */
  readonly shouldContinue: boolean;
}

export function placementOn(node: Node, { spec: { template } }: DaemonSet): Placement {
  const { spec } = template;
  if ((spec.nodeName && spec.nodeName !== node.metadata.name) || !nodeMatchesSpec(spec, node))
    return { shouldRun: false, shouldContinue: false };
  const { taints } = node.spec;
  const tolerations = daemonTolerations(spec);
  const shouldRun = untolerated(taints, tolerations, forbids) === undefined;
  return { shouldRun, shouldContinue: shouldRun || untolerated(taints, tolerations, ({ effect }) => effect === 'NoExecute') === undefined };
}

/** Nothing changed that a DaemonSet looks at. */
export const isSamePlace = (a: Node, b: Node): boolean =>
  jsonEqual(a.metadata.labels ?? {}, b.metadata.labels ?? {}) &&
  jsonEqual((a.spec?.taints ?? []) as unknown as Json, (b.spec?.taints ?? []) as unknown as Json);

/** The template's number in the days before ControllerRevisions; null if the DaemonSet has none. */
export function templateGenerationOf({ metadata }: DaemonSet): number | null {
  const text = metadata.annotations?.[TEMPLATE_GENERATION_NOTE] ?? '';
  return /^[+-]?\d+$/.test(text) ? Number(text) : null;
}

/** Made from the present template. */
export function isPodUpdated(pod: Pod, hash: string, templateGeneration: number | null): boolean {
  const { labels } = pod.metadata;
  if (hash !== '' && labels?.[REVISION_HASH] === hash) return true;
  return templateGeneration !== null && labels?.[TEMPLATE_GENERATION] === String(templateGeneration);
}

/** What pods of a DaemonSet are made of; `hash` names the revision. */
export function daemonTemplate(daemonSet: DaemonSet, hash: string): PodTemplateSpec {
  const { template } = daemonSet.spec;
  const generation = templateGenerationOf(daemonSet);
  const labels = {
    ...template.metadata?.labels,
    ...(generation === null ? {} : { [TEMPLATE_GENERATION]: String(generation) }),
    ...(hash === '' ? {} : { [REVISION_HASH]: hash }),
  };
  return {
    ...template,
    metadata: { ...template.metadata, labels },
    spec: { ...template.spec, tolerations: daemonTolerations(template.spec) },
  };
}

/** The template for one node: the scheduler has no choice, and does the binding. */
export const templateFor = (template: PodTemplateSpec, node: string): PodTemplateSpec => ({
  ...template,
  spec: { ...template.spec, affinity: affinityTo(template.spec.affinity ?? null, node) },
});

/** Required node affinity is replaced: it was looked at when the node was chosen. */
export function affinityTo(affinity: JsonObject | null, node: string): JsonObject {
  const terms = [{ matchFields: [{ key: NODE_NAME_FIELD, operator: 'In', values: [node] }] }];
  const nodeAffinity = (affinity?.['nodeAffinity'] ?? {}) as JsonObject;
  return {
    ...affinity,
    nodeAffinity: { ...nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
  };
}

/** The node a pod runs on or is made for; null if it says nothing. */
export function targetNodeOf({ spec }: Pod): string | null {
  if (spec.nodeName) return spec.nodeName;
  const required: NodeAffinity['requiredDuringSchedulingIgnoredDuringExecution'] =
    nodeAffinityOf(spec)?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const { matchFields } of required?.nodeSelectorTerms ?? []) {
    const byName = (matchFields ?? []).find(({ key, operator }) => key === NODE_NAME_FIELD && operator === 'In');
    if (byName !== undefined) return byName.values?.length === 1 ? (byName.values[0] ?? null) : null;
  }
  return null;
}
