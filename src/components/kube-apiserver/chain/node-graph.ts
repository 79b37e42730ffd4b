// What each node's pods refer to: the graph that the Node authorizer walks, kept as counts per node.
// Models plugin/pkg/auth/authorizer/node/graph.go and graph_populator.go. Left out: secrets of
// persistent volumes' drivers beyond secretRef, dynamic kubelet configuration.
import { isObject, type Json, type JsonObject } from '../../../base/json';
import type { Pod } from '../../../machinery/types';
import type { CacheEvent } from '../storage/watch-cache';
import type { NodeGraph, Vertex } from './node-authorizer';

export class PodGraph implements NodeGraph {
  /** `node type namespace/name` -> how many of the node's pods refer to it. */
  private readonly edges = new Map<string, number>();
  private readonly claimsOfVolume = new Map<string, string>();

  related(node: string, type: Vertex, namespace: string, name: string): boolean {
    if (type === 'pv') {
      const claim = this.claimsOfVolume.get(name);
      return claim !== undefined && this.edges.has(`${node} pvc ${claim}`);
    }
    return this.edges.has(`${node} ${type} ${namespace}/${name}`);
  }

  clear(): void {
    this.edges.clear();
  }

  podChanged({ type, object, previous }: CacheEvent): void {
    const now = type === 'DELETED' ? null : (object as unknown as Pod);
    const before = previous as unknown as Pod | null;
    // Specs hardly change once a pod is bound: compare what the edges come from.
    if (now !== null && before !== null && now.spec === before.spec) return;
    if (before?.spec.nodeName) this.count(before, -1);
    if (now?.spec.nodeName) this.count(now, 1);
  }

  volumeChanged({ type, object }: CacheEvent): void {
    const claim = (object.spec as { readonly claimRef?: { readonly namespace: string; readonly name: string } } | undefined)?.claimRef;
    if (type === 'DELETED' || claim === undefined) this.claimsOfVolume.delete(object.metadata.name);
    else this.claimsOfVolume.set(object.metadata.name, `${claim.namespace}/${claim.name}`);
  }

  attachmentChanged({ type, object }: CacheEvent): void {
    const node = (object.spec as { readonly nodeName?: string } | undefined)?.nodeName ?? '';
    this.change(`${node} volumeattachment /${object.metadata.name}`, type === 'DELETED' ? -1 : type === 'ADDED' ? 1 : 0);
  }

  sliceChanged({ type, object }: CacheEvent): void {
    const node = (object.spec as { readonly nodeName?: string } | undefined)?.nodeName ?? '';
    if (node !== '') this.change(`${node} resourceslice /${object.metadata.name}`, type === 'DELETED' ? -1 : type === 'ADDED' ? 1 : 0);
  }

  private count(pod: Pod, by: 1 | -1): void {
    for (const edge of edgesOf(pod)) this.change(`${pod.spec.nodeName} ${edge}`, by);
  }

  private change(edge: string, by: number): void {
    const count = (this.edges.get(edge) ?? 0) + by;
    if (count > 0) this.edges.set(edge, count);
    else this.edges.delete(edge);
  }
}

const MIRROR = 'kubernetes.io/config.mirror';

/** `type namespace/name` of the pod itself and of each thing that it refers to. Mirror pods refer to nothing. */
function edgesOf(pod: Pod): string[] {
  const namespace = pod.metadata.namespace ?? '';
  const edges = [`pod ${namespace}/${pod.metadata.name}`];
  if (pod.metadata.annotations?.[MIRROR] !== undefined) return edges;
  const { spec } = pod;
  if (spec.serviceAccountName) edges.push(`serviceaccount ${namespace}/${spec.serviceAccountName}`);
  const add = (type: Vertex, name: Json | undefined): void => {
    if (typeof name === 'string' && name !== '') edges.push(`${type} ${namespace}/${name}`);
  };
  for (const { name } of spec.imagePullSecrets ?? []) add('secret', name);
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    for (const { configMapRef, secretRef } of (container.envFrom ?? []) as readonly Refs[]) {
      add('configmap', configMapRef?.name);
      add('secret', secretRef?.name);
    }
    for (const { valueFrom } of container.env ?? []) {
      const { configMapKeyRef, secretKeyRef } = (valueFrom ?? {}) as Refs;
      add('configmap', configMapKeyRef?.name);
      add('secret', secretKeyRef?.name);
    }
  }
  for (const volume of spec.volumes ?? []) volumeEdges(volume as unknown as JsonObject, pod, add);
  for (const { name, resourceClaimName } of ((spec as unknown as JsonObject).resourceClaims ?? []) as readonly {
    name: string;
    resourceClaimName?: string;
  }[]) {
    add('resourceclaim', resourceClaimName ?? `${pod.metadata.name}-${name}`);
  }
  return edges;
}

type Refs = { readonly [ref: string]: { readonly name?: string } | undefined };

function volumeEdges(volume: JsonObject, pod: Pod, add: (type: Vertex, name: Json | undefined) => void): void {
  const { configMap, secret, projected, persistentVolumeClaim, ephemeral } = volume;
  if (isObject(configMap)) add('configmap', configMap.name);
  if (isObject(secret)) add('secret', secret.secretName);
  if (isObject(persistentVolumeClaim)) add('pvc', persistentVolumeClaim.claimName);
  if (isObject(ephemeral)) add('pvc', `${pod.metadata.name}-${volume.name as string}`);
  if (isObject(projected)) {
    for (const source of (projected.sources ?? []) as readonly JsonObject[]) {
      if (isObject(source.configMap)) add('configmap', source.configMap.name);
      if (isObject(source.secret)) add('secret', source.secret.name);
    }
  }
  for (const plugin of Object.values(volume)) {
    if (isObject(plugin) && isObject(plugin.secretRef)) add('secret', plugin.secretRef.name);
  }
}
