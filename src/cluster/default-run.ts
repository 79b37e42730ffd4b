// What a person gets who asks for nothing special: one control-plane node and three workers, shaped
// like the recorded cluster, and the images that the examples use.
import { type ClusterSpec, type ImageSpec, MODEL, type NodeSpec, type Run } from '../wire/run';

export const KUBERNETES_VERSION = 'v1.36.2';
const ETCD_TAG = '3.6.8-0';

const MEGABYTE = 1_000_000;
export const REGISTRY_BYTES_PER_SECOND = 100 * MEGABYTE;
const component = (binary: string, sizeBytes: number): ImageSpec => ({ sizeBytes, behaviour: { does: 'component', binary } });

/** Images of Kubernetes itself: always there, on the nodes and in the registry. */
export const SYSTEM_IMAGES: ClusterSpec['images'] = {
  'registry.k8s.io/etcd': component('etcd', 59 * MEGABYTE),
  'registry.k8s.io/kube-apiserver': component('kube-apiserver', 27 * MEGABYTE),
  'registry.k8s.io/kube-controller-manager': component('kube-controller-manager', 23 * MEGABYTE),
  'registry.k8s.io/kube-scheduler': component('kube-scheduler', 17 * MEGABYTE),
  'registry.k8s.io/kube-proxy': component('kube-proxy', 26 * MEGABYTE),
  'registry.k8s.io/pause': { sizeBytes: 320_000, behaviour: { does: 'pause' } },
};
export const systemImage = (binary: string): string =>
  binary === 'etcd'
    ? `registry.k8s.io/etcd:${ETCD_TAG}`
    : binary === 'pause'
      ? 'registry.k8s.io/pause:3.10.1'
      : `registry.k8s.io/${binary}:${KUBERNETES_VERSION}`;
export const CONTROL_PLANE_BINARIES = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;

/** Images a person may name. The sizes are those of linux/amd64 on Docker Hub, compressed. */
export const DEFAULT_IMAGES: ClusterSpec['images'] = {
  nginx: { sizeBytes: 72 * MEGABYTE, behaviour: { does: 'serve', port: 80 } },
  httpd: { sizeBytes: 56 * MEGABYTE, behaviour: { does: 'serve', port: 80 } },
  redis: { sizeBytes: 45 * MEGABYTE, behaviour: { does: 'serve', port: 6379 } },
  busybox: { sizeBytes: 2_160_000, behaviour: { does: 'shell' } },
  'watchloop/crash': { sizeBytes: MEGABYTE, behaviour: { does: 'crash', afterUs: 1_000_000, exitCode: 1 } },
  'watchloop/never-ready': { sizeBytes: MEGABYTE, behaviour: { does: 'never-ready', port: 80 } },
};

/** The worker number `index`, from 1. */
export const worker = (index: number): NodeSpec => ({
  name: `node-${index}`,
  role: 'worker',
  address: `192.168.${49 + Math.floor(index / 200)}.${10 + (index % 200)}`,
  podCIDR: `10.244.${index - 1}.0/24`,
  cpu: '2',
  memory: '24Gi',
  pods: '110',
});
export const CONTROL_PLANE: NodeSpec = {
  ...worker(1),
  name: 'control-plane',
  role: 'control-plane',
  address: '192.168.49.2',
  podCIDR: '10.244.255.0/24',
};

/** A cluster of one control-plane node and `workers` workers (1 to 200). */
export const clusterOf = (workers: number): ClusterSpec => ({
  nodes: [CONTROL_PLANE, ...Array.from({ length: workers }, (_, i) => worker(i + 1))],
  images: DEFAULT_IMAGES,
  registryBytesPerSecond: REGISTRY_BYTES_PER_SECOND,
});

export const defaultRun = (seed: number): Run => ({ model: MODEL, cluster: clusterOf(3), seed, inputs: [] });
