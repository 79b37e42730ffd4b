// The control plane as Pods: the manifests that kubeadm writes into a node's manifest folder, in short.
// The kubelet starts them before any kube-apiserver exists.
import type { Pod } from '../machinery/types';
import type { NodeSpec } from '../wire/run';
import { CONTROL_PLANE_BINARIES, systemImage } from './default-run';

const CPU: { readonly [binary: string]: string } = {
  etcd: '100m',
  'kube-apiserver': '250m',
  'kube-controller-manager': '200m',
  'kube-scheduler': '100m',
};
const FOLDER: { readonly [binary: string]: string } = { etcd: '/var/lib/etcd' };

/** A manifest for each component that runs on a control-plane node, by binary. */
export const staticPods = (node: NodeSpec): Map<string, Pod> =>
  new Map((node.staticPods ?? CONTROL_PLANE_BINARIES).map((binary) => [binary, staticPod(binary, node)]));

function staticPod(binary: string, node: NodeSpec): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: binary, namespace: 'kube-system', labels: { component: binary, tier: 'control-plane' } },
    spec: {
      containers: [
        {
          name: binary,
          image: systemImage(binary),
          imagePullPolicy: 'IfNotPresent',
          command: [binary, ...(binary === 'kube-apiserver' ? [`--advertise-address=${node.address}`] : [])],
          resources: { requests: { cpu: CPU[binary] ?? '100m' } },
          volumeMounts: [{ name: 'data', mountPath: FOLDER[binary] ?? '/etc/kubernetes/pki' }],
        },
      ],
      volumes: [{ name: 'data', hostPath: { path: FOLDER[binary] ?? '/etc/kubernetes/pki', type: 'DirectoryOrCreate' } }],
      hostNetwork: true,
      priorityClassName: 'system-node-critical',
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      tolerations: [{ operator: 'Exists', effect: 'NoExecute' }],
    },
  };
}
