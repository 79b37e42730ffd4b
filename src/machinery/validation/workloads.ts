// Deployments, ReplicaSets, DaemonSets, StatefulSets and replication controllers. Models pkg/apis/apps/validation, the
// selector checks of their strategies, and core validation's replication controllers.
import { type Json, type JsonObject, jsonEqual } from '../../base/json';
import { valueAndPercent } from '../int-or-string';
import { percent } from '../names';
import { labelSelectorAsSelector, matchesSelector, type Selector, selectorOfMap } from '../selector';
import type { DaemonSet, Deployment, IntOrString, KubeObject, LabelSelector, PodTemplateSpec, ReplicaSet, StringMap } from '../types';
import { type Findings, sortedMap } from './findings';
import { goStruct } from './go-struct';
import {
  isEmptySelector,
  labelName,
  type NameCheck,
  subdomainName,
  validateImmutable,
  validateLabelSelector,
  validateMeta,
  validateMetaUpdate,
} from './meta';
import { validatePodTemplate } from './pod';

const MISMATCH = '`selector` does not match template `labels`';
const BAD_SELECTOR = 'invalid label selector';
const told = (selector: LabelSelector | null | undefined): Json => (selector ?? null) as Json;

interface WorkloadSpec {
  readonly selector?: LabelSelector;
  readonly template: PodTemplateSpec;
}

// ---- Shared

/** The selector must exist, be right and not be empty; null if it cannot be used. */
function validateSelector(found: Findings, selector: LabelSelector | null | undefined, kind: string): Selector | null {
  if (!selector) found.required('spec.selector');
  else {
    validateLabelSelector(found, 'spec.selector', selector);
    if (isEmptySelector(selector)) found.invalid('spec.selector', told(selector), `empty selector is invalid for ${kind}`);
  }
  const parsed = labelSelectorAsSelector(selector);
  return parsed.ok ? parsed.value : null;
}

const matchesTemplate = (selector: Selector, template: PodTemplateSpec): boolean =>
  (!selector.nothing && selector.requirements.length === 0) || matchesSelector(selector, template.metadata?.labels);

function templateMismatch(found: Findings, selector: Selector, template: PodTemplateSpec): void {
  if (!matchesTemplate(selector, template)) found.invalid('spec.template.metadata.labels', sortedMap(template.metadata?.labels), MISMATCH);
}

/** Templates whose pods run for ever. */
function alwaysRunning(found: Findings, { spec }: PodTemplateSpec, kind: string): void {
  if (spec.restartPolicy !== 'Always') found.notSupported('spec.template.spec.restartPolicy', spec.restartPolicy ?? '', ['Always']);
  if (spec.activeDeadlineSeconds !== undefined)
    found.forbidden('spec.template.spec.activeDeadlineSeconds', `activeDeadlineSeconds in ${kind} is not Supported`);
}

function replicaTemplate(found: Findings, spec: WorkloadSpec, selector: Selector | null): void {
  if (selector === null) return found.invalid('spec.selector', told(spec.selector), BAD_SELECTOR);
  templateMismatch(found, selector, spec.template);
  validatePodTemplate(found, 'spec.template', spec.template);
  alwaysRunning(found, spec.template, 'ReplicaSet');
}

export function intOrPercent(found: Findings, path: string, value: IntOrString | undefined): void {
  if (typeof value === 'string') found.complaints(path, value, percent(value));
  else found.notNegative(path, value);
}
export function atMostAll(found: Findings, path: string, value: IntOrString | undefined): void {
  const parsed = value === undefined ? null : valueAndPercent(value);
  if (parsed?.isPercent && parsed.value > 100) found.invalid(path, value, 'must not be greater than 100%');
}
const isZero = (value: IntOrString | undefined): boolean => value === undefined || (valueAndPercent(value)?.value ?? 0) === 0;

