// How many Pods there may be: no ReplicaSet makes more than it was told, and a rolling update stays within
// surge and unavailability each time it changes a ReplicaSet. Models the promises of kubernetes
// pkg/controller/replicaset and pkg/controller/deployment/rolling.go.
import { isObject, type JsonObject } from '../base/json';
import { scaledValue } from '../machinery/int-or-string';
import type { CommitChecker } from './checkers';

const POD = /^\/registry\/pods\//;
const REPLICA_SET = /^\/registry\/replicasets\//;
const DEPLOYMENT = /^\/registry\/deployments\//;

const metadataOf = (object: JsonObject): JsonObject => (isObject(object.metadata) ? object.metadata : {});
const replicasOf = (object: JsonObject): number =>
  isObject(object.spec) && typeof object.spec.replicas === 'number' ? object.spec.replicas : 1;

function ownerUid(object: JsonObject, kind: string): string | null {
  const { ownerReferences } = metadataOf(object);
  const owners = Array.isArray(ownerReferences) ? (ownerReferences as readonly JsonObject[]) : [];
  const owner = owners.find((reference) => reference.controller === true && reference.kind === kind);
  return owner === undefined ? null : String(owner.uid);
}

function isActive(pod: JsonObject): boolean {
  const phase = isObject(pod.status) ? pod.status.phase : undefined;
  return phase !== 'Succeeded' && phase !== 'Failed' && metadataOf(pod).deletionTimestamp === undefined;
}

/** Active Pods of a ReplicaSet are never more than it wants, or wanted just before: controllers see a little late. */
export function podBounds(): CommitChecker {
  const pods = new Map<string, string>(); // key of an active Pod -> uid of its ReplicaSet
  const counts = new Map<string, number>();
  const wanted = new Map<string, { now: number; before: number }>();
  const count = (set: string, by: number): number => {
    const next = (counts.get(set) ?? 0) + by;
    counts.set(set, next);
    return next;
  };
  return ({ key }, object) => {
    if (REPLICA_SET.test(key) && object !== null) {
      const uid = String(metadataOf(object).uid);
      const now = replicasOf(object);
      const known = wanted.get(uid);
      if (known === undefined) wanted.set(uid, { now, before: 0 });
      else if (known.now !== now) wanted.set(uid, { now, before: known.now });
    }
    if (!POD.test(key)) return null;
    const was = pods.get(key) ?? null;
    const is = object !== null && isActive(object) ? ownerUid(object, 'ReplicaSet') : null;
    if (was === is) return null;
    pods.delete(key);
    if (was !== null) count(was, -1);
    if (is === null) return null;
    pods.set(key, is);
    const active = count(is, 1);
    const most = wanted.get(is);
    return most !== undefined && active > Math.max(most.now, most.before) ? `${active} Pods of a ReplicaSet that wants ${most.now}` : null;
  };
}

interface Bounds {
  readonly most: number;
  readonly least: number;
  readonly recreates: boolean;
}
interface Rollout {
  now: Bounds;
  before: Bounds;
  total: number;
}

/** Wanted Pods of all ReplicaSets of a Deployment: at most replicas + maxSurge when one grows, at least
 *  replicas - maxUnavailable when one shrinks; with Recreate none grows beside another. */
export function rolloutBounds(): CommitChecker {
  const rollouts = new Map<string, Rollout>();
  const sets = new Map<string, { readonly deployment: string; readonly replicas: number }>();
  const deployments = new Map<string, string>(); // key -> uid
  return ({ key }, object) => {
    if (DEPLOYMENT.test(key)) {
      if (object === null) {
        rollouts.delete(deployments.get(key) ?? '');
        return null;
      }
      const uid = String(metadataOf(object).uid);
      const now = boundsOf(object);
      const known = rollouts.get(uid);
      deployments.set(key, uid);
      if (known === undefined) rollouts.set(uid, { now, before: now, total: 0 });
      else if (known.now.most !== now.most || known.now.least !== now.least) rollouts.set(uid, { ...known, now, before: known.now });
      return null;
    }
    if (!REPLICA_SET.test(key)) return null;
    const was = sets.get(key);
    const deployment = object === null ? (was?.deployment ?? null) : ownerUid(object, 'Deployment');
    const rollout = deployment === null ? undefined : rollouts.get(deployment);
    if (deployment === null || rollout === undefined) return null;
    const replicas = object === null ? 0 : replicasOf(object);
    if (object === null) sets.delete(key);
    else sets.set(key, { deployment, replicas });
    const grown = replicas - (was?.replicas ?? 0);
    rollout.total += grown;
    return object === null ? null : outOfBounds(rollout, replicas, grown);
  };
}

function outOfBounds({ now, before, total }: Rollout, replicas: number, grown: number): string | null {
  const most = Math.max(now.most, before.most);
  const least = Math.min(now.least, before.least);
  if (grown > 0 && now.recreates && total > replicas) return `a new ReplicaSet grows while ${total - replicas} old replicas are left`;
  if (grown > 0 && total > most) return `${total} replicas wanted, more than ${most} with surge`;
  if (grown < 0 && !now.recreates && total < least) return `${total} replicas wanted, fewer than ${least} available`;
  return null;
}

/** deployment/util: surge is rounded up, unavailable down; both cannot be zero. */
function boundsOf(deployment: JsonObject): Bounds {
  const replicas = replicasOf(deployment);
  const spec = isObject(deployment.spec) ? deployment.spec : {};
  const strategy = isObject(spec.strategy) ? spec.strategy : {};
  if (strategy.type === 'Recreate') return { most: replicas, least: 0, recreates: true };
  const { maxSurge = '25%', maxUnavailable = '25%' } = isObject(strategy.rollingUpdate) ? strategy.rollingUpdate : {};
  const surge = scaledValue(maxSurge as number | string, replicas, true) ?? 0;
  const unavailable = scaledValue(maxUnavailable as number | string, replicas, false) ?? 0;
  const least = Math.max(0, replicas - (surge === 0 && unavailable === 0 ? 1 : unavailable));
  return { most: replicas + surge, least, recreates: false };
}
