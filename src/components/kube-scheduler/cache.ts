// The scheduler's picture of the cluster: nodes with the pods on them, pods it has just placed included.
// Kept up to date pod by pod, so that a scheduling cycle costs what the number of nodes costs.
// Models pkg/scheduler/backend/cache/cache.go. Left out: snapshots (nothing changes within a cycle here),
// expiry of assumed pods (off by default), interleaving of zones.
import { matchesSelector, type Selector, selectorText } from '../../machinery/selector';
import type { Namespace, Node, Pod, StringMap } from '../../machinery/types';
import { defaultSelector, type Owners } from './framework/default-selector';
import { NodeInfo } from './framework/node-info';
import type { Cluster } from './framework/plugin';
import type { PodInfo } from './framework/pod-info';

/** Pods that one selector counts, per node; brought along by every change of a pod. */
interface Tracked {
  readonly namespace: string;
  readonly selector: Selector;
  readonly perNode: Map<string, number>;
}
const MAX_TRACKED = 200;
const NO_LABELS: StringMap = {};
const NO_OWNERS: Owners = { services: () => [], selectorOfController: () => undefined };

export class SchedulerCache implements Cluster {
  private readonly byName = new Map<string, NodeInfo>();
  private list: readonly NodeInfo[] = [];
  /** Key of an assigned or assumed pod -> its node's name. */
  private readonly placed = new Map<string, { readonly node: string; readonly pod: PodInfo }>();
  private readonly assumed = new Map<string, string>();
  /** Pods on nodes that are not there (any more), by node. */
  private readonly orphans = new Map<string, Map<string, PodInfo>>();
  private readonly images = new Map<string, { readonly sizeBytes: number; readonly nodes: Set<string> }>();
  private readonly namespaces = new Map<string, StringMap>();
  private readonly tracked = new Map<string, Tracked>();

  constructor(private readonly owners: Owners = NO_OWNERS) {}

  // ---- Cluster

  get nodes(): readonly NodeInfo[] {
    return this.list;
  }
  node(name: string): NodeInfo | undefined {
    return this.byName.get(name);
  }
  namespaceLabels(name: string): StringMap {
    return this.namespaces.get(name) ?? NO_LABELS;
  }
  namespacesSelected(selector: Selector): readonly string[] {
    return [...this.namespaces].filter(([, labels]) => matchesSelector(selector, labels)).map(([name]) => name);
  }
  image(name: string): { readonly sizeBytes: number; readonly nodes: ReadonlySet<string> } | undefined {
    return this.images.get(name);
  }
  defaultSelector(pod: Pod): Selector | null {
    return defaultSelector(pod, this.owners);
  }
  podsSelected(node: NodeInfo, namespace: string, selector: Selector): number {
    return this.track(namespace, selector).perNode.get(node.name) ?? 0;
  }

  // ---- Nodes and namespaces

  setNode(node: Node): void {
    const { name } = node.metadata;
    const info = this.byName.get(name);
    const before = info?.node.status?.images;
    if (info === undefined) {
      const added = new NodeInfo(node);
      for (const pod of this.orphans.get(name)?.values() ?? []) added.addPod(pod);
      this.orphans.delete(name);
      this.byName.set(name, added);
      this.list = [...this.list, added];
    } else info.setNode(node);
    if (before !== node.status?.images) this.setImages(name, before, node.status?.images);
  }

  removeNode(name: string): void {
    const info = this.byName.get(name);
    if (info === undefined) return;
    this.byName.delete(name);
    this.list = this.list.filter((other) => other !== info);
    if (info.pods.size > 0) this.orphans.set(name, new Map(info.pods));
    this.setImages(name, info.node.status?.images, undefined);
  }

  setNamespace({ metadata }: Namespace): void {
    this.namespaces.set(metadata.name, metadata.labels ?? NO_LABELS);
  }
  removeNamespace(name: string): void {
    this.namespaces.delete(name);
  }

  // ---- Pods

  /** A pod that the server says is on a node. Answers whether it was only assumed until now. */
  setPod(pod: PodInfo): boolean {
    const wasAssumed = this.assumed.delete(pod.key);
    this.place(pod, pod.pod.spec.nodeName ?? '');
    return wasAssumed;
  }

  removePod(key: string): void {
    this.assumed.delete(key);
    this.take(key);
  }

  /** Counts the pod on the node before the server knows. */
  assume(pod: PodInfo, node: string): void {
    this.assumed.set(pod.key, node);
    this.place({ ...pod, pod: { ...pod.pod, spec: { ...pod.pod.spec, nodeName: node } } }, node);
  }
  /** The binding failed. */
  forget(key: string): void {
    if (this.assumed.delete(key)) this.take(key);
  }
  isAssumed(key: string): boolean {
    return this.assumed.has(key);
  }
  assumedPods(): ReadonlyMap<string, string> {
    return this.assumed;
  }

  private place(pod: PodInfo, node: string): void {
    this.take(pod.key);
    this.placed.set(pod.key, { node, pod });
    const info = this.byName.get(node);
    if (info !== undefined) info.addPod(pod);
    else {
      const waiting = this.orphans.get(node) ?? new Map<string, PodInfo>();
      this.orphans.set(node, waiting.set(pod.key, pod));
    }
    this.count(pod, node, 1);
  }

  private take(key: string): void {
    const known = this.placed.get(key);
    if (known === undefined) return;
    this.placed.delete(key);
    this.byName.get(known.node)?.removePod(key);
    this.orphans.get(known.node)?.delete(key);
    this.count(known.pod, known.node, -1);
  }

  // ---- Sums

  private count(pod: PodInfo, node: string, sign: 1 | -1): void {
    if (pod.pod.metadata.deletionTimestamp) return;
    for (const { namespace, selector, perNode } of this.tracked.values()) {
      if (namespace === pod.namespace && matchesSelector(selector, pod.pod.metadata.labels))
        perNode.set(node, (perNode.get(node) ?? 0) + sign);
    }
  }

  private track(namespace: string, selector: Selector): Tracked {
    const key = `${namespace}\n${selector.nothing ? '\n' : selectorText(selector)}`;
    const known = this.tracked.get(key);
    if (known !== undefined) return known;
    if (this.tracked.size >= MAX_TRACKED) this.tracked.clear();
    const perNode = new Map<string, number>();
    for (const { node, pod } of this.placed.values()) {
      if (pod.namespace !== namespace || pod.pod.metadata.deletionTimestamp || !matchesSelector(selector, pod.pod.metadata.labels))
        continue;
      perNode.set(node, (perNode.get(node) ?? 0) + 1);
    }
    const tracked = { namespace, selector, perNode };
    this.tracked.set(key, tracked);
    return tracked;
  }

  private setImages(node: string, before: NonNullable<Node['status']>['images'], now: NonNullable<Node['status']>['images']): void {
    for (const { names } of before ?? []) {
      for (const name of names) {
        const state = this.images.get(name);
        state?.nodes.delete(node);
        if (state?.nodes.size === 0) this.images.delete(name);
      }
    }
    for (const { names, sizeBytes } of now ?? []) {
      for (const name of names) {
        const state = this.images.get(name) ?? { sizeBytes, nodes: new Set<string>() };
        state.nodes.add(node);
        this.images.set(name, state);
      }
    }
  }
}