type Update<T> = (found: Findings, next: T, old: T) => void;
const updateOf =
  <T extends KubeObject & { readonly spec: WorkloadSpec }>(validateSpec: (found: Findings, spec: T['spec']) => void): Update<T> =>
  (found, next, old) => {
    validateMetaUpdate(found, next.metadata, old.metadata);
    if (next.spec === old.spec) return;
    validateSpec(found, next.spec);
    if (next.spec.selector !== old.spec.selector)
      validateImmutable(found, 'spec.selector', told(next.spec.selector), told(old.spec.selector));
  };
const createOf =
  <T extends KubeObject & { readonly spec: unknown }>(validateSpec: (found: Findings, spec: T['spec']) => void, checkName: NameCheck) =>
  (found: Findings, object: T): void => {
    validateMeta(found, object.metadata, true, checkName);
    validateSpec(found, object.spec);
  };

/** Counts of a status: none negative, and `parts` not above `replicas`. */
const countsOf =
  (counts: readonly string[], parts: readonly string[]) =>
  (found: Findings, next: KubeObject, old: KubeObject): void => {
    validateMetaUpdate(found, next.metadata, old.metadata);
    const status = ((next as unknown as JsonObject).status ?? {}) as { readonly [field: string]: number | undefined };
    for (const field of counts) found.notNegative(`status.${field}`, status[field]);
    const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = status;
    for (const field of parts) {
      const count = status[field] ?? 0;
      if (count > replicas) found.invalid(`status.${field}`, count, 'cannot be greater than status.replicas');
    }
    if (parts.includes('readyReplicas') && availableReplicas > readyReplicas)
      found.invalid('status.availableReplicas', availableReplicas, 'cannot be greater than readyReplicas');
  };

// ---- Deployment

function deploymentSpec(found: Findings, spec: Deployment['spec']): void {
  found.notNegative('spec.replicas', spec.replicas);
  replicaTemplate(found, spec, validateSelector(found, spec.selector, 'deployment'));
  deploymentStrategy(found, spec.strategy ?? {});
  found.notNegative('spec.minReadySeconds', spec.minReadySeconds);
  found.notNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit);
  const { progressDeadlineSeconds: deadline, minReadySeconds = 0 } = spec;
  found.notNegative('spec.progressDeadlineSeconds', deadline);
  if (deadline !== undefined && deadline <= minReadySeconds)
    found.invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds');
}

function deploymentStrategy(found: Findings, strategy: NonNullable<Deployment['spec']['strategy']>): void {
  const path = 'spec.strategy.rollingUpdate';
  const { type, rollingUpdate } = strategy;
  if (type === 'Recreate') {
    if (rollingUpdate !== undefined) found.forbidden(path, "may not be specified when strategy `type` is 'Recreate'");
  } else if (type !== 'RollingUpdate')
    found.notSupported('spec.strategy', goStruct('DeploymentStrategy', strategy as JsonObject), ['Recreate', 'RollingUpdate']);
  else if (rollingUpdate === undefined) found.required(path, 'this should be defaulted and never be nil');
  else {
    const { maxUnavailable, maxSurge } = rollingUpdate;
    intOrPercent(found, `${path}.maxUnavailable`, maxUnavailable);
    intOrPercent(found, `${path}.maxSurge`, maxSurge);
    if (isZero(maxUnavailable) && isZero(maxSurge) && isNumeric(maxSurge))
      found.invalid(`${path}.maxUnavailable`, maxUnavailable ?? 0, 'may not be 0 when `maxSurge` is 0');
    atMostAll(found, `${path}.maxUnavailable`, maxUnavailable);
  }
}
/** A text that is no percentage was complained of already. */
const isNumeric = (value: IntOrString | undefined): boolean => typeof value !== 'string' || percent(value).length === 0;

