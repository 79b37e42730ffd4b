// Kinds with few rules: PriorityClass, Lease, PodTemplate, budgets and autoscalers. Models the validation packages of
// scheduling, coordination, core, policy and autoscaling. Left out: metrics and behavior of autoscalers.
import type { Json, JsonObject } from '../../base/json';
import { pathSegmentName } from '../names';
import type { IntOrString, KubeObject, LabelSelector, Lease, PodTemplateSpec, PriorityClass } from '../types';
import type { Findings } from './findings';
import { subdomainName, validateImmutable, validateLabelSelector, validateMeta, validateMetaUpdate } from './meta';
import { validatePodTemplate } from './pod';
import { PREEMPTION_POLICIES } from './pod-spec';
import { atMostAll, intOrPercent } from './workloads';

// ---- PriorityClass
const MAX_USER_PRIORITY = 1_000_000_000;
const SYSTEM: { readonly [name: string]: number } = { 'system-node-critical': 2_000_001_000, 'system-cluster-critical': 2_000_000_000 };

export function validatePriorityClass(found: Findings, { metadata, value, globalDefault, preemptionPolicy }: PriorityClass): void {
  validateMeta(found, metadata, false, subdomainName);
  const { name } = metadata;
  if (name.startsWith('system-')) {
    const problem = systemProblem(name, value, globalDefault === true);
    if (problem !== null)
      found.forbidden('metadata.name', `priority class names with 'system-' prefix are reserved for system use only. error: ${problem}`);
  } else if (value > MAX_USER_PRIORITY)
    found.forbidden('value', `maximum allowed value of a user defined priority is ${MAX_USER_PRIORITY}`);
  if (preemptionPolicy !== undefined) found.oneOfRequired('preemptionPolicy', preemptionPolicy, PREEMPTION_POLICIES);
}

function systemProblem(name: string, value: number, globalDefault: boolean): string | null {
  const known = SYSTEM[name];
  if (known === undefined) return `${name} is not a known system priority class`;
  if (value !== known) return `value of ${name} PriorityClass must be ${known}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : null;
}

export function validatePriorityClassUpdate(found: Findings, next: PriorityClass, old: PriorityClass): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  validateImmutable(found, 'value', next.value, old.value);
  validateImmutable(found, 'preemptionPolicy', next.preemptionPolicy, old.preemptionPolicy);
}

// ---- Lease
export function validateLease(found: Findings, { metadata, spec }: Lease): void {
  validateMeta(found, metadata, true, subdomainName);
  const { leaseDurationSeconds: seconds, leaseTransitions: transitions } = spec ?? {};
  if (seconds !== undefined && seconds <= 0) found.invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0');
  if (transitions !== undefined && transitions < 0)
    found.invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0');
}

export function validateLeaseUpdate(found: Findings, next: Lease, old: Lease): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  validateLease(found, next);
}

// ---- PodTemplate
export type PodTemplate = KubeObject & { readonly template: PodTemplateSpec };

export function validatePodTemplateObject(found: Findings, { metadata, template }: PodTemplate): void {
  validateMeta(found, metadata, true, subdomainName);
  validatePodTemplate(found, 'template', template);
}

export function validatePodTemplateUpdate(found: Findings, next: PodTemplate, old: PodTemplate): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  validatePodTemplate(found, 'template', next.template);
}

// ---- PodDisruptionBudget
export type Budget = KubeObject & {
  readonly spec: {
    readonly minAvailable?: IntOrString;
    readonly maxUnavailable?: IntOrString;
    readonly selector?: LabelSelector;
    readonly unhealthyPodEvictionPolicy?: string;
  };
};

export function validateBudget(found: Findings, { metadata, spec }: Budget): void {
  validateMeta(found, metadata, true, subdomainName);
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined)
    found.invalid('spec', spec as JsonObject, 'minAvailable and maxUnavailable cannot be both set');
  for (const field of ['minAvailable', 'maxUnavailable'] as const) {
    intOrPercent(found, `spec.${field}`, spec[field]);
    atMostAll(found, `spec.${field}`, spec[field]);
  }
  found.oneOf('spec.unhealthyPodEvictionPolicy', spec.unhealthyPodEvictionPolicy, ['AlwaysAllow', 'IfHealthyBudget']);
  validateLabelSelector(found, 'spec.selector', spec.selector);
}

export function validateBudgetUpdate(found: Findings, next: Budget, old: Budget): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  validateBudget(found, next);
}

// ---- HorizontalPodAutoscaler
export type Autoscaler = KubeObject & {
  readonly spec: {
    readonly minReplicas?: number;
    readonly maxReplicas: number;
    readonly scaleTargetRef: { readonly kind?: string; readonly name?: string; readonly apiVersion?: string };
  };
};

export function validateAutoscaler(found: Findings, { metadata, spec }: Autoscaler): void {
  validateMeta(found, metadata, true, subdomainName);
  const { minReplicas: min, maxReplicas: max, scaleTargetRef: ref } = spec;
  if (min !== undefined && min < 1) found.invalid('spec.minReplicas', min, 'must be greater than or equal to 1');
  if (max === 0) found.required('spec.maxReplicas', 'must be set and greater than 0');
  else if (max < 1) found.invalid('spec.maxReplicas', max, 'must be greater than 0');
  if (min !== undefined && max < min) found.invalid('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`');
  for (const field of ['kind', 'name'] as const) {
    const value: Json | undefined = ref[field];
    if (!value) found.required(`spec.scaleTargetRef.${field}`);
    else found.complaints(`spec.scaleTargetRef.${field}`, value, pathSegmentName(value));
  }
  const { apiVersion = '' } = ref;
  if (!apiVersion.includes('/') && !(apiVersion === 'v1' && ref.kind === 'ReplicationController'))
    found.invalid('spec.scaleTargetRef.apiVersion', apiVersion, 'apiVersion must specify API group');
}

export function validateAutoscalerUpdate(found: Findings, next: Autoscaler, old: Autoscaler): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  validateAutoscaler(found, next);
}
