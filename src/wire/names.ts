// Who can speak. A component that runs once has its binary's name; on nodes the name is
// `binary/node`; a pod's own process is `pod/namespace/name`.
import type { Brand } from '../base/brand';

export type ComponentId = Brand<string, 'ComponentId'>;

export const componentId = (name: string): ComponentId => name as ComponentId;

export const USER = componentId('user');
export const KUBECTL = componentId('kubectl');
export const KUBEADM = componentId('kubeadm');
export const API_SERVER = componentId('kube-apiserver');
export const ETCD = componentId('etcd');
export const SCHEDULER = componentId('kube-scheduler');
export const REGISTRY = componentId('registry');
/** The operator's way to etcd. */
export const ETCDCTL = componentId('etcdctl');

export type NodeBinary = 'kubelet' | 'kube-proxy' | 'containerd' | 'runc' | 'cni' | 'kernel';

export const onNode = (binary: NodeBinary, node: string): ComponentId => componentId(`${binary}/${node}`);
export const podProcess = (namespace: string, name: string): ComponentId => componentId(`pod/${namespace}/${name}`);

/** `kubelet/node-1` -> `kubelet`. */
export const binaryOf = (id: ComponentId): string => {
  const slash = id.indexOf('/');
  return slash < 0 ? id : id.slice(0, slash);
};

/** `kubelet/node-1` -> `node-1`; null for a component that is not on a node. */
export const nodeOf = (id: ComponentId): string | null => {
  const slash = id.indexOf('/');
  return slash < 0 || id.startsWith('pod/') ? null : id.slice(slash + 1);
};
