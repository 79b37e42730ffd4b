// What answers in a Pod's network: one process for all its containers that serve a port. The kubelet's probes
// and packets reach it. It lives as long as one of them does.
// Left out: what a server sends besides a status; traffic between containers of one Pod.
import { MS } from '../../base/brand';
import type { Incoming } from '../../sim/network';
import type { Ctx, Interior, Program } from '../../sim/process';
import type { CallRequest } from '../../wire/payload';

/** A server closes its connections: the gap from SIGTERM to exit in cri-lowlevel.json. */
const SHUTDOWN_US = 8 * MS;
const KILLED = 137;

interface Server {
  readonly port: number;
  /** What it answers to a GET. */
  readonly status: number;
  readonly onExit: (code: number) => void;
}

export class PodProgram implements Program {
  private ctx: Ctx | null = null;
  private readonly servers = new Map<string, Server>();

  start(ctx: Ctx): void {
    this.ctx = ctx;
    ctx.listen((incoming) => this.answer(incoming));
  }

  /** `port/PORT` -> the status that it answers. */
  inspect(): Interior {
    return Object.fromEntries([...this.servers.values()].map(({ port, status }) => [`port/${port}`, status]));
  }

  /** A container begins to serve. */
  serve(container: string, server: Server): void {
    this.servers.set(container, server);
    this.ctx?.inside('container', { serves: server.port }, { [`port/${server.port}`]: server.status });
  }

  /** SIGTERM to one container's server. */
  terminate(): void {
    for (const container of [...this.servers.keys()]) this.stop(container);
  }
  stop(container: string): void {
    this.ctx?.after(SHUTDOWN_US, () => this.end(container, 0));
  }

  /** One container's server is gone; with the last one the process ends. */
  end(container: string, code: number): void {
    const server = this.servers.get(container);
    if (server === undefined || this.ctx === null) return;
    this.servers.delete(container);
    this.ctx.inside('container', { ends: server.port }, { [`port/${server.port}`]: null });
    server.onExit(code);
    if (this.servers.size === 0) this.ctx.exit(code);
  }

  /** The process was killed: so were all its containers. */
  killed(): void {
    for (const { onExit } of this.servers.values()) onExit(KILLED);
    this.servers.clear();
  }

  private answer(incoming: Incoming): void {
    const { protocol, rpc, body } = incoming.payload as CallRequest;
    const server = [...this.servers.values()].find(({ port }) => port === Number(body['port']));
    const error = server === undefined ? { code: 'ECONNREFUSED', message: 'connection refused' } : null;
    incoming.respond({ protocol, kind: 'response', rpc, body: server === undefined ? {} : { status: server.status }, error });
  }
}
