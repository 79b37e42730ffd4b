// What is wrong with the network for a while: messages that come late or not at all, and connections that
// break because nothing came. Models what TCP does (a lost segment is sent again after 200 ms, then after twice as
// long each time) and what its users add: an HTTP/2 or gRPC client that hears nothing gives its connection up, a new
// connection is given up after a while. Left out: windows that fill up, handshakes, retransmission limits of TCP.
import { MS, SECOND, type Seq, type SimTime, simTime } from '../base/brand';
import type { ComponentId } from '../wire/names';
import type { Protocol } from '../wire/payload';
import type { SimEvent } from './event-queue';
import type { Exchange } from './network';
import type { Simulation } from './simulation';

/** Whether a component is there. */
export type Place = (id: ComponentId) => boolean;

export interface Trouble {
  /** Between whom it is: those of one name are healed together. */
  readonly name: string;
  readonly from: Place;
  readonly to: Place;
  readonly bothWays: boolean;
  /** Now, once it is healed. */
  until: SimTime;
  /** The record of the fault. */
  readonly cause: Seq;
  readonly effect:
    | { readonly type: 'delay'; readonly byUs: number }
    /** Waits at the receiver's door; the connection is known to live. */
    | { readonly type: 'stall' }
    /** `silenceUs`: after so long without a sign of life a client closes its connection; null if it never does. */
    | { readonly type: 'partition'; readonly silenceUs: (protocol: Protocol) => number | null };
}

const FIRST_RETRANSMIT_US = 200 * MS;
const MAX_RETRANSMIT_US = 120 * SECOND;
/** net.Dialer's timeout in client-go's transport. */
const DIAL_US = 30 * SECOND;

export class Troubles {
  private active: readonly Trouble[] = [];
  /** Since when each partition is there. */
  private readonly since = new Map<Trouble, SimTime>();
  /** What waits for the end of one. */
  private readonly after = new Map<Trouble, SimEvent[]>();

  constructor(private readonly sim: Simulation) {}

  get any(): boolean {
    return this.active.length > 0;
  }

  add(trouble: Trouble): void {
    const { sim } = this;
    this.active = [...this.active, trouble];
    this.since.set(trouble, sim.now);
    sim.at(trouble.until, () => this.end(trouble), true);
    if (trouble.effect.type !== 'partition') return;
    const limits = new Set<number>();
    for (const protocol of PROTOCOLS) {
      const us = trouble.effect.silenceUs(protocol);
      if (us !== null) limits.add(us);
    }
    for (const us of limits) this.lookAt(trouble, us, simTime(sim.now + us));
  }

  named(name: string): readonly Trouble[] {
    return this.active.filter((trouble) => trouble.name === name);
  }

  /** Ends it before its time. */
  heal(trouble: Trouble): void {
    const { sim } = this;
    trouble.until = sim.now;
    for (const event of this.after.get(trouble) ?? []) sim.move(event, sim.now);
    this.end(trouble);
  }

  atEndOf(trouble: Trouble, action: () => void): void {
    const waiting = this.after.get(trouble) ?? [];
    waiting.push(this.sim.at(trouble.until, action, true));
    this.after.set(trouble, waiting);
  }

  private end(trouble: Trouble): void {
    this.active = this.active.filter((other) => other !== trouble);
    this.since.delete(trouble);
    this.after.delete(trouble);
  }

  /** What holds a message up. `fresh`: it needs a new connection, so both ways must be free; `bare`: a packet, which
   *  nobody sends again here. */
  hitting(from: ComponentId, to: ComponentId, fresh: boolean, bare: boolean): readonly Trouble[] {
    return this.active.filter((trouble) => {
      const cuts = trouble.effect.type === 'partition';
      return (hits(trouble, from, to) || (fresh && cuts && hits(trouble, to, from))) && !(bare && cuts);
    });
  }

  /** The partition that keeps a message from arriving now. */
  partition(from: ComponentId, to: ComponentId): Trouble | null {
    return this.active.find((trouble) => trouble.effect.type === 'partition' && hits(trouble, from, to)) ?? null;
  }

  /** The partition, one way or the other, that a client has with a server. */
  between(client: ComponentId, server: ComponentId): Trouble | null {
    return this.partition(client, server) ?? this.partition(server, client);
  }

  /** Whether a client that asks now has no connection that it could use. */
  needsConnection({ client, to }: Exchange): boolean {
    for (const other of client.outgoing) if (other.to === to && other.server !== null) return false;
    return true;
  }

  /** A new connection that does not come about is given up. */
  dialling(exchange: Exchange): void {
    const { sim } = this;
    const trouble = this.between(exchange.client.id, exchange.to);
    if (trouble === null) return;
    exchange.dials = true;
    const giveUp = (): void => {
      if (exchange.pending && exchange.server === null) exchange.giveUp('unreachable', trouble.cause);
    };
    sim.at(simTime(sim.now + DIAL_US), giveUp, exchange.context.idle);
  }

  /** Ends the connections that have been silent for `silenceUs`; looks again while there are others. */
  private lookAt(trouble: Trouble, silenceUs: number, at: SimTime): void {
    if (at >= trouble.until || trouble.effect.type !== 'partition') return;
    const { sim } = this;
    const { effect } = trouble;
    const look = (): void => {
      if (!this.active.includes(trouble)) return;
      let next = Number.POSITIVE_INFINITY;
      const silent: Exchange[] = [];
      for (const process of sim.running()) {
        for (const exchange of process.outgoing) {
          const { to, payload, dials } = exchange;
          const there = hits(trouble, to, process.id);
          if (dials || (!there && !hits(trouble, process.id, to)) || effect.silenceUs(payload.protocol) !== silenceUs) continue;
          const begun = this.since.get(trouble) ?? sim.now;
          const heard = there ? begun : Math.max(begun, sim.network.lastArrival(to, process.id));
          if (heard + silenceUs <= sim.now) silent.push(exchange);
          else next = Math.min(next, heard + silenceUs);
        }
      }
      for (const exchange of silent) exchange.giveUp('lost', trouble.cause);
      this.lookAt(trouble, silenceUs, simTime(Math.min(next, sim.now + silenceUs)));
    };
    sim.at(at, look, true);
  }
}

/** When a message arrives that was sent at `now` and would do so at `plain`. */
export function lateArrival(troubles: readonly Trouble[], now: SimTime, plain: SimTime): SimTime {
  const travelUs = plain - now;
  let arrival: number = plain;
  for (const { effect, until } of troubles) {
    if (effect.type === 'delay') arrival += effect.byUs;
    else arrival = Math.max(arrival, (effect.type === 'stall' ? until : retransmittedUs(now, until)) + travelUs);
  }
  return simTime(arrival);
}

/** Whether a message that needs a new connection comes so late that its sender gives up before. */
export const isInVain = (arrival: SimTime, sentAt: SimTime): boolean => arrival > sentAt + DIAL_US;

const PROTOCOLS: readonly Protocol[] = ['http', 'etcd', 'registry'];

const hits = ({ from, to, bothWays }: Trouble, a: ComponentId, b: ComponentId): boolean =>
  (from(a) && to(b)) || (bothWays && from(b) && to(a));

/** When a segment that is sent at `now` and lost until `until` gets through. */
function retransmittedUs(now: SimTime, until: SimTime): number {
  let at: number = now;
  for (let wait = FIRST_RETRANSMIT_US; at < until; wait = Math.min(2 * wait, MAX_RETRANSMIT_US)) at += wait;
  return at;
}
