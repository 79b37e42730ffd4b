// Pods from the manifest folder, and their images in the API. Models kubernetes pkg/kubelet/config (common.go,
// file.go) and pkg/kubelet/pod/mirror_client.go.

import type { SimTime } from '../../base/brand';
import { digestOf } from '../../base/hash';
import type { Json, JsonObject } from '../../base/json';
import { canonicalJson } from '../../base/json';
import { applyDefaults } from '../../machinery/defaults';
import { rfc3339Micro } from '../../machinery/time';
import type { Node, Pod } from '../../machinery/types';

const CONFIG = 'kubernetes.io/config';
export const HASH = `${CONFIG}.hash`;
export const MIRROR = `${CONFIG}.mirror`;
export const SOURCE = `${CONFIG}.source`;
export const SEEN = `${CONFIG}.seen`;

export const isStaticPod = (pod: Pod): boolean => pod.metadata.annotations?.[SOURCE] === 'file';
export const isMirrorPod = (pod: Pod): boolean => pod.metadata.annotations?.[MIRROR] !== undefined;

/** The Pod that a manifest stands for on this node; its uid is a hash of both. */
export function staticPod(manifest: Pod, node: string, nowUs: SimTime): Pod {
  const { metadata, spec } = manifest;
  const hash = digestOf(`${node}/${canonicalJson(manifest as unknown as Json)}`) + digestOf(`file/${metadata.name}/${node}`);
  const pod = {
    ...manifest,
    metadata: {
      ...metadata,
      name: `${metadata.name}-${node}`,
      namespace: metadata.namespace ?? 'default',
      uid: hash,
      annotations: { ...metadata.annotations, [HASH]: hash, [SEEN]: seenText(nowUs), [SOURCE]: 'file' },
    },
    spec: {
      ...spec,
      nodeName: node,
      tolerations: [
        ...(spec.tolerations ?? []).filter(({ effect }) => effect !== 'NoExecute'),
        { operator: 'Exists', effect: 'NoExecute' },
      ],
    },
    status: { phase: 'Pending' },
  };
  return applyDefaults('v1', 'Pod', pod as unknown as JsonObject) as unknown as Pod;
}

/** Nanoseconds, as the annotation has them. */
export const seenText = (us: SimTime): string => rfc3339Micro(us).replace('Z', '000Z');

/** Its image in the API, owned by the node. */
export function mirrorPod(pod: Pod, node: Node): JsonObject {
  const { uid: _uid, annotations, ...metadata } = pod.metadata;
  const owner = { apiVersion: 'v1', kind: 'Node', name: node.metadata.name, uid: node.metadata.uid ?? '', controller: true };
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { ...metadata, annotations: { ...annotations, [MIRROR]: annotations?.[HASH] ?? '' }, ownerReferences: [owner] },
    spec: pod.spec,
    status: {},
  } as unknown as JsonObject;
}

/** Whether the mirror shows this very manifest. */
export const isMirrorOf = (mirror: Pod, pod: Pod): boolean => mirror.metadata.annotations?.[MIRROR] === pod.metadata.annotations?.[HASH];
