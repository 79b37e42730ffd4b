// Whether a node still gives signs of life, by its Lease and by its own report: pure.
// Models kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go (tryUpdateNodeHealth).
import { SECOND, type SimTime } from '../../../base/brand';
import { type Json, jsonEqual } from '../../../base/json';
import { parseTime, rfc3339 } from '../../../machinery/time';
import type { Condition, Lease, Node } from '../../../machinery/types';

export interface GracePeriods {
  readonly monitorUs: number;
  readonly startupUs: number;
}
export const GRACE: GracePeriods = { monitorUs: 50 * SECOND, startupUs: 60 * SECOND };

/** What was last seen of a node, and when. */
export interface Health {
  /** The last sign of life, by this process's clock. */
  readonly probedAtUs: SimTime;
  readonly ready: Condition | null;
  readonly renewTime: string | null;
}

export interface Verdict {
  readonly health: Health;
  /** Ready as the node has it, and as it has to be told from now on; null if it never said. */
  readonly observed: Condition;
  readonly current: Condition | null;
  /** The node with unknown conditions, if that is to be written. */
  readonly write: Node | null;
}

const TOLD = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

export const readyOf = (node: Node): Condition | null => node.status?.conditions?.find(({ type }) => type === 'Ready') ?? null;

/** `clock` stamps what is written: it may be set wrong. */
export function judge(
  node: Node,
  known: Health | null,
  lease: Lease | undefined,
  now: SimTime,
  grace: GracePeriods = GRACE,
  clock: SimTime = now,
): Verdict {
  const ready = readyOf(node);
  const created = node.metadata.creationTimestamp ?? rfc3339(now);
  const observed: Condition = ready ?? { type: 'Ready', status: 'Unknown', lastHeartbeatTime: created, lastTransitionTime: created };
  const health = updated(known, ready, created, lease, now);
  if (now <= health.probedAtUs + (ready === null ? grace.startupUs : grace.monitorUs))
    return { health, observed, current: ready, write: null };
  const conditions = unknownConditions(node, created, clock);
  const current = conditions.find(({ type }) => type === 'Ready') ?? null;
  if (jsonEqual(current as unknown as Json, observed as unknown as Json)) return { health, observed, current, write: null };
  const renewTime = lease?.spec.renewTime ?? null;
  return {
    health: { ...health, ready: current, renewTime },
    observed,
    current,
    write: { ...node, status: { ...node.status, conditions } },
  };
}

function updated(known: Health | null, ready: Condition | null, created: string, lease: Lease | undefined, now: SimTime): Health {
  const renewTime = lease?.spec.renewTime ?? null;
  const renewed = renewTime !== null && (known?.renewTime == null || known.renewTime < renewTime);
  const reported = known === null ? ready !== null : known.ready?.lastHeartbeatTime !== ready?.lastHeartbeatTime;
  const since = known?.probedAtUs ?? parseTime(created) ?? now;
  return {
    probedAtUs: renewed || reported ? now : since,
    ready,
    // A new report makes the controller forget the lease, so that one that was set back counts again.
    renewTime: renewed ? renewTime : reported ? null : (known?.renewTime ?? null),
  };
}

function unknownConditions(node: Node, created: string, now: SimTime): readonly Condition[] {
  const found = node.status?.conditions ?? [];
  const at = rfc3339(now);
  const changed = found.map(
    (condition): Condition =>
      !TOLD.includes(condition.type) || condition.status === 'Unknown'
        ? condition
        : {
            ...condition,
            status: 'Unknown',
            lastTransitionTime: at,
            reason: 'NodeStatusUnknown',
            message: 'Kubelet stopped posting node status.',
          },
  );
  const missing = TOLD.filter((type) => !found.some((condition) => condition.type === type)).map(
    (type): Condition => ({
      type,
      status: 'Unknown',
      lastHeartbeatTime: created,
      lastTransitionTime: at,
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
    }),
  );
  return [...changed, ...missing];
}
