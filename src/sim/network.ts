// Exchanges between processes: a request, then one answer, or an open stream of deliveries. A message
// takes its link's latency; messages on one link keep their order; what is sent to a process that
// does not run is lost, and its sender learns of it as TCP would tell it.
import { type Seq, type SimTime, simTime } from '../base/brand';
import { fnv32a } from '../base/hash';
import type { ComponentId } from '../wire/names';
import type { DeliveryPayload, Packet, Payload, Protocol, RequestPayload, ResponsePayload, StreamEnd } from '../wire/payload';
import { HeldUp, isAlone, type Message, type Way } from './held-up';
import type { Process } from './process';
import { because, type Context, type Simulation } from './simulation';
import { lateArrival, type Trouble, Troubles } from './troubles';

/** Microseconds one way: from `leastUs` to `leastUs + spreadUs`. */
export interface Latency {
  readonly leastUs: number;
  readonly spreadUs: number;
}
export type LatencyModel = (protocol: Protocol, from: ComponentId, to: ComponentId) => Latency;

/** `timeout`: the caller's own; `unreachable`: no connection came about; `lost`: nothing was heard for long. */
export type Failure = 'refused' | 'reset' | 'timeout' | 'unreachable' | 'lost';
export type Answer =
  | { readonly ok: true; readonly payload: ResponsePayload; readonly seq: Seq }
  | { readonly ok: false; readonly failure: Failure };

/** What a client hears on an open exchange. After `end` nothing follows. */
export type StreamItem =
  | { readonly type: 'response'; readonly payload: ResponsePayload; readonly seq: Seq }
  | { readonly type: 'delivery'; readonly payload: DeliveryPayload; readonly seq: Seq }
  | { readonly type: 'end'; readonly reason: string };

/** A client's end of an open exchange. */
export interface Stream {
  readonly seq: Seq;
  close(): void;
}

/** A request as its server sees it. */
export interface Incoming {
  readonly seq: Seq;
  readonly from: ComponentId;
  /** The part of the sender that sent it. */
  readonly actor: string | null;
  readonly payload: RequestPayload;
  /** False once the client went away or the answer is complete. */
  readonly open: boolean;
  /** The one answer; for a stream, its head. */
  respond(payload: ResponsePayload): void;
  /** A further message on an open exchange. */
  push(payload: DeliveryPayload): void;
  /** Ends a stream from the server's side. */
  end(reason: string): void;
  /** Called when the client closes or breaks the exchange. */
  onClose(listener: () => void): void;
}
export type Handler = (incoming: Incoming) => void;

interface Link {
  readonly place: number;
  lastArrival: SimTime;
  /** Null until something is wrong. */
  heldUp: HeldUp | null;
}

class Exchange implements Incoming {
  seq = -1 as Seq;
  open = true;
  server: Process | null = null;
  /** It waits for a connection that a partition keeps from coming about. */
  dials = false;
  /** The fault that will lose the answer. */
  losesAnswer: Seq | null = null;
  /** Broken in between: the client is through with it, the server may not know yet. */
  cut = false;
  /** What a partition holds back on its way to the client. */
  private late: Seq[] = [];
  private readonly closers: (() => void)[] = [];

  constructor(
    private readonly network: Network,
    readonly client: Process,
    readonly to: ComponentId,
    /** As the server has it: see Recorder.carried. */
    public payload: RequestPayload,
    readonly streaming: boolean,
    readonly context: Context,
    readonly hear: (item: StreamItem, context: Context) => void,
  ) {}

  get from(): ComponentId {
    return this.client.id;
  }
  get actor(): string | null {
    return this.context.actor;
  }

  respond(payload: ResponsePayload): void {
    if (!this.open) return;
    if (this.losesAnswer !== null) return this.loseAnswer(payload, this.losesAnswer);
    this.toClient(payload, (seq, carried) => ({ type: 'response', payload: carried, seq }));
    if (!this.streaming || isRefusal(payload)) this.complete();
  }

