// Stops what still runs for pods that nobody knows: they were deleted while no kubelet ran.
// Models the runtime pods of HandlePodCleanups in kubernetes pkg/kubelet/kubelet_pods.go.
import type { Pod } from '../../machinery/types';
import type { Task } from '../../sim/task';
import type { Pleg } from './pleg';
import type { RuntimeManager } from './runtime-manager';

const GRACE_SECONDS = 1;

export class Orphans {
  private readonly stopping = new Set<string>();

  constructor(
    private readonly pleg: Pleg,
    private readonly runtime: RuntimeManager,
    private readonly isKnown: (uid: string) => boolean,
  ) {}

  /** Call it only once all pods that should run are known. */
  *stop(): Task<void> {
    for (const uid of this.pleg.uids()) {
      if (this.isKnown(uid) || this.stopping.has(uid)) continue;
      const runtime = this.pleg.peek(uid);
      if (!runtime.sandboxes.some(({ ready }) => ready)) continue;
      this.stopping.add(uid);
      const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...this.pleg.nameOf(uid), uid }, spec: { containers: [] } };
      yield* this.runtime.killPod(pod, runtime, GRACE_SECONDS);
      this.stopping.delete(uid);
    }
  }
}
