// What can be named in a fault: the nodes and components of a cluster.
import { clusterOf } from '../../cluster/default-run';
import type { ClusterSpec } from '../../wire/run';
import type { Names } from './completion';

const PLANE = ['kube-apiserver', 'etcd', 'kube-controller-manager', 'kube-scheduler'];
const ON_NODES = ['kubelet', 'containerd', 'kube-proxy'];

/** Null: the default cluster. */
export function namesIn(cluster: ClusterSpec | null): Names {
  const node = (cluster ?? clusterOf(3)).nodes.map(({ name }) => name);
  const component = [...PLANE, ...node.flatMap((name) => ON_NODES.map((binary) => `${binary}/${name}`))];
  return { node, component, from: component, to: component };
}
