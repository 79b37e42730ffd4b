// What the kubelet keeps under /var/lib/kubelet: it outlives the process, as the containers do. And how full the disk is.
import type { Seq } from '../../base/brand';
import { quantityValue } from '../../machinery/quantity';
import type { Logs } from './log-files';
import type { VolumeFiles } from './volume-files';

export interface KubeletDisk {
  /** Volumes that are set up and what is in them, by the pod's uid and their name. */
  readonly volumes: Map<string, Map<string, VolumeFiles>>;
  /** The newest token in a pod's volume, by the pod's uid: what its containers read. */
  readonly tokens: Map<string, string>;
  readonly filesystem: Filesystem;
  /** What containers printed, by their id. */
  readonly logs: Logs;
}

/** Changed from outside, as by files of others. */
export interface Filesystem {
  availableBytes: number;
  /** What changed it last. */
  cause: Seq | null;
}

export const DISK_CAPACITY = '264212084Ki';
const FREE = quantityValue('200Gi');
const NEARLY_FULL = quantityValue('12Gi');

export const newKubeletDisk = (): KubeletDisk => ({
  volumes: new Map(),
  tokens: new Map(),
  filesystem: { availableBytes: FREE, cause: null },
  logs: new Map(),
});

/** So full that the kubelet has to make room, though what is written still fits; or with room again. */
export function fill(filesystem: Filesystem, full: boolean, cause: Seq): void {
  filesystem.availableBytes = full ? NEARLY_FULL : FREE;
  filesystem.cause = cause;
}
