// A cluster description put together on a simulation: the machines boot, inputs reach kubectl, faults break
// things. Everything else that happens is the components' own doing.
import { type Seq, type SimTime, simTime } from '../base/brand';
import { fnv32a, mix } from '../base/hash';
import { canonicalJson, type Json, type JsonObject } from '../base/json';
import { Kubectl } from '../components/kubectl/kubectl';
import { parseIp } from '../machinery/ip';
import type { Process, Program } from '../sim/process';
import type { PayloadMode } from '../sim/recorder';
import { type Asking, Interrupt } from '../sim/requests';
import { Simulation } from '../sim/simulation';
import type { RequestInput } from '../wire/curl-line';
import { type ComponentId, componentId, KUBEADM, KUBECTL, nodeOf, onNode, USER } from '../wire/names';
import type { Output, Payload } from '../wire/payload';
import type { ClusterSpec, FaultSpec, Input } from '../wire/run';
import { Faults, noticedAfterUs } from './faults';
import { kubeadm } from './kubeadm';
import { latencyOf } from './latencies';
import { Machine } from './machine';
import { Programs } from './programs';
import { staticPods } from './static-pods';

/** The exit code of a process that was killed. */
const KILLED = 137;

export class Cluster {
  readonly sim: Simulation;
  private readonly given = new Map<string, number>();
  private readonly machines = new Map<string, Machine>();
  private readonly programs: Programs;
  private readonly faults: Faults;
  private readonly kubectl: Kubectl;
  private readonly terminal: Process;
  /** Of the requests and loads that are not over. */
  private readonly interrupts = new Set<Interrupt>();

  constructor(
    readonly spec: ClusterSpec,
    seed: number,
    startsAt: SimTime,
    options: { readonly payloads?: PayloadMode } = {},
  ) {
    const clockAheadUs = (id: ComponentId): number => this.machineOf(id)?.clockAheadUs ?? 0;
    this.sim = new Simulation({ seed, startsAt, latency: latencyOf, clockAheadUs, ...options });
    this.programs = new Programs(this.sim, spec);
    for (const node of spec.nodes) {
      const manifests = node.role === 'control-plane' ? staticPods(node) : new Map();
      this.machines.set(node.name, new Machine(this.sim, node, manifests, (binary, machine) => this.programs.host(binary, machine)));
    }
    this.programs.startRegistry();
    this.faults = new Faults(this.sim, this.machines, this.programs);
    for (const machine of this.machines.values()) if (machine.node.off !== true) machine.powerOn();
    this.sim.start(KUBEADM, kubeadm(spec.nodes));
    this.kubectl = new Kubectl({ output: (stdout, stderr, exit) => this.printed(stdout, stderr, exit), certificate: ADMIN });
    this.terminal = this.sim.start(KUBECTL, this.kubectl);
  }

  private machineOf(id: ComponentId): Machine | undefined {
    return this.machines.get(nodeOf(id) ?? this.programs.homeOf(id) ?? '');
  }

  /** Gives an input now. */
  give(input: Input): Seq {
    const seq = this.note(USER, receiverOf(input), null, { protocol: 'input', kind: 'input', input }, this.chanceOf(input));
    if (input.type === 'kubectl') this.type(input.line, input.stdin ?? '', seq);
    else if (input.type === 'interrupt') this.within(seq, () => this.interrupt());
    else if (input.type === 'fault') this.break(input.fault, seq);
    else this.within(seq, () => this.ask(input, seq));
    return seq;
  }

  // ---- Requests

  private ask(input: RequestInput, seq: Seq): void {
    const { sim } = this;
    const who = receiverOf(input);
    const interrupt = new Interrupt();
    this.interrupts.add(interrupt);
    const say = (stdout: string, stderr: string, exit: number): void => {
      if (!this.interrupts.delete(interrupt)) return;
      this.note(who, USER, sim.context.cause, { protocol: 'terminal', kind: 'output', stdout, stderr, exit });
    };
    const [host = '', port = ''] = input.to.split(':');
    const asker = this.programs.asker(input.from);
    if (asker === null) return say('', `${input.from} does not run\n`, 1);
    if (parseIp(host) === null) return say('', `curl: (6) Could not resolve host: ${host}\n${adviceOn(host)}`, 6);
    asker.onExit(() => say('', 'Killed\n', KILLED));
    const program = asker.program as Program & Asking;
    const seconds = input.type === 'load' ? input.seconds : null;
    asker.run(program.ask({ address: host, port: Number(port), seconds, interrupt }, say), seq);
  }

  // ---- The terminal

  /** A terminal does one thing at a time: what still runs in it is interrupted. */
  private type(line: string, stdin: string, seq: Seq): void {
    const { kubectl } = this;
    this.within(seq, () => kubectl.interrupt());
    const run = function* () {
      yield* kubectl.run(line, stdin);
    };
    this.terminal.run(run(), seq);
  }

  /** Ctrl-C. */
  private interrupt(): void {
    this.kubectl.kill();
    for (const interrupt of [...this.interrupts]) interrupt.give();
  }

  private within(cause: Seq, action: () => void): void {
    this.sim.within({ process: null, actor: null, cause, idle: false }, action);
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
    const refused = this.faults.problemOf(fault);
    const place = this.faults.placeOf(fault);
    const told: JsonObject = { ...detail, ...(refused === null ? {} : { refused }) };
    const cause = this.note(place, place, input, { protocol: 'fault', kind: 'fault', fault: kind, detail: told });
    if (refused !== null) return;
    this.within(cause, () => this.faults.apply(fault, cause));
    this.sim.expectUntil(
      simTime(
        this.sim.now +
          noticedAfterUs(
            fault,
            this.spec.nodes.flatMap(({ staticPods }) => staticPods ?? []),
          ),
      ),
    );
  }
}

/** Ours, not curl's: CoreDNS and its Service kube-dns are left out. */
function adviceOn(host: string): string {
  const [, name = host, namespace = 'default'] = /^([^.]+)(?:\.([^.]+)(?:\.svc(?:\.cluster\.local)?)?)?$/.exec(host) ?? [];
  const where = namespace === 'default' ? '' : ` -n ${namespace}`;
  return `(No cluster DNS runs here. Give the CLUSTER-IP instead: kubectl get service ${name}${where})\n`;
}

/** Who takes an input: kubectl, or the process that is to send a request. */
function receiverOf(input: Input): ComponentId {
  if (input.type !== 'request' && input.type !== 'load') return KUBECTL;
  const [kind, name = ''] = input.from.split('/');
  return kind === 'node' ? onNode('kernel', name) : componentId(input.from);
}

/** Who the person is: kubeadm's admin.conf. */
export const ADMIN = { commonName: 'kubernetes-admin', organizations: ['kubeadm:cluster-admins'] };
