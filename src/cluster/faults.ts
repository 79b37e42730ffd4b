// What is broken on purpose, carried out: on processes, machines and the network between them. Everything that
// follows is the components' own doing.
import { MINUTE, SECOND, type Seq, simTime } from '../base/brand';
import { isObject, type JsonObject } from '../base/json';
import { compareBytes } from '../base/order';
import type { Exchange } from '../sim/network';
import type { Simulation } from '../sim/simulation';
import type { Place, Trouble } from '../sim/troubles';
import { API_SERVER, binaryOf, type ComponentId, componentId, ETCD, ETCDCTL, nodeOf, onNode, REGISTRY } from '../wire/names';
import type { Protocol, RequestPayload } from '../wire/payload';
import type { FaultSpec } from '../wire/run';
import { etcdctlCompact } from './etcdctl';
import { HOST_BINARIES, type HostBinary, type Machine } from './machine';
import type { Programs } from './programs';
import { staticPods } from './static-pods';
import { OUTSIDE } from './wires';

type LinkFault = Extract<FaultSpec, { readonly from: string }>;
type MachineFault = Extract<FaultSpec, { readonly node: string }>;
type Lasting = Extract<LinkFault, { readonly forUs: number }>;

/** Effects show within so long: 50 s of grace and a period of 5 s for a node, a restart for a container. */
const NODE_US = 60 * SECOND;
const CONTAINER_US = 3 * SECOND;
/** A kubelet that others gave up says every 10 s how it is. */
const REPAIR_US = 15 * SECOND;
/** A kubelet looks at its disk every 10 s, and tells its status as often; it counts as short for 5 min more. */
const DISK_US = 25 * SECOND;
const PRESSURE_US = 5 * MINUTE;
/** A lease of 15 s runs out, and the one that stands by looks every 2 s. */
const LEADER_US = 20 * SECOND;

/** client-go pings a silent HTTP/2 connection after 30 s and gives it 15 s more; etcd's client gives it 10 s. */
const SILENCE_US: { readonly [protocol in Protocol]?: number } = { http: 45 * SECOND, etcd: 40 * SECOND };

/** For how long after it the cluster does not count as being at rest. `others`: what stands by for a part that is lost. */
export function noticedAfterUs(fault: FaultSpec, others: readonly string[]): number {
  switch (fault.kind) {
    case 'kill-process':
    case 'node-power':
      return NODE_US;
    case 'clock':
      return NODE_US + REPAIR_US;
    case 'disk':
      return fault.full ? DISK_US : DISK_US + PRESSURE_US;
    case 'partition':
    case 'stall':
    case 'delay':
      return fault.forUs + CONTAINER_US;
    case 'heal':
      return REPAIR_US;
    case 'kill-container':
    case 'static-pod-away':
      return others.includes(binaryOf(componentId(fault.component))) ? LEADER_US : CONTAINER_US;
    default:
      return CONTAINER_US;
  }
}

export class Faults {
  constructor(
    private readonly sim: Simulation,
    private readonly machines: ReadonlyMap<string, Machine>,
    private readonly programs: Programs,
  ) {}

  /** Where its record stands. */
  placeOf(fault: FaultSpec): ComponentId {
    if ('node' in fault) return onNode('kernel', fault.node);
    if ('component' in fault) return componentId(fault.component);
    if ('from' in fault) return this.machines.has(fault.from) ? onNode('kernel', fault.from) : componentId(fault.from);
    return fault.kind === 'registry' ? REGISTRY : ETCD;
  }

  /** Why it cannot be done, in a sentence; null if it can. */
  problemOf(fault: FaultSpec): string | null {
    if ('node' in fault) return this.machineProblem(fault);
    if ('from' in fault) return this.unknown(fault.from) ?? this.unknown(fault.to) ?? this.well(fault);
    switch (fault.kind) {
      case 'kill-container':
      case 'kill-process':
        return this.sim.process(componentId(fault.component)) === null ? `no component ${fault.component} runs` : null;
      case 'start-process':
        return this.hostBinary(fault.component) === null ? `no machine has a process ${fault.component}` : null;
      case 'static-pod-away':
        return this.manifestsOf(fault.component).length === 0 ? `no node has a manifest of ${fault.component}` : null;
      case 'compact-etcd':
        return this.sim.process(ETCDCTL) === null ? null : 'etcdctl runs already';
      default:
        return null;
    }
  }

  apply(fault: FaultSpec, cause: Seq): void {
    switch (fault.kind) {
      case 'kill-container':
      case 'kill-process':
        this.sim.process(componentId(fault.component))?.kill(137);
        return;
      case 'static-pod-away':
        for (const [machine, binary] of this.manifestsOf(fault.component)) moveManifest(machine, binary, fault.away);
        return;
      case 'start-process': {
        const [machine, binary] = this.hostBinary(fault.component) ?? [];
        if (binary !== undefined && machine?.on) machine.startProcess(binary);
        return;
      }
      case 'clock':
      case 'disk':
      case 'node-power':
        return this.applyTo(this.machines.get(fault.node), fault, cause);
      case 'reset':
        return this.sim.network.reset(this.between(fault, fault.path), cause);
      case 'lose-answer': {
        const fits = this.between(fault, fault.path);
        return this.sim.network.loseAnswer((exchange) => isWrite(exchange.payload) && fits(exchange), cause);
      }
      case 'heal':
        return this.sim.network.heal(this.sim.network.troubles.named(nameOf(fault)));
      case 'compact-etcd':
        this.sim.start(ETCDCTL, etcdctlCompact());
        return;
      case 'registry':
        return this.programs.setRegistry(fault.state);
      case 'partition':
      case 'stall':
      case 'delay':
        return this.sim.network.troubles.add(this.trouble(fault, cause));
    }
  }

