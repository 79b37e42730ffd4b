// A node: a machine with a disk and host processes. Its kubelet, containerd, runc, CNI plugin and kernel
// are processes of the operating system; everything else that runs on it is a container.
import type { Pod } from '../machinery/types';
import type { Program } from '../sim/process';
import type { Simulation } from '../sim/simulation';
import { type ComponentId, type NodeBinary, onNode } from '../wire/names';
import type { NodeSpec } from '../wire/run';

/** Started in this order; stopped in the reverse. */
export const HOST_BINARIES = ['kernel', 'runc', 'cni', 'containerd', 'kubelet'] as const satisfies readonly NodeBinary[];
export type HostBinary = (typeof HOST_BINARIES)[number];

export class Machine {
  on = false;
  /** How far its clock is ahead of the true time. */
  clockAheadUs = 0;

  constructor(
    private readonly sim: Simulation,
    readonly node: NodeSpec,
    /** Manifests in the kubelet's folder, by file name. */
    readonly manifests: Map<string, Pod>,
    private readonly program: (binary: HostBinary, machine: Machine) => Program,
  ) {}

  id(binary: HostBinary): ComponentId {
    return onNode(binary, this.node.name);
  }

  powerOn(): void {
    if (this.on) return;
    this.on = true;
    for (const binary of HOST_BINARIES) this.startProcess(binary);
  }

  /** Everything on it stops at once. `others` are the processes of its containers. */
  powerOff(others: readonly ComponentId[]): void {
    if (!this.on) return;
    this.on = false;
    for (const binary of [...HOST_BINARIES].reverse()) this.sim.process(this.id(binary))?.kill(137);
    for (const id of others) this.sim.process(id)?.kill(137);
  }

  startProcess(binary: HostBinary): void {
    if (this.sim.process(this.id(binary)) === null) this.sim.start(this.id(binary), this.program(binary, this));
  }
}
