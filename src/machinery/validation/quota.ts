// LimitRanges and ResourceQuotas. Models core validation's ValidateLimitRange and ValidateResourceQuota. Left out:
// scope selectors.
import { isObject, type JsonObject, jsonEqual } from '../../base/json';
import { qualifiedName } from '../names';
import { quantityMilli } from '../quantity';
import type { KubeObject, StringMap } from '../types';
import { type Findings, IMMUTABLE } from './findings';
import { subdomainName, validateMeta, validateMetaUpdate } from './meta';
import {
  compareTexts,
  containerResourceName,
  isOvercommitAllowed,
  isQuotaResource,
  quotaResourceName,
  resourceName,
  validateResourceQuantity,
} from './resources';

const LIMIT_TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];
const PARTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;
type Part = (typeof PARTS)[number];
type Limit = { readonly type: string } & { readonly [part in Part]?: StringMap };
export type LimitRange = KubeObject & { readonly spec: { readonly limits: readonly Limit[] | null } };

export function validateLimitRange(found: Findings, { metadata, spec }: LimitRange): void {
  validateMeta(found, metadata, true, subdomainName);
  const types = new Set<string>();
  spec.limits?.forEach((limit, i) => {
    const at = `spec.limits[${i}]`;
    validateLimitType(found, `${at}.type`, limit.type);
    if (types.has(limit.type)) found.duplicate(`${at}.type`, limit.type);
    types.add(limit.type);
    validateLimit(found, at, limit);
  });
}

function validateLimitType(found: Findings, path: string, type: string): void {
  const complaints = qualifiedName(type);
  found.complaints(path, type, complaints);
  if (complaints.length === 0 && !type.includes('/') && !LIMIT_TYPES.includes(type))
    found.invalid(path, type, 'must be a standard limit type or fully qualified');
}

function validateLimit(found: Findings, path: string, limit: Limit): void {
  const checkName = limit.type === 'Pod' || limit.type === 'Container' ? containerResourceName : resourceName;
  const names = new Set<string>();
  for (const part of PARTS) {
    if (part === 'maxLimitRequestRatio' && limit.type === 'PersistentVolumeClaim' && !limit.min?.storage && !limit.max?.storage)
      found.required(`${path}.limits`, 'either minimum or maximum storage value is required, but neither was provided');
    const amounts = limit[part] ?? {};
    if (limit.type === 'Pod' && (part === 'default' || part === 'defaultRequest')) {
      if (Object.keys(amounts).length > 0) found.forbidden(`${path}.${part}`, "may not be specified when `type` is 'Pod'");
      continue;
    }
    for (const name in amounts) {
      checkName(found, `${path}.${part}[${name}]`, name);
      names.add(name);
    }
  }
  for (const name of names) validateAmounts(found, path, name, limit);
}

/** Which must not be above which, and what is told of the pair. */
const ORDER: readonly (readonly [low: Part, high: Part, at: Part, told: 'low' | 'high', text: readonly [string, string]])[] = [
  ['min', 'max', 'min', 'low', ['min value', 'max value']],
  ['min', 'defaultRequest', 'defaultRequest', 'high', ['min value', 'default request value']],
  ['defaultRequest', 'max', 'defaultRequest', 'low', ['default request value', 'max value']],
  ['defaultRequest', 'default', 'defaultRequest', 'low', ['default request value', 'default limit value']],
  ['min', 'default', 'default', 'low', ['min value', 'default value']],
  ['default', 'max', 'default', 'high', ['default value', 'max value']],
];

