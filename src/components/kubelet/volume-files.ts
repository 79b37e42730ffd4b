// What is in the volumes that the kubelet fills: keys of ConfigMaps and Secrets, tokens, fields of the pod.
// Models kubernetes pkg/volume/{configmap,secret,projected,downwardapi} (MakePayload, collectData). Left out: modes,
// binary data, resources of containers.
import type { JsonObject } from '../../base/json';
import type { ConfigMap, Pod, Secret, Volume } from '../../machinery/types';
import { base64Text } from './base64';
import { podField } from './field-path';

/** By path below the volume. It is only worked out for who looks. */
export type VolumeFiles = () => ReadonlyMap<string, string>;
/** What a volume was made of when it was set up. */
export interface Fetched {
  readonly configMaps: readonly (ConfigMap | null)[];
  readonly secrets: readonly (Secret | null)[];
  /** The newest of the pod. */
  readonly token: () => string;
}
interface Source {
  readonly items?: readonly { readonly key: string; readonly path: string }[];
  readonly path?: string;
}

/** ConfigMaps and Secrets in the order of the volume's sources. */
export const filesOf = (pod: Pod, volume: Volume, fetched: Fetched): VolumeFiles => {
  const sources =
    volume.projected === undefined ? [volume as unknown as JsonObject] : ((volume.projected.sources ?? []) as readonly JsonObject[]);
  return () => {
    const files = new Map<string, string>();
    let [configMaps, secrets] = [0, 0];
    for (const { configMap, secret, serviceAccountToken, downwardAPI } of sources as readonly {
      readonly [kind: string]: Source | undefined;
    }[]) {
      if (configMap !== undefined) addKeys(files, fetched.configMaps[configMaps++]?.data ?? {}, configMap);
      if (secret !== undefined) addKeys(files, decoded(fetched.secrets[secrets++]?.data ?? {}), secret);
      if (serviceAccountToken !== undefined) files.set(serviceAccountToken.path ?? 'token', fetched.token());
      if (downwardAPI !== undefined) addFields(files, pod, downwardAPI as JsonObject);
    }
    return files;
  };
};

const decoded = (data: { readonly [key: string]: string }): { readonly [key: string]: string } =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64Text(value)]));

function addKeys(files: Map<string, string>, data: { readonly [key: string]: string }, { items }: Source): void {
  const wanted = items ?? Object.keys(data).map((key) => ({ key, path: key }));
  for (const { key, path } of wanted) if (data[key] !== undefined) files.set(path, data[key]);
}

function addFields(files: Map<string, string>, pod: Pod, { items = [] }: JsonObject): void {
  for (const { path, fieldRef } of items as readonly { readonly path: string; readonly fieldRef?: { readonly fieldPath: string } }[]) {
    const field = fieldRef === undefined ? null : podField(pod, fieldRef.fieldPath);
    files.set(path, field?.ok === true ? field.value : '');
  }
}
