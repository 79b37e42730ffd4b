// What answers and asks in a Pod's network: one process for all its containers that serve a port, and for requests
// that a person sends from it. The kubelet's probes and packets reach it. It lives as long as one of them does.
// Left out: what a server sends besides a status; traffic between containers of one Pod.
import { MS } from '../../base/brand';
import type { Incoming } from '../../sim/network';
import type { Ctx, Interior, Program } from '../../sim/process';
import { type Order, Requests, type Say } from '../../sim/requests';
import type { Task } from '../../sim/task';
import { type Answered, serveTcp, TcpClient } from '../../sim/tcp';
import type { ComponentId } from '../../wire/names';
import type { CallRequest, Packet } from '../../wire/payload';

/** A server closes its connections: the gap from SIGTERM to exit in cri-lowlevel.json. */
const SHUTDOWN_US = 8 * MS;
const KILLED = 137;

interface Server {
  readonly port: number;
  /** What it answers to a GET. */
  readonly status: number;
  readonly onExit: (code: number) => void;
}
/** A Pod's end of its network. */
export interface PodNetwork {
  readonly address: string;
  readonly kernel: ComponentId;
}

export class PodProgram implements Program {
  private ctx: Ctx | null = null;
  private requests: Requests | null = null;
  private readonly servers = new Map<string, Server>();
  private asking = 0;

  /** `network` is null while it has none. */
  constructor(private readonly network: () => PodNetwork | null) {}

  start(ctx: Ctx): void {
    const client = new TcpClient(ctx, (packet) => this.send(ctx, packet));
    this.ctx = ctx;
    this.requests = new Requests(ctx, (destination, port) => this.get(client, destination, port));
    ctx.listen((incoming) => this.answer(incoming));
    ctx.receive((packet, from) => {
      if (!client.take(packet)) serveTcp(ctx, packet, from, (port) => this.statusOn(port));
    });
  }

  /** `port/PORT` -> the status that it answers; counts of requests sent from here. */
  inspect(): Interior {
    const ports = Object.fromEntries([...this.servers.values()].map(({ port, status }) => [`port/${port}`, status]));
    return { ...ports, ...(this.requests?.inspect() ?? {}) };
  }

  /** A container begins to serve. */
  serve(container: string, server: Server): void {
    this.servers.set(container, server);
    this.ctx?.inside('container', { serves: server.port }, { [`port/${server.port}`]: server.status });
  }

  serves(port: number): boolean {
    return this.serverOn(port) !== undefined;
  }

  /** A person in the Pod sends requests. */
  *ask(order: Order, say: Say): Task<void> {
    this.asking++;
    if (this.requests !== null) yield* this.requests.ask(order, say);
    this.asking--;
    this.endIfIdle(0);
  }

  /** SIGTERM to one container's server. */
  terminate(): void {
    for (const container of [...this.servers.keys()]) this.stop(container);
  }
  stop(container: string): void {
    this.ctx?.after(SHUTDOWN_US, () => this.end(container, 0));
  }

  /** One container's server is gone. */
  end(container: string, code: number): void {
    const server = this.servers.get(container);
    if (server === undefined || this.ctx === null) return;
    this.servers.delete(container);
    this.ctx.inside('container', { ends: server.port }, { [`port/${server.port}`]: null });
    server.onExit(code);
    this.endIfIdle(code);
  }

  /** The process was killed: so were all its containers. */
  killed(): void {
    for (const { onExit } of this.servers.values()) onExit(KILLED);
    this.servers.clear();
  }

  private endIfIdle(code: number): void {
    if (this.servers.size === 0 && this.asking === 0) this.ctx?.exit(code);
  }

  private *get(client: TcpClient, destination: string, destinationPort: number): Task<Answered> {
    const source = this.network()?.address;
    if (source === undefined) {
      this.ctx?.exit(KILLED); // Its containers are gone, and with them who asked.
      return { ok: false, failure: 'no route' };
    }
    return yield* client.get({ source, destination, destinationPort });
  }

  private send(ctx: Ctx, packet: Packet): void {
    const network = this.network();
    if (network !== null) ctx.send(network.kernel, packet);
  }

  private serverOn(port: number): Server | undefined {
    return [...this.servers.values()].find((server) => server.port === port);
  }

  private statusOn(port: number): string | null {
    const server = this.serverOn(port);
    return server === undefined ? null : `HTTP/1.1 ${server.status} ${server.status === 200 ? 'OK' : 'Service Unavailable'}`;
  }

  private answer(incoming: Incoming): void {
    const { protocol, rpc, body } = incoming.payload as CallRequest;
    const server = this.serverOn(Number(body['port']));
    const error = server === undefined ? { code: 'ECONNREFUSED', message: 'connection refused' } : null;
    incoming.respond({ protocol, kind: 'response', rpc, body: server === undefined ? {} : { status: server.status }, error });
  }
}
