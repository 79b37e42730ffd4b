// A controller reads its own writes: it does not look at an object again before its caches have come to the versions
// that it wrote for that object. So ReplicaSets and DaemonSets meet no conflicts with themselves.
// Models kubernetes pkg/controller/util/consistency (StaleControllerConsistencyReplicaSet, ...DaemonSet; on in 1.36).
import type { Informer } from '../../client/informer';
import type { KubeObject } from '../../machinery/types';

type Copy = Pick<Informer<KubeObject>, 'version'>;

export class Consistency {
  private readonly written = new Map<string, Map<Copy, number>>();

  /** `object` was written on behalf of the object with this key; `copy` will show it. */
  wrote(key: string, copy: Copy, { metadata }: KubeObject): void {
    let versions = this.written.get(key);
    if (versions === undefined) this.written.set(key, (versions = new Map()));
    versions.set(copy, Math.max(versions.get(copy) ?? 0, Number(metadata.resourceVersion ?? 0)));
  }

  /** Whether all copies show what was written for this key. */
  isReady(key: string): boolean {
    const versions = this.written.get(key);
    if (versions === undefined) return true;
    for (const [copy, version] of versions) if (copy.version < version) return false;
    this.written.delete(key);
    return true;
  }

  forget(key: string): void {
    this.written.delete(key);
  }
}

/** Why a reconcile that comes too early is put off. */
export const STALE = 'the cache does not show yet what was written last';
