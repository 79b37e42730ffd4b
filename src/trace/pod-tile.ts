// What the stage shows of a Pod. A tile follows from its object alone, and an object never changes: made once, when
// the trace takes the object in, so that a jump to a moment with a thousand Pods finds them made.
import { isObject, type JsonObject } from '../base/json';
import type { Printed } from '../machinery/table/cells';
import { podSummary } from '../machinery/table/pod-row';

export interface PodTile {
  readonly key: string; // namespace/name
  readonly uid: string;
  readonly node: string | null;
  /** As `kubectl get pods` prints it: Pending, ContainerCreating, Running, CrashLoopBackOff, Terminating, … */
  readonly status: string;
  readonly phase: string;
  readonly ready: number;
  readonly containers: readonly { readonly name: string; readonly state: 'waiting' | 'running' | 'terminated'; readonly ready: boolean }[];
  readonly ip: string | null;
  /** `ReplicaSet/test-…`, or null. */
  readonly owner: string | null;
}

const tiles = new WeakMap<JsonObject, PodTile>();
/** The tile of a Pod's object. */
export function podTile(pod: JsonObject): PodTile {
  let tile = tiles.get(pod);
  if (tile === undefined) tiles.set(pod, (tile = newTile(pod as unknown as Printed)));
  return tile;
}

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly state?: JsonObject;
}

function newTile(pod: Printed): PodTile {
  const { namespace, name, uid } = pod.metadata;
  const { phase, podIP, containerStatuses } = (pod.status ?? {}) as {
    phase?: string;
    podIP?: string;
    containerStatuses?: ContainerStatus[];
  };
  const { nodeName, containers } = (pod.spec ?? {}) as { nodeName?: string; containers?: { name: string }[] };
  const { ready, reason } = podSummary(pod);
  return {
    key: `${namespace}/${name}`,
    uid: uid ?? '',
    node: nodeName || null,
    status: reason,
    phase: phase ?? 'Pending',
    ready,
    containers: (containers ?? []).map((container) => containerFacts(container.name, containerStatuses ?? [])),
    ip: podIP || null,
    owner: ownerOf(pod),
  };
}

function containerFacts(name: string, statuses: readonly ContainerStatus[]): PodTile['containers'][number] {
  const { state, ready } = statuses.find((status) => status.name === name) ?? {};
  return { name, ready: ready === true, state: state?.running ? 'running' : state?.terminated ? 'terminated' : 'waiting' };
}

/** The controller that an object belongs to, else its first owner: `ReplicaSet/test-…`. */
export function ownerOf({ metadata }: JsonObject): string | null {
  const owners = isObject(metadata) && Array.isArray(metadata.ownerReferences) ? (metadata.ownerReferences as readonly JsonObject[]) : [];
  const owner = owners.find(({ controller }) => controller === true) ?? owners[0];
  return owner === undefined ? null : `${owner.kind}/${owner.name}`;
}