function validateAmounts(found: Findings, path: string, name: string, limit: Limit): void {
  for (const [low, high, at, told, [lowText, highText]] of ORDER) {
    const [a, b] = [limit[low]?.[name], limit[high]?.[name]];
    if (a === undefined || b === undefined || compareTexts(a, b) <= 0) continue;
    found.invalid(`${path}.${at}[${name}]`, told === 'low' ? a : b, `${lowText} ${a} is greater than ${highText} ${b}`);
  }
  const { min, max, maxLimitRequestRatio, default: limits, defaultRequest } = limit;
  const ratio = maxLimitRequestRatio?.[name];
  const at = `${path}.maxLimitRequestRatio[${name}]`;
  if (ratio !== undefined) {
    if (compareTexts(ratio, '1') < 0) found.invalid(at, ratio, `ratio ${ratio} is less than 1`);
    const most = quantityMilli(max?.[name]) / quantityMilli(min?.[name]);
    if (min?.[name] !== undefined && max?.[name] !== undefined && quantityMilli(ratio) / 1000 > most)
      found.invalid(at, ratio, `ratio ${ratio} is greater than max/min = ${most.toFixed(6)}`);
  }
  const [a, b] = [limits?.[name], defaultRequest?.[name]];
  if (!isOvercommitAllowed(name) && a !== undefined && b !== undefined && compareTexts(a, b) !== 0)
    found.invalid(`${path}.defaultRequest[${name}]`, b, `default value ${a} must equal to defaultRequest value ${b} in ${name}`);
}

export function validateLimitRangeUpdate(found: Findings, next: LimitRange, old: LimitRange): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  validateLimitRange(found, next);
}

// ---- ResourceQuota

export type ResourceQuota = KubeObject & {
  readonly spec: { readonly hard?: StringMap; readonly scopes?: readonly string[] };
  readonly status?: JsonObject;
};

const SCOPES = [
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
  'VolumeAttributesClass',
];
const POD_RESOURCES = ['pods', 'cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];
const CONFLICTS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
];

export function validateResourceQuota(found: Findings, { metadata, spec, status }: ResourceQuota): void {
  validateMeta(found, metadata, true, subdomainName);
  validateHard(found, 'spec.hard', spec.hard);
  validateScopes(found, spec);
  for (const field of ['hard', 'used']) if (isObject(status?.[field])) validateHard(found, `status.${field}`, status[field] as StringMap);
}

function validateHard(found: Findings, path: string, amounts: StringMap = {}): void {
  for (const [name, quantity] of Object.entries(amounts)) {
    quotaResourceName(found, `${path}[${name}]`, name);
    validateResourceQuantity(found, `${path}[${name}]`, name, quantity);
  }
}

function validateScopes(found: Findings, { scopes = [], hard = {} }: ResourceQuota['spec']): void {
  const refuse = (why: string): void => found.invalid('spec.scopes', scopes, why);
  for (const scope of scopes) {
    if (!SCOPES.includes(scope)) refuse('unsupported scope');
    for (const name of Object.keys(hard).sort())
      if (isQuotaResource(name) && !fits(scope, name)) refuse('unsupported scope applied to resource');
  }
  for (const pair of CONFLICTS) if (pair.every((scope) => scopes.includes(scope))) refuse('conflicting scopes');
}

function fits(scope: string, name: string): boolean {
  if (scope === 'BestEffort') return name === 'pods';
  if (scope === 'VolumeAttributesClass') return name === 'persistentvolumeclaims' || name === 'requests.storage';
  return !SCOPES.includes(scope) || POD_RESOURCES.includes(name);
}

export function validateResourceQuotaUpdate(found: Findings, next: ResourceQuota, old: ResourceQuota): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  validateHard(found, 'spec.hard', next.spec.hard);
  validateScopes(found, next.spec);
  const sorted = ({ spec }: ResourceQuota): readonly string[] => [...(spec.scopes ?? [])].sort();
  if (!jsonEqual(sorted(next), sorted(old))) found.invalid('spec.scopes', next.spec.scopes, IMMUTABLE);
}

export function validateResourceQuotaStatus(found: Findings, next: ResourceQuota, old: ResourceQuota): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  for (const field of ['hard', 'used']) validateHard(found, `status.${field}`, (next.status?.[field] ?? {}) as StringMap);
}