  push(payload: DeliveryPayload): void {
    if (this.open) this.toClient(payload, (seq, carried) => ({ type: 'delivery', payload: carried, seq }));
  }

  end(reason: string): void {
    if (!this.open) return;
    const payload: StreamEnd = { protocol: this.payload.protocol, kind: 'stream-end', reason };
    this.toClient(payload, () => ({ type: 'end', reason }));
    this.complete();
  }

  onClose(listener: () => void): void {
    this.closers.push(listener);
  }

  /** The client went away: the server's listeners are told. */
  closedByClient(): void {
    if (this.open && !this.cut) this.leave();
    else if (this.late.length > 0) this.drop();
  }

  /** Whether there is still something to give up: an answer that comes within a moment is taken. */
  get pending(): boolean {
    return this.open || this.late.length > 0;
  }

  /** The server went away, or was never there. */
  broken(failure: Failure, cause: Seq = this.seq): void {
    if (!this.open || this.cut) return;
    const held = this.network.held(this.to, this.client.id);
    if (held !== null) return void this.network.atEndOf(held, () => this.broken(failure, cause));
    this.settle();
    this.network.tellClient(this, { type: 'end', reason: failure }, cause);
  }

  /** The client gives up, for what it sees of the connection. */
  giveUp(failure: Failure, cause: Seq): void {
    if (this.cut) return;
    this.leave();
    this.drop();
    this.network.newConnection(this.client, this.to);
    this.network.tellClient(this, { type: 'end', reason: failure }, cause);
  }

  /** Both ends are told that the connection is gone; what was under way on it is lost. */
  reset(cause: Seq): void {
    if (!this.open || this.cut) return;
    this.closeServer();
    this.drop();
    this.network.newConnection(this.client, this.to);
    this.network.tellClient(this, { type: 'end', reason: 'reset' }, cause);
  }

  /** From the client's side; a server beyond a partition hears of it later. */
  private leave(): void {
    const held = this.network.held(this.client.id, this.to);
    if (held === null && this.dials && this.server === null) {
      this.settle();
      this.drop(); // it never got as far as a connection
      return this.network.newConnection(this.client, this.to);
    }
    if (held === null) return this.closeServer();
    this.drop();
    if (!this.client.running) this.network.newConnection(this.client, this.to);
    this.network.atEndOf(held, () => this.closeServer());
  }

  /** The client hears nothing more, and what is under way is lost. */
  private drop(): void {
    this.cut = true;
    this.client.outgoing.delete(this);
    const under = this.server === null ? [this.seq, ...this.late] : this.late;
    for (const seq of under) this.network.lose(seq);
    this.late = [];
  }

  private closeServer(): void {
    if (!this.open) return;
    this.settle();
    const server = this.server;
    if (server?.running) for (const closer of this.closers) server.later(closer);
  }

  private loseAnswer(payload: ResponsePayload, cause: Seq): void {
    this.network.send((this.server as Process).id, this.client.id, this.seq, payload, this.context.idle, () => false);
    this.settle();
    this.network.tellClient(this, { type: 'end', reason: 'reset' }, cause);
  }

  /** All is sent. What a partition holds back may yet be given up with its connection. */
  private complete(): void {
    this.settle();
    if (this.late.length > 0) this.client.outgoing.add(this);
  }

  settle(): void {
    this.open = false;
    this.client.outgoing.delete(this);
    this.server?.incoming.delete(this);
  }

