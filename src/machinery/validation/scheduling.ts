// Where a pod may run: node and pod affinity, tolerations, topology spread. Models the validate* functions of core
// validation of those names. Left out: the comparison operators of tolerations, which are off by default.
import { isObject, type JsonObject } from '../../base/json';
import { labelValue } from '../names';
import type { LabelSelector, Taint, Toleration, TopologySpreadConstraint } from '../types';
import type { Findings } from './findings';
import { goStruct } from './go-struct';
import { labelName, subdomainName, validateLabelKey, validateLabelSelector } from './meta';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const BAD_OPERATOR = 'not a valid selector operator';
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

interface NodeRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}
interface NodeTerm {
  readonly matchExpressions?: readonly NodeRequirement[];
  readonly matchFields?: readonly NodeRequirement[];
}

export function validateAffinity(found: Findings, path: string, affinity: JsonObject | undefined): void {
  if (affinity === undefined) return;
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  if (isObject(nodeAffinity)) validateNodeAffinity(found, `${path}.nodeAffinity`, nodeAffinity);
  if (isObject(podAffinity)) validatePodAffinity(found, `${path}.podAffinity`, podAffinity);
  if (isObject(podAntiAffinity)) validatePodAffinity(found, `${path}.podAntiAffinity`, podAntiAffinity);
}

function validateNodeAffinity(found: Findings, path: string, affinity: JsonObject): void {
  const required = affinity[REQUIRED];
  if (isObject(required)) validateNodeSelector(found, `${path}.${REQUIRED}`, required);
  const preferred = (affinity[PREFERRED] ?? []) as unknown as readonly { readonly weight: number; readonly preference: NodeTerm }[];
  preferred.forEach(({ weight, preference }, i) => {
    validateWeight(found, `${path}.${PREFERRED}[${i}].weight`, weight);
    validateNodeTerm(found, `${path}.${PREFERRED}[${i}].preference`, preference, false);
  });
}

function validateWeight(found: Findings, path: string, weight: number): void {
  if (weight <= 0 || weight > 100) found.invalid(path, weight, 'must be in the range 1-100');
}

export function validateNodeSelector(found: Findings, path: string, selector: JsonObject): void {
  const terms = (selector.nodeSelectorTerms ?? []) as readonly NodeTerm[];
  if (terms.length === 0) return found.required(`${path}.nodeSelectorTerms`, 'must have at least one node selector term');
  terms.forEach((term, i) => void validateNodeTerm(found, `${path}.nodeSelectorTerms[${i}]`, term, true));
}

/** Values of preferred terms are not looked at, as upstream. */
function validateNodeTerm(found: Findings, path: string, term: NodeTerm, checkValues: boolean): void {
  term.matchExpressions?.forEach(
    (requirement, i) => void validateNodeRequirement(found, `${path}.matchExpressions[${i}]`, requirement, checkValues),
  );
  term.matchFields?.forEach((requirement, i) => void validateFieldRequirement(found, `${path}.matchFields[${i}]`, requirement));
}

function validateNodeRequirement(found: Findings, path: string, requirement: NodeRequirement, checkValues: boolean): void {
  const { key, operator, values = [] } = requirement;
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) found.required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) found.forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1) found.required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'");
  } else found.invalid(`${path}.operator`, operator ?? '', BAD_OPERATOR);
  validateLabelKey(found, `${path}.key`, key ?? '');
  if (checkValues) values.forEach((value, i) => void found.complaints(`${path}.values[${i}]`, value, labelValue(value)));
}

