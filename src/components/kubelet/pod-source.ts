// Where pods come from: the watch of kube-apiserver and the manifest folder; and the images of static pods in
// the API. Models kubernetes pkg/kubelet/config, pkg/kubelet/pod (pod_manager.go, mirror_client.go) and the pod
// handlers of kubelet.go.
import { type Json, jsonEqual } from '../../base/json';
import type { ApiClient, ResourceRef } from '../../client/api-client';
import { keyOf } from '../../client/informer';
import type { Node, Pod } from '../../machinery/types';
import type { Ctx } from '../../sim/process';
import type { Task } from '../../sim/task';
import { isMirrorOf, isMirrorPod, isStaticPod, mirrorPod, SEEN, SOURCE, seenText, staticPod } from './static-pods';

const PODS: ResourceRef = { group: '', version: 'v1', resource: 'pods' };

export interface SourceNeeds {
  readonly ctx: Ctx;
  readonly api: ApiClient;
  readonly node: string;
  readonly manifests: ReadonlyMap<string, Pod>;
  readonly findNode: () => Node | undefined;
  /** Something about the pod is to be done. */
  readonly update: (pod: Pod) => void;
  readonly kill: (pod: Pod) => void;
  /** A worker is busy with it, or was and has finished. */
  readonly isBusy: (uid: string) => boolean;
}

export class PodSource {
  private readonly pods = new Map<string, Pod>();
  private readonly mirrors = new Map<string, Pod>();
  /** By file name. */
  private readonly files = new Map<string, { readonly manifest: Pod; readonly pod: Pod }>();
  private readonly creating = new Set<string>();

  constructor(private readonly needs: SourceNeeds) {}

  has(uid: string): boolean {
    return this.pods.has(uid);
  }
  /** A pod of this node, from wherever it comes. */
  named(namespace: string, name: string): Pod | undefined {
    return [...this.pods.values()].find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  }
  /** The uid under which the API knows the pod. */
  apiUid(pod: Pod): string | null {
    return isStaticPod(pod) ? (this.mirrors.get(keyOf(pod))?.metadata.uid ?? null) : (pod.metadata.uid ?? '');
  }

  // ---- The API

  added(pod: Pod): void {
    if (isMirrorPod(pod)) return this.mirrorChanged(pod);
    this.needs.update(this.keep(pod));
  }

  updated(pod: Pod, old: Pod): void {
    if (isMirrorPod(pod)) return this.mirrorChanged(pod);
    const another = pod.metadata.uid !== old.metadata.uid;
    if (another) this.deleted(old);
    const kept = this.keep(pod);
    if (another || differs(pod, old)) this.needs.update(kept);
  }

  /** With a note of when it was first seen, which goes to the engine but not back to the API. */
  private keep(pod: Pod): Pod {
    const { uid = '', annotations } = pod.metadata;
    const seen = this.pods.get(uid)?.metadata.annotations?.[SEEN] ?? seenText(this.needs.ctx.clock());
    const kept = { ...pod, metadata: { ...pod.metadata, annotations: { ...annotations, [SEEN]: seen, [SOURCE]: 'api' } } };
    this.pods.set(uid, kept);
    return kept;
  }

  deleted(pod: Pod): void {
    if (isMirrorPod(pod)) {
      this.mirrors.delete(keyOf(pod));
      const own = this.staticNamed(keyOf(pod));
      if (own !== undefined) this.needs.update(own);
      return;
    }
    this.pods.delete(pod.metadata.uid ?? '');
    this.needs.kill(pod);
  }

  private mirrorChanged(mirror: Pod): void {
    this.mirrors.set(keyOf(mirror), mirror);
    const own = this.staticNamed(keyOf(mirror));
    if (own !== undefined) this.needs.update(own);
  }

  private staticNamed(key: string): Pod | undefined {
    for (const { pod } of this.files.values()) if (keyOf(pod) === key) return pod;
    return undefined;
  }

  // ---- The manifest folder

  /** Looks at the folder: stands for being told of its changes. */
  look(): void {
    const { manifests, node, ctx } = this.needs;
    for (const [file, { manifest, pod }] of [...this.files]) {
      if (manifests.get(file) === manifest) continue;
      this.files.delete(file);
      this.pods.delete(pod.metadata.uid ?? '');
      this.needs.kill(pod);
    }
    for (const [file, manifest] of manifests) {
      if (this.files.has(file)) continue;
      const pod = staticPod(manifest, node, ctx.clock());
      // Its worker may still be ending the pod that stood here before under the same uid.
      if (this.needs.isBusy(pod.metadata.uid ?? '')) continue;
      this.files.set(file, { manifest, pod });
      this.pods.set(pod.metadata.uid ?? '', pod);
      this.needs.update(pod);
    }
  }

  // ---- Mirrors

  /** Makes the API show the static pod as it is. */
  *reconcileMirror(pod: Pod): Task<void> {
    if (!isStaticPod(pod) || this.pods.get(pod.metadata.uid ?? '') !== pod) return;
    const key = keyOf(pod);
    const node = this.needs.findNode();
    const mirror = this.mirrors.get(key);
    const good = mirror !== undefined && isMirrorOf(mirror, pod) && mirror.metadata.deletionTimestamp === undefined;
    if (good || node === undefined || this.creating.has(key)) return;
    this.creating.add(key);
    if (mirror !== undefined) yield* this.deleteMirror(mirror);
    const { namespace = '', name } = pod.metadata;
    yield* this.needs.api.create<Pod>(PODS, { namespace, name }, mirrorPod(pod, node));
    this.creating.delete(key);
  }

  /** Creates the mirrors that are missing and deletes those whose pods are gone. */
  *housekeep(): Task<void> {
    for (const { pod } of [...this.files.values()]) yield* this.reconcileMirror(pod);
    for (const [key, mirror] of [...this.mirrors]) {
      if (this.staticNamed(key) !== undefined || this.isEnding(mirror)) continue;
      yield* this.deleteMirror(mirror);
    }
  }

  /** The worker of its static pod still has work. */
  private isEnding(mirror: Pod): boolean {
    return this.needs.isBusy(mirror.metadata.annotations?.['kubernetes.io/config.hash'] ?? '');
  }

  private *deleteMirror(mirror: Pod): Task<void> {
    const { namespace = '', name } = mirror.metadata;
    const options = { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 };
    const reply = yield* this.needs.api.delete(PODS, { namespace, name }, options);
    if (reply.ok || reply.status === 404) this.mirrors.delete(keyOf(mirror));
  }
}

/** A change that a kubelet acts on; its own status coming back is none. */
function differs(a: Pod, b: Pod): boolean {
  const [x, y] = [a.metadata, b.metadata];
  return (
    x.generation !== y.generation ||
    x.deletionTimestamp !== y.deletionTimestamp ||
    x.deletionGracePeriodSeconds !== y.deletionGracePeriodSeconds ||
    !jsonEqual(x.labels as Json, y.labels as Json) ||
    !jsonEqual(x.annotations as Json, y.annotations as Json) ||
    (x.generation === undefined && !jsonEqual(a.spec as unknown as Json, b.spec as unknown as Json))
  );
}
