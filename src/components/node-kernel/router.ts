// What a kernel does with packets: conntrack, the rules on their way, and on to whoever is next. Models Linux's IPv4
// path with a bridge for Pods (br_netfilter on) and static routes to the Pod networks of the other nodes.
// Left out: ICMP's own way through the rules, ARP of other machines, fragments.
import { MS, SECOND } from '../../base/brand';
import type { Json, JsonObject } from '../../base/json';
import type { Random } from '../../base/random';
import type { Ctx } from '../../sim/process';
import type { Timer } from '../../sim/simulation';
import type { Task } from '../../sim/task';
import { type Answered, backTo, TcpClient } from '../../sim/tcp';
import type { ComponentId } from '../../wire/names';
import type { Packet } from '../../wire/payload';
import {
  type Connection,
  Conntrack,
  endsText,
  type Found,
  isOver,
  mappedBy,
  pathOf,
  REMEMBERED_US,
  reversed,
  shown,
  stateAfter,
  statesSeen,
} from './conntrack';
import { addressOn, type Host, isLocal, routeTo } from './host';
import { RecentLists } from './recent';
import type { Tables } from './tables';
import { type Mapped, type Traversal, type Walk, walk } from './walk';

/** Who has an address or a port; not running: its network is there, and nobody listens in it. */
export interface Neighbour {
  readonly id: ComponentId;
  readonly running: boolean;
}
/** How a machine is wired. */
export interface Wires {
  readonly host: Host;
  /** The interface of the Pods' bridge. */
  readonly bridge: string;
  /** Null: nobody on the bridge has that address. */
  pod(address: string): Neighbour | null;
  /** Who listens on a port of this machine itself. */
  local(port: number): ComponentId | null;
  /** The next machine on the way to an address. */
  beyond(address: string): ComponentId;
}

/** ARP asks three times, a second apart. */
const UNREACHABLE_AFTER_US = 3 * SECOND + 70 * MS;
const FIRST_PORT = 1_024;
const PORTS = 64_512;
const MAX_TRIES = 128;

export class Router {
  private readonly conntrack = new Conntrack();
  private readonly recent = new RecentLists();
  private readonly timers = new Map<string, Timer>();
  private readonly chances = new Map<string, Random>();
  private readonly client: TcpClient;
  private readonly ports: Random;

  constructor(
    private readonly ctx: Ctx,
    private readonly tables: Tables,
    private readonly wires: Wires,
  ) {
    this.client = new TcpClient(ctx, (packet) => this.route(packet, null));
    this.ports = ctx.random('ports of masqueraded connections');
  }

  inspect(): { readonly [path: string]: Json } {
    return { ...this.conntrack.inspect(), ...this.recent.inspect() };
  }

  /** A request of a process of this machine. */
  *get(destination: string, destinationPort: number): Task<Answered> {
    const { host } = this.wires;
    const source = isLocal(host, destination) ? destination : addressOn(host, routeTo(host, destination));
    return yield* this.client.get({ source, destination, destinationPort });
  }

  /** A packet arrived, from a Pod, from a process of this machine, or from another machine. */
  take(packet: Packet): void {
    const { host } = this.wires;
    if (packet.transport === 'ICMP') this.passComplaint(packet);
    else this.route(packet, isLocal(host, packet.source) ? null : routeTo(host, packet.source));
  }

  /** `input` null: a process here sent it. */
  private route(packet: Packet, input: string | null): void {
    const found = this.known(packet);
    const walked = this.walk(packet, input, found);
    const left = { ...packet, ...endsOf(walked.packet) };
    const states = walked.packet.states;
    let set: JsonObject = {};
    if (walked.outcome === 'accepted') {
      if (found !== null) set = this.note({ ...found.connection, state: stateAfter(found, packet.flags) });
      else if (states.includes('NEW')) {
        if (this.conntrack.full) return this.ctx.inside('packet', { ...seenOf(packet, input, walked), outcome: 'dropped' });
        if (states.includes('SNAT')) left.sourcePort = this.freePort(left);
        const translated = states.filter((state) => state === 'SNAT' || state === 'DNAT');
        set = this.note({ original: endsOf(packet), reply: reversed(endsOf(left)), translated, state: 'SYN_SENT' });
        set = { ...set, ...this.recent.remember(walked.remembers, packet.source, this.ctx.now()) };
      }
    }
    this.ctx.inside('packet', { ...seenOf(packet, input, walked), left: endsText(left) }, set);
    if (walked.outcome === 'accepted') this.pass(left, walked.output);
    else if (walked.outcome === 'rejected') this.complain(packet, 'port-unreachable');
  }

  private walk(packet: Packet, input: string | null, found: Found | null): Walk {
    const begins = packet.flags === 'SYN' || packet.flags === 'ACK';
    const states = found !== null ? statesSeen(found) : [begins ? 'NEW' : 'INVALID'];
    const seen = { ...endsOf(packet), protocol: 'tcp', mark: 0, states };
    const now = this.ctx.now();
    return walk(this.tables, this.wires.host, seen, {
      input,
      remembered: (list, seconds) => this.recent.has(list, packet.source, seconds, now),
      ...(found !== null ? { mapped: mappedBy(found) } : states.includes('NEW') ? { chance: this.chanceFor(packet) } : {}),
    });
  }

