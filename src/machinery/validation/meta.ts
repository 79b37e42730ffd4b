// Metadata of any object: names, labels, annotations, owners, finalizers. Models apimachinery
// pkg/api/validation/objectmeta.go, pkg/apis/meta/v1/validation and core's extra check of finalizers.
// Left out: managedFields.
import { type Json, type JsonObject, jsonEqual } from '../../base/json';
import { goQuote } from '../go-json';
import {
  type Complaints,
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  labelValue,
  maskTrailingDash,
  pathSegmentName,
  qualifiedName,
} from '../names';
import type { LabelSelector, ObjectMeta, OwnerReference, StringMap } from '../types';
import { type Findings, IMMUTABLE } from './findings';

/** `prefix`: something will be appended to the name. */
export type NameCheck = (name: string, prefix?: boolean) => Complaints;

const masked =
  (check: (name: string) => Complaints): NameCheck =>
  (name, prefix = false) =>
    check(prefix ? maskTrailingDash(name) : name);
export const subdomainName = masked(dns1123Subdomain);
export const labelName = masked(dns1123Label);
export const label1035Name = masked(dns1035Label);
/** Of RBAC: anything that stays one segment of a path. */
export const segmentName: NameCheck = (name, prefix = false) => (prefix ? pathSegmentName(`${name}a`) : pathSegmentName(name));

const MAX_ANNOTATION_BYTES = 256 * 1024;
const STANDARD_FINALIZERS = ['kubernetes', 'orphan', 'foregroundDeletion'];
const METADATA = 'metadata';

export function validateMeta(found: Findings, meta: ObjectMeta, namespaced: boolean, checkName: NameCheck, path = METADATA): void {
  genericMeta(found, meta, namespaced, checkName, path);
  meta.finalizers?.forEach((name, i) => void standardFinalizer(found, `${path}.finalizers[${i}]`, name));
}

/** What every kind's metadata must be, whatever its own rules say: run on new objects when those are met. */
export const validateAnyMeta = (found: Findings, meta: ObjectMeta, namespaced: boolean): void =>
  genericMeta(found, meta, namespaced, pathSegmentName, METADATA);

function genericMeta(found: Findings, meta: ObjectMeta, namespaced: boolean, checkName: NameCheck, path: string): void {
  const { name, generateName, namespace, generation, labels, annotations, ownerReferences, finalizers } = meta;
  if (generateName) found.complaints(`${path}.generateName`, generateName, checkName(generateName, true));
  if (!name) found.required(`${path}.name`, 'name or generateName is required');
  else found.complaints(`${path}.name`, name, checkName(name));
  if (!namespaced) {
    if (namespace) found.forbidden(`${path}.namespace`, 'not allowed on this type');
  } else if (!namespace) found.required(`${path}.namespace`);
  else found.complaints(`${path}.namespace`, namespace, dns1123Label(namespace));
  found.notNegative(`${path}.generation`, generation);
  validateLabels(found, `${path}.labels`, labels);
  validateAnnotations(found, `${path}.annotations`, annotations);
  if (ownerReferences) validateOwners(found, `${path}.ownerReferences`, ownerReferences);
  if (finalizers) validateFinalizers(found, `${path}.finalizers`, finalizers);
}

/** What may not change from `old` to `next`. */
export function validateMetaUpdate(found: Findings, next: ObjectMeta, old: ObjectMeta, path = METADATA): void {
  if (old.deletionTimestamp !== undefined) {
    const added = (next.finalizers ?? []).filter((finalizer) => !old.finalizers?.includes(finalizer));
    if (added.length > 0) {
      const list = `[]string{${[...added].sort().map(goQuote).join(', ')}}`;
      found.forbidden(`${path}.finalizers`, `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`);
    }
  }
  if (next.generation !== undefined && next.generation < (old.generation ?? 0))
    found.invalid(`${path}.generation`, next.generation, 'must not be decremented');
  for (const field of FIXED) validateImmutable(found, `${path}.${field}`, next[field], old[field]);
  if (next.labels !== old.labels) validateLabels(found, `${path}.labels`, next.labels);
  if (next.annotations !== old.annotations) validateAnnotations(found, `${path}.annotations`, next.annotations);
  if (next.ownerReferences && next.ownerReferences !== old.ownerReferences)
    validateOwners(found, `${path}.ownerReferences`, next.ownerReferences);
}
const FIXED = ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const;

