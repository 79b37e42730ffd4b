// Names and amounts of compute resources. Models core validation's validateResourceRequirements and
// pkg/apis/core/helper.
import { dns1123Label, qualifiedName } from '../names';
import { compareQuantities, parseQuantity, quantityMilli } from '../quantity';
import type { StringMap } from '../types';
import { type Findings, NOT_NEGATIVE } from './findings';

const COUNTED = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const QUOTA = [
  ...COMPUTE,
  ...COMPUTE.map((name) => `requests.${name}`),
  ...COMPUTE.map((name) => `limits.${name}`),
  ...COUNTED,
  'requests.storage',
];
const STANDARD = [...QUOTA, 'storage'];
/** What a pod as a whole may ask for. */
const POD_LEVEL = ['cpu', 'hugepages-', 'memory'];

const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');
const isHugePage = (name: string): boolean => name.startsWith('hugepages-');
const isQuotaHugePage = (name: string): boolean => isHugePage(name) || name.startsWith('requests.hugepages-');
const isExtended = (name: string): boolean =>
  !isNative(name) && !name.startsWith('requests.') && qualifiedName(`requests.${name}`).length === 0;
export const isOvercommitAllowed = (name: string): boolean => isNative(name) && !isHugePage(name);
export const isQuotaResource = (name: string): boolean => QUOTA.includes(name) || isQuotaHugePage(name);

/** Negative, zero, positive; texts that are no quantities count as zero. */
export function compareTexts(a: string, b: string): number {
  const [x, y] = [parseQuantity(a), parseQuantity(b)];
  return x === null || y === null ? 0 : compareQuantities(x, y);
}

export type ResourceNameCheck = (found: Findings, path: string, name: string) => boolean;

/** Returns whether the name is good. */
export const resourceName: ResourceNameCheck = (found, path, name) => {
  const complaints = qualifiedName(name);
  found.complaints(path, name, complaints);
  if (complaints.length > 0) return false;
  if (name.includes('/') || STANDARD.includes(name) || isQuotaHugePage(name)) return true;
  found.invalid(path, name, 'must be a standard resource type or fully qualified');
  return false;
};

export const containerResourceName: ResourceNameCheck = (found, path, name) => {
  const good = resourceName(found, path, name);
  if (!name.includes('/')) {
    if (!COMPUTE.includes(name) && !isHugePage(name)) found.invalid(path, name, 'must be a standard resource for containers');
  } else if (!isNative(name) && !isExtended(name)) found.invalid(path, name, "doesn't follow extended resource name standard");
  return good;
};

export const podResourceName: ResourceNameCheck = (found, path, name) => {
  if (!resourceName(found, path, name)) return false;
  if (POD_LEVEL.includes(name) || isHugePage(name)) return true;
  found.notSupported(path, name, POD_LEVEL);
  return false;
};

export const quotaResourceName: ResourceNameCheck = (found, path, name) => {
  const good = resourceName(found, path, name);
  if (!name.includes('/') && !isQuotaResource(name)) found.invalid(path, name, 'must be a standard resource for quota');
  return good;
};

export function validateResourceQuantity(found: Findings, path: string, name: string, quantity: string): void {
  if (quantityMilli(quantity) < 0) found.invalid(path, quantity, NOT_NEGATIVE);
  if ((COUNTED.includes(name) || isExtended(name)) && quantityMilli(quantity) % 1000 !== 0)
    found.invalid(path, quantity, 'must be an integer');
}

export interface ResourceRequirements {
  readonly limits?: StringMap;
  readonly requests?: StringMap;
  readonly claims?: readonly { readonly name: string; readonly request?: string }[];
}

export function validateResourceRequirements(
  found: Findings,
  path: string,
  { limits = {}, requests = {}, claims = [] }: ResourceRequirements,
  checkName: ResourceNameCheck,
  claimNames: readonly string[],
): void {
  for (const [name, quantity] of Object.entries(limits)) amount(found, `${path}.limits[${name}]`, name, quantity, checkName);
  for (const [name, quantity] of Object.entries(requests)) {
    amount(found, `${path}.requests[${name}]`, name, quantity, checkName, () => {
      const limit = limits[name];
      const fixed = !isOvercommitAllowed(name);
      if (limit === undefined) {
        if (fixed) found.required(`${path}.limits`, 'Limit must be set for non overcommitable resources');
      } else if (fixed && compareTexts(quantity, limit) !== 0)
        found.invalid(`${path}.requests`, quantity, `must be equal to ${name} limit of ${limit}`);
      else if (compareTexts(quantity, limit) > 0)
        found.invalid(`${path}.requests`, quantity, `must be less than or equal to ${name} limit of ${limit}`);
    });
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePage) && !names.includes('cpu') && !names.includes('memory'))
    found.forbidden(path, 'HugePages require cpu or memory');
  if (claims.length > 0) validateClaimNames(found, `${path}.claims`, claims, claimNames);
}

function amount(found: Findings, path: string, name: string, quantity: string, checkName: ResourceNameCheck, more = (): void => {}): void {
  checkName(found, path, name);
  validateResourceQuantity(found, path, name, quantity);
  more();
  if (isHugePage(name) && !isWholePages(name, quantity))
    found.invalid(path, quantity, `${quantity} is not positive integer multiple of ${name}`);
}

function isWholePages(name: string, quantity: string): boolean {
  const page = parseQuantity(name.slice('hugepages-'.length));
  const value = parseQuantity(quantity);
  return page !== null && value !== null && page.nanos > 0n && value.nanos % page.nanos === 0n;
}

function validateClaimNames(
  found: Findings,
  path: string,
  claims: NonNullable<ResourceRequirements['claims']>,
  claimNames: readonly string[],
): void {
  const seen: string[] = [];
  claims.forEach(({ name, request }, i) => {
    const at = `${path}[${i}]`;
    if (!name) return found.required(at);
    const key = request ? `${name}/${request}` : name;
    if (seen.includes(name)) found.duplicate(at, name);
    else {
      if (request) found.complaints(`${at}.request`, request, dns1123Label(request));
      if (seen.includes(key)) found.duplicate(at, key);
      else if (!request) for (const other of seen) if (other.startsWith(`${name}/`)) found.duplicate(at, name);
      seen.push(key);
    }
    if (claimNames.includes(name)) return;
    const known = claimNames.length === 0 ? ' which is empty' : `: ${[...claimNames].sort().join(', ')}`;
    found.notFound(at, name, `must be one of the names in pod.spec.resourceClaims${known}`);
  });
}