  /** Each service has its own row of random numbers here: what others are asked does not change where it leads. */
  private chanceFor({ destination, destinationPort }: Packet): number {
    const service = `${destination}:${destinationPort}`;
    let random = this.chances.get(service);
    if (random === undefined) this.chances.set(service, (random = this.ctx.random(`endpoint for ${service}`)));
    return random.next() / 0x1_0000_0000;
  }

  private freePort(left: Mapped): number {
    let sourcePort = left.sourcePort;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      sourcePort = FIRST_PORT + this.ports.below(PORTS);
      if (this.conntrack.find(reversed({ ...left, sourcePort })) === null) break;
    }
    return sourcePort;
  }

  // ---- Connections

  /** What conntrack knows of it; a connection that is over is forgotten when the same ends begin another. */
  private known(packet: Packet): Found | null {
    const found = this.conntrack.find(packet);
    if (found === null || packet.flags !== 'SYN' || !isOver(found.connection)) return found;
    this.conntrack.forget(found.connection);
    return null;
  }

  /** Keeps a connection and the time until it is forgotten; returns how that changes the interior. */
  private note(connection: Connection): JsonObject {
    const path = pathOf(connection);
    this.conntrack.keep(connection);
    this.timers.get(path)?.cancel();
    const forget = (): void => {
      this.conntrack.forget(connection);
      this.timers.delete(path);
      this.ctx.inside('packet', { forgotten: endsText(connection.original) }, { [path]: null });
    };
    this.timers.set(path, this.ctx.after(REMEMBERED_US[connection.state], forget, { idle: true }));
    return { [path]: shown(connection) };
  }

  // ---- On to whoever is next

  private pass(packet: Packet, output: string | null): void {
    const { wires, ctx } = this;
    if (output === null) return this.arrive(packet);
    if (output !== wires.bridge) return ctx.send(wires.beyond(packet.destination), packet);
    const pod = wires.pod(packet.destination);
    if (pod === null) ctx.after(UNREACHABLE_AFTER_US, () => this.complain(packet, 'host-unreachable'));
    else if (pod.running) ctx.send(pod.id, packet);
    else this.refuse(packet, wires.bridge);
  }

  private arrive(packet: Packet): void {
    if (this.client.take(packet)) return;
    const server = this.wires.local(packet.destinationPort);
    if (server !== null) this.ctx.send(server, packet);
    else this.refuse(packet, null);
  }

  /** Nobody listens: the kernel says so in the name of whoever was asked. */
  private refuse(packet: Packet, input: string | null): void {
    if (packet.flags !== 'RST') this.route(backTo(packet, 'RST'), input);
  }

  private complain(packet: Packet, flags: 'port-unreachable' | 'host-unreachable'): void {
    const { host } = this.wires;
    const found = flags === 'host-unreachable' ? this.conntrack.find(reversed(packet)) : null;
    const asked = found === null ? packet : { ...packet, ...found.connection.original };
    const source = addressOn(host, routeTo(host, asked.source));
    this.passComplaint({ ...backTo(asked, flags, asked.destination), transport: 'ICMP', source });
  }

  /** ICMP about a packet whose addresses were changed here goes to whom it came from, in the words of that one. */
  private passComplaint(complaint: Packet): void {
    const { host, bridge } = this.wires;
    const found = this.conntrack.find({ ...endsOf(complaint), source: complaint.data });
    const asked = found?.direction === 'reply' ? found.connection.original : null;
    const told =
      asked === null
        ? complaint
        : {
            ...complaint,
            sourcePort: asked.destinationPort,
            destination: asked.source,
            destinationPort: asked.sourcePort,
            data: asked.destination,
          };
    if (isLocal(host, told.destination)) this.client.take(told);
    else if (routeTo(host, told.destination) !== bridge) this.ctx.send(this.wires.beyond(told.destination), told);
    else {
      const pod = this.wires.pod(told.destination);
      if (pod?.running) this.ctx.send(pod.id, told);
    }
  }
}

const endsOf = ({ source, sourcePort, destination, destinationPort }: Mapped): Mapped => ({
  source,
  sourcePort,
  destination,
  destinationPort,
});

/** What the inside record of one packet tells. */
const seenOf = (packet: Packet, input: string | null, { traversals, outcome, output }: Walk): JsonObject => ({
  flags: packet.flags,
  came: endsText(packet),
  input,
  outcome,
  output,
  hooks: traversals.map(hookOf),
});
const hookOf = ({ table, hook, packet, steps }: Traversal): JsonObject => ({
  table,
  hook,
  packet: endsText(packet),
  mark: packet.mark,
  states: packet.states,
  steps: steps.map(({ chain, kind, verdict, rule }) => ({ chain, kind, verdict, rule })),
});
