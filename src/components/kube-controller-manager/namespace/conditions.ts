// What a namespace that is being deleted says about what is still in it.
// Models kubernetes pkg/controller/namespace/deletion/status_condition_utils.go.
import type { SimTime } from '../../../base/brand';
import { compareBytes } from '../../../base/order';
import { rfc3339 } from '../../../machinery/time';
import type { Condition } from '../../../machinery/types';

/** What went wrong and what is left, per cause. */
export interface Findings {
  readonly discovery?: string;
  readonly errors: readonly string[];
  /** `pods.` or `deployments.apps` -> how many are left. */
  readonly remaining: ReadonlyMap<string, number>;
  /** Finalizer -> on how many of them it is. */
  readonly finalizers: ReadonlyMap<string, number>;
}
export type News = Pick<Condition, 'type' | 'status' | 'lastTransitionTime'> & { readonly reason: string; readonly message: string };

const FINE: readonly News[] = [
  ['NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'],
  ['NamespaceDeletionGroupVersionParsingFailure', 'ParsedGroupVersions', 'All legacy kube types successfully parsed'],
  ['NamespaceDeletionContentFailure', 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
  ['NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed'],
  ['NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
].map(([type = '', reason = '', message = '']) => ({ type, status: 'False', reason, message }));

/** What is to be complained about. */
export function troubles({ discovery, errors, remaining, finalizers }: Findings): readonly News[] {
  const told: News[] = [];
  const tell = (type: string, reason: string, message: string): unknown => told.push({ type, status: 'True', reason, message });
  if (discovery !== undefined) tell('NamespaceDeletionDiscoveryFailure', 'DiscoveryFailed', discovery);
  if (errors.length > 0) {
    const list = [...errors].sort(compareBytes).join(', ');
    tell(
      'NamespaceDeletionContentFailure',
      'ContentDeletionFailed',
      `Failed to delete all resource types, ${errors.length} remaining: ${list}`,
    );
  }
  const counted = (counts: ReadonlyMap<string, number>, text: (name: string, count: number) => string): string =>
    [...counts]
      .filter(([, count]) => count > 0)
      .map(([name, count]) => text(name, count))
      .sort(compareBytes)
      .join(', ');
  if (remaining.size > 0) {
    const list = counted(remaining, (name, count) => `${name} has ${count} resource instances`);
    tell('NamespaceContentRemaining', 'SomeResourcesRemain', `Some resources are remaining: ${list}`);
  }
  if (finalizers.size > 0) {
    const list = counted(finalizers, (name, count) => `${name} in ${count} resource instances`);
    tell('NamespaceFinalizersRemaining', 'SomeFinalizersRemain', `Some content in the namespace has finalizers remaining: ${list}`);
  }
  return told;
}

export const stamped = (news: News, now: SimTime): News => ({ ...news, lastTransitionTime: rfc3339(now) });

/** The conditions with what is `told`, all else being fine; or null if they say it already. */
export function updatedConditions(conditions: readonly Condition[], told: readonly News[], now: SimTime): readonly Condition[] | null {
  const result = [...conditions];
  let changed = false;
  for (const fine of FINE) {
    const news = told.find(({ type }) => type === fine.type) ?? stamped(fine, now);
    const at = result.findIndex(({ type }) => type === fine.type);
    const old = result[at];
    if (old !== undefined && old.status === news.status && old.message === news.message && old.reason === news.reason) continue;
    changed = true;
    const { type, status, reason, message } = news;
    const since = old === undefined ? news.lastTransitionTime : old.status === status ? old.lastTransitionTime : rfc3339(now);
    const condition: Condition = { type, status, ...(since ? { lastTransitionTime: since } : {}), reason, message };
    if (old === undefined) result.push(condition);
    else result[at] = condition;
  }
  return changed ? result : null;
}
