// Volumes of a pod: exactly one source each, and what the sources need. Models core validation's ValidateVolumes and
// validateVolumeSource. Left out: the insides of vendors' sources (cloud disks, iSCSI, Ceph and the like), trust
// bundles and pod certificates.
import { isObject, type Json, type JsonObject } from '../../base/json';
import { dns1123Label } from '../names';
import { quantityMilli } from '../quantity';
import type { Volume } from '../types';
import { VOLUME_FIELDS, validateFieldRef, validateResourceFieldRef } from './env';
import type { Findings } from './findings';
import { subdomainName } from './meta';
import { descendingPath, localPath, noBacksteps } from './paths';
import { validateClaimSpec } from './storage';

const MODE = 'must be a number between 0 and 0777 (octal), both inclusive';
const SINGLE = 'may not specify more than 1 volume type';
const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];
const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;

type SourceCheck = (found: Findings, path: string, source: JsonObject) => void;
const named =
  (...fields: readonly string[]): SourceCheck =>
  (found, path, source) => {
    for (const field of fields) if (!source[field]) found.required(`${path}.${field}`);
  };
const nothing: SourceCheck = () => {};

/** In the order in which upstream looks for them. */
const SOURCES: readonly (readonly [name: string, check: SourceCheck])[] = [
  ['emptyDir', emptyDir],
  ['hostPath', hostPath],
  ['gitRepo', gitRepo],
  ['gcePersistentDisk', named('pdName')],
  ['awsElasticBlockStore', named('volumeID')],
  ['secret', secret],
  ['nfs', nfs],
  ['iscsi', named('targetPortal', 'iqn')],
  ['glusterfs', named('endpoints', 'path')],
  ['flocker', nothing],
  ['persistentVolumeClaim', named('claimName')],
  ['rbd', named('monitors', 'image')],
  ['cinder', named('volumeID')],
  ['cephfs', named('monitors')],
  ['quobyte', named('registry', 'volume')],
  ['downwardAPI', downwardApi],
  ['fc', nothing],
  ['flexVolume', named('driver')],
  ['configMap', configMap],
  ['azureFile', named('secretName', 'shareName')],
  ['vsphereVolume', named('volumePath')],
  ['photonPersistentDisk', named('pdID')],
  ['portworxVolume', named('volumeID')],
  ['azureDisk', named('diskName', 'diskURI')],
  ['storageos', nothing],
  ['projected', projected],
  ['scaleIO', named('gateway', 'system', 'volumeName')],
  ['csi', named('driver')],
  ['ephemeral', ephemeral],
  ['image', named('reference')],
];

/** The faultless ones by name, which are those that can be mounted. `podName` is known of real pods. */
export function validateVolumes(
  found: Findings,
  path: string,
  volumes: readonly Volume[],
  podName: string | null,
): ReadonlyMap<string, JsonObject> {
  const known = new Map<string, JsonObject>();
  volumes.forEach((volume, i) => {
    const at = `${path}[${i}]`;
    const before = found.errors.length;
    const { name } = volume;
    const source = volume as unknown as JsonObject;
    validateSource(found, at, source, name, podName);
    if (!name) found.required(`${at}.name`);
    else found.complaints(`${at}.name`, name, dns1123Label(name));
    if (known.has(name)) found.duplicate(`${at}.name`, name);
    if (found.errors.length > before) return;
    known.set(name, source);
  });
  return known;
}

function validateSource(found: Findings, path: string, volume: JsonObject, name: string, podName: string | null): void {
  let count = 0;
  for (const [field, check] of SOURCES) {
    const source = volume[field];
    if (!isObject(source)) continue;
    if (++count > 1) found.forbidden(`${path}.${field === 'downwardAPI' ? 'downwarAPI' : field}`, SINGLE);
    else {
      check(found, `${path}.${field}`, source);
      if (field === 'ephemeral' && podName && name) {
        const claim = `${podName}-${name}`;
        for (const complaint of subdomainName(claim)) found.invalid(`${path}.name`, name, `PVC name "${claim}": ${complaint}`);
      }
    }
  }
  if (count === 0) found.required(path, 'must specify a volume type');
}

// ---- Sources