function validateFieldRequirement(found: Findings, path: string, { key, operator, values = [] }: NodeRequirement): void {
  if (operator !== 'In' && operator !== 'NotIn') found.invalid(`${path}.operator`, operator ?? '', BAD_OPERATOR);
  else if (values.length !== 1)
    found.required(`${path}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
  if (key !== 'metadata.name') found.invalid(`${path}.key`, key ?? '', 'not a valid field selector key');
  else values.forEach((value, i) => void found.complaints(`${path}.values[${i}]`, value, subdomainName(value)));
}

// ---- Pod affinity

interface PodTerm {
  readonly labelSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly namespaces?: readonly string[];
  readonly topologyKey?: string;
  readonly matchLabelKeys?: readonly string[];
  readonly mismatchLabelKeys?: readonly string[];
}

function validatePodAffinity(found: Findings, path: string, affinity: JsonObject): void {
  const required = (affinity[REQUIRED] ?? []) as readonly PodTerm[];
  required.forEach((term, i) => void validatePodTerm(found, `${path}.${REQUIRED}[${i}]`, term));
  const preferred = (affinity[PREFERRED] ?? []) as unknown as readonly { readonly weight: number; readonly podAffinityTerm: PodTerm }[];
  preferred.forEach(({ weight, podAffinityTerm }, i) => {
    validateWeight(found, `${path}.${PREFERRED}[${i}].weight`, weight);
    validatePodTerm(found, `${path}.${PREFERRED}[${i}].podAffinityTerm`, podAffinityTerm);
  });
}

function validatePodTerm(found: Findings, path: string, term: PodTerm): void {
  validateLabelSelector(found, `${path}.labelSelector`, term.labelSelector);
  validateLabelSelector(found, `${path}.namespaceSelector`, term.namespaceSelector);
  for (const namespace of term.namespaces ?? []) found.complaints(`${path}.namespace`, namespace, labelName(namespace));
  validateLabelKeys(found, path, term);
  const key = term.topologyKey ?? '';
  if (key === '') found.required(`${path}.topologyKey`, 'can not be empty');
  validateLabelKey(found, `${path}.topologyKey`, key);
}

/** Keys whose values are taken from the pod itself must not be selected as well. */
function validateLabelKeys(found: Findings, path: string, term: PodTerm): void {
  const { matchLabelKeys: match = [], mismatchLabelKeys: mismatch = [], labelSelector } = term;
  for (const [field, keys] of [
    ['matchLabelKeys', match],
    ['mismatchLabelKeys', mismatch],
  ] as const) {
    if (keys.length === 0) continue;
    if (labelSelector === undefined) found.forbidden(`${path}.${field}`, 'must not be specified when labelSelector is not set');
    else keys.forEach((key, i) => void validateLabelKey(found, `${path}.${field}[${i}]`, key));
  }
  const selected = Object.keys(labelSelector?.matchLabels ?? {});
  for (const { key } of labelSelector?.matchExpressions ?? []) {
    const index = match.lastIndexOf(key);
    if (index >= 0 && selected.includes(key)) found.invalid(`${path}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector');
    selected.push(key);
  }
  match.forEach((key, i) => {
    if (mismatch.includes(key)) found.invalid(`${path}.matchLabelKeys[${i}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys');
  });
}

// ---- Taints and tolerations

export function validateTolerations(found: Findings, path: string, tolerations: readonly Toleration[]): void {
  tolerations.forEach((toleration, i) => void validateToleration(found, `${path}[${i}]`, toleration));
}

function validateToleration(found: Findings, path: string, toleration: Toleration): void {
  const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration;
  if (key !== '') validateLabelKey(found, `${path}.key`, key);
  else if (operator !== 'Exists')
    found.invalid(`${path}.operator`, operator, 'operator must be Exists when `key` is empty, which means "match all values and all keys"');
  if (tolerationSeconds !== undefined && effect !== 'NoExecute')
    found.invalid(`${path}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
  if (operator === 'Equal' || operator === '') {
    const complaints = labelValue(value);
    if (complaints.length > 0) found.invalid(`${path}.operator`, value, complaints.join(';'));
  } else if (operator === 'Exists') {
    if (value !== '') found.invalid(`${path}.operator`, value, "value must be empty when `operator` is 'Exists'");
  } else
    found.notSupported(
      `${path}.operator`,
      operator,
      operator === 'Lt' || operator === 'Gt' ? ['Equal', 'Exists', 'Lt', 'Gt'] : ['Equal', 'Exists'],
    );
  if (effect !== '') found.oneOf(`${path}.effect`, effect, EFFECTS);
}

export function validateTaints(found: Findings, path: string, taints: readonly Taint[]): void {
  const seen = new Set<string>();
  taints.forEach((taint, i) => {
    const at = `${path}[${i}]`;
    const { key, value = '', effect } = taint;
    validateLabelKey(found, `${at}.key`, key);
    const complaints = labelValue(value);
    if (complaints.length > 0) found.invalid(`${at}.value`, value, complaints.join(';'));
    found.oneOfRequired(`${at}.effect`, effect, EFFECTS);
    if (seen.has(`${effect} ${key}`))
      found.duplicate(at, goStruct('Taint', taint as unknown as JsonObject), 'taints must be unique by key and effect pair');
    seen.add(`${effect} ${key}`);
  });
}

// ---- Topology spread

export function validateTopologySpread(found: Findings, path: string, constraints: readonly TopologySpreadConstraint[]): void {
  constraints.forEach((constraint, i) => {
    const at = `${path}[${i}]`;
    const { maxSkew, topologyKey, whenUnsatisfiable, minDomains, nodeAffinityPolicy, nodeTaintsPolicy, labelSelector } = constraint;
    if (maxSkew <= 0) found.invalid(`${at}.maxSkew`, maxSkew, 'must be greater than zero');
    if (!topologyKey) found.required(`${at}.topologyKey`, 'can not be empty');
    found.oneOf(`${at}.whenUnsatisfiable`, whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway']);
    const repeated = constraints
      .slice(i + 1)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
    if (repeated) found.duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`);
    if (minDomains !== undefined) {
      if (minDomains <= 0) found.invalid(`${at}.minDomains`, minDomains, 'must be greater than zero');
      if (whenUnsatisfiable !== 'DoNotSchedule')
        found.invalid(
          `${at}.minDomains`,
          minDomains,
          `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`,
        );
    }
    for (const [field, policy] of [
      ['nodeAffinityPolicy', nodeAffinityPolicy],
      ['nodeTaintsPolicy', nodeTaintsPolicy],
    ] as const)
      found.oneOf(`${at}.${field}`, policy, ['Honor', 'Ignore']);
    validateLabelKeys(found, at, constraint);
    validateLabelSelector(found, `${at}.labelSelector`, labelSelector);
  });
}
