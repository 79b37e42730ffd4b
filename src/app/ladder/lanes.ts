// Who stands where in the ladder: one lane for each that speaks, in an order that never changes; on nodes by node.
// With many nodes, one lane for each kind of component.
import { binaryOf, type ComponentId, nodeOf } from '../../wire/names';

export interface Lane {
  readonly id: string;
  /** What is written over it; for one on a node with the node below. */
  readonly name: string;
  readonly node: string | null;
}
export interface Lanes {
  readonly lanes: readonly Lane[];
  /** Index of the lane of a component; -1 if it never speaks. */
  laneOf(component: string): number;
}

const CENTRE = ['user', 'kubectl', 'kube-apiserver', 'etcd', 'kube-controller-manager', 'kube-scheduler', 'registry'];
const ON_NODE = ['kubelet', 'containerd', 'kernel', 'kube-proxy', 'pod'];
const MOST_NODES = 4;
/** What a container engine starts speaks from its lane. */
const SAME: { readonly [binary: string]: string } = {
  runc: 'containerd',
  cni: 'containerd',
  kubeadm: 'kubectl',
  etcdctl: 'kubectl',
  outside: 'user',
};

/** The lanes of those that speak, given by their names. */
export function lanesOf(speakers: Iterable<string>): Lanes {
  const found = [...new Set(speakers)].map((name) => name as ComponentId);
  const nodes = [...new Set(found.flatMap((id) => nodeOf(id) ?? []))].sort();
  const folded = nodes.length > MOST_NODES;
  const keyOf = (id: ComponentId): string => {
    const binary = SAME[binaryOf(id)] ?? binaryOf(id);
    const node = folded ? null : nodeOf(id);
    return node === null ? binary : `${binary}/${node}`;
  };
  const present = new Set(found.map(keyOf));
  const ordered = [
    ...CENTRE,
    ...ON_NODE.filter((binary) => folded || binary === 'pod'),
    ...nodes.flatMap((node) => ON_NODE.map((binary) => `${binary}/${node}`)),
  ].filter((key) => present.has(key));
  const others = [...present].filter((key) => !ordered.includes(key)).sort();
  const lanes = [...ordered, ...others].map((key) => ({ id: key, name: binaryOf(key as ComponentId), node: nodeOf(key as ComponentId) }));
  const indexes = new Map(lanes.map(({ id }, index) => [id, index]));
  return { lanes, laneOf: (component) => indexes.get(keyOf(component as ComponentId)) ?? -1 };
}
