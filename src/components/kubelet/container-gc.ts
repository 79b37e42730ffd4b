// Removes containers and sandboxes that nobody needs: of an ended pod at once, beyond the last dead one of a
// container at once, and each minute what is left over.
// Models kubernetes pkg/kubelet/pod_container_deletor.go and kuberuntime/kuberuntime_gc.go.
// Left out: log folders, limits on how many dead containers a node keeps, images.

import type { Seq } from '../../base/brand';
import { MINUTE, MS } from '../../base/brand';
import type { JsonObject } from '../../base/json';
import type { Ctx } from '../../sim/process';
import { suspend, type Task } from '../../sim/task';
import type { Cri } from './cri';
import type { Logs } from './log-files';
import { think } from './pace';
import type { Pleg } from './pleg';
import type { RuntimePod } from './runtime-status';

const PERIOD_US = MINUTE;
const KEPT_PER_CONTAINER = 1;
/** The next list shows that something was removed, and counts as part of it. */
const NOTICED_US = 1_100 * MS;

export interface GcNeeds {
  readonly ctx: Ctx;
  readonly cri: Cri;
  readonly pleg: Pleg;
  readonly logs: Logs;
  /** Nothing of the pod needs to be kept. */
  readonly isRemovable: (uid: string) => boolean;
}

export class ContainerGc {
  private readonly queue: { readonly id: string; readonly cause: Seq | null }[] = [];
  private readonly queued = new Set<string>();
  private wake: (() => void) | null = null;

  constructor(private readonly needs: GcNeeds) {}

  start(): void {
    const { ctx } = this.needs;
    ctx.spawn(this.deletor(), 'container-deletor');
    const sweep = (): void => ctx.spawn(this.sweep(), 'container-gc');
    ctx.every(PERIOD_US, sweep, PERIOD_US + ctx.random('container-gc').below(PERIOD_US));
  }

  /** A container of the pod has ended. */
  ended(runtime: RuntimePod, id: string): void {
    for (const { id: old } of tooMany(runtime, id, this.needs.isRemovable(runtime.uid))) {
      if (this.queued.has(old)) continue;
      this.queued.add(old);
      this.queue.push({ id: old, cause: this.needs.ctx.cause() });
    }
    if (this.queue.length === 0) return;
    const wake = this.wake;
    this.wake = null;
    wake?.();
  }

  private *deletor(): Task<void> {
    for (;;) {
      const next = this.queue.shift();
      if (next === undefined) {
        yield* suspend<void>((resume) => void (this.wake = () => resume()));
        continue;
      }
      yield* suspend<void>((resume) => resume(undefined, next.cause));
      yield* this.remove(next.id);
      this.queued.delete(next.id);
    }
  }

  /** Looks at it twice before: for its log, and for its last words. */
  private *remove(id: string): Task<void> {
    const { cri, ctx } = this.needs;
    yield* cri.call('ContainerStatus', { containerId: id });
    yield* think(ctx, `remove/${id}`);
    yield* cri.call('ContainerStatus', { containerId: id });
    yield* think(ctx, `removed/${id}`);
    yield* cri.call('RemoveContainer', { containerId: id });
    this.needs.logs.delete(id);
    ctx.after(NOTICED_US, () => undefined);
  }

  /** What is left over at the engine. */
  *sweep(): Task<void> {
    const { cri, isRemovable } = this.needs;
    const containers = yield* cri.call('ListContainers', {}, { idle: true });
    const sandboxes = yield* cri.call('ListPodSandbox', {}, { idle: true });
    if (!containers.ok || !sandboxes.ok) return;
    const inside = (containers.value.containers ?? []) as readonly JsonObject[];
    for (const { id, state, labels } of inside) {
      const gone = state !== 'CONTAINER_RUNNING' && isRemovable(uidIn(labels));
      if (gone && !this.queued.has(String(id))) yield* this.remove(String(id));
    }
    const stopped = ((sandboxes.value.items ?? []) as readonly JsonObject[]).filter(({ state }) => state === 'SANDBOX_NOTREADY');
    for (const sandbox of stopped) {
      const { id, labels } = sandbox;
      const used = inside.some(({ podSandboxId, labels: own }) => podSandboxId === id && !isRemovable(uidIn(own)));
      const isNewest = !stopped.some(
        (other) => uidIn(other.labels) === uidIn(labels) && String(other.createdAt) > String(sandbox.createdAt),
      );
      if (used || (isNewest && !isRemovable(uidIn(labels)))) continue;
      yield* cri.call('StopPodSandbox', { podSandboxId: String(id) });
      yield* cri.call('RemovePodSandbox', { podSandboxId: String(id) });
    }
  }
}

/** Dead containers to remove when the one with that id has ended: all of a pod that is over, else all but the
 *  newest dead ones of the same name. */
function tooMany(runtime: RuntimePod, id: string, all: boolean): RuntimePod['containers'] {
  const dead = runtime.containers.filter(({ state }) => state === 'exited');
  if (all) return dead;
  const name = runtime.containers.find((container) => container.id === id)?.name;
  return dead.filter((container) => container.name === name).slice(KEPT_PER_CONTAINER);
}

const uidIn = (labels: unknown): string => String((labels as JsonObject | undefined)?.['io.kubernetes.pod.uid'] ?? '');
