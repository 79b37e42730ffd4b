// Which program runs where: the host processes of a machine, and what runc starts for a container's image.
import type { Seq } from '../base/brand';
import { type CniDisk, cni, newCniDisk } from '../components/cni/cni';
import { containerd } from '../components/containerd/containerd';
import { type ContainerdDisk, newContainerdDisk } from '../components/containerd/disk';
import { etcd } from '../components/etcd/etcd';
import { type Disk as EtcdDisk, newDisk } from '../components/etcd/member';
import { kubeApiserver } from '../components/kube-apiserver/kube-apiserver';
import { kubeControllerManager } from '../components/kube-controller-manager/kube-controller-manager';
import { kubeProxy } from '../components/kube-proxy/kube-proxy';
import { kubeScheduler } from '../components/kube-scheduler/kube-scheduler';
import { fill, type KubeletDisk, kubelet, newKubeletDisk } from '../components/kubelet/kubelet';
import { addOutput } from '../components/kubelet/log-files';
import { NodeKernel } from '../components/node-kernel/node-kernel';
import { Outside } from '../components/outside/outside';
import { PodProgram } from '../components/pod/pod';
import { type RegistryHealth, registry } from '../components/registry/registry';
import { type Launch, type LaunchedContainer, runc } from '../components/runc/runc';
import type { Process, Program } from '../sim/process';
import type { Simulation } from '../sim/simulation';
import { type ComponentId, componentId, onNode, podProcess, REGISTRY } from '../wire/names';
import type { Asker, ClusterSpec, ImageBehaviour, NodeSpec, RegistryState } from '../wire/run';
import { CONTROL_PLANE_BINARIES, SYSTEM_IMAGES, systemImage } from './default-run';
import type { HostBinary, Machine } from './machine';
import { roomOf } from './rooms';
import { OUTSIDE, Wiring } from './wires';

/** A machine's disk: what outlives its processes and its power. */
export interface MachineDisk {
  readonly containerd: ContainerdDisk;
  readonly cni: CniDisk;
  readonly kubelet: KubeletDisk;
  readonly etcd: EtcdDisk;
}

export class Programs {
  private readonly images: ClusterSpec['images'];
  private readonly disks = new Map<string, MachineDisk>();
  private readonly registry: RegistryHealth = { state: 'well' };
  /** Where the processes run that are bodies of containers. */
  private readonly homes = new Map<ComponentId, string>();
  private readonly wiring: Wiring;

  constructor(
    private readonly sim: Simulation,
    private readonly spec: ClusterSpec,
  ) {
    this.images = { ...spec.images, ...SYSTEM_IMAGES };
    this.wiring = new Wiring(spec, {
      disk: (node) => this.disk(node),
      isRunning: (id) => sim.process(id) !== null,
      serverOn: (node, port) => this.serverOn(node, port),
    });
  }

  /** A host process of a machine, on that machine's disk. */
  host(binary: HostBinary, { node, manifests }: Machine): Program {
    const disk = this.disk(node);
    switch (binary) {
      case 'kernel':
        return new NodeKernel({ node: node.name, address: node.address, wires: this.wiring.wiresOf(node) });
      case 'runc':
        return runc({
          node: node.name,
          images: this.images,
          launch: this.launch,
          room: (id) => roomOf(disk, id),
          log: (id, text) => addOutput(disk.kubelet.logs, id, this.sim.now, text),
        });
      case 'cni':
        return cni(node.podCIDR, disk.cni);
      case 'containerd':
        return containerd(node.name, disk.containerd);
      case 'kubelet':
        return kubelet({ node, manifests, disk: disk.kubelet });
    }
  }

  startRegistry(): void {
    const { images, registry: health, spec } = this;
    if (this.sim.process(REGISTRY) === null)
      this.sim.start(REGISTRY, registry({ images, bytesPerSecond: spec.registryBytesPerSecond, health }));
  }

  setRegistry(state: RegistryState): void {
    this.registry.state = state;
    if (state === 'down') this.sim.process(REGISTRY)?.kill(137);
    else this.startRegistry();
  }

  fillDisk(node: NodeSpec, full: boolean, cause: Seq): void {
    fill(this.disk(node).kubelet.filesystem, full, cause);
  }

  /** The process that sends a person's requests, started if it does not run; null: there is nobody of that name. */
  asker(from: Asker): Process | null {
    if (from === 'outside') return this.sim.process(OUTSIDE) ?? this.sim.start(OUTSIDE, this.outside());
    const [kind, name = ''] = from.split('/');
    if (kind === 'node') return this.sim.process(onNode('kernel', name));
    const pod = componentId(from);
    const network = this.wiring.networkOf(pod);
    if (network === null) return null;
    this.homes.set(pod, network.node);
    return this.sim.process(pod) ?? this.startPod(pod);
  }

