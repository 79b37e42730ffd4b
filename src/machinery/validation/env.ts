// Environment variables and where their values come from. Models core validation's ValidateEnv, ValidateEnvFrom and
// pkg/fieldpath.
import { isObject, type Json, type JsonObject } from '../../base/json';
import { configMapKey, dns1123Label, envVarName, qualifiedName } from '../names';
import { canonicalQuantity } from '../quantity';
import type { EnvVar } from '../types';
import type { Findings } from './findings';
import { subdomainName } from './meta';
import { noBacksteps } from './paths';

/** Fields that a variable, or a file of a downward API volume, may be made from. Sorted, as they are told. */
const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
export const VOLUME_FIELDS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];
const KNOWN_FIELDS = [...ENV_FIELDS, ...VOLUME_FIELDS, 'spec.restartPolicy', 'spec.schedulerName', 'status.phase'];

const RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const HUGE_PAGES = /^(requests|limits)\.hugepages-/;
const BYTE_UNITS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];
const NO_SOURCE = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

export function validateEnv(found: Findings, path: string, variables: readonly EnvVar[]): void {
  variables.forEach((variable, i) => {
    const at = `${path}[${i}]`;
    if (!variable.name) found.required(`${at}.name`);
    else found.complaints(`${at}.name`, variable.name, envVarName(variable.name));
    if (variable.valueFrom) validateSource(found, `${at}.valueFrom`, variable.valueFrom, variable.value ?? '');
  });
}

function validateSource(found: Findings, path: string, from: JsonObject, value: string): void {
  let count = 0;
  for (const [field, check] of SOURCES) {
    const source = from[field];
    if (!isObject(source)) continue;
    count++;
    check(found, `${path}.${field}`, source);
  }
  if (count === 0) found.invalid(path, '', NO_SOURCE);
  else if (value !== '') found.invalid(path, '', 'may not be specified when `value` is not empty');
  else if (count > 1) found.invalid(path, '', 'may not have more than one field specified at a time');
}

const SOURCES: readonly (readonly [field: string, check: (found: Findings, path: string, source: JsonObject) => void])[] = [
  ['fieldRef', (found, path, source) => validateFieldRef(found, path, source, ENV_FIELDS)],
  ['resourceFieldRef', (found, path, source) => validateResourceFieldRef(found, path, source, false)],
  ['configMapKeyRef', keyRef],
  ['secretKeyRef', keyRef],
  ['fileKeyRef', fileKeyRef],
];

function keyRef(found: Findings, path: string, source: JsonObject): void {
  found.complaints(`${path}.name`, text(source.name), subdomainName(text(source.name)));
  if (!source.key) found.required(`${path}.key`);
  else found.complaints(`${path}.key`, source.key, configMapKey(text(source.key)));
}

function fileKeyRef(found: Findings, path: string, { key, volumeName, path: file }: JsonObject): void {
  if (!key) found.required(`${path}.key`);
  else found.complaints(`${path}.key`, key, envVarName(text(key)));
  if (!volumeName) found.required(`${path}.volumeName`);
  else found.complaints(`${path}.volumeName`, volumeName, dns1123Label(text(volumeName)));
  if (!file) found.required(`${path}.path`);
  else noBacksteps(found, `${path}.path`, text(file));
}

export function validateFieldRef(found: Findings, path: string, { apiVersion, fieldPath }: JsonObject, allowed: readonly string[]): void {
  if (!apiVersion) return found.required(`${path}.apiVersion`);
  if (!fieldPath) return found.required(`${path}.fieldPath`);
  const field = text(fieldPath);
  const [, base = field, subscript] = /^([^[]*)\['(.*)'\]$/.exec(field) ?? [];
  if (apiVersion !== 'v1')
    return found.invalid(`${path}.fieldPath`, field, `error converting fieldPath: unsupported pod version: ${text(apiVersion)}`);
  const refused = (why: string): void => found.invalid(`${path}.fieldPath`, field, `error converting fieldPath: ${why}`);
  if (subscript === undefined) {
    if (!KNOWN_FIELDS.includes(field)) return refused(`field label not supported: ${field}`);
    return found.oneOf(`${path}.fieldPath`, field, allowed);
  }
  if (base === 'metadata.annotations') found.complaints(path, subscript.toLowerCase(), qualifiedName(subscript.toLowerCase()));
  else if (base === 'metadata.labels') found.complaints(path, subscript, qualifiedName(subscript));
  else refused(`field label does not support subscript: ${field}`);
}

export function validateResourceFieldRef(found: Findings, path: string, source: JsonObject, inVolume: boolean): void {
  const resource = text(source.resource);
  if (inVolume && !source.containerName) found.required(`${path}.containerName`);
  else if (resource === '') found.required(`${path}.resource`);
  else if (!HUGE_PAGES.test(resource)) found.oneOf(`${path}.resource`, resource, RESOURCES);
  const divisor = canonicalQuantity(text(source.divisor) || '0');
  if (divisor === '0') return;
  if (resource.endsWith('.cpu')) {
    if (divisor !== '1m' && divisor !== '1')
      found.invalid(`${path}.divisor`, resource, "only divisor's values 1m and 1 are supported with the cpu resource");
    return;
  }
  const kind = resource.endsWith('.memory') ? 'memory' : HUGE_PAGES.test(resource) ? 'hugepages' : 'local ephemeral storage';
  if (!BYTE_UNITS.includes(divisor))
    found.invalid(`${path}.divisor`, resource, `only divisor's values ${BYTE_UNITS.join(', ')} are supported with the ${kind} resource`);
}

export function validateEnvFrom(found: Findings, path: string, sources: readonly JsonObject[]): void {
  sources.forEach(({ prefix, configMapRef, secretRef }, i) => {
    const at = `${path}[${i}]`;
    if (prefix) found.complaints(`${at}.prefix`, prefix, envVarName(text(prefix)));
    let count = 0;
    for (const [field, ref] of [
      ['configMapRef', configMapRef],
      ['secretRef', secretRef],
    ] as const) {
      if (!isObject(ref)) continue;
      count++;
      if (!ref.name) found.required(`${at}.${field}.name`);
      else found.complaints(`${at}.${field}.name`, ref.name, subdomainName(text(ref.name), true));
    }
    if (count === 0) found.invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`');
    else if (count > 1) found.invalid(path, '', 'may not have more than one field specified at a time');
  });
}
