// Pods and pod templates: as they are made, changed, reported on and bound. Models core validation's ValidatePodCreate,
// ValidatePodUpdate, ValidatePodStatusUpdate, ValidatePodEphemeralContainersUpdate, ValidatePodResize,
// ValidatePodBinding and ValidatePodTemplateSpec. Left out: what annotations of seccomp and AppArmor say.
import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/json';
import { ipAddress } from '../ip';
import { inRange, qualifiedName } from '../names';
import { qosClass } from '../qos';
import type { Condition, Container, ContainerStatus, Pod, PodSpec, PodTemplateSpec, StringMap, Toleration } from '../types';
import { imageBlanks } from './containers';
import type { Findings } from './findings';
import { goPodSpec } from './go-struct';
import { subdomainName, validateAnnotations, validateImmutable, validateLabels, validateMeta, validateMetaUpdate } from './meta';
import { validatePodSpec } from './pod-spec';
import { validateTolerations } from './scheduling';
import { unifiedDiff } from './unified-diff';

const MIRROR = 'kubernetes.io/config.mirror';
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const MAX_INT32 = 2_147_483_647;
const SYSTEM_CONDITIONS = ['PodScheduled', 'Ready', 'Initialized'];
const CHANGEABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

const json = (spec: PodSpec): JsonObject => spec as unknown as JsonObject;
const ephemeralOf = (spec: PodSpec): readonly Container[] => (json(spec).ephemeralContainers ?? []) as unknown as readonly Container[];

export function validatePodCreate(found: Findings, pod: Pod): void {
  validateWhole(found, pod);
  if (ephemeralOf(pod.spec).length > 0) found.forbidden('spec.ephemeralContainers', 'cannot be set on create');
  if (pod.spec.nodeName && (pod.spec.schedulingGates?.length ?? 0) > 0)
    found.forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared');
}

function validateWhole(found: Findings, pod: Pod): void {
  const { metadata, spec } = pod;
  validateMeta(found, metadata, true, subdomainName);
  podAnnotations(found, 'metadata.annotations', metadata.annotations, spec);
  validatePodSpec(found, 'spec', spec, { name: metadata.name, mirror: metadata.annotations?.[MIRROR] !== undefined });
  if (!spec.serviceAccountName) projectedTokens(found, spec);
  for (const list of ['containers', 'initContainers'] as const)
    spec[list]?.forEach((container, i) => void imageBlanks(found, `spec.${list}[${i}]`, container));
}

function projectedTokens(found: Findings, spec: PodSpec): void {
  spec.volumes?.forEach(({ projected }, i) => {
    ((projected?.sources ?? []) as readonly JsonObject[]).forEach((source, j) => {
      if (source.serviceAccountToken !== undefined)
        found.forbidden(
          `spec.volumes[${i}].projected.sources[${j}].serviceAccountToken`,
          'must not be specified when serviceAccountName is not set',
        );
    });
  });
}

function podAnnotations(found: Findings, path: string, annotations: StringMap | undefined, spec: PodSpec): void {
  const mirror = annotations?.[MIRROR];
  if (mirror !== undefined && !spec.nodeName)
    found.invalid(`${path}[${MIRROR}]`, mirror, 'must set spec.nodeName if mirror pod annotation is set');
  const cost = annotations?.[DELETION_COST];
  if (cost !== undefined && !(/^(0|-?[1-9]\d*)$/.test(cost) && Math.abs(Number(cost)) <= MAX_INT32))
    found.invalid(`${path}[${DELETION_COST}]`, cost, 'must be a 32bit integer');
}

/** Of workloads. */
export function validatePodTemplate(found: Findings, path: string, template: PodTemplateSpec): void {
  const { metadata = {}, spec } = template;
  validateLabels(found, `${path}.labels`, metadata.labels);
  validateAnnotations(found, `${path}.annotations`, metadata.annotations);
  podAnnotations(found, `${path}.annotations`, metadata.annotations, spec);
  validatePodSpec(found, `${path}.spec`, spec, null);
  if (ephemeralOf(spec).length > 0) found.forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template');
}

// ---- Update

export function validatePodUpdate(found: Findings, next: Pod, old: Pod): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  // What was valid and stays the same is valid: most updates change labels and the like.
  if (next.spec === old.spec) validateMeta(found, next.metadata, true, subdomainName);
  else validateWhole(found, next);
  annotationUpdate(found, 'metadata.annotations', next.metadata.annotations, old.metadata.annotations);
  if (next.spec === old.spec || !containersUpdate(found, next.spec, old.spec)) return;
  if (!deadlineUpdate(found, next.spec, old.spec)) return;
  tolerationsUpdate(found, next.spec.tolerations ?? [], old.spec.tolerations ?? []);
  gatesUpdate(found, next.spec, old.spec);
  if (jsonEqual(json(next.spec), json(old.spec))) return;
  const munged = gatedChanges(found, withOldParts(next.spec, old.spec), old.spec);
  if (jsonEqual(json(munged), json(old.spec))) return;
  const diff = unifiedDiff(goPodSpec(json(old.spec)), goPodSpec(json(munged)));
  found.forbidden('spec', `pod updates may not change fields other than ${CHANGEABLE}\n${diff}`);
}

