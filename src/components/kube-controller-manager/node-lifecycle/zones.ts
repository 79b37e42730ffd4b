// How fast nodes may be given up, by how many of a zone are well: one in ten seconds, or none at all if most are not.
// Models kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go (ComputeZoneState, handleDisruption) and
// scheduler/rate_limited_queue.go.
import { SECOND, type SimTime } from '../../../base/brand';
import type { Condition, Node } from '../../../machinery/types';

export type ZoneState = 'Initial' | 'Normal' | 'FullDisruption' | 'PartialDisruption';

const EVICTIONS_PER_SECOND = 0.1; // --node-eviction-rate
const SECONDARY_PER_SECOND = 0.01; // --secondary-node-eviction-rate
const LARGE_CLUSTER = 50; // --large-cluster-size-threshold
const UNHEALTHY_SHARE = 0.55; // --unhealthy-zone-threshold

export function zoneOf({ metadata: { labels = {} } }: Node): string {
  const zone = labels['topology.kubernetes.io/zone'] ?? '';
  const region = labels['topology.kubernetes.io/region'] ?? '';
  return zone === '' && region === '' ? '' : `${region}:\0:${zone}`;
}

export const isExcludedFromDisruption = ({ metadata: { labels = {} } }: Node): boolean =>
  Object.hasOwn(labels, 'node.kubernetes.io/exclude-disruption');

export function zoneState(ready: readonly (Condition | null)[], unhealthyShare: number = UNHEALTHY_SHARE): ZoneState {
  const well = ready.filter((condition) => condition?.status === 'True').length;
  const ill = ready.length - well;
  if (well === 0 && ill > 0) return 'FullDisruption';
  return ill > 2 && ill / ready.length >= unhealthyShare ? 'PartialDisruption' : 'Normal';
}

/** Nodes of one zone that wait to be given up. One that was handled stays known until it is well again. */
export class ZoneQueue {
  private readonly waiting: string[] = [];
  private readonly known = new Set<string>();
  private perSecond = EVICTIONS_PER_SECOND;
  private nextAtUs: number = Number.NEGATIVE_INFINITY;

  add(node: string): boolean {
    if (this.known.has(node)) return false;
    this.known.add(node);
    this.waiting.push(node);
    return true;
  }
  remove(node: string): void {
    if (!this.known.delete(node)) return;
    const at = this.waiting.indexOf(node);
    if (at >= 0) this.waiting.splice(at, 1);
  }

  /** The next node, if one may be taken now. */
  take(now: SimTime): string | null {
    const [node] = this.waiting;
    if (node === undefined || this.perSecond === 0 || now < this.nextAtUs) return null;
    this.nextAtUs = now + SECOND / this.perSecond;
    this.waiting.shift();
    return node;
  }
  /** Puts a node back that could not be handled. */
  putBack(node: string): void {
    if (this.known.has(node) && !this.waiting.includes(node)) this.waiting.unshift(node);
  }

  /** When a node may be taken; null if none waits, or none may be. */
  readyAtUs(): number | null {
    return this.waiting.length === 0 || this.perSecond === 0 ? null : this.nextAtUs;
  }

  limit(perSecond: number): void {
    this.perSecond = perSecond;
  }
}

/** What becomes of the zones after a look at all nodes. */
export type Disruption =
  | { readonly type: 'entered' }
  | { readonly type: 'left'; readonly states: ReadonlyMap<string, ZoneState> }
  | { readonly type: 'states'; readonly states: ReadonlyMap<string, ZoneState> };

/** `ready` are the Ready conditions by zone. All nodes ill means that the fault is rather here: nobody is given up. */
export function disruption(
  before: ReadonlyMap<string, ZoneState>,
  ready: ReadonlyMap<string, readonly (Condition | null)[]>,
  unhealthyShare: number = UNHEALTHY_SHARE,
): Disruption {
  const states = new Map([...ready].map(([zone, conditions]) => [zone, zoneState(conditions, unhealthyShare)]));
  const allNow = [...states.values()].every((state) => state === 'FullDisruption');
  const allBefore = [...states.keys()].every((zone) => before.get(zone) === 'FullDisruption');
  if (allNow && allBefore) return { type: 'states', states };
  if (allNow) return { type: 'entered' };
  return { type: allBefore ? 'left' : 'states', states };
}

/** Nodes per second that may be given up in a zone of this state and size. */
export function evictionRate(state: ZoneState, size: number): number {
  if (state !== 'PartialDisruption') return EVICTIONS_PER_SECOND;
  return size > LARGE_CLUSTER ? SECONDARY_PER_SECOND : 0;
}
