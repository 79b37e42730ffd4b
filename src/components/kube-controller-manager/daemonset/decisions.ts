// Which daemon pods are to be made and which are to go, and what a DaemonSet says about it. Pure.
// Models kubernetes pkg/controller/daemon: daemon_controller.go (podsShouldBeOnNode, updateDaemonSetStatus) and
// update.go (rollingUpdate).
import type { SimTime } from '../../../base/brand';
import { compareBytes } from '../../../base/order';
import { scaledValue } from '../../../machinery/int-or-string';
import type { DaemonSet, Node, Pod } from '../../../machinery/types';
import { isPodAvailable, isPodReady } from '../pods';
import { isPodUpdated, placementOn, REVISION_HASH, templateGenerationOf } from './placement';

/** Pods of one DaemonSet by the name of their node. */
export type PodsByNode = ReadonlyMap<string, readonly Pod[]>;

export interface OnNode {
  readonly create: boolean;
  readonly remove: readonly Pod[];
  /** Ended pods, which are removed too, failed ones with a back-off. */
  readonly ended: readonly Pod[];
}
const LEAVE: OnNode = { create: false, remove: [], ended: [] };

/** Bound before unbound, then the older, then by name. */
function compareDaemons(a: Pod, b: Pod): number {
  return (
    Number(Boolean(b.spec.nodeName)) - Number(Boolean(a.spec.nodeName)) ||
    compareBytes(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
    compareBytes(a.metadata.name, b.metadata.name)
  );
}

const isLeaving = (pod: Pod): boolean => Boolean(pod.metadata.deletionTimestamp);

/** What is to be done on one node, apart from an update. `pods` is null if there never was one. */
export function decideOnNode(daemonSet: DaemonSet, node: Node, pods: readonly Pod[] | null, hash: string, now: SimTime): OnNode {
  const { shouldRun, shouldContinue } = placementOn(node, daemonSet);
  if (shouldRun && pods === null) return { ...LEAVE, create: true };
  const staying = (pods ?? []).filter((pod) => !isLeaving(pod));
  if (!shouldContinue) return { ...LEAVE, remove: staying };
  const ended = staying.filter(({ status }) => status?.phase === 'Failed' || status?.phase === 'Succeeded');
  const running = staying.filter((pod) => !ended.includes(pod)).sort(compareDaemons);
  if (!allowsSurge(daemonSet)) return { create: false, remove: running.slice(1), ended };
  if (running.length === 0) return { create: shouldRun, remove: [], ended };
  return { create: false, remove: surplusWhileSurging(daemonSet, running, hash, now), ended };
}

/** An old and a new pod may stand side by side until the new one is available. */
function surplusWhileSurging(daemonSet: DaemonSet, running: readonly Pod[], hash: string, now: SimTime): readonly Pod[] {
  if (running.length <= 1) return [];
  const isNew = (pod: Pod): boolean => pod.metadata.labels?.[REVISION_HASH] === hash;
  const [newPod, oldPod] = [running.find(isNew), running.find((pod) => !isNew(pod))];
  const surplus = running.filter((pod) => pod !== newPod && pod !== oldPod);
  if (newPod === undefined || oldPod === undefined) return surplus;
  const oldIsDone = !isPodReady(oldPod) || isPodAvailable(newPod, daemonSet.spec.minReadySeconds ?? 0, now);
  return oldIsDone ? [...surplus, oldPod] : surplus;
}

/** Pods for nodes that are gone, which nobody can bind and nobody else removes. */
export function unboundWithoutNode(nodes: readonly Node[], pods: PodsByNode): readonly Pod[] {
  const names = new Set(nodes.map(({ metadata }) => metadata.name));
  return [...pods].flatMap(([node, onNode]) => (names.has(node) ? [] : onNode.filter(({ spec }) => !spec.nodeName)));
}

// ---- Rolling update

export interface Update {
  readonly remove: readonly Pod[];
  /** Names of nodes that get a new pod beside the old one. */
  readonly create: readonly string[];
}

const allowsSurge = (daemonSet: DaemonSet): boolean => limitOf(daemonSet, 'maxSurge', 1) > 0;

function limitOf({ spec }: DaemonSet, limit: 'maxSurge' | 'maxUnavailable', wanted: number): number {
  if (spec.updateStrategy?.type !== 'RollingUpdate') return 0;
  return scaledValue(spec.updateStrategy.rollingUpdate?.[limit] ?? 0, wanted, true) ?? 0;
}

/** Replaces old pods within the bounds of the strategy. */
export function decideUpdate(daemonSet: DaemonSet, nodes: readonly Node[], pods: PodsByNode, hash: string, now: SimTime): Update {
  const runs = new Set(nodes.filter((node) => placementOn(node, daemonSet).shouldRun).map(({ metadata }) => metadata.name));
  const names = [...new Set([...runs, ...pods.keys()])].sort(compareBytes);
  const sites = names.map((node) => siteOn(daemonSet, node, pods.get(node) ?? [], runs.has(node), hash, now));
  const maxSurge = limitOf(daemonSet, 'maxSurge', runs.size);
  const maxUnavailable = limitOf(daemonSet, 'maxUnavailable', runs.size);
  if (maxSurge > 0) return surge(sites, maxSurge, runs.size);
  return { remove: replaceable(sites, runs.size > 0 ? Math.max(maxUnavailable, 1) : maxUnavailable), create: [] };
}

/** What stands on a node: at most one old and one new pod, or a mess that the next look clears up. */
interface Site {
  readonly node: string;
  readonly shouldRun: boolean;
  readonly messy: boolean;
  readonly newPod: Pod | undefined;
  readonly oldPod: Pod | undefined;
  readonly newAvailable: boolean;
  readonly oldAvailable: boolean;
}

function siteOn(daemonSet: DaemonSet, node: string, pods: readonly Pod[], shouldRun: boolean, hash: string, now: SimTime): Site {
  const generation = templateGenerationOf(daemonSet);
  const staying = pods.filter((pod) => !isLeaving(pod));
  const fresh = staying.filter((pod) => isPodUpdated(pod, hash, generation));
  const stale = staying.filter((pod) => !fresh.includes(pod));
  const available = (pod: Pod | undefined): boolean => pod !== undefined && isPodAvailable(pod, daemonSet.spec.minReadySeconds ?? 0, now);
  const [newPod, oldPod] = [fresh[0], stale[0]];
  return {
    node,
    shouldRun,
    messy: fresh.length > 1 || stale.length > 1,
    newPod,
    oldPod,
    newAvailable: available(newPod),
    oldAvailable: available(oldPod),
  };
}

/** Old pods that are not available, and as many available ones as may be missing. */
function replaceable(sites: readonly Site[], maxUnavailable: number): readonly Pod[] {
  const useless: Pod[] = [];
  const candidates: Pod[] = [];
  let unavailable = 0;
  for (const { messy, newPod, oldPod, newAvailable, oldAvailable } of sites) {
    const oldOnly = !messy && newPod === undefined && oldPod !== undefined;
    if (oldOnly && oldAvailable) candidates.push(oldPod);
    else if (messy || oldPod !== undefined || !newAvailable) unavailable++;
    if (oldOnly && !oldAvailable) useless.push(oldPod);
  }
  return [...useless, ...candidates.slice(0, Math.max(maxUnavailable - unavailable, 0))];
}

/** New pods beside old ones; an old one goes when its new one is available. */
function surge(sites: readonly Site[], maxSurge: number, wanted: number): Update {
  const remove: Pod[] = [];
  const misplaced: Pod[] = [];
  const now: string[] = [];
  const candidates: string[] = [];
  let surging = 0;
  let available = 0;
  for (const { node, shouldRun, messy, newPod, oldPod, newAvailable, oldAvailable } of sites) {
    if (messy) {
      surging++;
      continue;
    }
    if (oldPod === undefined ? newAvailable : oldAvailable) available++;
    if (oldPod === undefined) continue;
    if (newPod !== undefined) {
      if (newAvailable) remove.push(oldPod);
      else surging++;
    } else if (oldAvailable) {
      if (shouldRun) candidates.push(node);
      else misplaced.push(oldPod);
    } else if (shouldRun) now.push(node);
    else remove.push(oldPod);
  }
  remove.push(...misplaced.slice(0, Math.max(available - wanted, 0)));
  return { remove, create: [...now, ...candidates.slice(0, Math.max(maxSurge - surging, 0))] };
}

// ---- Status

export type DaemonSetStatus = NonNullable<DaemonSet['status']>;

export function countsOf(daemonSet: DaemonSet, nodes: readonly Node[], pods: PodsByNode, hash: string, now: SimTime): DaemonSetStatus {
  const counts = { current: 0, misscheduled: 0, desired: 0, ready: 0, updated: 0, available: 0 };
  for (const node of nodes) {
    const [oldest] = [...(pods.get(node.metadata.name) ?? [])].sort(compareDaemons);
    if (!placementOn(node, daemonSet).shouldRun) {
      if (oldest !== undefined) counts.misscheduled++;
      continue;
    }
    counts.desired++;
    if (oldest === undefined) continue;
    counts.current++;
    if (isPodReady(oldest)) counts.ready++;
    if (isPodAvailable(oldest, daemonSet.spec.minReadySeconds ?? 0, now)) counts.available++;
    if (isPodUpdated(oldest, hash, templateGenerationOf(daemonSet))) counts.updated++;
  }
  const unavailable = counts.desired - counts.available;
  return {
    currentNumberScheduled: counts.current,
    numberMisscheduled: counts.misscheduled,
    desiredNumberScheduled: counts.desired,
    numberReady: counts.ready,
    ...(counts.updated > 0 ? { updatedNumberScheduled: counts.updated } : {}),
    ...(counts.available > 0 ? { numberAvailable: counts.available } : {}),
    ...(unavailable > 0 ? { numberUnavailable: unavailable } : {}),
  };
}
