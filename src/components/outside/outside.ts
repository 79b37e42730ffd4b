// A machine in the network of the nodes that is no part of the cluster: it sends requests to nodes, as a load
// balancer or a person's browser would. It knows the way to that network only: not to Pods, not to Services.
import type { Ctx, Program } from '../../sim/process';
import { type Order, Requests, type Say } from '../../sim/requests';
import type { Task } from '../../sim/task';
import { type Answered, TcpClient } from '../../sim/tcp';
import type { ComponentId } from '../../wire/names';

export interface OutsideOptions {
  readonly address: string;
  /** The machine that has an address; null: there is no way to it from here. */
  readonly wayTo: (address: string) => ComponentId | null;
}

export class Outside implements Program {
  private requests: Requests | null = null;

  constructor(private readonly options: OutsideOptions) {}

  start(ctx: Ctx): void {
    const { address: source, wayTo } = this.options;
    const client = new TcpClient(ctx, (packet) => {
      const next = wayTo(packet.destination);
      if (next !== null) ctx.send(next, packet);
    });
    ctx.receive((packet) => void client.take(packet));
    this.requests = new Requests(ctx, function* (destination, destinationPort): Task<Answered> {
      if (wayTo(destination) === null) return { ok: false, failure: 'no route' };
      return yield* client.get({ source, destination, destinationPort });
    });
  }

  inspect(): ReturnType<Program['inspect']> {
    return this.requests?.inspect() ?? {};
  }

  *ask(order: Order, say: Say): Task<void> {
    if (this.requests !== null) yield* this.requests.ask(order, say);
  }
}
