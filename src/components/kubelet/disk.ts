// What the kubelet keeps under /var/lib/kubelet: it outlives the process, as the containers do.

export interface KubeletDisk {
  /** Volumes that are set up, by the pod's uid. */
  readonly volumes: Map<string, Set<string>>;
  /** The newest token in a pod's volume, by the pod's uid: what its containers read. */
  readonly tokens: Map<string, string>;
}

export const newKubeletDisk = (): KubeletDisk => ({ volumes: new Map(), tokens: new Map() });
