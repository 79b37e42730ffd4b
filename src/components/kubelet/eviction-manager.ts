// Makes room when the machine's disk runs short: says so of the node, lets no more pods in, and ends one pod after
// another. Models kubernetes pkg/kubelet/eviction (eviction_manager.go, helpers.go). Left out: memory and process
// numbers, soft thresholds, dead containers and unused images, which go first, and what each pod uses of the disk.
import { MINUTE, SECOND, type SimTime } from '../../base/brand';
import type { Json } from '../../base/json';
import type { EventRecorder } from '../../client/event-recorder';
import { quantityOf, quantityValue } from '../../machinery/quantity';
import type { Pod } from '../../machinery/types';
import type { Ctx } from '../../sim/process';
import { suspend, type Task } from '../../sim/task';
import type { Refusal } from './admission';
import { DISK_CAPACITY, type Filesystem } from './disk';
import { DEFAULT_EVICTION_HARD, parseThresholds } from './eviction';
import { isMirrorPod, isStaticPod } from './static-pods';

const PERIOD_US = 10 * SECOND;
/** So long a node counts as short after it was seen to be. */
const TRANSITION_US = 5 * MINUTE;
/** For a pod that has to go at once. */
export const EVICTION_GRACE_SECONDS = 1;
const SYSTEM_CRITICAL_PRIORITY = 2_000_000_000;
const RESOURCE = 'ephemeral-storage';
const EVICTED = 'Evicted';

/** With less the disk is short, in bytes. Upstream keeps shares as 32-bit numbers. */
const KEPT_FREE = keptFree();
function keptFree(): number {
  const thresholds = parseThresholds({ evictionHard: DEFAULT_EVICTION_HARD });
  const value = thresholds.ok ? thresholds.value.find(({ signal }) => signal === 'nodefs.available')?.value : undefined;
  return value !== undefined && 'percentage' in value ? Math.floor(quantityValue(DISK_CAPACITY) * Math.fround(value.percentage)) : 0;
}

export interface EvictionNeeds {
  readonly ctx: Ctx;
  readonly events: EventRecorder;
  readonly node: string;
  readonly filesystem: Filesystem;
  /** Pods that run or will. */
  readonly active: () => readonly Pod[];
  readonly evict: (pod: Pod, message: string) => void;
}

export class EvictionManager {
  private lastShortUs: SimTime | null = null;

  constructor(private readonly needs: EvictionNeeds) {}

  start(): void {
    this.needs.ctx.spawn(this.run(), 'eviction-manager');
  }

  isUnderDiskPressure(): boolean {
    return this.lastShortUs !== null;
  }

  /** Why a pod may not come now; null if it may. */
  admit(pod: Pod): Refusal | null {
    if (!this.isUnderDiskPressure() || isCritical(pod)) return null;
    return { reason: EVICTED, message: 'The node had condition: [DiskPressure]. ' };
  }

  inspect(): { readonly [path: string]: Json } {
    return this.isUnderDiskPressure() ? { 'node/diskPressure': true } : {};
  }

  private *run(): Task<void> {
    for (;;) {
      const evicted = yield* this.look();
      yield* this.needs.ctx.sleep(PERIOD_US, { idle: !evicted });
    }
  }

  /** True if a pod had to go: at most one with each look. */
  private *look(): Task<boolean> {
    const { ctx, events, node, filesystem } = this.needs;
    const { availableBytes, cause } = filesystem;
    const isShort = availableBytes < KEPT_FREE;
    if (!isShort && this.lastShortUs === null) return false;
    if (cause !== null) yield* suspend<void>((resume) => resume(undefined, cause));
    this.observe(isShort);
    if (!isShort) return false;
    const object = { apiVersion: 'v1', kind: 'Node', metadata: { name: node } };
    events.event(object, 'Warning', 'EvictionThresholdMet', `Attempting to reclaim ${RESOURCE}`);
    const [victim] = ranked(this.needs.active()).filter((pod) => !isCritical(pod));
    if (victim === undefined) return false;
    const amounts = `Threshold quantity: ${quantityOf(KEPT_FREE, 'BinarySI')}, available: ${quantityOf(availableBytes, 'BinarySI')}. `;
    const message = `The node was low on resource: ${RESOURCE}. ${amounts}`;
    events.event(victim, 'Warning', EVICTED, message);
    ctx.inside('node', { evicts: `${victim.metadata.namespace}/${victim.metadata.name}` });
    this.needs.evict(victim, message);
    return true;
  }

  private observe(isShort: boolean): void {
    const { ctx } = this.needs;
    const before = this.lastShortUs;
    if (isShort) this.lastShortUs = ctx.now();
    else if (before !== null && ctx.now() - before >= TRANSITION_US) this.lastShortUs = null;
    const isPressed = this.isUnderDiskPressure();
    if (isPressed !== (before !== null)) ctx.inside('node', { diskPressure: isPressed }, { 'node/diskPressure': isPressed || null });
  }
}

/** The one to go first is first: who asked for no room, then the less important. */
export const ranked = (pods: readonly Pod[]): readonly Pod[] =>
  [...pods].sort((a, b) => Number(asksForRoom(a)) - Number(asksForRoom(b)) || priorityOf(a) - priorityOf(b));

const priorityOf = ({ spec }: Pod): number => spec.priority ?? 0;
const asksForRoom = ({ spec }: Pod): boolean => spec.containers.some(({ resources }) => quantityValue(resources?.requests?.[RESOURCE]) > 0);

const isCritical = (pod: Pod): boolean => isStaticPod(pod) || isMirrorPod(pod) || priorityOf(pod) >= SYSTEM_CRITICAL_PRIORITY;
