// Exchanges between processes: a request, then one answer, or an open stream of deliveries. A message
// takes its link's latency; messages on one link keep their order; what is sent to a process that
// does not run is lost, and its sender learns of it as TCP would tell it.
import { type Seq, type SimTime, simTime } from '../base/brand';
import { fnv32a } from '../base/hash';
import type { ComponentId } from '../wire/names';
import type { DeliveryPayload, Payload, Protocol, RequestPayload, ResponsePayload, StreamEnd } from '../wire/payload';
import type { Process } from './process';
import { because, type Context, type Simulation } from './simulation';

/** Microseconds one way: from `leastUs` to `leastUs + spreadUs`. */
export interface Latency {
  readonly leastUs: number;
  readonly spreadUs: number;
}
export type LatencyModel = (protocol: Protocol, from: ComponentId, to: ComponentId) => Latency;

export type Failure = 'refused' | 'reset' | 'timeout';
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
}

class Exchange implements Incoming {
  seq = -1 as Seq;
  open = true;
  server: Process | null = null;
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
    this.toClient(payload, (seq, carried) => ({ type: 'response', payload: carried, seq }));
    if (!this.streaming) this.settle();
  }

  push(payload: DeliveryPayload): void {
    if (this.open) this.toClient(payload, (seq, carried) => ({ type: 'delivery', payload: carried, seq }));
  }

  end(reason: string): void {
    if (!this.open) return;
    const payload: StreamEnd = { protocol: this.payload.protocol, kind: 'stream-end', reason };
    this.toClient(payload, () => ({ type: 'end', reason }));
    this.settle();
  }

  onClose(listener: () => void): void {
    this.closers.push(listener);
  }

  /** The client went away: the server's listeners are told. */
  closedByClient(): void {
    if (!this.open) return;
    this.settle();
    const server = this.server;
    if (server?.running) for (const closer of this.closers) server.later(closer);
  }

  /** The server went away, or was never there. */
  broken(failure: Failure): void {
    if (!this.open) return;
    this.settle();
    this.network.tellClient(this, { type: 'end', reason: failure });
  }

  settle(): void {
    this.open = false;
    this.client.outgoing.delete(this);
    this.server?.incoming.delete(this);
  }

  private toClient<P extends Payload>(payload: P, item: (seq: Seq, carried: P) => StreamItem): void {
    const idle = this.context.idle && payload.kind === 'response';
    this.network.send((this.server as Process).id, this.client.id, this.seq, payload, idle, (seq, carried) => {
      if (!this.client.running) return false;
      const { process, actor } = this.context;
      this.hear(item(seq, carried), { process, actor, cause: seq, idle });
      return true;
    });
  }
}

export type { Exchange };

export class Network {
  private readonly links = new Map<ComponentId, Map<ComponentId, Link>>();

  constructor(
    private readonly sim: Simulation,
    private readonly latency: LatencyModel,
  ) {}

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
    client.outgoing.add(exchange);
    exchange.seq = this.send(client.id, to, null, payload, context.idle, (seq, carried) => {
      const server = this.sim.process(to);
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
    });
    return exchange;
  }

  /** Puts one message on its way. `arrive` says whether there was anybody to receive it. */
  send<P extends Payload>(
    from: ComponentId,
    to: ComponentId,
    exchange: Seq | null,
    payload: P,
    idle: boolean,
    arrive: (seq: Seq, carried: P) => boolean,
  ): Seq {
    const { sim } = this;
    const carried = sim.recorder.carried(payload);
    const link = this.link(from, to);
    const chance = sim.lineage(sim.context.cause, link.place);
    const { leastUs, spreadUs } = this.latency(payload.protocol, from, to);
    const arrival = simTime(Math.max(sim.now + leastUs + Math.floor((chance / 0x1_0000_0000) * spreadUs), link.lastArrival));
    link.lastArrival = arrival;
    const { actor, cause } = sim.context;
    const seq = sim.recorder.append({ atUs: sim.now, receivedUs: arrival, from, to, actor, exchange, cause, payload: carried });
    sim.lineages[seq] = chance;
    sim.at(arrival, () => void (arrive(seq, carried) || sim.recorder.lose(seq)), idle);
    return seq;
  }

  /** Tells a client of a failure after the time that a TCP reset takes to it. */
  tellClient(exchange: Exchange, item: StreamItem): void {
    const { leastUs } = this.latency(exchange.payload.protocol, exchange.to, exchange.client.id);
    this.sim.at(simTime(this.sim.now + leastUs), () => {
      if (exchange.client.running) exchange.hear(item, because(exchange.context, exchange.seq));
    });
  }

  private link(from: ComponentId, to: ComponentId): Link {
    let links = this.links.get(from);
    if (links === undefined) this.links.set(from, (links = new Map()));
    let link = links.get(to);
    if (link === undefined) links.set(to, (link = { place: fnv32a(`${from}>${to}`), lastArrival: simTime(Number.MIN_SAFE_INTEGER) }));
    return link;
  }
}