  private toClient<P extends Payload>(payload: P, item: (seq: Seq, carried: P) => StreamItem): void {
    const idle = this.context.idle && payload.kind === 'response';
    const arrive = (seq: Seq, carried: P): boolean => {
      if (!this.client.running || this.cut) return false;
      if (this.late.length > 0) this.late = this.late.filter((other) => other !== seq);
      if (!this.open) this.client.outgoing.delete(this);
      const { process, actor } = this.context;
      this.hear(item(seq, carried), { process, actor, cause: seq, idle });
      return true;
    };
    const seq = this.network.send((this.server as Process).id, this.client.id, this.seq, payload, idle, arrive, this.cut ? 'gone' : 'open');
    if (this.cut) this.network.lose(seq);
    else if (this.network.held(this.to, this.client.id) !== null) this.late.push(seq);
  }
}

const NOTHING: readonly Trouble[] = [];

/** After it nothing comes on a stream. */
const isRefusal = (payload: ResponsePayload): boolean => (payload.protocol === 'http' ? payload.status >= 400 : payload.error !== null);

export type { Exchange };

export class Network {
  readonly troubles: Troubles;
  private readonly links = new Map<ComponentId, Map<ComponentId, Link>>();
  /** Whose answers will be lost: the first request that fits. */
  private losses: { readonly fits: (exchange: Exchange) => boolean; readonly cause: Seq }[] = [];

  constructor(
    private readonly sim: Simulation,
    private readonly latency: LatencyModel,
  ) {
    this.troubles = new Troubles(sim);
  }

  /** Sends a request from `client`. `hear` is called with each item that comes back. */
  request(
    client: Process,
    to: ComponentId,
    payload: RequestPayload,
    options: { readonly streaming: boolean; readonly idle: boolean },
    hear: (item: StreamItem, context: Context) => void,
  ): Exchange {
    const { process, actor, cause, idle } = this.sim.context;
    const context: Context = { process, actor, cause, idle: options.idle || idle };
    const exchange = new Exchange(this, client, to, payload, options.streaming, context, hear);
    const fresh = this.troubles.any && this.troubles.needsConnection(exchange);
    client.outgoing.add(exchange);
    const arrive = (seq: Seq, carried: RequestPayload): boolean => {
      const server = this.sim.process(to);
      if (exchange.cut) return false;
      if (!exchange.open) return server !== null;
      if (server === null || !server.accepts) {
        exchange.broken('refused');
        return false;
      }
      exchange.server = server;
      server.incoming.add(exchange);
      exchange.payload = carried;
      server.serve(exchange, { process: server, actor: null, cause: seq, idle: context.idle });
      return true;
    };
    exchange.seq = this.send(client.id, to, null, payload, context.idle, arrive, fresh ? 'fresh' : 'open');
    if (fresh) this.troubles.dialling(exchange);
    if (this.losses.length > 0) this.mayLose(exchange);
    return exchange;
  }

  /** Sends a packet. Nobody answers for one that finds no receiver; one that a partition holds back is lost. */
  packet(from: Process, to: ComponentId, packet: Packet): Seq {
    const { idle } = this.sim.context;
    const cut = this.held(from.id, to) !== null;
    return this.send(from.id, to, null, packet, idle, (cause, carried) => {
      const receiver = cut ? null : this.sim.process(to);
      return receiver?.take(carried, from.id, { process: receiver, actor: null, cause, idle }) ?? false;
    });
  }

