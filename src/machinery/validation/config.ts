// ConfigMaps, Secrets, ServiceAccounts and Namespaces. Models their functions in core validation.
import { fromBase64Url } from '../../base/base64';
import { isObject, jsonEqual } from '../../base/json';
import { configMapKey } from '../names';
import type { ConfigMap, Namespace, Secret, ServiceAccount, StringMap } from '../types';
import type { Findings } from './findings';
import { labelName, subdomainName, validateFinalizerName, validateImmutable, validateMeta, validateMetaUpdate } from './meta';

const MAX_BYTES = 1024 * 1024;
const FROZEN = 'field is immutable when `immutable` is set';
const NO_DATA: StringMap = {};

const base64Bytes = (text: string): number => Math.floor((text.replace(/=+$/, '').length * 3) / 4);

/** Of text that is stored as UTF-8. */
function utf8Bytes(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code >= 0xd800 && code < 0xe000 ? 2 : 3;
  }
  return bytes;
}

export function validateConfigMap(found: Findings, { metadata, data = NO_DATA, binaryData = NO_DATA }: ConfigMap): void {
  validateMeta(found, metadata, true, subdomainName);
  let bytes = 0;
  for (const key in data) {
    found.complaints(`data[${key}]`, key, configMapKey(key));
    if (binaryData[key] !== undefined) found.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData');
    bytes += utf8Bytes(data[key] ?? '');
  }
  for (const key in binaryData) {
    found.complaints(`binaryData[${key}]`, key, configMapKey(key));
    bytes += base64Bytes(binaryData[key] ?? '');
  }
  if (bytes > MAX_BYTES) found.tooLong('[]', MAX_BYTES);
}

export function validateConfigMapUpdate(found: Findings, next: ConfigMap, old: ConfigMap): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  if (old.immutable === true) {
    if (next.immutable !== true) found.forbidden('immutable', FROZEN);
    if (!jsonEqual(next.data ?? NO_DATA, old.data ?? NO_DATA)) found.forbidden('data', FROZEN);
    if (!jsonEqual(next.binaryData ?? NO_DATA, old.binaryData ?? NO_DATA)) found.forbidden('binaryData', FROZEN);
  }
  validateConfigMap(found, next);
}

// ---- Secret

export function validateSecret(found: Findings, { metadata, type, data = NO_DATA }: Secret): void {
  validateMeta(found, metadata, true, subdomainName);
  let bytes = 0;
  for (const key in data) {
    found.complaints(`data[${key}]`, key, configMapKey(key));
    bytes += base64Bytes(data[key] ?? '');
  }
  if (bytes > MAX_BYTES) found.tooLong('data', MAX_BYTES);
  const need = (key: string): void => {
    if (data[key] === undefined) found.required(`data[${key}]`);
  };
  switch (type) {
    case 'kubernetes.io/service-account-token':
      if (!metadata.annotations?.['kubernetes.io/service-account.name'])
        found.required('metadata.annotations[kubernetes.io/service-account.name]');
      return;
    case 'kubernetes.io/dockercfg':
      return dockerConfig(found, '.dockercfg', data);
    case 'kubernetes.io/dockerconfigjson':
      return dockerConfig(found, '.dockerconfigjson', data);
    case 'kubernetes.io/basic-auth':
      if (data.username === undefined && data.password === undefined) ['username', 'password'].forEach(need);
      return;
    case 'kubernetes.io/ssh-auth':
      if (!data['ssh-privatekey']) found.required('data[ssh-privatekey]');
      return;
    case 'kubernetes.io/tls':
      ['tls.crt', 'tls.key'].forEach(need);
  }
}

function dockerConfig(found: Findings, key: string, data: StringMap): void {
  const value = data[key];
  if (value === undefined) return found.required(`data[${key}]`);
  const problem = jsonProblem(fromBase64Url(value) ?? '');
  if (problem !== null) found.invalid(`data[${key}]`, '<secret contents redacted>', problem);
}

/** What Go's decoder says of a text that is no JSON object. */
function jsonProblem(text: string): string | null {
  if (text.trim() === '') return 'unexpected end of JSON input';
  try {
    return isObject(JSON.parse(text)) ? null : 'json: cannot unmarshal value into Go value of type map[string]interface {}';
  } catch {
    return `invalid character '${text.trim()[0] ?? ''}' looking for beginning of value`;
  }
}

export function validateSecretUpdate(found: Findings, next: Secret, old: Secret): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  validateImmutable(found, 'type', next.type ?? '', old.type ?? '');
  if (old.immutable === true) {
    if (next.immutable !== true) found.forbidden('immutable', FROZEN);
    if (!jsonEqual(next.data ?? NO_DATA, old.data ?? NO_DATA)) found.forbidden('data', FROZEN);
  }
  validateSecret(found, next);
}

// ---- ServiceAccount and Namespace

export const validateServiceAccount = (found: Findings, { metadata }: ServiceAccount): void =>
  validateMeta(found, metadata, true, subdomainName);

export function validateServiceAccountUpdate(found: Findings, next: ServiceAccount, old: ServiceAccount): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  validateServiceAccount(found, next);
}

export function validateNamespace(found: Findings, { metadata, spec }: Namespace): void {
  validateMeta(found, metadata, false, labelName);
  for (const name of spec?.finalizers ?? []) validateFinalizerName(found, 'spec.finalizers', name);
}

export const validateNamespaceUpdate = (found: Findings, next: Namespace, old: Namespace): void =>
  validateMetaUpdate(found, next.metadata, old.metadata);

export function validateNamespaceStatus(found: Findings, next: Namespace, old: Namespace): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  const deleting = next.metadata.deletionTimestamp !== undefined;
  const phase = next.status?.phase ?? '';
  const only = deleting ? 'Terminating' : 'Active';
  if (phase !== only)
    found.invalid('status.Phase', phase, `may only be '${only}' if \`deletionTimestamp\` is ${deleting ? 'not empty' : 'empty'}`);
}

export function validateNamespaceFinalize(found: Findings, next: Namespace, old: Namespace): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  next.spec?.finalizers?.forEach((name, i) => void validateFinalizerName(found, `spec.finalizers[${i}]`, name));
}
