// Which taints a node should have for what it reports, and the requests that add and remove taints.
// Models kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go (doNoScheduleTaintingPass),
// pkg/controller/controller_utils.go (AddOrUpdateTaintOnNode, RemoveTaintOffNode).
import { MS } from '../../../base/brand';
import { type Json, jsonEqual } from '../../../base/json';
import type { ApiClient } from '../../../client/api-client';
import { rfc3339 } from '../../../machinery/time';
import type { Node, Taint } from '../../../machinery/types';
import type { Ctx } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import { compute } from '../pace';
import { NODES } from '../refs';

export const NOT_READY: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' };
export const UNREACHABLE: Taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' };
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** Condition -> its status -> the taint that goes with it. */
const BY_CONDITION: { readonly [type: string]: { readonly [status: string]: string } } = {
  Ready: { False: NOT_READY.key, Unknown: UNREACHABLE.key },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};
const OURS = new Set([UNSCHEDULABLE, ...Object.values(BY_CONDITION).flatMap((byStatus) => Object.values(byStatus))]);

/** The NoSchedule taints that a node's conditions call for. */
export function noScheduleTaints(node: Node): readonly Taint[] {
  const keys = (node.status?.conditions ?? []).flatMap(({ type, status }) => BY_CONDITION[type]?.[status] ?? []);
  if (node.spec?.unschedulable) keys.push(UNSCHEDULABLE);
  return keys.map((key) => ({ key, effect: 'NoSchedule' }));
}

/** What is missing and what is too much of the NoSchedule taints that this controller keeps. */
export function noScheduleChanges(node: Node): { readonly add: readonly Taint[]; readonly remove: readonly Taint[] } {
  const wanted = noScheduleTaints(node);
  const found = (node.spec.taints ?? []).filter(({ key, effect }) => effect === 'NoSchedule' && OURS.has(key));
  return {
    add: wanted.filter((taint) => !hasTaint(found, taint)),
    remove: found.filter((taint) => !hasTaint(wanted, taint)),
  };
}

/** Taints are the same if their keys and effects are. */
export const hasTaint = (taints: readonly Taint[] | undefined, { key, effect }: Taint): boolean =>
  taints?.some((taint) => taint.key === key && taint.effect === effect) ?? false;

/** The same list if they are all there. */
function withTaints(found: readonly Taint[], taints: readonly Taint[]): readonly Taint[] {
  const same = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;
  const known = (taint: Taint): boolean => found.some((other) => jsonEqual({ ...other }, { ...taint }));
  if (taints.every(known)) return found;
  return [
    ...found.map((taint) => taints.find((other) => same(other, taint)) ?? taint),
    ...taints.filter((taint) => !hasTaint(found, taint)),
  ];
}

const TRIES = 5;
const RETRY_US = 100 * MS;

export class NodeTainter {
  constructor(
    private readonly ctx: Ctx,
    private readonly api: ApiClient,
  ) {}

  /** Adds some taints and removes others; false if that failed. `node` is what is known of it. */
  *swap(node: Node, add: readonly Taint[], remove: readonly Taint[]): Task<boolean> {
    const timeAdded = rfc3339(this.ctx.clock());
    const stamped = add.map(({ key, value, effect }) => ({ effect, key, timeAdded, ...(value === undefined ? {} : { value }) }));
    return (yield* this.add(node.metadata.name, stamped)) && (yield* this.remove(node, remove));
  }

  /** Adds taints, each in place of one with the same key and effect. */
  *add(name: string, taints: readonly Taint[]): Task<boolean> {
    return taints.length === 0 || (yield* this.change(name, (found) => withTaints(found, taints)));
  }

  /** Removes those of the taints that the node is known to have. */
  *remove(node: Node, remove: readonly Taint[]): Task<boolean> {
    if (!remove.some((taint) => hasTaint(node.spec.taints, taint))) return true;
    return yield* this.change(node.metadata.name, (taints) => {
      const left = taints.filter((taint) => !hasTaint(remove, taint));
      return left.length === taints.length ? taints : left;
    });
  }

  /** Reads the node, from the server's cache at first, and patches its taints if `change` makes others of them. */
  private *change(name: string, change: (taints: readonly Taint[]) => readonly Taint[]): Task<boolean> {
    const key = { namespace: null, name };
    for (let tries = 1; ; tries++) {
      yield* compute(this.ctx, `taints/${name}`);
      const found = yield* this.api.get<Node>(NODES, key, tries === 1 ? { query: 'resourceVersion=0' } : {});
      if (!found.ok) return false;
      const before = found.body.spec.taints ?? [];
      const after = change(before);
      if (after === before) return true;
      const taints = after.length === 0 ? null : (after as unknown as Json);
      const patch = { metadata: { resourceVersion: found.body.metadata.resourceVersion }, spec: { taints } };
      yield* compute(this.ctx, `taints/${name}/patch`);
      const reply = yield* this.api.patch(NODES, key, 'strategic', patch);
      if (reply.ok) return true;
      if (reply.status !== 409 || tries === TRIES) return false;
      yield* this.ctx.sleep(RETRY_US, { idle: false });
    }
  }
}