  /** The processes of the simulation that are bodies of containers on a machine. */
  containersOn(node: string): readonly ComponentId[] {
    return [...this.homes].flatMap(([id, home]) => (home === node ? [id] : []));
  }

  /** The machine on which the body of a container runs. */
  homeOf(id: ComponentId): string | null {
    return this.homes.get(id) ?? null;
  }

  private outside(): Outside {
    const { wiring } = this;
    return new Outside({ address: wiring.outsideAddress, wayTo: (address) => wiring.wayFromOutside(address) });
  }

  /** A Pod in the network of its node that listens on a port. */
  private serverOn(node: string, port: number): ComponentId | null {
    for (const [id, home] of this.homes) {
      const program = home === node ? this.sim.process(id)?.program : null;
      if (program instanceof PodProgram && program.serves(port) && this.wiring.usesHostNetwork(id)) return id;
    }
    return null;
  }

  private disk(node: NodeSpec): MachineDisk {
    let disk = this.disks.get(node.name);
    if (disk === undefined) {
      const system = node.role === 'control-plane' ? (node.staticPods ?? CONTROL_PLANE_BINARIES) : [];
      const references = [...['pause', 'kube-proxy', ...system].map(systemImage), ...(node.images ?? [])];
      disk = {
        containerd: newContainerdDisk(references, this.images),
        cni: newCniDisk(),
        kubelet: newKubeletDisk(),
        etcd: newDisk(),
      };
      this.disks.set(node.name, disk);
    }
    return disk;
  }

  /** The body of a container, where it is a process of the simulation: a part of Kubernetes, or a server. */
  private readonly launch: Launch = (behaviour, container, onExit) => {
    if (behaviour.does === 'component') return this.launchComponent(behaviour.binary, container, onExit);
    if (behaviour.does === 'serve' || behaviour.does === 'never-ready') return this.launchServer(behaviour, container, onExit);
    return null;
  };

  private launchComponent(binary: string, container: LaunchedContainer, onExit: (code: number) => void): ReturnType<Launch> {
    const node = this.spec.nodes.find(({ name }) => name === container.node);
    const program = node === undefined ? null : this.component(binary, node, container);
    if (node === undefined || program === null) return null;
    const id = nameOf(binary, node);
    if (this.sim.process(id) !== null) return null;
    const process = this.sim.start(id, program);
    this.homes.set(id, container.node);
    process.onExit(onExit);
    return { kill: () => process.kill(137), terminate: () => process.terminate() };
  }

  private component(binary: string, node: NodeSpec, container: LaunchedContainer): Program | null {
    const hostname = node.name;
    switch (binary) {
      case 'etcd':
        return etcd(this.disk(node).etcd);
      case 'kube-apiserver':
        return kubeApiserver({ address: node.address });
      case 'kube-controller-manager':
        return kubeControllerManager({ hostname, rootCa: ROOT_CA, podCidrs: this.podCidrs() });
      case 'kube-scheduler':
        return kubeScheduler({ host: hostname });
      case 'kube-proxy':
        return kubeProxy({ node: hostname, credentials: { type: 'token-file', read: () => this.tokenOf(node, container) } });
      default:
        return null;
    }
  }

  /** What a container reads from the token file that its kubelet keeps fresh. */
  private tokenOf(node: NodeSpec, { podUid }: LaunchedContainer): string {
    return this.disk(node).kubelet.tokens.get(podUid) ?? '';
  }

  private podCidrs(): { readonly [node: string]: string } {
    return Object.fromEntries(this.spec.nodes.map(({ name, podCIDR }) => [name, podCIDR]));
  }

  private launchServer(
    behaviour: Extract<ImageBehaviour, { does: 'serve' | 'never-ready' }>,
    { namespace, podName, id, node }: LaunchedContainer,
    onExit: (code: number) => void,
  ): ReturnType<Launch> {
    const name = podProcess(namespace, podName);
    this.homes.set(name, node);
    const program = (this.sim.process(name) ?? this.startPod(name)).program as PodProgram;
    program.serve(id, { port: behaviour.port, status: behaviour.does === 'serve' ? 200 : 503, onExit });
    return { kill: () => program.end(id, 137), terminate: () => program.stop(id) };
  }

  private startPod(name: ReturnType<typeof podProcess>): Process {
    const program = new PodProgram(() => this.wiring.networkOf(name));
    const process = this.sim.start(name, program);
    process.onExit(() => {
      this.homes.delete(name);
      program.killed();
    });
    return process;
  }
}

/** What runs on several nodes is told apart by them; what stands by, from the one on the first control-plane node. */
const nameOf = (binary: string, { name, staticPods }: NodeSpec): ComponentId =>
  componentId(binary === 'kube-proxy' || staticPods !== undefined ? `${binary}/${name}` : binary);

/** Stands for the certificate that kubeadm makes. */
const ROOT_CA = '-----BEGIN CERTIFICATE-----\nthe certificate authority of this cluster\n-----END CERTIFICATE-----\n';
