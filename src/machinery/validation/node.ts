// Nodes. Models core validation's ValidateNode and ValidateNodeUpdate, which also look at what kubelets report.
// Left out: dynamic kubelet configuration, declared features, swap.
import { type JsonObject, jsonEqual } from '../../base/json';
import { cidr } from '../ip';
import type { Node, StringMap } from '../types';
import type { Findings } from './findings';
import { goStruct } from './go-struct';
import { subdomainName, validateMeta, validateMetaUpdate } from './meta';
import { validateResourceQuantity } from './resources';
import { validateTaints } from './scheduling';

const CIDR_FIXED = 'node updates may not change podCIDR except from "" to valid';
const PROVIDER_FIXED = 'node updates may not change providerID except from "" to valid';

export function validateNode(found: Findings, { metadata, spec, status }: Node): void {
  validateMeta(found, metadata, false, subdomainName);
  if (spec?.taints) validateTaints(found, 'metadata.taints', spec.taints);
  validateAmounts(found, status);
  const cidrs = spec?.podCIDRs ?? [];
  cidrs.forEach((text, i) => void found.complaints(`spec.podCIDRs[${i}]`, text, cidr(text)));
  const families = new Set(cidrs.map((text) => text.includes(':')));
  if (cidrs.length > 1 && (cidrs.length > 2 || families.size !== 2))
    found.invalid('spec.podCIDRs', cidrs, 'may specify no more than one CIDR for each IP family');
}

function validateAmounts(found: Findings, status: Node['status']): void {
  for (const field of ['capacity', 'allocatable'] as const)
    for (const [name, quantity] of Object.entries((status?.[field] ?? {}) as StringMap))
      validateResourceQuantity(found, `status.${field}.${name}`, name, quantity);
}

export function validateNodeUpdate(found: Findings, next: Node, old: Node): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  if (next.status?.capacity !== old.status?.capacity || next.status?.allocatable !== old.status?.allocatable)
    validateAmounts(found, next.status);
  validateAddresses(found, next);
  const [cidrs, before] = [next.spec?.podCIDRs ?? [], old.spec?.podCIDRs ?? []];
  if (before.length > 0) {
    if (cidrs.length !== before.length) found.forbidden('spec.podCIDRs', CIDR_FIXED);
    else for (const [i, text] of before.entries()) if (text !== cidrs[i]) found.forbidden('spec.podCIDRs', CIDR_FIXED);
  }
  if (old.spec?.providerID && old.spec.providerID !== next.spec?.providerID) found.forbidden('spec.providerID', PROVIDER_FIXED);
  if (next.spec?.taints && next.spec.taints !== old.spec?.taints) validateTaints(found, 'metadata.taints', next.spec.taints);
}

function validateAddresses(found: Findings, { status }: Node): void {
  const addresses = (status?.addresses ?? []) as readonly JsonObject[];
  addresses.forEach((address, i) => {
    if (addresses.slice(0, i).some((other) => jsonEqual(other, address)))
      found.duplicate(`status.addresses[${i}]`, goStruct('NodeAddress', address));
  });
}