export function validateImmutable(found: Findings, path: string, next: Json | undefined, old: Json | undefined): void {
  if (next !== old && !jsonEqual(next ?? null, old ?? null)) found.invalid(path, next, IMMUTABLE);
}

// ---- Labels

export const validateLabelKey = (found: Findings, path: string, key: string): void => found.complaints(path, key, qualifiedName(key));

export function validateLabels(found: Findings, path: string, labels: StringMap | undefined): void {
  for (const key in labels) {
    validateLabelKey(found, path, key);
    const value = labels[key] ?? '';
    found.complaints(path, value, labelValue(value));
  }
}

export function validateAnnotations(found: Findings, path: string, annotations: StringMap | undefined): void {
  let bytes = 0;
  for (const key in annotations) {
    found.complaints(path, key, qualifiedName(key.toLowerCase()));
    bytes += key.length + (annotations[key]?.length ?? 0);
  }
  if (bytes > MAX_ANNOTATION_BYTES) found.tooLong(path, MAX_ANNOTATION_BYTES);
}

export function validateLabelSelector(found: Findings, path: string, selector: LabelSelector | null | undefined): void {
  if (!selector) return;
  validateLabels(found, `${path}.matchLabels`, selector.matchLabels);
  selector.matchExpressions?.forEach(({ key, operator, values = [] }, i) => {
    const at = `${path}.matchExpressions[${i}]`;
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) found.required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) found.forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else found.invalid(`${at}.operator`, operator, 'not a valid selector operator');
    validateLabelKey(found, `${at}.key`, key);
    values.forEach((value, j) => void found.complaints(`${at}.values[${j}]`, value, labelValue(value)));
  });
}

export const isEmptySelector = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean =>
  Object.keys(matchLabels).length + matchExpressions.length === 0;

// ---- Owners and finalizers

export function validateOwners(found: Findings, path: string, owners: readonly OwnerReference[]): void {
  let first = '';
  for (const owner of owners) {
    validateOwner(found, path, owner);
    if (owner.controller !== true) continue;
    const name = `${owner.kind}/${owner.name}`;
    if (first === '') first = name;
    else {
      const text = `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${name}`;
      found.invalid(path, owners as unknown as Json, text);
    }
  }
}

function validateOwner(found: Findings, path: string, owner: OwnerReference): void {
  const { apiVersion, kind, name, uid } = owner;
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  if (version === '') found.invalid(`${path}.apiVersion`, apiVersion, 'version must not be empty');
  if (!kind) found.invalid(`${path}.kind`, kind, 'must not be empty');
  if (!name) found.invalid(`${path}.name`, name, 'must not be empty');
  if (!uid) found.invalid(`${path}.uid`, uid, 'must not be empty');
  if (apiVersion === 'v1' && kind === 'Event')
    found.invalid(path, owner as unknown as JsonObject, '/v1, Kind=Event is disallowed from being an owner');
}

function validateFinalizers(found: Findings, path: string, finalizers: readonly string[]): void {
  for (const name of finalizers) found.complaints(path, name, qualifiedName(name));
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion'))
    found.invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set');
}

/** Core's: a name without a domain must be one that Kubernetes knows. */
export function standardFinalizer(found: Findings, path: string, name: string): void {
  if (name.includes('/') || STANDARD_FINALIZERS.includes(name)) return;
  found.invalid(path, name, 'name is neither a standard finalizer name nor is it fully qualified');
}

/** Of a Namespace's spec.finalizers. */
export function validateFinalizerName(found: Findings, path: string, name: string): void {
  found.complaints(path, name, qualifiedName(name));
  standardFinalizer(found, path, name);
}
