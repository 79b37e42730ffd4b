// Claims of persistent volumes. Models core validation's ValidatePersistentVolumeClaim and its update. Left out: volumes
// themselves, status.
import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/json';
import { dns1123Subdomain } from '../names';
import { quantityMilli } from '../quantity';
import type { KubeObject, LabelSelector } from '../types';
import type { Findings } from './findings';
import { goStruct } from './go-struct';
import { subdomainName, validateImmutable, validateLabelSelector, validateMeta, validateMetaUpdate } from './meta';
import { compareTexts, validateResourceQuantity } from './resources';
import { unifiedDiff } from './unified-diff';

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const ALONE = 'ReadWriteOncePod';
const FIXED = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

type Claim = KubeObject & { readonly spec: JsonObject; readonly status?: JsonObject };

export function validateClaim(found: Findings, claim: Claim): void {
  validateMeta(found, claim.metadata, true, subdomainName);
  validateClaimSpec(found, 'spec', claim.spec);
}

export function validateClaimSpec(found: Findings, path: string, spec: JsonObject): void {
  const modes = (spec.accessModes ?? []) as readonly string[];
  if (modes.length === 0) found.required(`${path}.accessModes`, 'at least 1 access mode is required');
  validateLabelSelector(found, `${path}.selector`, spec.selector as LabelSelector | undefined);
  for (const mode of modes) found.oneOf(`${path}.accessModes`, mode, ACCESS_MODES);
  if (modes.includes(ALONE) && modes.some((mode) => mode !== ALONE && ACCESS_MODES.includes(mode)))
    found.forbidden(`${path}.accessModes`, 'may not use ReadWriteOncePod with other access modes');
  const storage = storageOf(spec);
  const at = `${path}.resources[storage]`;
  if (storage === undefined) found.required(at);
  else if (quantityMilli(storage) <= 0) found.invalid(at, storage, 'must be greater than zero');
  else validateResourceQuantity(found, at, 'storage', storage);
  for (const field of ['storageClassName', 'volumeAttributesClassName']) {
    const name = spec[field];
    if (typeof name === 'string' && name !== '') found.complaints(`${path}.${field}`, name, subdomainName(name));
    if (field === 'storageClassName') found.oneOf(`${path}.volumeMode`, spec.volumeMode as string | undefined, ['Block', 'Filesystem']);
  }
  for (const field of ['dataSource', 'dataSourceRef']) if (isObject(spec[field])) validateSource(found, `${path}.${field}`, spec[field]);
}

function storageOf(spec: JsonObject): string | undefined {
  const { requests } = (spec.resources ?? {}) as { readonly requests?: { readonly storage?: string } };
  return requests?.storage;
}

function validateSource(found: Findings, path: string, source: JsonObject): void {
  const group = String(source.apiGroup ?? '');
  if (!source.name) found.required(`${path}.name`);
  if (!source.kind) found.required(`${path}.kind`);
  if (group === '' && source.kind !== 'PersistentVolumeClaim')
    found.invalid(path, source.kind ?? '', "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
  if (group !== '') found.complaints(`${path}.apiGroup`, group, dns1123Subdomain(group));
}

export function validateClaimUpdate(found: Findings, next: Claim, old: Claim): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  validateClaim(found, next);
  const bound = (next.status as { readonly phase?: string } | undefined)?.phase === 'Bound';
  const comparable: JsonObject = {
    ...next.spec,
    ...(bound ? { resources: old.spec.resources, volumeAttributesClassName: old.spec.volumeAttributesClassName } : {}),
    ...(old.spec.storageClassName === undefined ? { storageClassName: undefined } : {}),
  };
  const before = old.spec.volumeName ? old.spec : { ...old.spec, volumeName: next.spec.volumeName };
  if (!jsonEqual(comparable, before)) {
    const struct = (spec: JsonObject): Json => goStruct('PersistentVolumeClaimSpec', spec);
    found.forbidden('spec', `${FIXED}\n${unifiedDiff(struct(before), struct(comparable))}`);
  }
  const capacity = (old.status?.capacity ?? {}) as { readonly storage?: string };
  const [size, wanted] = [storageOf(old.spec), storageOf(next.spec)];
  if (size !== undefined && wanted !== undefined && compareTexts(wanted, size) < 0 && compareTexts(wanted, capacity.storage ?? '0') <= 0)
    found.forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity');
  validateImmutable(found, 'volumeMode', next.spec.volumeMode, old.spec.volumeMode);
}