export const validateDeployment = createOf<Deployment>(deploymentSpec, subdomainName);
export const validateDeploymentUpdate = updateOf<Deployment>(deploymentSpec);
export const validateDeploymentStatus = countsOf(
  ['observedGeneration', 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas', 'collisionCount'],
  ['updatedReplicas', 'readyReplicas', 'availableReplicas'],
);

// ---- ReplicaSet

function replicaSetSpec(found: Findings, spec: ReplicaSet['spec']): void {
  found.notNegative('spec.replicas', spec.replicas);
  found.notNegative('spec.minReadySeconds', spec.minReadySeconds);
  replicaTemplate(found, spec, validateSelector(found, spec.selector, 'deployment'));
}

export const validateReplicaSet = createOf<ReplicaSet>(replicaSetSpec, subdomainName);
export const validateReplicaSetUpdate = updateOf<ReplicaSet>(replicaSetSpec);
export const validateReplicaSetStatus = countsOf(
  ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'],
  ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'],
);

// ---- DaemonSet

function daemonSetSpec(found: Findings, spec: DaemonSet['spec']): void {
  validateLabelSelector(found, 'spec.selector', spec.selector);
  const selector = labelSelectorAsSelector(spec.selector);
  if (selector.ok && !matchesSelector(selector.value, spec.template.metadata?.labels))
    found.invalid('spec.template.metadata.labels', sortedMap(spec.template.metadata?.labels), MISMATCH);
  if (spec.selector && isEmptySelector(spec.selector))
    found.invalid('spec.selector', told(spec.selector), 'empty selector is invalid for daemonset');
  validatePodTemplate(found, 'spec.template', spec.template);
  alwaysRunning(found, spec.template, 'DaemonSet');
  found.notNegative('spec.minReadySeconds', spec.minReadySeconds);
  daemonSetStrategy(found, spec.updateStrategy ?? {});
  found.notNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit);
}

