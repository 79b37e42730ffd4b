// What a Deployment notes on its ReplicaSets: revisions, and the sizes that proportions are worked out from.
// Models kubernetes pkg/controller/deployment/util/deployment_util.go (SetNewReplicaSetAnnotations and others).
import type { Deployment, KubeObject, ReplicaSet, StringMap } from '../../../machinery/types';

export const REVISION = 'deployment.kubernetes.io/revision';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
const MAX_HISTORY_CHARS = 2_000;

/** Annotations of the Deployment that its ReplicaSets do not get. */
const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.revision',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
]);

const INTEGER = /^[+-]?\d+$/;

/** 0 if it has none, null if it is no number. */
export function revisionOf(object: KubeObject): number | null {
  const text = object.metadata.annotations?.[REVISION];
  if (text === undefined) return 0;
  return INTEGER.test(text) ? Number(text) : null;
}

export const maxRevision = (sets: readonly ReplicaSet[]): number => sets.reduce((max, set) => Math.max(max, revisionOf(set) ?? 0), 0);

/** A number from 0 to the largest int32; null if there is none or it is another thing. */
export function annotatedCount(annotations: StringMap | undefined, key: string): number | null {
  const text = annotations?.[key] ?? '';
  if (!INTEGER.test(text)) return null;
  const value = Number(text);
  return value >= 0 && value <= 2_147_483_647 ? value : null;
}
export const desiredReplicasNote = (set: ReplicaSet): number | null => annotatedCount(set.metadata.annotations, DESIRED_REPLICAS);
export const maxReplicasNote = (set: ReplicaSet): number | null => annotatedCount(set.metadata.annotations, MAX_REPLICAS);

/** How a ReplicaSet notes the sizes of its Deployment. */
export const replicasNotes = (desired: number, max: number): StringMap => ({
  [DESIRED_REPLICAS]: String(desired),
  [MAX_REPLICAS]: String(max),
});
export const replicasNotesDiffer = (annotations: StringMap | undefined, desired: number, max: number): boolean =>
  annotations?.[DESIRED_REPLICAS] !== String(desired) || annotations[MAX_REPLICAS] !== String(max);

/** The annotations of the new ReplicaSet: the Deployment's, the revision, and which revisions it was before. */
export function newReplicaSetAnnotations(deployment: Deployment, found: StringMap | undefined, revision: number): StringMap {
  const annotations: Record<string, string> = { ...found };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) if (!NOT_COPIED.has(key)) annotations[key] = value;
  const before = found?.[REVISION];
  if (before !== undefined && before !== '' && !INTEGER.test(before)) return found ?? {};
  if (Number(before ?? 0) >= revision) return annotations;
  annotations[REVISION] = String(revision);
  if (before !== undefined) {
    const history = withRevision(annotations[REVISION_HISTORY] ?? '', before);
    if (history !== null) annotations[REVISION_HISTORY] = history;
  }
  return annotations;
}

/** The oldest revisions go where the list becomes too long; null if even the new one is. */
function withRevision(history: string, revision: string): string | null {
  if (history === '') return revision;
  const revisions = history.split(',');
  let length = history.length + revision.length + 1;
  let start = 0;
  while (length > MAX_HISTORY_CHARS && start < revisions.length) length -= (revisions[start++] ?? '').length + 1;
  return length > MAX_HISTORY_CHARS ? null : [...revisions.slice(start), revision].join(',');
}
