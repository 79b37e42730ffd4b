// Volumes of a pod, a template or a PersistentVolume, as describe prints them. Models kubectl pkg/describe:
// describeVolumes and print*VolumeSource. Left out: the sources of single cloud and storage vendors, which are
// printed as unknown.
import type { JsonObject } from '../../../base/json';
import { compareQuantities, parseQuantity } from '../../../machinery/quantity';
import { type Description, listOf, objectOf, sortedPairs, textOf } from './description';

export function describeVolumes(w: Description, volumes: readonly JsonObject[], space: '' | '  '): void {
  if (volumes.length === 0) return w.line(0, `${space}Volumes:`, '<none>');
  w.line(0, `${space}Volumes:`);
  for (const volume of volumes) {
    w.line(1, `${space === '' ? '' : ' '}${textOf(volume, 'name')}:`);
    describeSource(w, volume);
  }
}

/** A cell's title and its field. */
type Field = readonly [title: string, text: string];
interface Source {
  readonly type: string;
  readonly fields: (source: JsonObject) => readonly Field[];
}

const flag = (source: JsonObject, name: string): string => String(source[name] === true);

const SOURCES: { readonly [name: string]: Source } = {
  hostPath: {
    type: 'HostPath (bare host directory volume)',
    fields: (s) => [
      ['Path', textOf(s, 'path')],
      ['HostPathType', s['type'] === undefined ? '<none>' : textOf(s, 'type')],
    ],
  },
  emptyDir: {
    type: "EmptyDir (a temporary directory that shares a pod's lifetime)",
    fields: (s) => [
      ['Medium', textOf(s, 'medium')],
      ['SizeLimit', sizeLimit(textOf(s, 'sizeLimit'))],
    ],
  },
  secret: {
    type: 'Secret (a volume populated by a Secret)',
    fields: (s) => [
      ['SecretName', textOf(s, 'secretName')],
      ['Optional', flag(s, 'optional')],
    ],
  },
  configMap: {
    type: 'ConfigMap (a volume populated by a ConfigMap)',
    fields: (s) => [
      ['Name', textOf(s, 'name')],
      ['Optional', flag(s, 'optional')],
    ],
  },
  nfs: {
    type: 'NFS (an NFS mount that lasts the lifetime of a pod)',
    fields: (s) => [
      ['Server', textOf(s, 'server')],
      ['Path', textOf(s, 'path')],
      ['ReadOnly', flag(s, 'readOnly')],
    ],
  },
  persistentVolumeClaim: {
    type: 'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
    fields: (s) => [
      ['ClaimName', textOf(s, 'claimName')],
      ['ReadOnly', flag(s, 'readOnly')],
    ],
  },
  projected: {
    type: 'Projected (a volume that contains injected data from multiple sources)',
    fields: (s) => listOf(s, 'sources').flatMap(projectedFields),
  },
  csi: {
    type: 'CSI (a Container Storage Interface (CSI) volume source)',
    fields: (s) => [
      ['Driver', textOf(s, 'driver')],
      ['FSType', textOf(s, 'fsType')],
      ...(s['volumeHandle'] === undefined ? [] : [['VolumeHandle', textOf(s, 'volumeHandle')] as const]),
      ['ReadOnly', flag(s, 'readOnly')],
      ...attributes(objectOf(s, 'volumeAttributes') as { readonly [key: string]: string }),
    ],
  },
  local: {
    type: 'LocalVolume (a persistent volume backed by local storage on a node)',
    fields: (s) => [['Path', textOf(s, 'path')]],
  },
  image: {
    type: 'Image (a container image or OCI artifact)',
    fields: (s) => [
      ['Reference', textOf(s, 'reference')],
      ['PullPolicy', textOf(s, 'pullPolicy')],
    ],
  },
};

export function describeSource(w: Description, volume: JsonObject): void {
  if (volume['downwardAPI'] !== undefined) return describeDownward(w, objectOf(volume, 'downwardAPI'));
  const name = Object.keys(SOURCES).find((key) => volume[key] !== undefined);
  const source = name === undefined ? undefined : SOURCES[name];
  if (name === undefined || source === undefined) return w.line(1, '<unknown>');
  w.line(2, 'Type:', source.type);
  for (const [title, text] of source.fields(objectOf(volume, name))) w.line(2, title === '' ? '' : `${title}:`, text);
}

function describeDownward(w: Description, source: JsonObject): void {
  w.line(2, 'Type:', 'DownwardAPI (a volume populated by information about the pod)');
  w.line(2, 'Items:');
  for (const item of listOf(source, 'items')) {
    const path = textOf(item, 'path');
    if (item['fieldRef'] !== undefined) w.line(3, `${textOf(objectOf(item, 'fieldRef'), 'fieldPath')} -> ${path}`);
    if (item['resourceFieldRef'] !== undefined) w.line(3, `${textOf(objectOf(item, 'resourceFieldRef'), 'resource')} -> ${path}`);
  }
}

function projectedFields(source: JsonObject): readonly Field[] {
  const secret = source['secret'] as JsonObject | undefined;
  const config = source['configMap'] as JsonObject | undefined;
  const token = source['serviceAccountToken'] as JsonObject | undefined;
  if (secret !== undefined)
    return [
      ['SecretName', textOf(secret, 'name')],
      ['Optional', flag(secret, 'optional')],
    ];
  if (source['downwardAPI'] !== undefined) return [['DownwardAPI', 'true']];
  if (config !== undefined)
    return [
      ['ConfigMapName', textOf(config, 'name')],
      ['Optional', flag(config, 'optional')],
    ];
  return token === undefined ? [] : [['TokenExpirationSeconds', textOf(token, 'expirationSeconds')]];
}

function attributes(map: { readonly [key: string]: string }): Field[] {
  const pairs = sortedPairs(map, '=');
  if (pairs.length === 0) return [['VolumeAttributes', '<none>']];
  return pairs.map((pair, i) => [i === 0 ? 'VolumeAttributes' : '', pair.length > 140 ? `${pair.slice(0, 140)}...` : pair]);
}

function sizeLimit(text: string): string {
  const quantity = parseQuantity(text);
  const zero = parseQuantity('0');
  return quantity !== null && zero !== null && compareQuantities(quantity, zero) > 0 ? text : '<unset>';
}