function daemonSetStrategy(found: Findings, strategy: NonNullable<DaemonSet['spec']['updateStrategy']>): void {
  const { type, rollingUpdate } = strategy;
  if (type === 'OnDelete') return;
  if (type !== 'RollingUpdate')
    return found.notSupported('spec.updateStrategy', goStruct('DeploymentStrategy', strategy as JsonObject), ['RollingUpdate', 'OnDelete']);
  const path = 'spec.updateStrategy.rollingUpdate';
  if (rollingUpdate === undefined) return found.required(path);
  const { maxUnavailable, maxSurge } = rollingUpdate;
  intOrPercent(found, `${path}.maxUnavailable`, maxUnavailable);
  intOrPercent(found, `${path}.maxSurge`, maxSurge);
  atMostAll(found, `${path}.maxUnavailable`, maxUnavailable);
  atMostAll(found, `${path}.maxSurge`, maxSurge);
  if (!isZero(maxUnavailable) && !isZero(maxSurge))
    found.invalid(`${path}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero');
  else if (isZero(maxUnavailable) && isZero(maxSurge)) found.required(`${path}.maxUnavailable`, 'cannot be 0 when maxSurge is 0');
}

export const validateDaemonSet = createOf<DaemonSet>(daemonSetSpec, subdomainName);
export const validateDaemonSetUpdate = updateOf<DaemonSet>(daemonSetSpec);
export const validateDaemonSetStatus = countsOf(
  [
    'currentNumberScheduled',
    'numberMisscheduled',
    'desiredNumberScheduled',
    'numberReady',
    'observedGeneration',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberUnavailable',
    'collisionCount',
  ],
  [],
);

// ---- StatefulSet

export interface StatefulSet extends KubeObject {
  readonly spec: WorkloadSpec & {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly revisionHistoryLimit?: number;
    readonly podManagementPolicy?: string;
    readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: JsonObject };
    readonly persistentVolumeClaimRetentionPolicy?: { readonly whenDeleted?: string; readonly whenScaled?: string };
    readonly ordinals?: { readonly start?: number };
  };
}

function statefulSetSpec(found: Findings, spec: StatefulSet['spec']): void {
  const { podManagementPolicy: policy, updateStrategy = {}, persistentVolumeClaimRetentionPolicy: retention, selector, template } = spec;
  if (!policy) found.required('spec.podManagementPolicy');
  else if (policy !== 'OrderedReady' && policy !== 'Parallel')
    found.invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'");
  statefulSetStrategy(found, updateStrategy);
  for (const field of ['whenDeleted', 'whenScaled'] as const)
    found.oneOf(`spec.persistentVolumeClaimRetentionPolicy.${field}`, retention?.[field], ['Retain', 'Delete']);
  found.notNegative('spec.replicas', spec.replicas);
  found.notNegative('spec.minReadySeconds', spec.minReadySeconds);
  found.notNegative('spec.ordinals.start', spec.ordinals?.start);
  const parsed = validateSelector(found, selector, 'statefulset');
  if (parsed === null) found.invalid('spec.selector', told(selector), '');
  else {
    templateMismatch(found, parsed, template);
    validatePodTemplate(found, 'spec.template', template);
  }
  alwaysRunning(found, template, 'StatefulSet');
  found.notNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit);
}

function statefulSetStrategy(found: Findings, strategy: NonNullable<StatefulSet['spec']['updateStrategy']>): void {
  const { type, rollingUpdate } = strategy;
  if (!type) return found.required('spec.updateStrategy');
  if (type === 'OnDelete') {
    if (rollingUpdate !== undefined)
      found.invalid(
        'spec.updateStrategy.rollingUpdate',
        goStruct('RollingUpdateStatefulSet', rollingUpdate),
        "only allowed for updateStrategy 'RollingUpdate'",
      );
  } else if (type === 'RollingUpdate')
    found.notNegative('spec.updateStrategy.rollingUpdate.partition', rollingUpdate?.partition as number | undefined);
  else
    found.invalid(
      'spec.updateStrategy',
      goStruct('StatefulSetUpdateStrategy', strategy as JsonObject),
      "must be 'RollingUpdate' or 'OnDelete'",
    );
}

const CHANGEABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;

export const validateStatefulSet = createOf<StatefulSet>(statefulSetSpec, labelName);
export function validateStatefulSetUpdate(found: Findings, next: StatefulSet, old: StatefulSet): void {
  validateMeta(found, next.metadata, true, subdomainName);
  statefulSetSpec(found, next.spec);
  validateMetaUpdate(found, next.metadata, old.metadata);
  const fixed = (spec: StatefulSet['spec']): JsonObject =>
    Object.fromEntries(Object.entries(spec).filter(([field]) => !(CHANGEABLE as readonly string[]).includes(field)));
  if (jsonEqual(fixed(next.spec), fixed(old.spec))) return;
  const names = CHANGEABLE.map((field) => `'${field}'`);
  const list = `${names.slice(0, -1).join(', ')} and ${names[names.length - 1] ?? ''}`;
  found.forbidden('spec', `updates to statefulset spec for fields other than ${list} are forbidden`);
}

// ---- ReplicationController

export interface ReplicationController extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly selector?: StringMap;
    readonly template?: PodTemplateSpec;
  };
}

function controllerSpec(found: Findings, { replicas, minReadySeconds, selector = {}, template }: ReplicationController['spec']): void {
  found.notNegative('spec.minReadySeconds', minReadySeconds);
  if (Object.keys(selector).length === 0) found.required('spec.selector');
  found.notNegative('spec.replicas', replicas);
  if (template === undefined) return found.required('spec.template');
  templateMismatch(found, selectorOfMap(selector), template);
  validatePodTemplate(found, 'spec.template', template);
  alwaysRunning(found, template, 'ReplicationController');
}

export const validateController = createOf<ReplicationController>(controllerSpec, subdomainName);
export function validateControllerUpdate(found: Findings, next: ReplicationController, old: ReplicationController): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  controllerSpec(found, next.spec);
}