  /** Puts one message on its way. `arrive` says whether there was anybody to receive it. */
  send<P extends Payload>(
    from: ComponentId,
    to: ComponentId,
    exchange: Seq | null,
    payload: P,
    idle: boolean,
    arrive: (seq: Seq, carried: P) => boolean,
    way: Way = 'open',
  ): Seq {
    const { sim } = this;
    const carried = sim.recorder.carried(payload);
    const link = this.link(from, to);
    const chance = sim.lineage(sim.context.cause, link.place);
    const { leastUs, spreadUs } = this.latency(payload.protocol, from, to);
    const plain = simTime(sim.now + leastUs + Math.floor((chance / 0x1_0000_0000) * spreadUs));
    const hitBy = this.troubles.any ? this.troubles.hitting(from, to, way === 'fresh', payload.kind === 'packet') : NOTHING;
    const late = lateArrival(hitBy, sim.now, plain);
    const before = link.lastArrival;
    const arrival = simTime(Math.max(late, before));
    if (!isAlone(way, late, sim.now)) link.lastArrival = arrival;
    const { actor, cause } = sim.context;
    const seq = sim.recorder.append({ atUs: sim.now, receivedUs: arrival, from, to, actor, exchange, cause, payload: carried });
    sim.lineages[seq] = chance;
    let message: Message | null = null;
    const arrives = sim.at(
      arrival,
      () => {
        if (message !== null) link.heldUp?.arrived(message);
        if (!arrive(seq, carried)) sim.recorder.lose(seq);
      },
      idle,
    );
    if (this.troubles.any) {
      message = { seq, sentAt: sim.now, plain, way, hitBy, arrives };
      link.heldUp ??= new HeldUp(sim);
      link.heldUp.add(message, before);
    }
    return seq;
  }

  /** Tells a client of a failure after the time that a TCP reset takes to it. */
  tellClient(exchange: Exchange, item: StreamItem, cause: Seq): void {
    const { leastUs } = this.latency(exchange.payload.protocol, exchange.to, exchange.client.id);
    this.sim.at(simTime(this.sim.now + leastUs), () => {
      if (exchange.client.running) exchange.hear(item, because(exchange.context, cause));
    });
  }

  // ---- What is broken on purpose

  /** Resets what is open between two places and fits. */
  reset(fits: (exchange: Exchange) => boolean, cause: Seq): void {
    const open = this.sim.running().flatMap((process) => [...process.outgoing].filter(fits));
    for (const exchange of open) exchange.reset(cause);
  }

  /** The next request that fits will be served, and its answer lost. */
  loseAnswer(fits: (exchange: Exchange) => boolean, cause: Seq): void {
    this.losses.push({ fits, cause });
  }

  private mayLose(exchange: Exchange): void {
    const loss = this.losses.find(({ fits }) => fits(exchange));
    if (loss === undefined) return;
    this.losses = this.losses.filter((other) => other !== loss);
    exchange.losesAnswer = loss.cause;
  }

  /** The partition that holds back what `from` sends to `to`. */
  held(from: ComponentId, to: ComponentId): Trouble | null {
    return this.troubles.any ? this.troubles.partition(from, to) : null;
  }

  /** Ends what was done to the network between two places before its time: what is held up comes through. */
  heal(troubles: readonly Trouble[]): void {
    for (const trouble of troubles) this.troubles.heal(trouble);
    for (const links of this.links.values())
      for (const link of links.values()) link.lastArrival = link.heldUp?.hasten() ?? link.lastArrival;
  }

  lose(seq: Seq): void {
    this.sim.recorder.lose(seq);
  }

  atEndOf(trouble: Trouble, action: () => void): void {
    this.troubles.atEndOf(trouble, action);
  }

  /** What was under way between them is lost, unless others wait for the same connection: what comes next need not
   *  wait behind it. */
  newConnection({ id, outgoing }: Process, server: ComponentId): void {
    for (const other of outgoing) if (other.to === server && other.server === null) return;
    this.link(id, server).lastArrival = this.sim.now;
    this.link(server, id).lastArrival = this.sim.now;
  }

  /** When the last message of one to the other arrives or arrived. */
  lastArrival(from: ComponentId, to: ComponentId): SimTime {
    return this.link(from, to).lastArrival;
  }

  private link(from: ComponentId, to: ComponentId): Link {
    let links = this.links.get(from);
    if (links === undefined) this.links.set(from, (links = new Map()));
    let link = links.get(to);
    if (link === undefined)
      links.set(to, (link = { place: fnv32a(`${from}>${to}`), lastArrival: simTime(Number.MIN_SAFE_INTEGER), heldUp: null }));
    return link;
  }
}
