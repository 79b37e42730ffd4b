// What is to become of an object, from its owners as the server knows them and its place in the graph: pure.
// Models kubernetes pkg/controller/garbagecollector/garbagecollector.go (attemptToDeleteItem).
import type { KubeObject, OwnerReference } from '../../../machinery/types';
import { FOREGROUND, type GraphNode, ORPHAN } from './graph';

/** solid: exists; dangling: does not; waiting: goes, but not before its dependents. */
export type OwnerClass = 'solid' | 'dangling' | 'waiting';
export type OwnerClasses = { readonly [name in OwnerClass]: readonly OwnerReference[] };
type Policy = 'Orphan' | 'Foreground' | 'Background';

export type Decision =
  /** Nothing to do, or its end is on its way and will be seen. */
  | { readonly type: 'leave' }
  /** Its dependents have to go first. */
  | { readonly type: 'wait'; readonly blockedBy: readonly GraphNode[] }
  /** All dependents that it waited for are gone. */
  | { readonly type: 'let-go' }
  /** It has an owner left; references to others are to be taken away. */
  | { readonly type: 'release'; readonly owners: readonly OwnerReference[] }
  /** `unblock`: so that no circle of waiting is closed, it blocks its owners no more. */
  | { readonly type: 'delete'; readonly policy: Policy; readonly unblock: boolean };

const LEAVE: Decision = { type: 'leave' };

/** What the object that the server has under an owner's name makes of the reference. */
export function classOf(owner: OwnerReference, found: KubeObject | null): OwnerClass {
  if (found === null || found.metadata.uid !== owner.uid) return 'dangling';
  return found.metadata.deletionTimestamp && found.metadata.finalizers?.includes(FOREGROUND) ? 'waiting' : 'solid';
}

/** For an object that is being deleted; null for one that is not. */
export function decideDeleted(node: GraphNode): Decision | null {
  if (!node.deletingDependents) return node.beingDeleted ? LEAVE : null;
  const blocking = node.blockingDependents();
  return blocking.length === 0 ? { type: 'let-go' } : { type: 'wait', blockedBy: blocking.filter((one) => !one.deletingDependents) };
}

/** For an object that has owner references. */
export function decideOwned(node: GraphNode, latest: KubeObject, { solid, dangling, waiting }: OwnerClasses): Decision {
  if (solid.length > 0) {
    const owners = [...dangling, ...waiting];
    return owners.length === 0 ? LEAVE : { type: 'release', owners };
  }
  if (waiting.length > 0 && node.dependents.size > 0) {
    const unblock = [...node.dependents].some(({ deletingDependents }) => deletingDependents);
    return { type: 'delete', policy: 'Foreground', unblock };
  }
  return { type: 'delete', policy: policyOf(latest), unblock: false };
}

/** A finalizer that is there already is honoured. */
function policyOf({ metadata: { finalizers } }: KubeObject): Policy {
  if (finalizers?.includes(ORPHAN)) return 'Orphan';
  return finalizers?.includes(FOREGROUND) ? 'Foreground' : 'Background';
}
