// A Deployment's ReplicaSets: which is the new one, how many replicas they want and have, and their orders.
// Models kubernetes pkg/controller/deployment/util/deployment_util.go and pkg/controller/controller_utils.go.
import { isObject, type Json, type JsonObject } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { parseTime } from '../../../machinery/time';
import type { Deployment, Pod, PodTemplateSpec, ReplicaSet } from '../../../machinery/types';
import { isPodTerminal } from '../pods';
import { revisionOf } from './revisions';

export const TEMPLATE_HASH = 'pod-template-hash';

/** What the spec of a Deployment or ReplicaSet asks for. */
export const replicasOf = (object: { readonly spec: { readonly replicas?: number } }): number => object.spec.replicas ?? 1;

export const isActive = (replicaSet: ReplicaSet): boolean => replicasOf(replicaSet) > 0;

const sum = (sets: readonly ReplicaSet[], of: (set: ReplicaSet) => number): number => sets.reduce((total, set) => total + of(set), 0);
export const specReplicas = (sets: readonly ReplicaSet[]): number => sum(sets, replicasOf);
export const actualReplicas = (sets: readonly ReplicaSet[]): number => sum(sets, (set) => set.status?.replicas ?? 0);
export const readyReplicas = (sets: readonly ReplicaSet[]): number => sum(sets, (set) => set.status?.readyReplicas ?? 0);
export const availableReplicas = (sets: readonly ReplicaSet[]): number => sum(sets, (set) => set.status?.availableReplicas ?? 0);

/** Null if one of them does not say. A set that nobody has looked at yet counts as none. */
export function terminatingReplicas(sets: readonly ReplicaSet[]): number | null {
  let total = 0;
  for (const { status } of sets) {
    if (status?.terminatingReplicas === undefined && !status?.observedGeneration) continue;
    if (status.terminatingReplicas === undefined) return null;
    total += status.terminatingReplicas;
  }
  return total;
}

// ---- Orders

const createdAt = (set: ReplicaSet): number =>
  set.metadata.creationTimestamp ? (parseTime(set.metadata.creationTimestamp) ?? 0) : Number.NEGATIVE_INFINITY;

/** The older first. */
export function compareAge(a: ReplicaSet, b: ReplicaSet): number {
  const [x, y] = [createdAt(a), createdAt(b)];
  return x === y ? compareBytes(a.metadata.name, b.metadata.name) : x - y;
}
export const byAge = (sets: readonly ReplicaSet[]): readonly ReplicaSet[] => [...sets].sort(compareAge);
/** The larger first; of one size the older. */
export const bySizeOlder = (sets: readonly ReplicaSet[]): readonly ReplicaSet[] =>
  [...sets].sort((a, b) => replicasOf(b) - replicasOf(a) || compareAge(a, b));
/** The larger first; of one size the newer. */
export const bySizeNewer = (sets: readonly ReplicaSet[]): readonly ReplicaSet[] =>
  [...sets].sort((a, b) => replicasOf(b) - replicasOf(a) || compareAge(b, a));

const byRevision = (sets: readonly ReplicaSet[]): readonly ReplicaSet[] =>
  [...sets].sort((a, b) => {
    const [x, y] = [revisionOf(a), revisionOf(b)];
    return x === null || y === null || x === y ? compareAge(a, b) : x - y;
  });

// ---- Old and new

/** The oldest ReplicaSet that makes the pods that the Deployment asks for, and all others. */
export function splitReplicaSets(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
): { readonly current: ReplicaSet | null; readonly old: readonly ReplicaSet[] } {
  const sorted = byAge(sets);
  const current = sorted.find((set) => equalIgnoringHash(set.spec.template, deployment.spec.template)) ?? null;
  return { current, old: sorted.filter((set) => set !== current) };
}

/** Same pods, whatever `pod-template-hash` says. */
export function equalIgnoringHash(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  return semanticallyEqual(withoutHash(a), withoutHash(b), 'template');
}

function withoutHash(template: PodTemplateSpec): JsonObject {
  const { [TEMPLATE_HASH]: _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } } as unknown as JsonObject;
}

/** Go's structs do not tell an empty list or map from none; neither does what they are made to. A pointer to an empty
 *  struct (`emptyDir: {}`) is another thing than none. */
const EMPTY_IS_NONE = new Set(['metadata', 'labels', 'annotations', 'nodeSelector', 'resources', 'limits', 'requests', 'overhead']);

function semanticallyEqual(a: Json | undefined, b: Json | undefined, key: string): boolean {
  if (a === b) return true;
  if (isNone(a, key) || isNone(b, key)) return isNone(a, key) && isNone(b, key);
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => semanticallyEqual(item, b[i], ''));
  if (!isObject(a) || !isObject(b)) return false;
  return (
    Object.keys(a).every((name) => semanticallyEqual(a[name], b[name], name)) &&
    Object.keys(b).every((name) => name in a || isNone(b[name], name))
  );
}

function isNone(value: Json | undefined, key: string): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return EMPTY_IS_NONE.has(key) && isObject(value) && Object.entries(value).every(([name, member]) => isNone(member, name));
}

/** The one set that runs pods, or the newest if none does; null if several do. */
export function activeOrLatest(current: ReplicaSet | null, old: readonly ReplicaSet[]): ReplicaSet | null {
  const newestFirst = [...byAge(old)].reverse();
  const active = [...newestFirst, ...(current === null ? [] : [current])].filter(isActive);
  if (active.length > 1) return null;
  return active[0] ?? current ?? newestFirst[0] ?? null;
}

/** Old sets beyond the history limit that nobody needs any more, by age of their revision. */
export function beyondHistory(old: readonly ReplicaSet[], revisionHistoryLimit: number | undefined): readonly ReplicaSet[] {
  if (revisionHistoryLimit === undefined || revisionHistoryLimit === UNLIMITED) return [];
  const alive = old.filter((set) => !set.metadata.deletionTimestamp);
  const surplus = Math.max(alive.length - revisionHistoryLimit, 0);
  return byRevision(alive)
    .slice(0, surplus)
    .filter(
      (set) =>
        replicasOf(set) === 0 &&
        (set.status?.replicas ?? 0) === 0 &&
        (set.metadata.generation ?? 0) <= (set.status?.observedGeneration ?? 0),
    );
}
/** The largest int32 means no limit. */
export const UNLIMITED = 2_147_483_647;

/** Recreate waits for this: whether pods of old ReplicaSets may still run. `pods`: by their ReplicaSet's uid. */
export function oldPodsRunning(current: ReplicaSet | null, old: readonly ReplicaSet[], pods: ReadonlyMap<string, readonly Pod[]>): boolean {
  if (actualReplicas(old) > 0) return true;
  for (const [uid, ofSet] of pods) if (uid !== current?.metadata.uid && ofSet.some((pod) => !isPodTerminal(pod))) return true;
  return false;
}

const MAX_NAME = 253;

/** `NAME-HASH`, with the name cut where both are too long. */
export const replicaSetName = (deployment: string, hash: string): string => `${deployment.slice(0, MAX_NAME - hash.length - 1)}-${hash}`;