function annotationUpdate(found: Findings, path: string, next: StringMap = {}, old: StringMap = {}): void {
  if (next[MIRROR] === old[MIRROR]) return;
  found.forbidden(
    `${path}[${MIRROR}]`,
    old[MIRROR] === undefined ? 'may not add mirror pod annotation' : 'may not remove or update mirror pod annotation',
  );
}

/** False: nothing more can be compared. */
function containersUpdate(found: Findings, next: PodSpec, old: PodSpec): boolean {
  for (const list of ['containers', 'initContainers'] as const) {
    const containers = next[list] ?? [];
    if (containers.length !== (old[list]?.length ?? 0)) {
      found.forbidden(`spec.${list}`, 'pod updates may not add or remove containers');
      return false;
    }
    containers.forEach((container, i) => {
      if (!container.image) found.required(`spec.${list}[${i}].image`);
      imageBlanks(found, `spec.${list}[${i}]`, container);
    });
  }
  return true;
}

function deadlineUpdate(found: Findings, { activeDeadlineSeconds: next }: PodSpec, { activeDeadlineSeconds: old }: PodSpec): boolean {
  const path = 'spec.activeDeadlineSeconds';
  if (next === undefined) {
    if (old !== undefined) found.invalid(path, null, 'must not update from a positive integer to nil value');
    return true;
  }
  const complaints = inRange(next, 0, MAX_INT32);
  found.complaints(path, next, complaints);
  if (complaints.length > 0) return false;
  if (old === undefined || old >= next) return true;
  found.invalid(path, next, 'must be less than or equal to previous value');
  return false;
}

function tolerationsUpdate(found: Findings, next: readonly Toleration[], old: readonly Toleration[]): void {
  const withoutSeconds = ({ tolerationSeconds: _, ...rest }: Toleration): JsonObject => rest;
  const kept = old.every((one) => next.some((other) => jsonEqual(withoutSeconds(one), withoutSeconds(other))));
  if (kept) validateTolerations(found, 'spec.tolerations', next);
  else found.forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds');
}

function gatesUpdate(found: Findings, next: PodSpec, old: PodSpec): void {
  next.schedulingGates?.forEach(({ name }, i) => {
    if (!old.schedulingGates?.some((gate) => gate.name === name))
      found.forbidden(`spec.schedulingGates[${i}].name`, `only deletion is allowed, but found new scheduling gate '${name}'`);
  });
}

/** The new spec, but for what may be changed: that is the old one's. */
function withOldParts(next: PodSpec, old: PodSpec): PodSpec {
  const withImages = (list: 'containers' | 'initContainers'): readonly Container[] | undefined =>
    next[list]?.map((container, i) => ({ ...container, image: old[list]?.[i]?.image ?? '' }));
  const { terminationGracePeriodSeconds: grace } = next;
  const shortened = (old.terminationGracePeriodSeconds ?? 0) < 0 && grace === 1;
  return withoutUndefined({
    ...next,
    containers: withImages('containers'),
    initContainers: withImages('initContainers'),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    schedulingGates: old.schedulingGates,
    tolerations: old.tolerations,
    terminationGracePeriodSeconds: shortened ? old.terminationGracePeriodSeconds : grace,
  });
}
const withoutUndefined = (spec: object): PodSpec =>
  Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined)) as unknown as PodSpec;

/** While a pod is gated, its node selector and affinity may become stricter. */
function gatedChanges(found: Findings, munged: PodSpec, old: PodSpec): PodSpec {
  if ((old.schedulingGates?.length ?? 0) === 0) return munged;
  for (const [key, value] of Object.entries(old.nodeSelector ?? {})) {
    if (munged.nodeSelector?.[key] === value) continue;
    found.invalid(
      'spec.nodeSelector',
      munged.nodeSelector ?? null,
      `only additions to spec.nodeSelector are allowed (no mutations or deletions)`,
    );
    break;
  }
  const affinity = munged.affinity === undefined ? undefined : { ...munged.affinity, nodeAffinity: old.affinity?.nodeAffinity };
  const empty = affinity !== undefined && Object.values(affinity).every((part) => part === undefined);
  return withoutUndefined({
    ...munged,
    nodeSelector: old.nodeSelector,
    affinity: empty && old.affinity === undefined ? undefined : affinity,
  });
}

// ---- Subresources

