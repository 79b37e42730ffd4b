// A run is a value. Together with the code of our model it decides the whole trace.
import type { JsonObject } from '../base/json';

/** Version of our model of Kubernetes: a link says which one it was made with. */
export const MODEL = '1.36-1';

export interface Run {
  readonly model: string;
  readonly cluster: ClusterSpec;
  readonly seed: number;
  readonly inputs: readonly TimedInput[];
}

/** When an input is given: at a virtual time, once everything before it has come to rest, or as soon as a record that
 *  came after the input before it matches; if none does, once all has come to rest. */
export type When = { readonly atUs: number } | { readonly after: Matcher } | 'rest';

/** Values of a trace line (docs/TRACE.md, with bodies) by path, `object.kind`. In a text `*` stands for any letters. */
export interface Matcher {
  readonly [path: string]: string | number | boolean | null;
}

export interface TimedInput {
  readonly when: When;
  readonly input: Input;
}

export type Input =
  /** A line as typed in a terminal; `stdin` is pasted text for `-f -`. */
  | { readonly type: 'kubectl'; readonly line: string; readonly stdin?: string }
  /** Ctrl-C: ends what still runs in the terminal. */
  | { readonly type: 'interrupt' }
  | { readonly type: 'fault'; readonly fault: FaultSpec }
  /** One request by HTTP. */
  | { readonly type: 'request'; readonly from: Asker; readonly to: string }
  /** One request in each virtual second, MAX_LOAD_SECONDS at most. */
  | { readonly type: 'load'; readonly from: Asker; readonly to: string; readonly seconds: number };

/** Who sends a request: `outside`, `node/NAME` or `pod/NAMESPACE/NAME`. Where it goes is `ADDRESS:PORT`. */
export type Asker = string;
export const MAX_LOAD_SECONDS = 300;

/** What is broken on purpose. A place (`from`, `to`) is a component or a node; a client is `from`, its server `to`. */
export type FaultSpec =
  /** Kills a container's process, as the kernel would; the kubelet will restart it. */
  | { readonly kind: 'kill-container'; readonly component: string }
  /** Keeps a static pod's manifest away (true) or puts it back (false). */
  | { readonly kind: 'static-pod-away'; readonly component: string; readonly away: boolean }
  /** Kills or starts a host process (kubelet/node-1, containerd/node-1). */
  | { readonly kind: 'kill-process'; readonly component: string }
  | { readonly kind: 'start-process'; readonly component: string }
  | { readonly kind: 'node-power'; readonly node: string; readonly on: boolean }
  /** Resets what a client has open about a `path` that begins so (for etcd, a key): with '' everything. */
  | { readonly kind: 'reset'; readonly from: string; readonly to: string; readonly path: string }
  /** No packet passes, in both directions or only from `from` to `to`. */
  | { readonly kind: 'partition'; readonly from: string; readonly to: string; readonly oneWay: boolean; readonly forUs: number }
  /** The receiver takes nothing in: what is sent waits, and no connection breaks. */
  | { readonly kind: 'stall'; readonly from: string; readonly to: string; readonly forUs: number }
  /** Every message takes longer, in both directions. */
  | { readonly kind: 'delay'; readonly from: string; readonly to: string; readonly byUs: number; readonly forUs: number }
  /** Ends the partitions, stalls and delays between these two places, as they were named, before their time. */
  | { readonly kind: 'heal'; readonly from: string; readonly to: string }
  /** The next write of this client whose path begins so is done, and its answer lost. */
  | { readonly kind: 'lose-answer'; readonly from: string; readonly to: string; readonly path: string }
  /** As `etcdctl compact` at the present revision. */
  | { readonly kind: 'compact-etcd' }
  | { readonly kind: 'registry'; readonly state: RegistryState }
  /** Sets a node's clock: microseconds ahead of the true time, negative behind, 0 right again. */
  | { readonly kind: 'clock'; readonly node: string; readonly aheadUs: number }
  /** Fills a node's disk up to a twentieth, less than its kubelet keeps free (true), or makes room again. */
  | { readonly kind: 'disk'; readonly node: string; readonly full: boolean };

export type RegistryState = 'well' | 'slow' | 'failing' | 'down';

export interface ClusterSpec {
  readonly nodes: readonly NodeSpec[];
  /** Images the registry has, by name without tag; those of the control plane are always there. */
  readonly images: { readonly [name: string]: ImageSpec };
  readonly registryBytesPerSecond: number;
}

/** Parts of the control plane of which one instance leads and others stand by. */
export type StandbyBinary = 'kube-controller-manager' | 'kube-scheduler';

export interface NodeSpec {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  readonly address: string;
  readonly podCIDR: string;
  readonly cpu: string;
  readonly memory: string;
  readonly pods: string;
  readonly labels?: { readonly [key: string]: string };
  readonly taints?: readonly JsonObject[];
  /** Image references already on the node. */
  readonly images?: readonly string[];
  /** What of the control plane a further control-plane node runs; the first one runs all of it. */
  readonly staticPods?: readonly StandbyBinary[];
  /** Switched off at first: it joins when it is switched on. */
  readonly off?: true;
}

export interface ImageSpec {
  readonly sizeBytes: number;
  readonly behaviour: ImageBehaviour;
  /** Tags that exist; absent means every tag. */
  readonly tags?: readonly string[];
}

/** What a container's process does when it is started. */
export type ImageBehaviour =
  | { readonly does: 'serve'; readonly port: number } // runs until told to stop
  | { readonly does: 'shell' } // busybox: interprets `sleep N`, `exit N`, `true`, `false`; else exits 0
  | { readonly does: 'crash'; readonly afterUs: number; readonly exitCode: number }
  | { readonly does: 'never-ready'; readonly port: number }
  | { readonly does: 'pause' }
  | { readonly does: 'component'; readonly binary: string }; // a part of Kubernetes itself