  // ---- The network

  private trouble(fault: Lasting, cause: Seq): Trouble {
    return {
      name: nameOf(fault),
      from: this.place(fault.from),
      to: this.place(fault.to),
      bothWays: fault.kind === 'delay' || (fault.kind === 'partition' && !fault.oneWay),
      until: simTime(this.sim.now + fault.forUs),
      cause,
      effect:
        fault.kind === 'partition'
          ? { type: 'partition', silenceUs: (protocol) => SILENCE_US[protocol] ?? null }
          : fault.kind === 'delay'
            ? { type: 'delay', byUs: fault.byUs }
            : { type: 'stall' },
    };
  }

  /** A component, or everything on a node. */
  private place(name: string): Place {
    if (!this.machines.has(name)) return (id) => id === name;
    return (id) => (nodeOf(id) ?? this.programs.homeOf(id)) === name;
  }

  /** Whether an exchange is between these two, whoever asked, about something that begins with `path`. */
  private between({ from, to }: LinkFault, path: string): (exchange: Exchange) => boolean {
    const [a, b] = [this.place(from), this.place(to)];
    return (exchange) => {
      const { client, to: server, payload } = exchange;
      return ((a(client.id) && b(server)) || (b(client.id) && a(server))) && subjectOf(payload).startsWith(path);
    };
  }

  /** Why there is nothing to heal. */
  private well(fault: LinkFault): string | null {
    if (fault.kind !== 'heal' || this.sim.network.troubles.named(nameOf(fault)).length > 0) return null;
    return `nothing is wrong between ${fault.from} and ${fault.to}`;
  }

  private unknown(name: string): string | null {
    const id = componentId(name);
    return this.machines.has(name) || id === OUTSIDE || this.sim.knows(id) ? null : `there is no component or node ${name}`;
  }

  // ---- Machines

  private machineProblem({ kind, node }: MachineFault): string | null {
    if (!this.machines.has(node)) return `there is no node ${node}`;
    return kind === 'clock' && this.programs.homeOf(API_SERVER) === node ? 'the clock of kube-apiserver is not modelled' : null;
  }

  private applyTo(machine: Machine | undefined, fault: MachineFault, cause: Seq): void {
    if (machine === undefined) return;
    if (fault.kind === 'clock') machine.clockAheadUs = fault.aheadUs;
    else if (fault.kind === 'disk') this.programs.fillDisk(machine.node, fault.full, cause);
    else if (fault.on) machine.powerOn();
    else machine.powerOff(this.programs.containersOn(fault.node));
  }

  private hostBinary(component: string): [Machine, HostBinary] | null {
    const machine = this.machines.get(nodeOf(componentId(component)) ?? '');
    const binary = HOST_BINARIES.find((known) => known === binaryOf(componentId(component)));
    return machine === undefined || binary === undefined ? null : [machine, binary];
  }

  /** The machines whose manifest folder has, or would have, this static Pod. */
  private manifestsOf(component: string): [Machine, string][] {
    const id = componentId(component);
    const binary = binaryOf(id);
    const node = nodeOf(id);
    return [...this.machines.values()]
      .filter(
        (machine) =>
          machine.node.role === 'control-plane' &&
          staticPods(machine.node).has(binary) &&
          (node === null ? machine.node.staticPods === undefined : node === machine.node.name),
      )
      .map((machine) => [machine, binary]);
  }
}

/** The same whichever of the two comes first. */
const nameOf = ({ from, to }: LinkFault): string => (compareBytes(from, to) < 0 ? `${from} ${to}` : `${to} ${from}`);

function moveManifest({ node, manifests }: Machine, binary: string, away: boolean): void {
  const manifest = staticPods(node).get(binary);
  if (away) manifests.delete(binary);
  else if (manifest !== undefined) manifests.set(binary, manifest);
}

/** What a request is about: its path, the key of an etcd call, or else the call. */
function subjectOf(payload: RequestPayload): string {
  if (payload.protocol === 'http') return payload.path;
  return keyIn(payload.body) ?? payload.rpc;
}

function keyIn({ key, create_request: created, compare }: JsonObject): string | null {
  if (typeof key === 'string') return key;
  const first = isObject(created) ? created.key : Array.isArray(compare) && isObject(compare[0]) ? compare[0].key : null;
  return typeof first === 'string' ? first : null;
}

function isWrite(payload: RequestPayload): boolean {
  if (payload.protocol === 'http') return payload.method !== 'GET';
  return payload.protocol === 'etcd' && (payload.rpc === 'Txn' || payload.rpc === 'Put' || payload.rpc === 'DeleteRange');
}
