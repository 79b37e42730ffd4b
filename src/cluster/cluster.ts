// A cluster description put together on a simulation: the machines boot, inputs reach kubectl, faults break
// things. Everything else that happens is the components' own doing.
import { SECOND, type Seq, type SimTime, simTime } from '../base/brand';
import { fnv32a, mix } from '../base/hash';
import { canonicalJson, type Json, type JsonObject } from '../base/json';
import { Kubectl } from '../components/kubectl/kubectl';
import { registry } from '../components/registry/registry';
import type { Process } from '../sim/process';
import type { PayloadMode } from '../sim/recorder';
import { Simulation } from '../sim/simulation';
import { type ComponentId, componentId, KUBEADM, KUBECTL, nodeOf, REGISTRY, USER } from '../wire/names';
import type { Output, Payload } from '../wire/payload';
import type { ClusterSpec, FaultSpec, Input } from '../wire/run';
import { SYSTEM_IMAGES } from './default-run';
import { kubeadm } from './kubeadm';
import { latencyOf } from './latencies';
import { type HostBinary, Machine } from './machine';
import { Programs } from './programs';
import { staticPods } from './static-pods';

/** How long after a fault its first effects may take to show: 50 s of grace and a period of 5 s for a node. */
const NOTICED_AFTER_US = { container: 3 * SECOND, node: 60 * SECOND };

export class Cluster {
  readonly sim: Simulation;
  private readonly given = new Map<string, number>();
  private readonly machines = new Map<string, Machine>();
  private readonly programs: Programs;
  private readonly kubectl: Kubectl;
  private readonly terminal: Process;

  constructor(
    readonly spec: ClusterSpec,
    seed: number,
    startsAt: SimTime,
    options: { readonly payloads?: PayloadMode } = {},
  ) {
    this.sim = new Simulation({ seed, startsAt, latency: latencyOf, ...options });
    this.programs = new Programs(this.sim, spec);
    for (const node of spec.nodes) {
      const manifests = node.role === 'control-plane' ? staticPods(node) : new Map();
      this.machines.set(node.name, new Machine(this.sim, node, manifests, (binary, machine) => this.programs.host(binary, machine)));
    }
    this.sim.start(REGISTRY, registry({ images: { ...spec.images, ...SYSTEM_IMAGES }, bytesPerSecond: spec.registryBytesPerSecond }));
    for (const machine of this.machines.values()) machine.powerOn();
    this.sim.start(KUBEADM, kubeadm(spec.nodes));
    this.kubectl = new Kubectl({ output: (stdout, stderr, exit) => this.printed(stdout, stderr, exit), certificate: ADMIN });
    this.terminal = this.sim.start(KUBECTL, this.kubectl);
  }

  /** Gives an input now. */
  give(input: Input): Seq {
    const seq = this.note(USER, KUBECTL, null, { protocol: 'input', kind: 'input', input }, this.chanceOf(input));
    if (input.type === 'kubectl') this.type(input.line, input.stdin ?? '', seq);
    else if (input.type === 'interrupt')
      this.sim.within({ process: null, actor: null, cause: seq, idle: false }, () => this.kubectl.interrupt());
    else this.break(input.fault, seq);
    return seq;
  }

  // ---- The terminal

  /** A terminal does one thing at a time: what still runs in it is interrupted. */
  private type(line: string, stdin: string, seq: Seq): void {
    const { kubectl } = this;
    kubectl.interrupt();
    const run = function* () {
      yield* kubectl.run(line, stdin);
    };
    this.terminal.run(run(), seq);
  }

  private printed(stdout: string, stderr: string, exit: number | null): void {
    const output: Output = { protocol: 'terminal', kind: 'output', stdout, stderr, exit };
    this.note(KUBECTL, USER, this.sim.context.cause, output);
  }

  private note(from: ComponentId, to: ComponentId, cause: Seq | null, payload: Payload, chance = this.sim.lineage(cause, 0)): Seq {
    const { recorder, now } = this.sim;
    const seq = recorder.append({
      atUs: now,
      receivedUs: now,
      from,
      to,
      actor: null,
      exchange: null,
      cause,
      payload: recorder.carried(payload),
    });
    this.sim.lineages[seq] = chance;
    return seq;
  }

  /** Chance after an input depends on what was asked and how often, not on what else was: an unrelated input
   *  changes nothing of it. */
  private chanceOf(input: Input): number {
    const text = canonicalJson(input as unknown as Json);
    const times = this.given.get(text) ?? 0;
    this.given.set(text, times + 1);
    return mix(mix(this.sim.seed, fnv32a(text)), times);
  }

  // ---- Faults

  private break(fault: FaultSpec, input: Seq): void {
    const { kind, ...detail } = fault;
    const place = 'node' in fault ? componentId(`kernel/${fault.node}`) : componentId(fault.component);
    const cause = this.note(place, place, input, { protocol: 'fault', kind: 'fault', fault: kind, detail: detail as JsonObject });
    this.sim.within({ process: null, actor: null, cause, idle: false }, () => this.apply(fault));
    const heardUs = kind === 'node-power' || kind === 'kill-process' ? NOTICED_AFTER_US.node : NOTICED_AFTER_US.container;
    this.sim.expectUntil(simTime(this.sim.now + heardUs));
  }

  private apply(fault: FaultSpec): void {
    switch (fault.kind) {
      case 'kill-container':
        this.sim.process(componentId(fault.component))?.kill(137);
        return;
      case 'static-pod-away':
        this.moveManifest(fault.component, fault.away);
        return;
      case 'kill-process':
        this.sim.process(componentId(fault.component))?.kill(137);
        return;
      case 'start-process': {
        const [binary = ''] = fault.component.split('/');
        this.machineOf(componentId(fault.component))?.startProcess(binary as HostBinary);
        return;
      }
      case 'node-power':
        this.power(fault.node, fault.on);
    }
  }

  /** Takes a static Pod's manifest out of its folder, or puts it back. */
  private moveManifest(component: string, away: boolean): void {
    const [binary = '', node] = component.split('/');
    for (const machine of this.machines.values()) {
      if (machine.node.role !== 'control-plane' || (node !== undefined && node !== machine.node.name)) continue;
      const manifest = staticPods(machine.node).get(binary);
      if (away) machine.manifests.delete(binary);
      else if (manifest !== undefined) machine.manifests.set(binary, manifest);
    }
  }

  private power(node: string, on: boolean): void {
    const machine = this.machines.get(node);
    if (machine === undefined) return;
    if (on) machine.powerOn();
    else machine.powerOff(this.programs.containersOn(node));
  }

  private machineOf(id: ComponentId): Machine | undefined {
    return this.machines.get(nodeOf(id) ?? '');
  }
}

/** Who the person is: kubeadm's admin.conf. */
const ADMIN = { commonName: 'kubernetes-admin', organizations: ['kubeadm:cluster-admins'] };
