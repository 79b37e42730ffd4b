// A node with the sums over its pods, kept up to date pod by pod. Models pkg/scheduler/framework types.go
// (NodeInfo, HostPortInfo).
import type { Node, StringMap } from '../../../machinery/types';
import type { HostPort, PodInfo } from './pod-info';
import { addResources, copyResources, noResources, type Resources, resourcesOf } from './resources';

const NO_LABELS: StringMap = {};
const ANY_IP = '0.0.0.0';

export class NodeInfo {
  readonly pods = new Map<string, PodInfo>();
  /** Pods with any affinity to other pods, and those that required anti-affinity. */
  readonly podsWithAffinity = new Map<string, PodInfo>();
  readonly podsWithRequiredAntiAffinity = new Map<string, PodInfo>();
  requested: Resources = noResources();
  /** The same, where containers without requests count as small ones. */
  scoringRequested: Resources = noResources();
  allocatable: Resources;
  private readonly ports = new Map<string, Map<string, number>>();

  constructor(private current: Node) {
    this.allocatable = resourcesOf(current.status?.allocatable);
  }

  get node(): Node {
    return this.current;
  }
  get name(): string {
    return this.current.metadata.name;
  }
  get labels(): StringMap {
    return this.current.metadata.labels ?? NO_LABELS;
  }

  setNode(node: Node): void {
    if (node.status?.allocatable !== this.current.status?.allocatable) this.allocatable = resourcesOf(node.status?.allocatable);
    this.current = node;
  }

  addPod(pod: PodInfo): void {
    this.pods.set(pod.key, pod);
    const { required, requiredAnti, preferred, preferredAnti } = pod.terms;
    if (required.length + requiredAnti.length + preferred.length + preferredAnti.length > 0) this.podsWithAffinity.set(pod.key, pod);
    if (requiredAnti.length > 0) this.podsWithRequiredAntiAffinity.set(pod.key, pod);
    this.count(pod, 1);
  }

  /** Takes away the pod of that key, as it was added. */
  removePod(key: string): PodInfo | undefined {
    const pod = this.pods.get(key);
    if (pod === undefined) return undefined;
    this.pods.delete(key);
    this.podsWithAffinity.delete(key);
    this.podsWithRequiredAntiAffinity.delete(key);
    this.count(pod, -1);
    return pod;
  }

  portTaken({ ip, port }: HostPort): boolean {
    const taken = this.ports.get(port);
    if (taken === undefined || taken.size === 0) return false;
    return ip === ANY_IP || taken.has(ANY_IP) || taken.has(ip);
  }

  /** For what-ifs: changes to it leave this one alone. */
  copy(): NodeInfo {
    const copy = new NodeInfo(this.current);
    for (const pod of this.pods.values()) copy.addPod(pod);
    copy.allocatable = copyResources(this.allocatable);
    return copy;
  }

  private count(pod: PodInfo, sign: 1 | -1): void {
    addResources(this.requested, pod.requests, sign);
    addResources(this.scoringRequested, pod.scoringRequests, sign);
    for (const { ip, port } of pod.hostPorts) {
      const taken = this.ports.get(port) ?? new Map<string, number>();
      this.ports.set(port, taken);
      const count = (taken.get(ip) ?? 0) + sign;
      if (count > 0) taken.set(ip, count);
      else taken.delete(ip);
    }
  }
}
