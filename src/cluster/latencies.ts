// How long a message travels, one way. Chosen so that the gaps between requests equal those recorded on
// a real cluster (medians in ../shared/vectors/create-deployment-real-20.json, all on one machine with
// two cores): a reaction over one hop is about 1 ms. What a component takes to answer is its own affair.
import { unreachable } from '../base/assert';
import type { Latency } from '../sim/network';
import { binaryOf, type ComponentId } from '../wire/names';
import type { Protocol } from '../wire/payload';

const LOCAL: Latency = { leastUs: 50, spreadUs: 30 }; // a Unix socket on the same node
const MEMBER: Latency = { leastUs: 120, spreadUs: 60 }; // kube-apiserver and etcd
const CLUSTER: Latency = { leastUs: 350, spreadUs: 150 }; // HTTP over the cluster's network
const OUTSIDE: Latency = { leastUs: 2_000, spreadUs: 1_000 }; // beyond it

export function latencyOf(protocol: Protocol, from: ComponentId, to: ComponentId): Latency {
  switch (protocol) {
    case 'http':
      return isEngine(from) || isEngine(to) ? LOCAL : CLUSTER;
    case 'etcd-peer':
    case 'dns':
      return CLUSTER;
    case 'ip':
      return onOneMachine(from, to) ? LOCAL : CLUSTER;
    case 'etcd':
      return MEMBER;
    case 'cri':
    case 'cni':
    case 'runc':
    case 'kernel':
    case 'iptables':
    case 'probe':
      return LOCAL;
    case 'registry':
      return OUTSIDE;
    case 'input':
    case 'terminal':
    case 'inside':
    case 'fault':
      return LOCAL;
    default:
      return unreachable(protocol);
  }
}

/** A kubelet fetches the streams of a container over its own machine. */
const isEngine = (id: ComponentId): boolean => id.startsWith('containerd/');
/** Packets go from kernel to kernel, and within a machine between its kernel and its processes. */
const onOneMachine = (from: ComponentId, to: ComponentId): boolean => isProcess(from) || isProcess(to);
const isProcess = (id: ComponentId): boolean => binaryOf(id) !== 'kernel' && id !== 'outside';
