// How machines and Pods are wired: who has which address. It stands for what CNI plugins, ARP and static routes do
// without a message of Kubernetes: a bridge for the Pods of a node, and a route to the Pod network of each other node.
import type { SandboxRecord } from '../components/containerd/disk';
import type { Neighbour, Wires } from '../components/node-kernel/router';
import type { PodNetwork } from '../components/pod/pod';
import { cidrContains, parseCidr, parseIp } from '../machinery/ip';
import { type ComponentId, componentId, onNode, podProcess } from '../wire/names';
import type { ClusterSpec, NodeSpec } from '../wire/run';
import type { MachineDisk } from './programs';

export const OUTSIDE = componentId('outside');
const BRIDGE = 'cni0';
const UPLINK = 'eth0';
/** Port of kube-apiserver on a control-plane node. */
const API_PORT = 6443;

/** What the wiring asks of those who know what runs. */
export interface Running {
  disk(node: NodeSpec): MachineDisk;
  isRunning(id: ComponentId): boolean;
  /** Who serves a port in the network of the machine itself. */
  serverOn(node: string, port: number): ComponentId | null;
}

export class Wiring {
  constructor(
    private readonly spec: ClusterSpec,
    private readonly running: Running,
  ) {}

  /** Outside is the first address of the first node's network. */
  get outsideAddress(): string {
    return firstAddress(this.spec.nodes[0]?.address ?? '');
  }

  wiresOf(node: NodeSpec): Wires {
    const { bits } = partsOf(node.podCIDR);
    return {
      bridge: BRIDGE,
      host: {
        interfaces: [
          { name: BRIDGE, address: `${firstAddress(node.podCIDR)}/${bits}` },
          { name: UPLINK, address: `${node.address}/32` },
        ],
        defaultInterface: UPLINK,
      },
      pod: (address) => this.podAt(node, address),
      local: (port) => this.localOn(node, port),
      beyond: (address) => this.machineFor(address) ?? OUTSIDE,
    };
  }

  /** The kernel that an address of a node, or of its Pods, is reached by. */
  machineFor(address: string): ComponentId | null {
    const node = this.nodeAt(address) ?? this.spec.nodes.find(({ podCIDR }) => isIn(podCIDR, address));
    return node === undefined ? null : onNode('kernel', node.name);
  }

  /** From outside only nodes can be reached. */
  wayFromOutside(address: string): ComponentId | null {
    const node = this.nodeAt(address);
    return node === undefined ? null : onNode('kernel', node.name);
  }

  /** The network of a running Pod; null: it has none, or no container of it runs. */
  networkOf(pod: ComponentId): (PodNetwork & { readonly node: string }) | null {
    for (const node of this.spec.nodes) {
      const kernel = onNode('kernel', node.name);
      if (!this.running.isRunning(kernel)) continue;
      const { sandboxes, containers } = this.running.disk(node).containerd;
      const sandbox = [...sandboxes.values()].find((one) => one.ready && processOf(one) === pod);
      if (sandbox === undefined) continue;
      const runs = [...containers.values()].some(({ sandboxId, state }) => sandboxId === sandbox.id && state === 'CONTAINER_RUNNING');
      return runs ? { address: sandbox.ip ?? node.address, kernel, node: node.name } : null;
    }
    return null;
  }

  usesHostNetwork(pod: ComponentId): boolean {
    const network = this.networkOf(pod);
    return network !== null && this.nodeAt(network.address) !== undefined;
  }

  private nodeAt(address: string): NodeSpec | undefined {
    return this.spec.nodes.find((node) => node.address === address);
  }

  private podAt(node: NodeSpec, address: string): Neighbour | null {
    const sandboxes = this.running.disk(node).containerd.sandboxes.values();
    const sandbox = [...sandboxes].find((one) => one.ready && one.ip === address);
    if (sandbox === undefined) return null;
    const id = processOf(sandbox);
    return { id, running: this.running.isRunning(id) };
  }

  private localOn(node: NodeSpec, port: number): ComponentId | null {
    const api = componentId('kube-apiserver');
    if (port === API_PORT && node.role === 'control-plane') return this.running.isRunning(api) ? api : null;
    return this.running.serverOn(node.name, port);
  }
}

function processOf({ config }: SandboxRecord): ComponentId {
  const { namespace, name } = config.metadata as { readonly namespace: string; readonly name: string };
  return podProcess(namespace, name);
}

const partsOf = (cidr: string): { readonly base: string; readonly bits: string } => {
  const [base = '', bits = '24'] = cidr.split('/');
  return { base, bits };
};
/** `10.244.1.0/24` and `192.168.49.2` -> `10.244.1.1`, `192.168.49.1`. */
const firstAddress = (text: string): string => partsOf(text).base.replace(/\d+$/, '1');

function isIn(cidr: string, address: string): boolean {
  const [network, ip] = [parseCidr(cidr), parseIp(address)];
  return network !== null && ip !== null && cidrContains(network, ip);
}
