// Pods that are promised a node on which room is being made for them. Models pkg/scheduler/backend/queue/nominator.go.
import type { PodInfo } from './framework/pod-info';

const NOBODY: readonly PodInfo[] = [];

export class Nominator {
  private readonly byNode = new Map<string, readonly PodInfo[]>();
  private readonly nodes = new Map<string, string>();

  of(node: string): readonly PodInfo[] {
    return this.byNode.get(node) ?? NOBODY;
  }
  set(pod: PodInfo, node: string): void {
    this.delete(pod.key);
    this.nodes.set(pod.key, node);
    this.byNode.set(node, [...this.of(node), pod]);
  }
  delete(key: string): void {
    const node = this.nodes.get(key);
    if (node === undefined) return;
    this.nodes.delete(key);
    this.byNode.set(
      node,
      this.of(node).filter((pod) => pod.key !== key),
    );
  }
}