function emptyDir(found: Findings, path: string, { sizeLimit }: JsonObject): void {
  if (typeof sizeLimit === 'string' && quantityMilli(sizeLimit) < 0)
    found.forbidden(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity');
}

function hostPath(found: Findings, path: string, source: JsonObject): void {
  const target = text(source.path);
  if (target === '') return found.required(`${path}.path`);
  noBacksteps(found, `${path}.path`, target);
  if (source.type !== undefined) found.oneOf(`${path}.type`, text(source.type), HOST_PATH_TYPES);
}

function gitRepo(found: Findings, path: string, source: JsonObject): void {
  if (!source.repository) found.required(`${path}.repository`);
  descendingPath(found, `${path}.directory`, text(source.directory));
}

function nfs(found: Findings, path: string, source: JsonObject): void {
  named('server', 'path')(found, path, source);
  if (source.path && !text(source.path).startsWith('/')) found.invalid(`${path}.path`, source.path, 'must be an absolute path');
}

function secret(found: Findings, path: string, source: JsonObject): void {
  if (!source.secretName) found.required(`${path}.secretName`);
  fileMode(found, `${path}.defaultMode`, source.defaultMode);
  items(found, path, source.items);
}

function configMap(found: Findings, path: string, source: JsonObject): void {
  if (!source.name) found.required(`${path}.name`);
  fileMode(found, `${path}.defaultMode`, source.defaultMode);
  items(found, path, source.items);
}

function downwardApi(found: Findings, path: string, source: JsonObject): void {
  fileMode(found, `${path}.defaultMode`, source.defaultMode);
  list(source.items).forEach((item) => void downwardFile(found, path, item));
}

function downwardFile(found: Findings, path: string, file: JsonObject): void {
  if (!file.path) found.required(`${path}.path`);
  localPath(found, `${path}.path`, text(file.path));
  const { fieldRef, resourceFieldRef } = file;
  if (isObject(fieldRef)) {
    validateFieldRef(found, `${path}.fieldRef`, fieldRef, VOLUME_FIELDS);
    if (resourceFieldRef !== undefined)
      found.invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously');
  } else if (isObject(resourceFieldRef)) validateResourceFieldRef(found, `${path}.resourceFieldRef`, resourceFieldRef, true);
  else found.required(path, 'one of fieldRef and resourceFieldRef is required');
  fileMode(found, `${path}.mode`, file.mode);
}

function ephemeral(found: Findings, path: string, { volumeClaimTemplate }: JsonObject): void {
  if (!isObject(volumeClaimTemplate)) return found.required(`${path}.volumeClaimTemplate`);
  validateClaimSpec(found, `${path}.volumeClaimTemplate.spec`, (volumeClaimTemplate.spec ?? {}) as JsonObject);
}

// ---- Projected

function projected(found: Findings, path: string, source: JsonObject): void {
  fileMode(found, `${path}.defaultMode`, source.defaultMode);
  const paths = new Set<string>();
  const claim = (target: string): void => {
    if (paths.has(target)) found.invalid(path, target, 'conflicting duplicate paths');
    paths.add(target);
  };
  list(source.sources).forEach((projection, i) => void validateProjection(found, `${path}.sources[${i}]`, projection, claim));
}

function validateProjection(found: Findings, path: string, projection: JsonObject, claim: (target: string) => void): void {
  let count = 0;
  for (const field of ['secret', 'configMap']) {
    const source = projection[field];
    if (!isObject(source)) continue;
    count++;
    if (!source.name) found.required(`${path}.${field}.name`);
    items(found, `${path}.${field}`, source.items);
    for (const item of list(source.items)) if (item.path) claim(text(item.path));
  }
  const { downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } = projection;
  if (isObject(downwardAPI)) {
    count++;
    for (const item of list(downwardAPI.items)) {
      downwardFile(found, `${path}.downwardAPI`, item);
      if (item.path) claim(text(item.path));
    }
  }
  if (isObject(serviceAccountToken)) {
    count++;
    projectedToken(found, `${path}.serviceAccountToken`, serviceAccountToken);
    if (serviceAccountToken.path) claim(text(serviceAccountToken.path));
  }
  for (const other of [clusterTrustBundle, podCertificate]) if (isObject(other)) count++;
  if (count > 1) found.forbidden(path, 'may not specify more than 1 volume type per source');
}

function projectedToken(found: Findings, path: string, token: JsonObject): void {
  const seconds = typeof token.expirationSeconds === 'number' ? token.expirationSeconds : 0;
  if (seconds < MIN_TOKEN_SECONDS) found.invalid(`${path}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes');
  if (seconds > MAX_TOKEN_SECONDS)
    found.invalid(`${path}.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds');
  if (!token.path) found.required(`${path}.path`);
  else localPath(found, `${path}.path`, text(token.path));
}

// ---- Files

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const list = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? (value as readonly JsonObject[]) : []);

function items(found: Findings, path: string, value: Json | undefined): void {
  list(value).forEach((item, i) => {
    const at = `${path}.items[${i}]`;
    if (!item.key) found.required(`${at}.key`);
    if (!item.path) found.required(`${at}.path`);
    localPath(found, `${at}.path`, text(item.path));
    fileMode(found, `${at}.mode`, item.mode);
  });
}

function fileMode(found: Findings, path: string, mode: Json | undefined): void {
  if (typeof mode === 'number' && (mode > 0o777 || mode < 0)) found.invalid(path, mode, MODE);
}