/** What a kubelet or a controller reports. */
export function validatePodStatus(found: Findings, next: Pod, old: Pod): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  annotationUpdate(found, 'metadata.annotations', next.metadata.annotations, old.metadata.annotations);
  const { status = {} } = next;
  const { status: before = {} } = old;
  if (status.conditions !== before.conditions) validateConditions(found, 'status.conditions', status.conditions ?? []);
  const nominated = status.nominatedNodeName;
  if (nominated && nominated !== before.nominatedNodeName) {
    found.complaints('status.nominatedNodeName', nominated, subdomainName(nominated));
    if (old.spec.nodeName) found.forbidden('status.nominatedNodeName', 'may not be set on pods that are already bound to a node');
  }
  if ((status.observedGeneration ?? 0) < 0)
    found.invalid('status.observedGeneration', status.observedGeneration, 'must be a non-negative integer');
  validateImmutable(found, 'status.qosClass', status.qosClass ?? '', before.qosClass ?? '');
  for (const list of ['containerStatuses', 'initContainerStatuses'] as const)
    if (status[list] !== before[list]) validateTransitions(found, `status.${list}`, status[list] ?? [], before[list] ?? [], old.spec);
  status.podIPs?.forEach(({ ip }, i) => void found.complaints(`status.podIPs[${i}]`, ip, ipAddress(ip)));
  const [first] = status.hostIPs ?? [];
  if (first !== undefined && first.ip !== status.hostIP) found.invalid('status.hostIPs[0].ip', first.ip, 'must be equal to `hostIP`');
}

function validateConditions(found: Findings, path: string, conditions: readonly Condition[]): void {
  conditions.forEach(({ type, observedGeneration = 0 }, i) => {
    if (observedGeneration < 0) found.invalid(`${path}[${i}].observedGeneration`, observedGeneration, 'must be a non-negative integer');
    if (!SYSTEM_CONDITIONS.includes(type)) found.complaints(`${path}[${i}].Type`, type, qualifiedName(type));
  });
}

/** A container that has ended for good stays ended. */
function validateTransitions(
  found: Findings,
  path: string,
  next: readonly ContainerStatus[],
  old: readonly ContainerStatus[],
  spec: PodSpec,
): void {
  old.forEach(({ name, state }, i) => {
    const ended = state?.terminated;
    if (ended === undefined || mayRestart(spec, name, ended.exitCode)) return;
    const now = next.find((status) => status.name === name);
    if (now !== undefined && now.state?.terminated === undefined)
      found.forbidden(`${path}[${i}].state`, 'may not be transitioned to non-terminated state');
  });
}

function mayRestart(spec: PodSpec, name: string, exitCode: number): boolean {
  const container = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].find((one) => one.name === name);
  const policy = container?.restartPolicy ?? spec.restartPolicy;
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

export function validateEphemeralUpdate(found: Findings, next: Pod, old: Pod): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  validateWhole(found, next);
  if (old.metadata.annotations?.[MIRROR] !== undefined) return found.forbidden('', 'static pods do not support ephemeral containers');
  for (const one of ephemeralOf(old.spec)) {
    const same = ephemeralOf(next.spec).find(({ name }) => name === one.name);
    if (same === undefined) found.forbidden('spec.ephemeralContainers', `existing ephemeral containers "${one.name}" may not be removed\n`);
    else if (!jsonEqual(one as unknown as JsonObject, same as unknown as JsonObject))
      found.forbidden('spec.ephemeralContainers', `existing ephemeral containers "${one.name}" may not be changed\n`);
  }
}

/** Of the resize subresource: containers' cpu and memory, within the pod's class. */
export function validateResize(found: Findings, next: Pod, old: Pod): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  validateWhole(found, next);
  if (old.metadata.annotations?.[MIRROR] !== undefined) return found.forbidden('', 'static pods cannot be resized');
  const before = old.status?.qosClass || qosClass(old.spec);
  if (before !== qosClass(next.spec)) found.invalid('spec', before, 'Pod QOS Class may not change as a result of resizing');
  const others = (container: Container): Json => {
    const { resources } = container;
    const without = (list: StringMap = {}): StringMap =>
      Object.fromEntries(Object.entries(list).filter(([name]) => name !== 'cpu' && name !== 'memory'));
    return [without(resources?.requests), without(resources?.limits)];
  };
  const fixed = ({ containers, initContainers = [] }: PodSpec): Json => [...containers, ...initContainers].map(others);
  if (!jsonEqual(fixed(next.spec), fixed(old.spec))) found.forbidden('spec', 'only cpu and memory resources are mutable');
}

export function validateBinding(found: Findings, binding: JsonObject): void {
  const target = isObject(binding.target) ? binding.target : {};
  if (target.kind && target.kind !== 'Node') found.notSupported('target.kind', target.kind, ['Node', '<empty>']);
  if (!target.name) found.required('target.name');
}
